"""Lists as workbooks: which there are, who may have them, how many rows they hold, and the rows themselves."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from tongxin.access.actors import Actor
from tongxin.core import areas, clock, formats
from tongxin.core.refusals import Refusal
from tongxin.reports.models import Export
from tongxin.testing.enums import Coverage
from tongxin.testing.models import Expected, PositivePool, Round, Tube
from tongxin.testing.queries import coverage, notyet, points, pools, results, rounds

Filters = Mapping[str, str]
Row = tuple[tuple[Any, ...], UUID | None]
REGISTER = "people.register.read"
BATCH = 1000
NOBODY = UUID(int=0)


@dataclass(frozen=True, slots=True)
class Kind:
    """One list. `names` says that its rows are people, so that the limit of LE-32 holds."""

    title: str | Promise
    capability: str
    columns: tuple[str | Promise, ...]
    count: Callable[[Filters], int]
    rows: Callable[[Filters, datetime], Iterable[Row]]
    names: bool = True


def kind_of(name: str) -> Kind:
    if name not in KINDS:
        raise Refusal("not_found", what=name)
    return KINDS[name]


def area_of(actor: Actor, filters: Filters) -> str:
    """Where an export belongs: to its round, or to the part of it that this person sees."""
    path = (
        PositivePool.objects.get(pk=filters["pool"]).area_path
        if "pool" in filters
        else _round(filters).area_path
    )
    if areas.within_any(path, actor.paths):
        return path
    return actor.paths[0]


def exports_of(actor: Actor) -> QuerySet[Export]:
    """What this person asked for, and what waits for their approval."""
    mine = Export.objects.filter(asked_by_id=actor.account_id or NOBODY)
    if actor.may("reports.export.approve"):
        mine = mine | Export.objects.all()
    return mine.order_by("-asked_at", "-id")


def waiting(actor: Actor, at: datetime) -> QuerySet[Export]:
    """Exports that wait for a second person, other than this one's own."""
    if not actor.may("reports.export.approve"):
        return Export.objects.none()
    return Export.objects.filter(approved_at=None, ends_at__gt=at).exclude(
        asked_by_id=actor.account_id or NOBODY
    )


def _round(filters: Filters) -> Round:
    return rounds.one(filters["round"])


def _classes(filters: Filters) -> Sequence[Coverage]:
    wanted = filters.get("class", "")
    groups = {"covered": coverage.COVERED, "": tuple(Coverage)}
    if wanted == "should_test":
        return [klass for klass in Coverage if klass not in coverage.NOT_DUE]
    return groups.get(wanted) or [Coverage(wanted)]


def _people_count(filters: Filters, classes: Sequence[Coverage]) -> int:
    return notyet.expected_page(
        _round(filters).pk,
        classes=classes,
        at=clock.now(),
        building=filters.get("building", ""),
        grid=filters.get("grid", ""),
        size=1,
    ).shown


def _people(
    filters: Filters, classes: Sequence[Coverage], at: datetime
) -> Iterator[list[notyet.ExpectedRow]]:
    round_id, after = _round(filters).pk, ""
    while True:
        page = notyet.expected_page(
            round_id,
            classes=classes,
            at=at,
            building=filters.get("building", ""),
            grid=filters.get("grid", ""),
            after=after,
            size=BATCH,
        )
        yield list(page.rows)
        if not page.older:
            return
        after = page.older


def _not_yet(filters: Filters, at: datetime) -> Iterator[Row]:
    for part in _people(filters, [Coverage.UNKNOWN], at):
        notyet.with_contacts(_round(filters).pk, part)
        for row in part:
            tails = " ".join(f"*{tail}" for tail in row.phones)
            tried = f"{row.last_call} ×{row.tries}" if row.last_call else ""
            went = f"{row.last_visit} ×{row.visits}" if row.visits else ""
            place = (row.building_name, row.unit, row.floor if row.floor is not None else "", row.room)
            yield (
                (*place, row.name, row.sex, row.age if row.age is not None else "", tails, tried, went),
                row.person_id,
            )


def _of_round(filters: Filters, at: datetime) -> Iterator[Row]:
    for part in _people(filters, _classes(filters), at):
        notyet.with_evidence(part)
        for row in part:
            when = formats.moment(row.evidence_at) if row.evidence_at else ""
            cells = (
                row.door or row.building_name,
                row.name,
                str(row.klass.label),
                row.evidence,
                when,
                row.evidence_by,
            )
            yield cells, row.person_id


