"""What the map shows: outlines of areas and positions of sites, all in one system. Never a person's name."""

from collections.abc import Mapping
from typing import Any

from django.db.models import Q

from tongxin.core import areas
from tongxin.places.enums import AreaLevel
from tongxin.places.models import Area, Outline
from tongxin.places.queries.sites import sites_in
from tongxin.places.rules import positions

Feature = dict[str, Any]
ORDER = (AreaLevel.COMMUNITY, AreaLevel.COMPOUND, AreaLevel.GRID, AreaLevel.BUILDING)


def shapes(community: str, *, grids: Mapping[str, str], doors: Mapping[str, int]) -> list[Feature]:
    """The outlines of a community, its neighbours, and what lies in it, the widest first.

    `grids` says building path -> grid name.
    """
    beside = Q(area__parent__path=areas.parent_of(community), area__level=AreaLevel.COMMUNITY)
    inside = Q(area__path__startswith=community)
    rows = Outline.objects.filter(inside | beside, area__valid_to=None).select_related("area")
    by_grid: dict[str, int] = {}
    for path, grid in grids.items():
        by_grid[grid] = by_grid.get(grid, 0) + doors.get(path, 0)
    return [
        {
            "type": "Feature",
            "geometry": positions.as_wgs84(row.geometry, row.datum),
            "properties": {
                "what": row.area.level if areas.contains(community, row.area.path) else "neighbour",
                "level": str(row.area.get_level_display()),
                "name": row.area.name,
                "path": row.area.path,
                "grid": grids.get(row.area.path, ""),
                "doors": by_grid.get(row.area.name, 0)
                if row.area.level == AreaLevel.GRID
                else doors.get(row.area.path, 0)
                if row.area.level == AreaLevel.BUILDING
                else None,
            },
        }
        for row in sorted(rows, key=_widest_first)
    ]


def _widest_first(row: Outline) -> tuple[int, str]:
    return (ORDER.index(row.area.level) if row.area.level in ORDER else 0), row.area.path


def points(community: str) -> list[Feature]:
    """The open sites that have a position."""
    found = []
    for site in sites_in(community).exclude(latitude=None).order_by("kind", "name"):
        spot = positions.as_wgs84(
            {"type": "Point", "coordinates": [float(site.longitude), float(site.latitude)]},  # type: ignore[arg-type]
            site.datum,
        )
        found.append(
            {
                "type": "Feature",
                "geometry": spot,
                "properties": {
                    "what": "site",
                    "kind": site.kind,
                    "level": str(site.get_kind_display()),
                    "name": site.name,
                    "id": str(site.pk),
                    "address": site.address,
                    "flagged": site.is_flagged,
                },
            }
        )
    return found


def neighbours(community: Area) -> list[Area]:
    """The other communities of the same sub-district: what lies beside this one (A1)."""
    beside = Area.objects.filter(parent_id=community.parent_id, level=community.level, valid_to=None)
    return list(beside.exclude(pk=community.pk).order_by("path"))
