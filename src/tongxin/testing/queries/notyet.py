"""The people of a round one by one: who is not yet covered and how to reach them, who is covered and by what."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import accumulate
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Count
from django.utils.translation import gettext as _

from tongxin.core import clock, formats
from tongxin.core.refusals import Refusal
from tongxin.people.enums import CallOutcome
from tongxin.people.models import Absence, CallTry, Phone
from tongxin.people.queries.calls import tries_of
from tongxin.places.models import Area
from tongxin.places.queries.areas import grids_of
from tongxin.places.rules.ground import door_said
from tongxin.testing.enums import Coverage, VisitOutcome
from tongxin.testing.models import Claim, Expected, MakeUp, Round, Sample, Visit
from tongxin.testing.queries import rounds

SIZE = 50
PRINTED = 500
MANY = 60  # more buildings than this are chosen from by their grid

# As one walks: building, staircase, floor, door; who has no door stands first.
_PLACE = (
    "{e}.area_path, length(coalesce({d}.unit, '')), coalesce({d}.unit, ''), coalesce({d}.floor, -99), "
    "length(coalesce({d}.room, '')), coalesce({d}.room, ''), {e}.id"
)
_HERE, _EDGE = _PLACE.format(e="e", d="d"), _PLACE.format(e="e2", d="d2")
_ROWS = f"""
    SELECT e.id, e.person_id, e.area_path, e.klass, e.evidence_id, e.origin, p.name, p.sex, p.birth_on,
           coalesce(d.building, ''), coalesce(d.unit, ''), d.floor, coalesce(d.room, ''),
           coalesce(d.compound, ''), e.dwelling_id
    FROM testing_expected e
    JOIN people_person p ON p.id = e.person_id
    LEFT JOIN places_dwelling d ON d.id = e.dwelling_id
    WHERE e.round_id = %(round)s AND e.removed_at IS NULL AND e.klass = ANY(%(classes)s)
      AND e.area_path = ANY(%(paths)s)
      AND (%(unit)s = '' OR d.unit = %(unit)s) AND (%(floor)s::smallint IS NULL OR d.floor = %(floor)s::smallint)
      AND (%(after)s::uuid IS NULL OR ({_HERE}) > (
          SELECT {_EDGE} FROM testing_expected e2 LEFT JOIN places_dwelling d2 ON d2.id = e2.dwelling_id
          WHERE e2.id = %(after)s::uuid))
    ORDER BY {_HERE}
    LIMIT %(size)s"""


@dataclass(slots=True)
class ExpectedRow:
    """One person of a round's list. `evidence` says in a line what covers them."""

    id: UUID
    person_id: UUID
    area_path: str
    klass: Coverage
    evidence_id: UUID | None
    is_found: bool
    name: str
    sex: str
    age: int | None
    building: str
    unit: str
    floor: int | None
    room: str
    compound: str
    dwelling_id: UUID | None
    building_name: str = ""
    phones: list[str] = field(default_factory=list)
    tries: int = 0
    last_call: str = ""
    visits: int = 0
    last_visit: str = ""
    make_up_due: datetime | None = None
    evidence: str = ""
    evidence_at: datetime | None = None
    evidence_by: str = ""

    @property
    def door(self) -> str:
        """The address in Chinese, as it is said: 3栋1单元401, 东区3栋1单元401 in a compound."""
        return door_said(self.building, self.unit, self.room, self.compound)


@dataclass(frozen=True, slots=True)
class Building:
    """A building with how many of its people are in the classes asked for."""

    path: str
    name: str
    grid: str
    grid_path: str
    count: int


@dataclass(frozen=True, slots=True)
class Stair:
    """A floor of a staircase with how many of its people are in the classes asked for."""

    unit: str
    floor: int | None
    count: int


@dataclass(frozen=True, slots=True)
class ExpectedPage:
    rows: Sequence[ExpectedRow]
    total: int
    shown: int
    buildings: Sequence[Building]
    older: str = ""
    stairs: Sequence[Stair] = ()

    @property
    def grids(self) -> list[tuple[str, str]]:
        """The grids that have people in these classes: path and name."""
        return list(dict.fromkeys((each.grid_path, each.grid) for each in self.buildings if each.grid))

    def near(self, building: str, grid: str) -> list[Building]:
        """The buildings to choose from: all, or where these are many those of the grid at hand."""
        chosen = next((each for each in self.buildings if each.path == building), None)
        at = grid or (chosen.grid_path if chosen else "")
        if not grid and len(self.buildings) <= MANY:
            return list(self.buildings)
        return [each for each in self.buildings if each.path == building or (at and each.grid_path == at)]

    @property
    def units(self) -> list[str]:
        return sorted({each.unit for each in self.stairs if each.unit}, key=lambda unit: (len(unit), unit))

    @property
    def floors(self) -> list[int]:
        return sorted({each.floor for each in self.stairs if each.floor is not None})


