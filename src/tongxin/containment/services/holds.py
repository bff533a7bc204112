"""Holds of pool members: they begin and end with the pool, as reactions to the journal (原地待检)."""

from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from tongxin.access.actors import SYSTEM
from tongxin.access.models import Entry
from tongxin.access.services import journal
from tongxin.containment.enums import Ended, Ground, RestrictionKind
from tongxin.containment.models import Restriction
from tongxin.containment.rules import may_lift_one
from tongxin.containment.services.restrictions import end_row
from tongxin.core import clock
from tongxin.core.ids import new_id
from tongxin.core.locks import lock
from tongxin.places.queries.rules import Rule, rule
from tongxin.testing.enums import PoolState
from tongxin.testing.models import PositivePool, Recheck

BY_RULE = "rule"


@transaction.atomic
def hold_members(entry: Entry) -> None:
    """Ask the members of a pool to stay where they are until their recheck (MT-35). Safe to repeat.

    The end is fixed now and comes by itself; a pool that was lifted before this ran holds nobody.
    """
    pool = lock(PositivePool, _subject(entry))
    if pool.state == PoolState.LIFTED:
        return
    on = clock.day_of(pool.opened_at)
    hours = rule("containment.hold.hours", path=pool.area_path, on=on)
    held = set(Restriction.objects.filter(evidence_id=pool.pk).values_list("person_id", flat=True))
    for recheck in pool.rechecks.select_related("person").exclude(person__in=held):
        _hold(pool, recheck, hours, at=entry.occurred_at)


@transaction.atomic
def lift_person(entry: Entry) -> None:
    """A member's single is negative: end the hold where the rule in force lets it end alone. Safe to repeat."""
    recheck = Recheck.objects.select_related("pool").get(pk=_subject(entry))
    when = rule(
        "containment.hold.lift_when", path=recheck.area_path, on=clock.day_of(recheck.pool.opened_at)
    ).value
    # A hold that only waits for this result ends with it, whatever the rule says about the others (LE-12).
    waits = Restriction.objects.in_force(entry.occurred_at).filter(
        person=recheck.person_id,
        grace_from__lte=entry.occurred_at,
        evidence_id__in=(recheck.pool_id, recheck.pk),
    )
    if may_lift_one(when=when, recheck=recheck.state) or waits.exists():
        _lift(recheck.pool_id, [recheck.person_id], _("recheck negative"), at=entry.occurred_at)


@transaction.atomic
def lift_pool(entry: Entry) -> None:
    """Every single is negative: end all holds of the pool at once (DOMAIN 3.6, 5a). Safe to repeat."""
    pool = lock(PositivePool, _subject(entry))
    people = list(pool.rechecks.values_list("person_id", flat=True))
    _lift(pool.pk, people, _("all rechecks negative"), at=entry.occurred_at)


def _subject(entry: Entry) -> UUID:
    assert entry.subject_id is not None
    return entry.subject_id


def _hold(pool: PositivePool, recheck: Recheck, hours: Rule, *, at: datetime) -> None:
    appeal_to = rule("containment.appeal_to", path=recheck.area_path, on=clock.day_of(pool.opened_at)).value
    made = Restriction.objects.create(
        id=new_id(),
        area_path=recheck.area_path,
        person=recheck.person,
        kind=RestrictionKind.HOLD,
        ground=Ground.POOL_RECHECK,
        evidence_id=pool.pk,
        rule_id=hours.row_id,
        starts_at=pool.opened_at,
        held_since=pool.opened_at,
        ends_at=pool.opened_at + timedelta(hours=float(hours.value)),
        decided_by_name=BY_RULE,
        appeal_to=str(appeal_to),
    )
    journal.record(
        "containment.restriction.imposed",
        by=SYSTEM,
        on=made,
        area_path=made.area_path,
        at=at,
        facts={"ground": made.ground, "evidence": str(pool.pk), "person": str(made.person_id)},
    )


def _lift(pool_id: UUID, people: list[UUID], why: str, *, at: datetime) -> None:
    # Extensions rest on the member's own recheck; they end with it.
    evidence = [pool_id, *Recheck.objects.filter(pool=pool_id).values_list("pk", flat=True)]
    open_ = Restriction.objects.select_for_update(of=("self",)).filter(
        evidence_id__in=evidence, person__in=people, lifted_at=None, ends_at__gt=at
    )
    for held in open_.order_by("pk"):
        end_row(held, Ended.NEGATIVE, why=why, by=SYSTEM, at=at)