def _tubes(filters: Filters) -> QuerySet[Tube]:
    return points.tubes_of(_round(filters).pk, state=filters.get("state", ""), lane=filters.get("lane", ""))


def _tube_rows(filters: Filters, at: datetime) -> Iterator[Row]:
    for tube in _tubes(filters):
        moments = (formats.moment(each) if each else "" for each in (tube.first_swab_at, tube.closed_at))
        words = (str(tube.get_state_display()), tube.held_count, tube.capacity)
        yield (tube.code, str(tube.lane or ""), *words, *moments, str(tube.get_result_display())), None


def _result_rows(filters: Filters, at: datetime) -> Iterator[Row]:
    for row in results.result_rows(_round(filters).pk, view=filters.get("view", ""), size=None):
        told = formats.moment(row.result_at) if row.result_at else ""
        yield (
            (
                row.code,
                row.lane or "",
                row.held,
                row.reported_label,
                row.ct,
                row.laboratory,
                row.result_label,
                told,
            ),
            None,
        )


def _member_rows(filters: Filters, at: datetime) -> Iterator[Row]:
    pool = PositivePool.objects.get(pk=filters["pool"])
    for row in pools.members(pool, at):
        call = str(row.call.get_outcome_display()) if row.call and row.call.outcome else ""
        state = str(row.recheck.get_state_display())
        cells = (row.name, row.masked, row.phone, row.address, "、".join(row.co_residents), call, state)
        yield (*cells, row.recheck.tube_code), row.person_id


def _change_rows(filters: Filters, at: datetime) -> Iterator[Row]:
    for row in coverage.changes(_round(filters).pk):
        door = row.dwelling.label if row.dwelling else ""
        if row.removed_at:
            yield (
                (row.person.name, door, str(_("removed")), row.removal_words, formats.moment(row.removed_at)),
                row.person_id,
            )
        else:
            yield (
                (row.person.name, door, str(_("newly found")), "", formats.moment(row.added_at)),
                row.person_id,
            )


NAME = pgettext_lazy("person", "Name")
KINDS: dict[str, Kind] = {
    "not_yet": Kind(
        _("Not yet tested"),
        REGISTER,
        (_("Building"), _("unit"), _("floor"), _("room"), NAME, _("sex"), _("Age"), _("Phone"), _("Calls"), _("Visits")),
        lambda filters: _people_count(filters, [Coverage.UNKNOWN]),
        _not_yet,
    ),
    "people": Kind(
        _("People of a round"),
        REGISTER,
        (_("Address"), NAME, _("Class"), _("Evidence"), _("When"), _("By whom")),
        lambda filters: _people_count(filters, _classes(filters)),
        _of_round,
    ),
    "tubes": Kind(
        _("Tubes"),
        "testing.round.read",
        (
            _("Tube"), _("Lane"), _("State"), _("Persons"), _("persons a tube"), _("First swab"),
            pgettext_lazy("tube", "Closed"), _("Result"),
        ),
        lambda filters: _tubes(filters).count(),
        _tube_rows,
        names=False,
    ),
    "results": Kind(
        _("Results"),
        "testing.round.read",
        (_("Tube"), _("Lane"), _("Persons"), _("Reported"), _("Ct"), _("Laboratory"), _("Result"), _("Released")),
        lambda filters: results.result_count(_round(filters).pk, view=filters.get("view", "")),
        _result_rows,
        names=False,
    ),
    "members": Kind(
        _("Members of a pool"),
        "testing.pool.read",
        (
            _("Member"), _("Document"), _("Phone"), _("Address"), _("Behind the same door"), _("Call"), _("Recheck"),
            _("Single tube"),
        ),
        lambda filters: PositivePool.objects.get(pk=filters["pool"]).rechecks.count(),
        _member_rows,
    ),
    "changes": Kind(
        _("Added to the base and removed"),
        REGISTER,
        (NAME, _("Address"), _("Change"), _("Why"), _("When")),
        lambda filters: Expected.objects.filter(pk__in=coverage.changes(_round(filters).pk).values("pk")).count(),
        _change_rows,
    ),
}  # fmt: skip
