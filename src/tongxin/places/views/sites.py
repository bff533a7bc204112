"""Pages about sites."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tongxin.access.gate import ActorRequest, needs
from tongxin.core import clock, formats
from tongxin.core.pages import Chip, Column, Empty, Table, keyset, links, without
from tongxin.places.enums import SiteKind
from tongxin.places.queries import areas as area_queries
from tongxin.places.queries import sites as site_queries
from tongxin.places.queries.names import names_of
from tongxin.places.views.parts import around


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