def expected_page(
    round_id: UUID,
    *,
    classes: Iterable[Coverage] = (Coverage.UNKNOWN,),
    at: datetime,
    building: str = "",
    grid: str = "",
    unit: str = "",
    floor: int | None = None,
    after: str = "",
    size: int = SIZE,
) -> ExpectedPage:
    """Some people of these classes, door by door, and how many there are in each building.

    Only the buildings that this page touches are sorted, so that a page of many costs what a page of few costs.
    """
    wanted = [str(klass) for klass in classes]
    buildings = _buildings(round_id, wanted, at)
    shown = [
        each
        for each in buildings
        if (not building or each.path == building) and (not grid or each.grid_path == grid)
    ]
    edge = _edge(round_id, after)
    window = _window(shown, edge[1] if edge else "", size)
    stairs = _stairs(round_id, wanted, building) if building else []
    if not building:
        unit, floor = "", None
    rows = _rows(round_id, wanted, window, edge[0] if edge else None, size + 1, unit=unit, floor=floor)
    rows, has_more = rows[:size], len(rows) > size
    has_more = has_more or bool(rows and window and window[-1] != shown[-1].path)
    names = {each.path: each.name for each in buildings}
    for row in rows:
        row.building_name = names.get(row.area_path, row.area_path)
    count = sum(each.count for each in shown)
    if unit or floor is not None:
        count = sum(
            each.count
            for each in stairs
            if (not unit or each.unit == unit) and (floor is None or each.floor == floor)
        )
    return ExpectedPage(
        rows=rows,
        total=sum(each.count for each in buildings),
        shown=count,
        buildings=buildings,
        older=str(rows[-1].id) if rows and has_more else "",
        stairs=stairs,
    )


def sheets(
    round_id: UUID,
    *,
    at: datetime,
    building: str = "",
    grid: str = "",
    unit: str = "",
    floor: int | None = None,
) -> Iterator[Sequence[ExpectedRow]]:
    """All who are not yet covered, for paper, some buildings at a time: nobody is left out, however many they are."""
    after = ""
    while True:
        page = expected_page(
            round_id, at=at, building=building, grid=grid, unit=unit, floor=floor, after=after, size=PRINTED
        )
        with_contacts(round_id, page.rows)
        yield page.rows
        if not page.older:
            return
        after = page.older


def with_contacts(round_id: UUID, rows: Sequence[ExpectedRow]) -> None:
    """How to reach these people, and what was tried already: a fixed number of queries for any number of rows."""
    people = [row.person_id for row in rows]
    phones: dict[UUID, list[str]] = defaultdict(list)
    for person_id, tail in (
        Phone.objects.filter(person_id__in=people).order_by("position", "pk").values_list("person_id", "tail")
    ):
        phones[person_id].append(tail)
    tries = tries_of(about_id=round_id, person_ids=people)
    last_call = _last_calls(round_id, people)
    visits = dict(
        Visit.objects.filter(round_id=round_id, person_id__in=people)
        .values_list("person_id")
        .annotate(count=Count("pk"))
    )
    last_visit = dict(
        Visit.objects.filter(round_id=round_id, person_id__in=people)
        .order_by("occurred_at")
        .values_list("person_id", "outcome")
    )
    due = dict(
        MakeUp.objects.filter(round_id=round_id, person_id__in=people, done_at=None)
        .order_by("-due_at")
        .values_list("person_id", "due_at")
    )
    for row in rows:
        row.phones = phones[row.person_id]
        row.tries = tries.get(row.person_id, 0)
        row.last_call = _label(CallOutcome, last_call.get(row.person_id, ""))
        row.visits = visits.get(row.person_id, 0)
        row.last_visit = _label(VisitOutcome, last_visit.get(row.person_id, ""))
        row.make_up_due = due.get(row.person_id)


def with_evidence(rows: Sequence[ExpectedRow]) -> None:
    """What covers these people: the tube of their swab, or the reason with its proof and who gave it."""
    ids = [row.evidence_id for row in rows if row.evidence_id]
    samples = {sample.pk: sample for sample in Sample.objects.filter(pk__in=ids)}
    claims = {claim.pk: claim for claim in Claim.objects.filter(pk__in=ids)}
    for row in rows:
        if row.evidence_id is None:
            continue
        if sample := samples.get(row.evidence_id):
            row.evidence, row.evidence_at = f"{sample.tube_code} / {sample.position}", sample.occurred_at
        elif claim := claims.get(row.evidence_id):
            row.evidence = evidence_of(claim)
            row.evidence_at, row.evidence_by = claim.occurred_at, claim.by_name


