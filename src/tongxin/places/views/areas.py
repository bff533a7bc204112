"""Pages about areas: the tree with its counts, a building as a table, the search, and how local areas change."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from tongxin.access.gate import ActorRequest, needs
from tongxin.core import areas, clock
from tongxin.places.enums import AreaLevel, CodeSource
from tongxin.places.forms import AreaForm, CountForm, EndForm, NameForm
from tongxin.places.models import Area
from tongxin.places.queries import areas as area_queries
from tongxin.places.queries import population
from tongxin.places.services import areas as services
from tongxin.places.services.counts import state_count
from tongxin.places.views.parts import LOCAL, address, around, found_at, page, sent

SHOWN = 30
CHANGE, DRAW, REGISTER = "places.area.change", "places.grid.draw", "people.register.read"


@needs()
def index(request: ActorRequest) -> HttpResponse:
    """The area where the person works."""
    return redirect(address("area", request.actor.home))


@needs()
def area(request: ActorRequest, inside: str = "") -> HttpResponse:
    """One area with what lies below; a branch that opens fetches its own children."""
    found = found_at(inside)
    today = clock.today()
    branches = area_queries.children(found, today)
    people = _people(request, found)
    if people is not None and branches:
        around_it = area_queries.community_of(found.path) if found.level == AreaLevel.GRID else found.path
        branches = area_queries.counted(branches, around_it, today, people)
    if request.htmx:
        return render(request, "places/area.html#branches", {"branches": branches})
    context = {
        "branches": branches,
        "house": _house(request, found),
        "figures": _figures(found, people),
        "acts": _acts(request, found),
        **around(found, "area"),
    }
    return render(request, "places/area.html", context)


def _people(request: ActorRequest, found: Area) -> Any:
    """People by area, inside a community and for those who read its register; else nothing is counted."""
    if found.level not in LOCAL or not request.actor.may(REGISTER):
        return None
    if found.level == AreaLevel.GRID:
        return population.people_by_area(area_queries.community_of(found.path))
    return population.people_by_area(found.path)


def _house(request: ActorRequest, found: Area) -> area_queries.House | None:
    if found.level != AreaLevel.BUILDING:
        return None
    if not areas.within_any(found.path, request.actor.paths):
        return None
    people = population.people_by_door(found.path) if request.actor.may(REGISTER) else {}
    return area_queries.house(found.path, people)


def _figures(found: Area, people: Any) -> dict[str, Any]:
    """People counted in the register, beside the number that the community states (A1)."""
    if found.level != AreaLevel.COMMUNITY:
        return {}
    counted = None if people is None else sum(people.values())
    return {
        "counted": counted,
        "stated": population.stated(found.path, clock.today()),
        "as_of": clock.now(),
    }


def _acts(request: ActorRequest, found: Area) -> dict[str, bool]:
    may = request.actor.may(CHANGE, within=found.path)
    is_local = found.code_source == CodeSource.LOCAL and found.valid_to is None
    return {
        "add": may and found.valid_to is None and bool(services.FITS_BELOW.get(found.level)),
        "change": may and is_local,
        "state": found.level == AreaLevel.COMMUNITY and request.actor.may(DRAW, within=found.path),
    }


@needs()
def search(request: ActorRequest) -> HttpResponse:
    text = request.GET.get("text", "")[:60]
    found = area_queries.search_areas(text, near=request.actor.home, limit=SHOWN)
    return render(request, "places/search.html", {"text": text, "found": found, "limit": SHOWN})


@needs(CHANGE)
@require_http_methods(["GET", "POST"])
def add(request: ActorRequest, inside: str = "") -> HttpResponse:
    """A local area below this one: a sub-district, community, compound or building that no list has."""
    found = found_at(inside)
    request.actor.must(CHANGE, within=found.path)
    levels = [(level, AreaLevel(level).label) for level in services.FITS_BELOW.get(found.level, ())]
    form = AreaForm(request.POST or None, levels=levels)
    made = sent(
        request,
        form,
        lambda: services.add_below(parent=found, by=request.actor, at=clock.now(), **form.cleaned_data),
    )
    if made is not None:
        messages.success(request, _("%(name)s is added.") % {"name": made.name})
        return redirect(address("area", made.path))
    return _form_page(request, found, form, _("Add an area below"), _("Add"))


@needs(CHANGE)
@require_http_methods(["GET", "POST"])
def rename(request: ActorRequest, inside: str) -> HttpResponse:
    found = found_at(inside)
    request.actor.must(CHANGE, within=found.path)
    form = NameForm(request.POST or None, initial={"name": found.name})
    done = sent(
        request,
        form,
        lambda: services.rename_area(
            path=found.path, name=form.cleaned_data["name"], by=request.actor, at=clock.now()
        ),
    )
    if done is not None:
        messages.success(request, _("The area is called %(name)s now.") % {"name": done.name})
        return redirect(address("area", found.path))
    return _form_page(request, found, form, _("Rename"), _("Rename"))


@needs(CHANGE)
@require_http_methods(["GET", "POST"])
def end(request: ActorRequest, inside: str) -> HttpResponse:
    found = found_at(inside)
    request.actor.must(CHANGE, within=found.path)
    form = EndForm(request.POST or None, initial={"on": clock.today()})
    done = sent(
        request,
        form,
        lambda: services.end_area(path=found.path, by=request.actor, at=clock.now(), **form.cleaned_data),
    )
    if done is not None:
        messages.success(request, _("%(name)s is ended. Its rows stay.") % {"name": found.name})
        return redirect(address("area", found.path))
    return _form_page(request, found, form, _("End the area"), _("End it"))


@needs(DRAW)
@require_http_methods(["GET", "POST"])
def state(request: ActorRequest, inside: str) -> HttpResponse:
    """The number of people that the community states, beside the counted one."""
    found = found_at(inside)
    request.actor.must(DRAW, within=found.path)
    form = CountForm(request.POST or None, initial={"stated_on": clock.today()})
    done = sent(
        request,
        form,
        lambda: state_count(area_path=found.path, by=request.actor, at=clock.now(), **form.cleaned_data),
    )
    if done is not None:
        messages.success(request, _("Noted. It is shown beside the counted number."))
        return redirect(address("area", found.path))
    return _form_page(request, found, form, _("Stated number of people"), _("Note it"))


def _form_page(request: ActorRequest, found: Area, form: Any, heading: str, submit: str) -> HttpResponse:
    context = {
        "form_heading": heading,
        "submit": submit,
        "back": address("area", found.path),
        **around(found, "area"),
    }
    return page(request, "places/area_form.html", context, form)
