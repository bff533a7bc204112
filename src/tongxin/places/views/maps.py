"""The map of a community, its table for those who cannot see it, and the import of outlines."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from tongxin.access.gate import ActorRequest, needs
from tongxin.core import areas, clock
from tongxin.places.forms import OutlineForm
from tongxin.places.models import Area
from tongxin.places.queries import areas as area_queries
from tongxin.places.queries import grids as grid_queries
from tongxin.places.queries import maps as queries
from tongxin.places.services import outlines as services
from tongxin.places.views.parts import address, around, page, sent

DRAW = "places.grid.draw"


def _features(request: ActorRequest, community: Area) -> list[dict[str, Any]]:
    grids = grid_queries.drawing(community.path, clock.today())
    doors = grid_queries.doors_by_building(community.path)
    found = [
        *queries.shapes(community.path, grids=grids, doors=doors),
        *queries.points(community.path),
    ]
    for feature in found:
        facts = feature["properties"]
        facts["href"] = _href(facts)
    return found


def _href(facts: dict[str, Any]) -> str:
    return (
        reverse("places:site", args=[facts["id"]])
        if facts["what"] == "site"
        else address("area", facts["path"])
    )


@needs()
def shapes(request: ActorRequest, inside: str) -> HttpResponse:
    """The features of the map, as GeoJSON in WGS-84."""
    community = area_queries.at_path(area_queries.community_of(f"/{inside}/"))
    return JsonResponse({"type": "FeatureCollection", "features": _features(request, community)})


@needs()
def map_page(request: ActorRequest, inside: str) -> HttpResponse:
    """Grids, buildings and points where they lie; under it the same as a table, and all of it where nothing has a place."""
    community = area_queries.at_path(area_queries.community_of(f"/{inside}/"))
    features = _features(request, community)
    lines = area_queries.grid_table(community.path, clock.today(), seen=request.actor.paths)
    context = {
        "shapes": address("shapes", community.path),
        "has_places": bool(features),
        "rows": [feature["properties"] for feature in features],
        "lines": lines,
        "neighbours": queries.neighbours(community),
        "may_import": request.actor.may(DRAW, within=community.path),
        "import": address("outlines", community.path),
        "as_of": clock.now(),
        "sees_buildings": areas.within_any(community.path, request.actor.paths),
        **around(community, "map"),
    }
    return render(request, "places/map.html", context)


@needs(DRAW)
@require_http_methods(["GET", "POST"])
def outlines(request: ActorRequest, inside: str) -> HttpResponse:
    """Import outlines from a GeoJSON file."""
    community = area_queries.at_path(area_queries.community_of(f"/{inside}/"))
    request.actor.must(DRAW, within=community.path)
    form = OutlineForm(request.POST or None, request.FILES or None)
    wrong: list[services.Wrong] = []
    read = sent(request, form, lambda: _store(request, community, form.cleaned_data))
    if read is not None and not read.wrong:
        count = len(read.outlines)
        messages.success(
            request,
            ngettext("%(count)s outline is on the map.", "%(count)s outlines are on the map.", count)
            % {"count": count},
        )
        return redirect(address("map", community.path))
    if read is not None:
        wrong = read.wrong
        form.add_error("file", _("Nothing was taken in: mend the features named below."))
    context = {
        "wrong": wrong[:100],
        "wrong_count": len(wrong),
        "back": address("map", community.path),
        **around(community, "map"),
    }
    return page(request, "places/outlines.html", context, form)


def _store(request: ActorRequest, community: Area, clean: dict[str, Any]) -> services.Read:
    return services.store_outlines(
        content=clean["file"].read(services.LARGEST + 1), file_name=clean["file"].name,
        community_path=community.path, datum=clean["datum"], by=request.actor, at=clock.now(),
    )  # fmt: skip
