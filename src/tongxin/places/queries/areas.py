"""Finding areas, and what a grant in one of them opens."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from uuid import UUID

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from tongxin.core import areas, clock
from tongxin.core.refusals import Refusal
from tongxin.places.enums import AreaLevel
from tongxin.places.models import Area, Dwelling, GridMembership
from tongxin.places.rules import building_number, building_segment, compound_name, region_key


def find(text: str) -> Area:
    """The area of a 12-character key, a path, or an unambiguous name. Refuses `area_unknown`, `area_ambiguous`."""
    wanted = text.strip()
    if wanted.startswith("/"):
        found = list(Area.objects.filter(path=wanted if wanted.endswith("/") else f"{wanted}/"))
    else:
        found = list(Area.objects.filter(key=region_key(wanted)).order_by("path")[:1])
        found = found or list(Area.objects.filter(name=wanted, valid_to=None).order_by("path")[:6])
    if not found:
        raise Refusal("area_unknown", area=wanted)
    if len(found) > 1:
        raise Refusal(
            "area_ambiguous", area=wanted, choices=", ".join(f"{area.name} {area.key}" for area in found)
        )
    return found[0]


def named(path: str) -> str:
    """The name of the area with this path, or the path itself."""
    return Area.objects.filter(path=path).values_list("name", flat=True).first() or path


def paths_seen_by(granted: str, at: datetime) -> list[str]:
    """What a grant in this area opens: a grid is the set of its buildings on the day, everything else itself."""
    grid = Area.objects.filter(path=granted, level=AreaLevel.GRID).first()
    if grid is None:
        return [granted]
    return sorted(buildings_of(grid, at))


def buildings_of(grid: Area, at: datetime) -> set[str]:
    day = clock.day_of(at)
    members = GridMembership.objects.filter(grid=grid, valid_from__lte=day).exclude(valid_to__lte=day)
    return set(members.values_list("area_path", flat=True))


def grids_of(community: str, at: datetime) -> dict[str, Area]:
    """Building path -> grid, for one community on a day."""
    day = clock.day_of(at)
    members = (
        GridMembership.objects.filter(area_path__startswith=community, valid_from__lte=day)
        .exclude(valid_to__lte=day)
        .select_related("grid")
    )
    return {member.area_path: member.grid for member in members}


def building_path(community: str, number: str, compound: str = "") -> str:
    """The path of a building of the community by its number as typed, or nothing when it is not there.

    Without a compound the one building of that number is meant; of two (东区3栋, 西区3栋) nobody knows which.
    """
    known = building_number(number)
    if not known:
        return ""
    found = Area.objects.filter(
        path__startswith=community, path__endswith=f"/{building_segment(known)}/", level=AreaLevel.BUILDING
    )
    if compound:
        found = found.filter(parent__level=AreaLevel.COMPOUND, parent__name=compound_name(compound))
    paths = list(found.order_by("path").values_list("path", flat=True)[:2])
    direct = areas.child(community, building_segment(known))
    if not compound and direct in paths:
        return direct
    return paths[0] if len(paths) == 1 else ""


def compounds_of(community: str) -> dict[str, Area]:
    """The compounds of a community by name (小区)."""
    return {area.name: area for area in below(community, AreaLevel.COMPOUND)}


def below(path: str, level: str) -> QuerySet[Area]:
    return Area.objects.filter(path__startswith=path, level=level, valid_to=None).order_by("path")


def at_path(path: str) -> Area:
    """The area with this path. Refuses `area_unknown`."""
    area = Area.objects.filter(path=path).select_related("successor").first()
    if area is None:
        raise Refusal("area_unknown", area=path)
    return area


def chain_of(path: str) -> list[Area]:
    """The area and all that contain it, the widest first."""
    return list(Area.objects.filter(path__in=areas.chain(path)).order_by("path"))


def community_of(path: str) -> str:
    """The path of the community (or village) that contains this one. Refuses `area_unknown` above a community."""
    found = Area.objects.filter(path__in=areas.chain(path), level=AreaLevel.COMMUNITY).values_list(
        "path", flat=True
    )
    community = found.first()
    if community is None:
        raise Refusal("area_unknown", area=path)
    return community


@dataclass(frozen=True, slots=True)
class Branch:
    """One area of the tree as it is browsed; `has_children` says whether it opens.

    `doors` and `people` are counted inside a community, for those who may see them there; else None.
    """

    area: Area
    has_children: bool
    is_ended: bool
    doors: int | None = None
    people: int | None = None


def counted(branches: Sequence[Branch], inside: str, on: date, people: Mapping[str, int]) -> list[Branch]:
    """The branches with the doors and people in each; a grid counts its buildings of the day."""
    doors = dict(
        Dwelling.objects.filter(area_path__startswith=inside)
        .order_by()
        .values_list("area_path")
        .annotate(doors=Count("id"))
    )
    grid_of = {path: grid.path for path, grid in grids_of(inside, clock.start_of(on)).items()}

    def total(area: Area, counts: Mapping[str, int]) -> int:
        if area.level == AreaLevel.GRID:
            return sum(count for path, count in counts.items() if grid_of.get(path) == area.path)
        return sum(count for path, count in counts.items() if areas.contains(area.path, path))

    return [
        replace(branch, doors=total(branch.area, doors), people=total(branch.area, people))
        for branch in branches
    ]


def children(area: Area, on: date) -> list[Branch]:
    """What lies directly below, by code; ended areas come last and say what came after them (ID-03).

    Below a grid lie its buildings of the day, as far as the reader may see them.
    """
    below_this = Area.objects.filter(parent=OuterRef("pk"))
    if area.level == AreaLevel.GRID:
        rows = Area.objects.filter(path__in=buildings_of(area, clock.start_of(on)))
    else:
        rows = Area.objects.filter(parent=area)
    branches = [
        Branch(row, row.has_children, row.valid_to is not None and row.valid_to <= on)
        for row in rows.annotate(has_children=Exists(below_this)).select_related("successor").order_by("path")
    ]
    return sorted(
        branches, key=lambda branch: (branch.is_ended, LEVEL_ORDER[branch.area.level], branch.area.path)
    )


LEVEL_ORDER = {level: number for number, level in enumerate(AreaLevel.values)}


def search_areas(text: str, *, near: str = areas.EVERYWHERE, limit: int = 30) -> Sequence[Area]:
    """Areas whose name contains the text or whose code begins with it: those of the same county first.

    Within each, exact names come first and wide areas before small ones. Buildings are not searched.
    """
    wanted = text.strip()
    if not wanted:
        return []
    found = (
        Area.objects.exclude(level=AreaLevel.BUILDING)
        .filter(Q(name__contains=wanted) | Q(key__startswith=region_key(wanted)))
        .select_related("parent", "parent__parent")
        .order_by("path")
    )
    county = areas.chain(near)[:COUNTY_DEPTH][-1]
    inside = list(found.filter(path__startswith=county)[:SEARCHED])
    outside = list(found.exclude(path__startswith=county)[:SEARCHED]) if len(inside) < limit else []
    return [*_ranked(inside, wanted), *_ranked(outside, wanted)][:limit]


COUNTY_DEPTH = 4  # the country, province, city, county
SEARCHED = 300


def _ranked(found: Sequence[Area], wanted: str) -> list[Area]:
    return sorted(found, key=lambda area: (area.name != wanted, LEVEL_ORDER[area.level], area.path))


@dataclass(frozen=True, slots=True)
class GridLine:
    """A grid with its buildings on a day; `grid` is None for the buildings that are in no grid."""

    grid: Area | None
    buildings: list[Area]
    doors: int


def grid_table(community_path: str, on: date, *, seen: Sequence[str] = (areas.EVERYWHERE,)) -> list[GridLine]:
    """Building by grid, for one community on a day (ID-05). Buildings in no grid come last.

    `seen` are the paths that the reader may see: of a building outside them nobody could say which grid it is in.
    """
    members = (
        GridMembership.objects.filter(area_path__startswith=community_path, valid_from__lte=on)
        .exclude(valid_to__lte=on)
        .values_list("area_path", "grid__path")
    )
    grid_of = dict(members)
    doors = dict(
        Dwelling.objects.filter(area_path__startswith=community_path)
        .values_list("area_path")
        .annotate(doors=Count("id"))
    )
    buildings = [
        area for area in below(community_path, AreaLevel.BUILDING) if areas.within_any(area.path, seen)
    ]
    grids = (
        Area.objects.valid_on(on)
        .filter(path__startswith=community_path, level=AreaLevel.GRID)
        .order_by("path")
    )
    lines = []
    for grid in grids:
        inside = [area for area in buildings if grid_of.get(area.path) == grid.path]
        if inside:
            lines.append(GridLine(grid, inside, sum(doors.get(area.path, 0) for area in inside)))
    loose = [area for area in buildings if area.path not in grid_of]
    if loose:
        lines.append(GridLine(None, loose, sum(doors.get(area.path, 0) for area in loose)))
    return lines


@dataclass(frozen=True, slots=True)
class Cell:
    """A door of a building's table: its room, whether it is empty, and how many live behind it."""

    room: str
    people: int
    is_vacant: bool


