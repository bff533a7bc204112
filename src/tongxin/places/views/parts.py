"""What every page about an area shows, and how a form answers a refusal."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from django import forms
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from tongxin.access.gate import ActorRequest
from tongxin.core import areas
from tongxin.core.refusals import Refusal
from tongxin.places.enums import AreaLevel
from tongxin.places.models import Area
from tongxin.places.queries import areas as area_queries

LOCAL = (AreaLevel.COMMUNITY, AreaLevel.GRID, AreaLevel.COMPOUND, AreaLevel.BUILDING)
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Tab:
    title: str
    href: str
    is_here: bool


def address(name: str, path: str) -> str:
    """The address of a page about an area: the path of the area is the path of the page."""
    inside = path.strip("/")
    if inside:
        return reverse(f"places:{name}", args=[inside])
    return reverse("places:add_area" if name == "add_area" else "places:country")


def around(area: Area, here: str) -> dict[str, Any]:
    """What every page about an area shows: what contains it, and the other pages about it."""
    tabs = [Tab(_("Areas"), address("area", area.path), here == "area")]
    if area.level in LOCAL:
        community = area_queries.community_of(area.path)
        tabs += [
            Tab(_("Grids"), address("grids", community), here == "grids"),
            Tab(_("Sites"), address("sites", community), here == "sites"),
            Tab(_("Map"), address("map", community), here == "map"),
        ]
    if area.path != areas.EVERYWHERE:
        tabs.append(Tab(_("Rules"), address("rules_at", area.path), here == "rules"))
    return {"area": area, "chain": area_queries.chain_of(area.path)[:-1], "tabs": tabs}


def found_at(inside: str) -> Area:
    """The area that an address names."""
    return area_queries.at_path(f"/{inside}/" if inside else areas.EVERYWHERE)


def sent(request: ActorRequest, form: forms.Form, act: Callable[[], T]) -> T | None:
    """What the act gave when the form was sent and is good; nothing when it was not, or the act was refused.

    A refusal stands in the form then, with everything that was typed; a missing right is a page of its own.
    """
    if request.method != "POST" or not form.is_valid():
        return None
    try:
        return act()
    except Refusal as refusal:
        if refusal.code == "not_allowed":
            raise
        form.add_error(None, refusal.says)
        return None


def page(request: ActorRequest, template: str, context: dict[str, Any], form: forms.Form) -> HttpResponse:
    """The page with its form; 422 when what was sent must be mended."""
    return render(request, template, {**context, "form": form}, status=422 if form.errors else 200)
