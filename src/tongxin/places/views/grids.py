"""Pages about grids: which buildings make up which, a new drawing beside the old one, and every drawing so far."""

from datetime import date
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from tongxin.access.gate import ActorRequest, needs
from tongxin.access.roles import ROLES
from tongxin.core import areas, clock, formats
from tongxin.core.pages import Chip, Column, Empty, Table, without
from tongxin.places.forms import DrawingForm
from tongxin.places.models import Area
from tongxin.places.queries import areas as area_queries
from tongxin.places.queries import grids as queries
from tongxin.places.queries import population
from tongxin.places.services.grids import draw_grids
from tongxin.places.views.parts import address, around, page, sent

DRAW, REGISTER = "places.grid.draw", "people.register.read"


@needs()
def grids(request: ActorRequest, inside: str) -> HttpResponse:
    """Which buildings make up which grid today, or on another day."""
    community = area_queries.at_path(area_queries.community_of(f"/{inside}/"))
    on = _day(request)
    lines = area_queries.grid_table(community.path, on, seen=request.actor.paths)
    people = population.people_by_area(community.path) if request.actor.may(REGISTER) else None
    buildings = sum(len(line.buildings) for line in lines)
    table = Table(
        columns=[
            Column(_("Grid")), Column(_("Buildings")), Column(_("Number of buildings"), "num wide-only"),
            Column(_("Doors"), "num"), Column(_("Persons"), "num"),
        ],
        rows=[(line, None if people is None else sum(
            population.below(people, building.path) for building in line.buildings)) for line in lines],
        empty=_no_grids(request, community),
        scope=community.name,
        as_of=clock.now(),
        count=ngettext("%(count)s building", "%(count)s buildings", buildings) % {"count": formats.number(buildings)},
        chips=[Chip(formats.day(on), without(request.GET, "on"))] if on != clock.today() else [],
        name="grids",
    )  # fmt: skip
    context = {
        "table": table,
        "on": on,
        "history": address("grid_history", community.path),
        "redraw": address("redraw", community.path)
        if lines and request.actor.may(DRAW, within=community.path)
        else "",
        **around(community, "grids"),
    }
    return render(request, "places/grids.html", context)


def _day(request: ActorRequest) -> date:
    try:
        return date.fromisoformat(request.GET.get("on", ""))
    except ValueError:
        return clock.today()


def _no_grids(request: ActorRequest, community: Area) -> Empty:
    if areas.within_any(community.path, request.actor.paths):
        return Empty(_("There are no buildings yet. They come with the household register."))
    return Empty(_("You have no right to see the buildings of %(area)s.") % {"area": community.name})


@needs(DRAW)
@require_http_methods(["GET", "POST"])
def redraw(request: ActorRequest, inside: str) -> HttpResponse:
    """Choose buildings into grids, look at the old and the new drawing side by side, then draw it."""
    community = area_queries.at_path(area_queries.community_of(f"/{inside}/"))
    request.actor.must(DRAW, within=community.path)
    old, since = queries.latest_drawing(community.path)
    buildings = queries.buildings_seen(community.path, request.actor.paths)
    form = DrawingForm(
        request.POST or None,
        buildings=buildings,
        drawing=old,
        earliest=max(since or clock.today(), clock.today()),
    )
    context: dict[str, Any] = {
        "mark": queries.drawing_mark(community.path),
        "since": since,
        "back": address("grids", community.path),
        **around(community, "grids"),
    }
    is_chosen = request.method == "POST" and form.is_valid()
    if is_chosen and request.POST.get("act") == "draw" and _draw(request, community, form):
        messages.success(
            request, _("The grids are drawn from %(day)s on.") % {"day": formats.day(form.cleaned_data["on"])}
        )
        return redirect(f"{context['back']}?on={form.cleaned_data['on'].isoformat()}")
    if is_chosen and not form.errors and request.POST.get("act") in ("look", "draw"):
        context |= _side_by_side(request, community, old, form, buildings)
        return page(request, "places/redraw_sure.html", context, form)
    return page(request, "places/redraw.html", context, form)


def _draw(request: ActorRequest, community: Area, form: DrawingForm) -> bool:
    drawn = sent(
        request,
        form,
        lambda: draw_grids(
            community_path=community.path,
            grids=form.by_grid(),
            on=form.cleaned_data["on"],
            by=request.actor,
            at=clock.now(),
            seen=request.POST.get("mark", ""),
        ),
    )
    return drawn is not None


def _side_by_side(
    request: ActorRequest, community: Area, old: dict[str, str], form: DrawingForm, buildings: dict[str, str]
) -> dict[str, Any]:
    new = form.drawing_chosen()
    lines = queries.compare(
        old,
        new,
        names=buildings,
        doors=queries.doors_by_building(community.path),
        people=population.people_by_area(community.path) if request.actor.may(REGISTER) else {},
    )
    follows = queries.grants_that_follow(community.path, old, new, clock.now())
    return {
        "lines": lines,
        "follows": [(each, ROLES[each.role].title) for each in follows],
        "moved": sum(old.get(path, "") != new.get(path, "") for path in buildings),
        "hidden": [(name, value) for name, value in form.data.items() if name not in HIDDEN_APART],
    }


HIDDEN_APART = frozenset({"csrfmiddlewaretoken", "act", "mark"})


@needs()
def history(request: ActorRequest, inside: str) -> HttpResponse:
    """Every day on which the grids changed: which building went from where to where."""
    community = area_queries.at_path(area_queries.community_of(f"/{inside}/"))
    drawn = queries.drawings(community.path, request.actor.paths)
    context = {
        "drawn": [(each, f"{address('grids', community.path)}?on={each.on.isoformat()}") for each in drawn],
        "back": address("grids", community.path),
        **around(community, "grids"),
    }
    return render(request, "places/grid_history.html", context)