@dataclass(frozen=True, slots=True)
class Floor:
    """A floor of a building: the doors of each unit, in the order of `House.units`. No number where none is said."""

    number: int | None
    units: list[list[Cell]]


@dataclass(frozen=True, slots=True)
class House:
    """A building as a table: floors from the top, units from left to right (DESIGN, Pictures). Never a name."""

    units: list[str]
    floors: list[Floor]
    doors: int
    people: int
    vacant: int


def house(building_path: str, people: Mapping[UUID, int]) -> House:
    """The doors of one building, with how many live behind each."""
    doors = list(Dwelling.objects.filter(area_path=building_path).order_by("unit", "room", "id"))
    units = sorted({door.unit for door in doors}, key=lambda unit: (len(unit), unit))
    levels = sorted({door.floor for door in doors}, key=lambda floor: (floor is None, -(floor or 0)))
    floors = [
        Floor(
            level,
            [
                [
                    Cell(door.room, people.get(door.pk, 0), door.is_vacant)
                    for door in doors
                    if (door.floor, door.unit) == (level, unit)
                ]
                for unit in units
            ],
        )
        for level in levels
    ]
    return House(units, floors, len(doors), sum(people.values()), sum(door.is_vacant for door in doors))


def grid_of(building_path: str, at: datetime) -> Area | None:
    """The grid that the building is in."""
    return grids_of(building_path, at).get(building_path)
