"""Drawings of grids: which building is in which grid on a day, what a new drawing changes, and every change so far."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from hashlib import sha256

from django.db.models import Count, Q

from tongxin.access.models import Grant
from tongxin.core import areas
from tongxin.places.enums import AreaLevel
from tongxin.places.models import Area, Dwelling, GridMembership


def drawing_mark(community: str) -> str:
    """A short mark of the drawing as it stands: another drawing has another mark."""
    rows = (
        GridMembership.objects.filter(area_path__startswith=community, valid_to=None)
        .order_by("area_path")
        .values_list("area_path", "grid_id", "valid_from")
    )
    return sha256("\n".join(f"{path} {grid} {day}" for path, grid, day in rows).encode()).hexdigest()[:16]


def drawing(community: str, on: date) -> dict[str, str]:
    """Building path -> name of its grid on that day."""
    members = GridMembership.objects.filter(area_path__startswith=community, valid_from__lte=on)
    return dict(members.exclude(valid_to__lte=on).values_list("area_path", "grid__name"))


def latest_drawing(community: str) -> tuple[dict[str, str], date | None]:
    """The drawing that holds last of all, and from which day on: today's, or one that is already decided."""
    rows = GridMembership.objects.filter(area_path__startswith=community, valid_to=None)
    held = {
        path: (name, day) for path, name, day in rows.values_list("area_path", "grid__name", "valid_from")
    }
    return {path: name for path, (name, _day) in held.items()}, max(
        (day for _name, day in held.values()), default=None
    )


def doors_by_building(community: str) -> dict[str, int]:
    found = Dwelling.objects.filter(area_path__startswith=community).order_by().values_list("area_path")
    return dict(found.annotate(doors=Count("id")))


@dataclass(slots=True)
class Side:
    """A grid in one drawing."""

    buildings: list[str] = field(default_factory=list)
    doors: int = 0
    people: int = 0


@dataclass(slots=True)
class Compared:
    """A grid before and after; `name` is empty for the buildings that are in none."""

    name: str
    old: Side = field(default_factory=Side)
    new: Side = field(default_factory=Side)

    @property
    def is_changed(self) -> bool:
        return self.old.buildings != self.new.buildings


def compare(
    old: Mapping[str, str],
    new: Mapping[str, str],
    *,
    names: Mapping[str, str],
    doors: Mapping[str, int],
    people: Mapping[str, int],
) -> list[Compared]:
    """Two drawings side by side, by grid; buildings in no grid come last."""
    lines: dict[str, Compared] = {}
    for grid in [*old.values(), *new.values()]:
        lines.setdefault(grid, Compared(grid))
    for path in names:
        for sides, is_old in ((old, True), (new, False)):
            line = lines.setdefault(sides.get(path, ""), Compared(sides.get(path, "")))
            side = line.old if is_old else line.new
            side.buildings.append(names[path])
            side.doors += doors.get(path, 0)
            side.people += people.get(path, 0)
    return [
        *(line for name, line in lines.items() if name),
        *(line for name, line in lines.items() if not name),
    ]


@dataclass(frozen=True, slots=True)
class Follows:
    """A worker whose grant follows the grid by date (ID-05): what it opens before and after."""

    name: str
    role: str
    grid: str
    before: int
    after: int


def grants_that_follow(
    community: str, old: Mapping[str, str], new: Mapping[str, str], at: datetime
) -> list[Follows]:
    """The grants in the community's grids, with how many buildings each opens before and after the drawing."""
    grids = dict(
        Area.objects.filter(path__startswith=community, level=AreaLevel.GRID).values_list("path", "name")
    )
    grants = Grant.objects.in_force(at).filter(area_path__in=grids).select_related("account")
    return [
        Follows(
            name=str(grant.account),
            role=grant.role,
            grid=grids[grant.area_path],
            before=sum(name == grids[grant.area_path] for name in old.values()),
            after=sum(name == grids[grant.area_path] for name in new.values()),
        )
        for grant in sorted(grants, key=lambda each: (each.area_path, str(each.account)))
    ]


@dataclass(frozen=True, slots=True)
class Moved:
    """One building on a day of drawing."""

    building: str
    was: str
    now: str


@dataclass(frozen=True, slots=True)
class Drawn:
    """A day on which the grids changed, and how."""

    on: date
    moves: list[Moved]


def drawings(community: str, seen: Iterable[str]) -> list[Drawn]:
    """Every change of the grids, the latest day first, as far as the reader sees the buildings."""
    inside = Q(pk=None)
    for path in seen:
        inside |= Q(area_path__startswith=path)
    rows = list(
        GridMembership.objects.filter(inside, area_path__startswith=community)
        .select_related("grid")
        .order_by("area_path", "valid_from")
    )
    names = dict(Area.objects.filter(path__in={row.area_path for row in rows}).values_list("path", "name"))
    was: dict[tuple[date, str], str] = {}
    now: dict[tuple[date, str], str] = {}
    for row in rows:
        if row.valid_to == row.valid_from:
            continue
        now[row.valid_from, row.area_path] = row.grid.name
        if row.valid_to is not None:
            was[row.valid_to, row.area_path] = row.grid.name
    days: dict[date, list[Moved]] = {}
    for day, path in sorted({*was, *now}, key=lambda each: (each[0].toordinal() * -1, each[1])):
        before, after = was.get((day, path), ""), now.get((day, path), "")
        if before != after:
            days.setdefault(day, []).append(Moved(names.get(path, path), before, after))
    return [Drawn(day, moves) for day, moves in days.items()]


def buildings_seen(community: str, seen: Iterable[str]) -> dict[str, str]:
    """Building path -> name, of the buildings that stand, as far as the reader sees them."""
    held = list(seen)
    rows = Area.objects.filter(path__startswith=community, level=AreaLevel.BUILDING, valid_to=None)
    return {
        path: name
        for path, name in rows.order_by("path").values_list("path", "name")
        if areas.within_any(path, held)
    }
