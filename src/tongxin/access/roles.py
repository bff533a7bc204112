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
READ_LEDGER = frozenset({"people.ledger.read"})
WRITE_LEDGER = READ_LEDGER | {"people.ledger.write"}
READ_ROUND = frozenset({"testing.round.read", "reports.report.read"})
CALLS = frozenset({"people.call.read", "people.call.answer"})
# What a person under a hold, their family and their community may know of it, and the way to appeal (LE-12, LE-13).
STANDING = frozenset(
    {"containment.standing.read", "containment.restriction.tell", "containment.appeal.receive"}
)
# The second name under a restriction, and the other pair of eyes on an appeal (LE-10, LE-13).
SECOND = frozenset(
    {"containment.restriction.approve", "containment.appeal.read", "containment.appeal.review"}
)

_ROLES = (
    Role(
        "commander",
        _("Commander"),
        READ_ROUND
        | READ_LEDGER
        | READ_REGISTER
        | STANDING
        | SECOND
        | {
            "testing.round.approve",
            "testing.round.cancel",
            "testing.pool.read",
            "containment.restriction.read",
            "containment.restriction.renew",
            "containment.restriction.export",
            "reports.briefing.approve",
            "reports.export.approve",
            "access.journal.read",
            "places.rule.write",
            "places.rule.approve",
        },
    ),
    Role(
        "community_head",
        _("Community head"),
        READ_ROUND
        | WRITE_LEDGER
        | READ_REGISTER
        | CALLS
        | STANDING
        | {
            "containment.appeal.read",
            "people.document.allow",
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
            "reports.export.approve",
            "access.device.enrol",
            "access.journal.read",
            "places.grid.draw",
            "places.site.change",
            "reports.ledger.sign",
        },
    ),
    Role(
        "clerk",
        _("Clerk"),
        READ_ROUND
        | WRITE_LEDGER
        | READ_REGISTER
        | CALLS
        | STANDING
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
        | READ_LEDGER
        | READ_REGISTER
        | CALLS
        | STANDING
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
    Role(
        "lab_liaison",
        _("Laboratory liaison"),
        frozenset({"testing.round.read", "testing.result.enter", "testing.box.receive"}),
    ),
    Role(
        "health_officer",
        _("Health officer"),
        READ_ROUND
        | WRITE_LEDGER
        | READ_REGISTER
        | CALLS
        | STANDING
        | SECOND
        | {
            "containment.bulk.health",
            "containment.restriction.export",
            "people.tag.read_sensitive",
            "testing.result.enter",
            "testing.result.release",
            "testing.pool.read",
            "testing.pool.run",
            "containment.restriction.read",
            "containment.restriction.decide",
            "containment.restriction.renew",
            "people.ledger.read_sensitive",
            "places.rule.write",
            "places.rule.approve",
        },
    ),
    Role(
        "legal_officer",
        _("Legal officer"),
        STANDING
        | SECOND
        | {
            "containment.bulk.law",
            "containment.restriction.read",
            "people.register.read",
        },
    ),
    Role(
        "auditor",
        _("Auditor"),
        frozenset(
            {
                "access.journal.read",
                "containment.appeal.read",
                "containment.audit.read",
                "containment.restriction.export",
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

TITLES: dict[str, str | Promise] = {
    "access.account.manage": _("open accounts and give roles"),
    "access.device.enrol": _("enrol and revoke phones"),
    "access.journal.read": _("read the journal"),
    "containment.appeal.read": _("see appeals"),
    "containment.appeal.receive": _("take appeals in, and tell the answer"),
    "containment.appeal.review": _("review appeals against the decisions of others"),
    "containment.audit.read": _("read the auditor's desk"),
    "containment.bulk.health": _("sign many holds at once, for health"),
    "containment.bulk.law": _("sign many holds at once, for law"),
    "containment.restriction.approve": _("sign holds as the second person"),
    "containment.restriction.export": _("take copies of the ledger of holds"),
    "containment.restriction.tell": _("tell people of a hold"),
    "containment.standing.read": _("see on a person's page what holds them"),
    "containment.restriction.decide": _("decide and lift holds"),
    "containment.restriction.read": _("see holds"),
    "containment.restriction.renew": _("prolong holds"),
    "people.call.answer": _("make the calls that are owed"),
    "people.call.read": _("see the calls that are owed"),
    "people.ledger.read": _("see ledgers"),
    "people.ledger.read_sensitive": _("see who stands in ledgers of health"),
    "people.ledger.write": _("enter people into ledgers, and sign as who fills them"),
    "people.document.allow": _("answer for a number that fails its check"),
    "people.person.change": _("correct the register"),
    "people.person.reveal": _("see whole numbers, with a reason"),
    "people.register.import": _("import lists"),
    "people.register.read": _("see the register, numbers masked"),
    "people.tag.read_sensitive": _("see sensitive tags"),
    "places.area.change": _("add and end areas"),
    "places.grid.draw": _("draw grids"),
    "places.rule.approve": _("publish rules that somebody else wrote"),
    "places.rule.write": _("write new rules"),
    "places.site.change": _("open and close sites"),
    "reports.briefing.approve": _("approve briefings"),
    "reports.briefing.write": _("write briefings"),
    "reports.export.approve": _("approve exports of more rows than the rule allows"),
    "reports.ledger.sign": _("sign ledgers as the head"),
    "reports.report.read": _("read reports"),
    "testing.box.carry": _("carry boxes"),
    "testing.box.receive": _("receive boxes at the laboratory"),
    "testing.code.print": _("print sampling cards"),
    "testing.coverage.claim": _("say why somebody is not sampled here"),
    "testing.lane.capture": _("register at the lane"),
    "testing.lane.run": _("open and close lanes"),
    "testing.pool.read": _("see positive pools"),
    "testing.pool.run": _("run positive pools"),
    "testing.result.enter": _("enter results"),
    "testing.result.release": _("release results"),
    "testing.round.approve": _("approve rounds"),
    "testing.round.cancel": _("cancel rounds"),
    "testing.round.plan": _("plan rounds"),
    "testing.round.read": _("see rounds"),
    "testing.round.run": _("run rounds"),
    "testing.round.sign": _("sign the closing"),
    "testing.tube.issue": _("deal tubes"),
    "testing.tube.void": _("void tubes"),
}
