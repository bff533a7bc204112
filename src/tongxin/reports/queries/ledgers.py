"""Ledgers (台账): who belongs by rule, who stands there by hand, and how that changed (LG-03, LG-04).

A ledger is never a copy: its members are asked from the rows of other apps. Only the days are kept, frozen.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db.models import Q
from django.utils.functional import Promise
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from tongxin.access.actors import Actor
from tongxin.containment.models import Restriction
from tongxin.core import clock, formats
from tongxin.core.refusals import Refusal
from tongxin.people.enums import Ledger
from tongxin.people.models import LedgerEntry, Person, Residence
from tongxin.places.queries.addresses import door_label
from tongxin.reports.models import LedgerDay
from tongxin.testing.enums import Coverage, RoundState
from tongxin.testing.models import Claim, Expected, Round

READ, SENSITIVE, REGISTER = "people.ledger.read", "people.ledger.read_sensitive", "people.register.read"
COUNTED = (RoundState.RECONCILING, RoundState.CLOSED, RoundState.RESULTS_COMPLETE, RoundState.ARCHIVED)


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody in a ledger: by which event, since when, until when, and the entry where one was made by hand."""

    person_id: UUID
    event: str
    since: datetime
    until: date | datetime | None = None
    entry_id: UUID | None = None


Members = dict[UUID, Member]
Rule = Callable[[str, datetime], Iterable[Member]]


@dataclass(frozen=True, slots=True)
class Definition:
    """What a ledger is: its rule in words and as a query, and whether people are entered by hand."""

    code: str
    title: str | Promise
    rule_words: str | Promise
    is_sensitive: bool = False
    has_entries: bool = False
    rule: Rule | None = None


def _by_class(klass: Coverage) -> Rule:
    """Who stands in this class of the newest round that has been counted."""

    def rule(area_path: str, at: datetime) -> Iterable[Member]:
        counted = Round.objects.filter(area_path__startswith=area_path, state__in=COUNTED, opens_at__lte=at)
        round_ = counted.order_by("-opens_at").first()
        if round_ is None:
            return
        rows = Expected.objects.filter(
            round=round_, klass=klass, removed_at=None, area_path__startswith=area_path
        )
        people = dict(rows.values_list("evidence_id", "person_id"))
        for claim in Claim.objects.filter(pk__in=[key for key in people if key]):
            words = _now("round %(number)s: %(class)s") % {"number": round_.number, "class": klass.label}
            place = f" ({claim.place})" if claim.place else ""
            yield Member(claim.person_id, words + place, claim.occurred_at, claim.until_on)

    return rule


def _holds(area_path: str, at: datetime) -> Iterable[Member]:
    for each in Restriction.objects.filter(area_path__startswith=area_path).in_force(at):
        words = f"{each.get_kind_display()}: {each.get_ground_display()}"
        yield Member(each.person_id, words, each.starts_at, each.ends_at)


_BY_HAND = _("Nobody by rule; each by an entry with its ground.")
_ALL = (
    Definition(Ledger.FIVE, Ledger.FIVE.label, _BY_HAND, has_entries=True),
    Definition(Ledger.DIFFICULT, Ledger.DIFFICULT.label, _BY_HAND, has_entries=True),
    Definition(
        Ledger.ISOLATED,
        Ledger.ISOLATED.label,
        _("Whom the last counted round has as isolated elsewhere, and each entry with its ground."),
        is_sensitive=True,
        has_entries=True,
        rule=_by_class(Coverage.ISOLATED),
    ),
    Definition(
        Ledger.RETURNED,
        Ledger.RETURNED.label,
        _("Nobody by rule; each by an entry with its ground and the day on which it ends by itself."),
        is_sensitive=True,
        has_entries=True,
    ),
    Definition(
        "away", _("Away"), _("Whom the last counted round has as away."), rule=_by_class(Coverage.AWAY)
    ),
    Definition(
        "holds", _("Held"), _("Whoever is restricted at this moment."), is_sensitive=True, rule=_holds
    ),
)
LEDGERS: Mapping[str, Definition] = {definition.code: definition for definition in _ALL}


def one(code: str) -> Definition:
    if code not in LEDGERS:
        raise Refusal("not_found", what=_("ledger"))
    return LEDGERS[code]


def members(definition: Definition, area_path: str, at: datetime) -> Members:
    """Everybody in the ledger at an instant, each once; an entry by hand says more than the rule."""
    found = {each.person_id: each for each in definition.rule(area_path, at)} if definition.rule else {}
    if definition.has_entries:
        found |= {each.person_id: each for each in _entries(definition, area_path, at)}
    return found


def _entries(definition: Definition, area_path: str, at: datetime) -> Iterable[Member]:
    rows = LedgerEntry.objects.filter(ledger=definition.code, area_path__startswith=area_path).standing(at)
    # A day that is frozen at its 24:00 still holds whoever stood there until that day.
    last = clock.day_of(at - timedelta(microseconds=1))
    for row in rows.filter(Q(until_on=None) | Q(until_on__gte=last)).order_by("pk"):
        yield Member(row.person_id, row.ground, row.entered_at, row.until_on, row.pk)


