from datetime import date

from tongxin.core import areas
from tongxin.places.enums import AreaLevel, CodeSource, SiteKind
from tongxin.places.models import Area, Dwelling, GridMembership, Site


def area(parent: Area, segment: str, name: str, level: str) -> Area:
    return Area.objects.create(
        key=f"{parent.key}{segment}",
        path=areas.child(parent.path, segment),
        name=name,
        level=level,
        parent=parent,
        code_source=CodeSource.LOCAL,
    )


def building(community: Area, number: str, grid: Area | None = None) -> Area:
    made = area(community, f"B{int(number):03d}", f"{number}栋", AreaLevel.BUILDING)
    if grid is not None:
        GridMembership.objects.create(area_path=made.path, grid=grid, valid_from=date(2020, 1, 1))
    return made


def dwelling(building: Area, number: str, unit: str, room: str) -> Dwelling:
    floor = int(room[:-2]) if room[:-2].isdigit() else None
    return Dwelling.objects.create(
        area_path=building.path, building=number, unit=unit, room=room, floor=floor
    )


def site(community: Area, name: str, kind: str = SiteKind.SAMPLING_POINT) -> Site:
    return Site.objects.create(area_path=community.path, kind=kind, name=name)
