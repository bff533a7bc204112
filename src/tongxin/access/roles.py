"""Roles and what each may do: one table, shown on the page "Roles", asked by every view, API call and service.

A capability is `app.thing.act`. A grant gives a role in an area for a time (DOMAIN.md 1.3, 13).
"""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True, slots=True)
class Role:
    name: str
    title: str | Promise
    capabilities: frozenset[str]


READ_REGISTER = frozenset({"people.register.read", "people.person.reveal"})
READ_ROUND = frozenset({"testing.round.read", "reports.report.read"})
CALLS = frozenset({"people.call.read", "people.call.answer"})

_ROLES = (
    Role(
        "commander",
        _("Commander"),
        READ_ROUND
        | READ_REGISTER
        | {
            "testing.round.approve",
            "testing.round.cancel",
            "testing.pool.read",
            "containment.restriction.read",
            "containment.restriction.renew",
            "reports.briefing.approve",
            "access.journal.read",
        },
    ),
    Role(
        "community_head",
        _("Community head"),
        READ_ROUND
        | READ_REGISTER
        | CALLS
        | {
            "people.register.import",
            "people.person.change",
            "testing.round.plan",
            "testing.round.run",
            "testing.round.sign",
            "testing.coverage.claim",
            "testing.code.print",
            "testing.lane.run",
            "testing.tube.issue",
            "testing.tube.void",
            "testing.pool.read",
            "containment.restriction.read",
            "reports.briefing.write",
            "access.device.enrol",
            "access.journal.read",
            "places.grid.draw",
            "places.site.change",
        },
    ),
    Role(
        "clerk",
        _("Clerk"),
        READ_ROUND
        | READ_REGISTER
        | CALLS
        | {
            "people.register.import",
            "people.person.change",
            "testing.round.plan",
            "testing.coverage.claim",
            "testing.code.print",
            "reports.briefing.write",
        },
    ),
    Role(
        "grid_worker",
        _("Grid worker"),
        READ_ROUND
        | READ_REGISTER
        | CALLS
        | {"testing.coverage.claim", "testing.round.sign", "people.person.change"},
    ),
    Role(
        "point_chief",
        _("Point chief"),
        READ_ROUND
        | {
            "testing.round.run",
            "testing.round.sign",
            "testing.lane.run",
            "testing.tube.issue",
            "testing.tube.void",
            "testing.code.print",
            "access.device.enrol",
            "people.register.read",
        },
    ),
    Role("registrar", _("Registrar"), frozenset({"testing.lane.capture"})),
    Role("carrier", _("Carrier"), frozenset({"testing.box.carry"})),
    Role("lab_liaison", _("Laboratory liaison"), frozenset({"testing.round.read", "testing.result.enter"})),
    Role(
        "health_officer",
        _("Health officer"),
        READ_ROUND
        | READ_REGISTER
        | CALLS
        | {
            "testing.result.enter",
            "testing.result.release",
            "testing.pool.read",
            "testing.pool.run",
            "containment.restriction.read",
            "containment.restriction.decide",
            "containment.restriction.renew",
        },
    ),
    Role(
        "auditor",
        _("Auditor"),
        frozenset(
            {
                "access.journal.read",
                "containment.restriction.read",
                "testing.round.read",
                "reports.report.read",
            }
        ),
    ),
    Role(
        "operator",
        _("Operator"),
        frozenset(
            {"access.account.manage", "access.device.enrol", "access.journal.read", "places.area.change"}
        ),
    ),
)

ROLES: dict[str, Role] = {role.name: role for role in _ROLES}
CHOICES = [(role.name, role.title) for role in _ROLES]
CAPABILITIES = sorted(frozenset().union(*(role.capabilities for role in _ROLES)))