def person_of_round(round_id: UUID, person_id: UUID) -> ExpectedRow:
    """One person of the list with everything that was tried. Refuses `not_found`."""
    path = Expected.objects.filter(round_id=round_id, person_id=person_id, removed_at=None).values_list(
        "pk", "area_path"
    )
    found = path.first()
    if found is None:
        raise Refusal("not_found", what=str(Expected._meta.verbose_name))
    row = next(row for row in _rows(round_id, list(Coverage.values), [found[1]], None, None, only=found[0]))
    row.building_name = Area.objects.filter(path=row.area_path).values_list("name", flat=True).first() or ""
    with_contacts(round_id, [row])
    with_evidence([row])
    return row


def _rows(
    round_id: UUID,
    classes: list[str],
    paths: list[str],
    after: UUID | None,
    size: int | None,
    *,
    only: UUID | None = None,
    unit: str = "",
    floor: int | None = None,
) -> list[ExpectedRow]:
    today = clock.today()
    sql = _ROWS if only is None else _ROWS.replace("ORDER BY", "AND e.id = %(only)s ORDER BY", 1)
    facts: dict[str, Any] = {
        "round": round_id,
        "classes": classes,
        "paths": paths,
        "after": after,
        "size": size,
        "only": only,
        "unit": unit,
        "floor": floor,
    }
    with connection.cursor() as cursor:
        cursor.execute(sql, facts)
        return [_row(values, today) for values in cursor.fetchall()]


def _row(values: Sequence[Any], today: date) -> ExpectedRow:
    key, person_id, path, klass, evidence_id, origin, name, sex, birth_on, *door = values
    building, unit, floor, room, compound, dwelling_id = door
    return ExpectedRow(
        id=key,
        person_id=person_id,
        area_path=path,
        klass=Coverage(klass),
        evidence_id=evidence_id,
        is_found=origin == "found",
        name=name,
        sex=sex,
        age=_age(birth_on, today),
        building=building,
        unit=unit,
        floor=floor,
        room=room,
        compound=compound,
        dwelling_id=dwelling_id,
    )


def _age(birth_on: date | None, today: date) -> int | None:
    if birth_on is None:
        return None
    return today.year - birth_on.year - ((today.month, today.day) < (birth_on.month, birth_on.day))


def _buildings(round_id: UUID, classes: list[str], at: datetime) -> list[Building]:
    counted = dict(
        Expected.objects.filter(round_id=round_id, removed_at=None, klass__in=classes)
        .values_list("area_path")
        .annotate(count=Count("pk"))
        .order_by("area_path")
    )
    names = dict(Area.objects.filter(path__in=list(counted)).values_list("path", "name"))
    grids = grids_of("/", at) if counted else {}
    return [
        Building(
            path=path,
            name=str(names.get(path, path)),
            grid=str(grids[path].name) if path in grids else "",
            grid_path=grids[path].path if path in grids else "",
            count=count,
        )
        for path, count in counted.items()
    ]


def _stairs(round_id: UUID, classes: list[str], building: str) -> list[Stair]:
    counted = (
        Expected.objects.filter(round_id=round_id, removed_at=None, klass__in=classes, area_path=building)
        .values_list("dwelling__unit", "dwelling__floor")
        .annotate(count=Count("pk"))
        .order_by()
    )
    return [Stair(unit or "", floor, count) for unit, floor, count in counted]


def _edge(round_id: UUID, after: str) -> tuple[UUID, str] | None:
    """The row that a page goes on from, also when that person has been covered meanwhile."""
    try:
        key = UUID(after)
    except ValueError:
        return None
    return Expected.objects.filter(pk=key, round_id=round_id).values_list("pk", "area_path").first()


def _window(buildings: Sequence[Building], start: str, size: int) -> list[str]:
    """The buildings from this one on that together fill a page."""
    rest = [each for each in buildings if each.path >= start]
    sums = list(accumulate(each.count for each in rest))
    # The first building may have been shown in part already: its count does not tell how much of it is left.
    first = rest[0].count if rest else 0
    needed = next((index for index, total in enumerate(sums) if total - first > size), len(rest) - 1)
    return [each.path for each in rest[: needed + 1]]


