"""What follows what: when this act is in the journal, run that service (after commit, at least once).

Each service is `def react(entry: Entry) -> None` and safe to repeat.
"""

REACTIONS: dict[str, tuple[str, ...]] = {
    "people.persons.merged": ("tongxin.testing.services.coverage.follow_merge",),
    "people.persons.parted": ("tongxin.testing.services.coverage.follow_merge",),
    "testing.pool.opened": ("tongxin.containment.services.holds.hold_members",),
    "testing.pool.joined": ("tongxin.containment.services.holds.hold_members",),
    "testing.recheck.negative": ("tongxin.containment.services.holds.lift_person",),
    "testing.pool.lifted": ("tongxin.containment.services.holds.lift_pool",),
}
