"""Finding areas, and what a grant in one of them opens."""

from datetime import datetime

from django.db.models import QuerySet

from tongxin.core import clock
from tongxin.core.refusals import Refusal
from tongxin.places.enums import AreaLevel
from tongxin.places.models import Area, GridMembership


def find(text: str) -> Area:
    """The area of a 12-character key, a path, or an unambiguous name. Refuses `area_unknown`, `area_ambiguous`."""
    wanted = text.strip()
    if wanted.startswith("/"):
        found = list(Area.objects.filter(path=wanted if wanted.endswith("/") else f"{wanted}/"))
    else:
        found = list(Area.objects.filter(key=wanted.upper()).order_by("path")[:1])
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


def below(path: str, level: str) -> QuerySet[Area]:
    return Area.objects.filter(path__startswith=path, level=level, valid_to=None).order_by("path")