def reasons_of_leaving(
    definition: Definition, people: Iterable[UUID], since: datetime, at: datetime
) -> dict[UUID, str]:
    """Why people of yesterday stand there no more: what was said when the entry ended, or that its day is over."""
    said: dict[UUID, str] = {}
    rows = LedgerEntry.objects.filter(ledger=definition.code, person_id__in=list(people))
    for row in rows.filter(Q(ended_at=None) | Q(ended_at__gt=since, ended_at__lte=at)).order_by("entered_at"):
        if row.ended_at is not None:
            said[row.person_id] = f"{row.end_reason} ({row.ended_by_name})"
        elif row.until_on is not None:
            said[row.person_id] = _now("ended by itself on %(day)s") % {"day": formats.day(row.until_on)}
    return said


# ---- as pages show them


@dataclass(frozen=True, slots=True)
class Line:
    """One ledger in the list of ledgers."""

    definition: Definition
    now: int
    last: LedgerDay | None


@dataclass(frozen=True, slots=True)
class Row:
    """One member as a page shows it."""

    id: UUID
    name: str
    sex: str
    age: int | None
    address: str
    member: Member


def overview(area_path: str, at: datetime) -> tuple[list[Line], int, int]:
    """Every ledger with its count now and its last frozen day; entries and distinct persons of those by hand (A6)."""
    last = {
        day.ledger: day for day in LedgerDay.objects.filter(area_path=area_path).order_by("day")
    }  # the latest stays
    lines, people, entries = [], set[UUID](), 0
    for definition in LEDGERS.values():
        found = members(definition, area_path, at)
        lines.append(Line(definition, len(found), last.get(definition.code)))
        if definition.has_entries:
            entries += len(found)
            people |= set(found)
    return lines, entries, len(people)


def days(area_path: str, code: str) -> list[LedgerDay]:
    return list(LedgerDay.objects.filter(area_path=area_path, ledger=code).order_by("-day")[:31])


def day_of(area_path: str, code: str, day: date) -> LedgerDay:
    found = LedgerDay.objects.filter(area_path=area_path, ledger=code, day=day).first()
    if found is None:
        raise Refusal("not_found", what=str(LedgerDay._meta.verbose_name))
    return found


def may_name(actor: Actor, definition: Definition) -> bool:
    """Names for those who read the register; ledgers of health for care and health roles alone."""
    return actor.may(REGISTER) and (not definition.is_sensitive or actor.may(SENSITIVE))


def rows_of(found: Sequence[Member], on: date) -> list[Row]:
    """These members with name, age and door, from door to door."""
    people = Person.objects.in_bulk([each.person_id for each in found])
    homes = {
        home.person_id: home.dwelling
        for home in Residence.objects.filter(
            person_id__in=list(people), is_current=True, to_on=None
        ).select_related("dwelling")
    }
    rows = [
        Row(person.pk, person.name, person.sex, person.age_on(on), door_label(homes.get(person.pk)), each)
        for each in found
        if (person := people.get(each.person_id)) is not None
    ]
    return sorted(rows, key=lambda row: (people[row.id].area_path, row.address, row.name))


COMMUNITY_PARTS = 5  # the region segments of a community's path: 2-2-2-3-3 (ID-02)


def community_of(path: str) -> str:
    """The community that a path lies in; empty above communities."""
    parts = [part for part in path.split("/") if part]
    return "/" + "/".join(parts[:COMMUNITY_PARTS]) + "/" if len(parts) >= COMMUNITY_PARTS else ""


def communities(actor: Actor) -> list[str]:
    """The communities whose ledgers this actor reads: their own, or all below them that test or keep ledgers."""
    own = {community_of(path) for path in actor.paths_for(READ)} - {""}
    if own:
        return sorted(own)
    tested = Round.objects.order_by().values_list("area_path", flat=True).distinct()
    entered = LedgerEntry.objects.order_by().values_list("area_path", flat=True).distinct()
    return sorted({community_of(path) for path in (*tested, *entered)} - {""})


@dataclass(frozen=True, slots=True)
class Change:
    """Somebody who came into a ledger or left it on a day."""

    person_id: UUID
    way: str
    name: str
    event: str


def changes_of(kept: LedgerDay) -> list[Change]:
    people = Person.objects.in_bulk([UUID(each["person"]) for each in kept.changes])
    return [
        Change(key, each["way"], people[key].name if key in people else "—", each["event"])
        for each in kept.changes
        if (key := UUID(each["person"]))
    ]


def rows_then(kept: LedgerDay) -> list[Row]:
    """The members of a frozen day, with what is known of them now."""
    _start, end = clock.span_of(kept.day)
    said = members(one(kept.ledger), kept.area_path, end)
    then = [said.get(key) or Member(key, "", end) for key in kept.members]
    return rows_of(then, kept.day)