def _last_calls(round_id: UUID, people: list[UUID]) -> Mapping[UUID, str]:
    tries = CallTry.objects.filter(task__about_id=round_id, task__person_id__in=people)
    return dict(tries.order_by("occurred_at").values_list("task__person_id", "outcome"))


def _label(choices: type[CallOutcome] | type[VisitOutcome], value: str) -> str:
    return str(choices(value).label) if value else ""


@dataclass(frozen=True, slots=True)
class Told:
    """Something that was done about a person: a call, a visit, a reason."""

    at: datetime
    who: str
    words: str
    why: str = ""


def told(round_id: UUID, person_id: UUID) -> list[Told]:
    """All that was tried with one person of a round, the latest first (as components/history.html shows it)."""
    lines = [
        Told(each.occurred_at, each.by_name, f"{_('call')}: {each.get_outcome_display()}", each.note)
        for each in CallTry.objects.filter(task__about_id=round_id, task__person_id=person_id)
    ]
    lines += [
        Told(each.occurred_at, each.by_name, f"{_('visit')}: {each.get_outcome_display()}", each.note)
        for each in Visit.objects.filter(round_id=round_id, person_id=person_id)
    ]
    for claim in Claim.objects.filter(round_id=round_id, person_id=person_id):
        words = f"{_('reason')}: {claim.get_klass_display()}"
        lines.append(Told(claim.occurred_at, claim.by_name, words, evidence_of(claim)))
        if claim.withdrawn_at:
            lines.append(Told(claim.withdrawn_at, "", _("reason taken back")))
    return sorted(lines, key=lambda line: line.at, reverse=True)


def evidence_of(claim: Claim) -> str:
    """What a reason rests on, in one line."""
    parts = [claim.place, claim.proof, claim.note, formats.day(claim.until_on) if claim.until_on else ""]
    return " · ".join(part for part in parts if part)


@dataclass(frozen=True, slots=True)
class Proposal:
    """A reason that stood in the last round, or an absence of the register (`away_since`): confirmed one by one.

    The claim of an absence is not made yet: it is what a confirmation would say.
    """

    person_id: UUID
    name: str
    door: str
    claim: Claim
    away_since: date | None = None


CARRIED = (Coverage.EXEMPT, Coverage.AWAY, Coverage.ISOLATED)


def proposals(round_: Round, *, at: datetime, size: int = SIZE) -> list[Proposal]:
    """What was said in the round before of people who are unknown now, and still may hold: exempt, away, isolated.

    A return that is past is not offered: they are back. Nothing is carried over by itself (MT-40, exempt needs a doctor).
    """
    away = _absent(round_, at=at, size=size)
    before = rounds.before(round_)
    if before is None:
        return away
    noted = {each.person_id for each in away}
    unknown = Expected.objects.filter(round=round_, removed_at=None, klass=Coverage.UNKNOWN)
    said = (
        Expected.objects.filter(round=before, removed_at=None, klass__in=CARRIED)
        .filter(person_id__in=unknown.values("person_id"))
        .select_related("person", "dwelling")
        .order_by("area_path", "id")[: size * 4]
    )
    claims = Claim.objects.in_bulk([row.evidence_id for row in said if row.evidence_id])
    today = clock.day_of(at)
    found = []
    for row in said:
        claim = claims.get(row.evidence_id) if row.evidence_id else None
        if (
            row.person_id not in noted
            and claim is not None
            and (claim.until_on is None or claim.until_on >= today)
        ):
            door = row.dwelling.label if row.dwelling else ""
            found.append(Proposal(row.person_id, row.person.name, door, claim))
    return [*away, *found][:size]


def _absent(round_: Round, *, at: datetime, size: int) -> list[Proposal]:
    """Who is unknown now and away by the register, at a known place, with a day of return that is not past."""
    unknown = Expected.objects.filter(round=round_, removed_at=None, klass=Coverage.UNKNOWN)
    absences = {
        each.person_id: each
        for each in Absence.objects.filter(
            person_id__in=unknown.values("person_id"),
            returned_on=None,
            left_on__lte=clock.day_of(at),
            back_on__gte=clock.day_of(at),
        )
    }
    rows = unknown.filter(person_id__in=list(absences)).select_related("person", "dwelling")
    return [
        Proposal(
            row.person_id,
            row.person.name,
            row.dwelling.label if row.dwelling else "",
            Claim(
                klass=Coverage.AWAY,
                place=absence.place,
                until_on=absence.back_on,
                by_name=absence.noted_by_name,
                occurred_at=absence.noted_at,
            ),
            absence.left_on,
        )
        for row in rows.order_by("area_path", "id")[:size]
        for absence in [absences[row.person_id]]
    ]
