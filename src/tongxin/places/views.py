"""Pages about areas, grids, sites, and the rules that hold in them."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tongxin.access.gate import ActorRequest, needs
from tongxin.core import areas, clock, formats
from tongxin.core.pages import Chip, Column, Empty, Table, keyset, links, without
from tongxin.core.refusals import Refusal
from tongxin.places.enums import AreaLevel, SiteKind
from tongxin.places.models import Area
from tongxin.places.queries import areas as area_queries
from tongxin.places.queries import rules as rule_queries
from tongxin.places.queries import sites as site_queries
from tongxin.places.queries.names import names_of

SHOWN = 30
LOCAL = (AreaLevel.COMMUNITY, AreaLevel.GRID, AreaLevel.COMPOUND, AreaLevel.BUILDING)


@dataclass(frozen=True, slots=True)
class Tab:
    title: str
    href: str
    is_here: bool


def address(name: str, path: str) -> str:
    """The address of a page about an area: the path of the area is the path of the page."""
    inside = path.strip("/")
    return reverse(f"places:{name}", args=[inside]) if inside else reverse("places:country")


def around(area: Area, here: str) -> dict[str, Any]:
    """What every page about an area shows: what contains it, and the other pages about it."""
    tabs = [Tab(_("Areas"), address("area", area.path), here == "area")]
    if area.level in LOCAL:
        community = area_queries.community_of(area.path)
        tabs += [
            Tab(_("Grids"), address("grids", community), here == "grids"),
            Tab(_("Sites"), address("sites", community), here == "sites"),
        ]
    if area.path != areas.EVERYWHERE:
        tabs.append(Tab(_("Rules"), address("rules_at", area.path), here == "rules"))
    return {"area": area, "chain": area_queries.chain_of(area.path)[:-1], "tabs": tabs}


@needs()
def index(request: ActorRequest) -> HttpResponse:
    """The area where the person works."""
    return redirect(address("area", request.actor.home))


@needs()
def area(request: ActorRequest, inside: str = "") -> HttpResponse:
    """One area with what lies below; a branch that opens fetches its own children."""
    found = area_queries.at_path(f"/{inside}/" if inside else areas.EVERYWHERE)
    branches = area_queries.children(found, clock.today())
    if request.htmx:
        return render(request, "places/area.html#branches", {"branches": branches})
    return render(request, "places/area.html", {"branches": branches, **around(found, "area")})


@needs()
def search(request: ActorRequest) -> HttpResponse:
    text = request.GET.get("text", "")[:60]
    found = area_queries.search_areas(text, near=request.actor.home, limit=SHOWN)
    return render(request, "places/search.html", {"text": text, "found": found, "limit": SHOWN})


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


@needs()
def sites(request: ActorRequest, inside: str) -> HttpResponse:
    """Sampling points, checkpoints, roadblocks, institutions, laboratories."""
    found = area_queries.at_path(f"/{inside}/")
    kind = request.GET.get("kind", "")
    kind = kind if kind in SiteKind.values else ""
    page = keyset(
        site_queries.sites_in(found.path, kind), ("kind", "name", "id"),
        after=request.GET.get("after", ""), before=request.GET.get("before", ""),
    )  # fmt: skip
    beside = links(request.GET, page)
    kinds = site_queries.kinds_in(found.path)
    total = sum(each.count for each in kinds if kind in ("", each.kind))
    names = names_of(site.area_path for site in page.rows)
    table = Table(
        columns=[Column(_("Kind")), Column(_("Name")), Column(_("Address"), "wide-only"), Column(_("Area"))],
        rows=[(site, names.get(site.area_path, site.area_path)) for site in page.rows],
        empty=Empty(_("No sites are set up here, or none that you may see.")),
        scope=found.name,
        as_of=clock.now(),
        count=ngettext("%(count)s site", "%(count)s sites", total) % {"count": formats.number(total)},
        chips=[Chip(SiteKind(kind).label, without(request.GET, "kind"))] if kind else [],
        name="sites",
        newer=beside["newer"],
        older=beside["older"],
    )
    figures = [
        {"value": each.count, "label": each.title, "href": f"?kind={each.kind}"} for each in kinds if not kind
    ]
    return render(
        request, "places/sites.html", {"table": table, "figures": figures, **around(found, "sites")}
    )


@needs()
def rules(request: ActorRequest, inside: str = "") -> HttpResponse:
    """Which row of each rule holds here today, and in which document it stands."""
    home = _home(request)
    found = area_queries.at_path(f"/{inside}/" if inside else home)
    held = rule_queries.holding(path=found.path, on=clock.today())
    names = names_of(rule.row.path for rule in held)
    unverified = sum(not rule.row.is_verified for rule in held)
    table = Table(
        columns=[
            Column(_("Rule")), Column(_("Value")), Column(_("Holds in")), Column(_("From")),
            Column(_("Document")), Column(_("State")),
        ],
        rows=[(rule, names.get(rule.row.path, rule.row.path)) for rule in held],
        empty=Empty(_("No rule holds here. The health officer publishes them.")),
        scope=found.name,
        as_of=clock.now(),
        count=ngettext("%(count)s rule", "%(count)s rules", len(held)) % {"count": formats.number(len(held))},
        name="rules",
    )  # fmt: skip
    return render(
        request, "places/rules.html", {"table": table, "unverified": unverified, **around(found, "rules")}
    )


def _home(request: ActorRequest) -> str:
    """Where the person works; a grid's rules are those of its community."""
    try:
        return area_queries.community_of(request.actor.home)
    except Refusal:
        return request.actor.home
