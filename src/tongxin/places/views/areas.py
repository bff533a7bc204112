"""Pages about areas: the tree, and the search for an area."""

from django.http import HttpResponse
from django.shortcuts import redirect, render

from tongxin.access.gate import ActorRequest, needs
from tongxin.core import clock
from tongxin.places.queries import areas as area_queries
from tongxin.places.views.parts import address, around, found_at

SHOWN = 30


@needs()
def index(request: ActorRequest) -> HttpResponse:
    """The area where the person works."""
    return redirect(address("area", request.actor.home))


@needs()
def area(request: ActorRequest, inside: str = "") -> HttpResponse:
    """One area with what lies below; a branch that opens fetches its own children."""
    found = found_at(inside)
    branches = area_queries.children(found, clock.today())
    if request.htmx:
        return render(request, "places/area.html#branches", {"branches": branches})
    return render(request, "places/area.html", {"branches": branches, **around(found, "area")})


@needs()
def search(request: ActorRequest) -> HttpResponse:
    text = request.GET.get("text", "")[:60]
    found = area_queries.search_areas(text, near=request.actor.home, limit=SHOWN)
    return render(request, "places/search.html", {"text": text, "found": found, "limit": SHOWN})
