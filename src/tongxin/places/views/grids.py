"""Pages about grids."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tongxin.access.gate import ActorRequest, needs
from tongxin.core import areas, clock, formats
from tongxin.core.pages import Column, Empty, Table
from tongxin.places.models import Area
from tongxin.places.queries import areas as area_queries
from tongxin.places.views.parts import around


@needs()
def grids(request: ActorRequest, inside: str) -> HttpResponse:
    """Which buildings make up which grid today."""
    community = area_queries.at_path(area_queries.community_of(f"/{inside}/"))
    lines = area_queries.grid_table(community.path, clock.today(), seen=request.actor.paths)
    buildings = sum(len(line.buildings) for line in lines)
    table = Table(
        columns=[
            Column(_("Grid")), Column(_("Buildings")), Column(_("Number of buildings"), "num wide-only"),
            Column(_("Doors"), "num"),
        ],
        rows=lines,
        empty=_no_grids(request, community),
        scope=community.name,
        as_of=clock.now(),
        count=ngettext("%(count)s building", "%(count)s buildings", buildings) % {"count": formats.number(buildings)},
        name="grids",
    )  # fmt: skip
    return render(request, "places/grids.html", {"table": table, **around(community, "grids")})


def _no_grids(request: ActorRequest, community: Area) -> Empty:
    if areas.within_any(community.path, request.actor.paths):
        return Empty(_("There are no buildings yet. They come with the household register."))
    return Empty(_("You have no right to see the buildings of %(area)s.") % {"area": community.name})
