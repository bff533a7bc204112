"""Pages about sites: the list, one site with its history, and how it is opened, changed and closed."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from tongxin.access.gate import ActorRequest, needs
from tongxin.access.queries import entries_about
from tongxin.core import clock, formats
from tongxin.core.pages import Chip, Column, Empty, Table, keyset, links, without
from tongxin.places.enums import SiteKind
from tongxin.places.forms import SiteForm, WhyForm
from tongxin.places.models import Area, Site
from tongxin.places.queries import areas as area_queries
from tongxin.places.queries import sites as queries
from tongxin.places.queries.names import names_of
from tongxin.places.services import sites as services
from tongxin.places.views.parts import address, around, found_at, page, sent

CHANGE = "places.site.change"


@needs()
def sites(request: ActorRequest, inside: str) -> HttpResponse:
    """Sampling points, checkpoints, roadblocks, institutions, laboratories; closed ones on request."""
    found = found_at(inside)
    kind = request.GET.get("kind", "")
    kind = kind if kind in SiteKind.values else ""
    closed = request.GET.get("closed") == "1"
    held = keyset(
        queries.sites_in(found.path, kind, closed=closed), ("kind", "name", "id"),
        after=request.GET.get("after", ""), before=request.GET.get("before", ""),
    )  # fmt: skip
    kinds = queries.kinds_in(found.path, closed=closed)
    total = sum(each.count for each in kinds if kind in ("", each.kind))
    names = names_of(site.area_path for site in held.rows)
    may_open = request.actor.may(CHANGE, within=found.path)
    chips = [Chip(SiteKind(kind).label, without(request.GET, "kind"))] if kind else []
    if closed:
        chips.append(Chip(_("closed"), without(request.GET, "closed")))
    table = Table(
        columns=[
            Column(_("Kind")), Column(_("Name")), Column(_("Address"), "wide-only"), Column(_("Area")),
            Column(_("Where it lies"), "wide-only"),
        ],
        rows=[(site, names.get(site.area_path, site.area_path)) for site in held.rows],
        empty=_empty(found, closed=closed, may_open=may_open),
        scope=found.name,
        as_of=clock.now(),
        count=ngettext("%(count)s site", "%(count)s sites", total) % {"count": formats.number(total)},
        chips=chips,
        name="sites",
        **links(request.GET, held),
    )  # fmt: skip
    context = {
        "table": table,
        "figures": [
            {"value": each.count, "label": each.title, "href": f"?kind={each.kind}"}
            for each in kinds
            if not kind and not closed
        ],
        "new": address("new_site", found.path) if may_open else "",
        "closed": closed,
        **around(found, "sites"),
    }
    return render(request, "places/sites.html", context)


def _empty(found: Area, *, closed: bool, may_open: bool) -> Empty:
    if closed:
        return Empty(_("No site has been closed here."))
    if may_open:
        return Empty(_("No sites are set up here yet."), _("Open a site"), address("new_site", found.path))
    return Empty(_("No sites are set up here, or none that you may see."))


@needs(CHANGE)
@require_http_methods(["GET", "POST"])
def new_site(request: ActorRequest, inside: str) -> HttpResponse:
    """Open a site in this area."""
    found = found_at(inside)
    request.actor.must(CHANGE, within=found.path)
    form = SiteForm(request.POST or None, initial={"kind": request.GET.get("kind", "")})
    made = sent(
        request,
        form,
        lambda: services.open_site(
            area_path=found.path, kind=form.cleaned_data["kind"], name=form.cleaned_data["name"],
            details=form.details(), by=request.actor, at=clock.now(),
        ),
    )  # fmt: skip
    if made is not None:
        messages.success(request, _("%(name)s is open.") % {"name": made.name})
        return redirect("places:site", made.pk)
    context = {"submit": _("Open the site"), "back": address("sites", found.path), **_picking(found)}
    return page(request, "places/site_form.html", {**context, **around(found, "sites")}, form)


@needs()
def site(request: ActorRequest, site_id: UUID) -> HttpResponse:
    """One site: where, how it opens, what was done to it."""
    return _site_page(request, queries.one(site_id), WhyForm())


def _site_page(request: ActorRequest, held: Site, form: WhyForm) -> HttpResponse:
    found = area_queries.at_path(held.area_path)
    may_change = request.actor.may(CHANGE, within=held.area_path)
    may_read = request.actor.may("access.journal.read", within=held.area_path)
    context = {
        "site": held,
        "may_change": may_change,
        "entries": list(entries_about(held.pk)[:50]) if may_read else [],
        "may_read": may_read,
        **around(found, "sites"),
    }
    return page(request, "places/site.html", context, form)


@needs(CHANGE)
@require_http_methods(["GET", "POST"])
def change_site(request: ActorRequest, site_id: UUID) -> HttpResponse:
    held = queries.one(site_id)
    request.actor.must(CHANGE, within=held.area_path)
    found = area_queries.at_path(held.area_path)
    initial = {name: getattr(held, name) for name in CHANGED}
    form = SiteForm(request.POST or None, initial=initial, is_open=True)
    changed = sent(
        request,
        form,
        lambda: services.change_site(
            site_id=held.pk, name=form.cleaned_data["name"], details=form.details(), by=request.actor,
            at=clock.now(),
        ),
    )  # fmt: skip
    if changed is not None:
        messages.success(request, _("%(name)s is changed.") % {"name": changed.name})
        return redirect("places:site", held.pk)
    context = {"submit": _("Save"), "site": held, **_picking(found), **around(found, "sites")}
    return page(request, "places/site_form.html", context, form)


CHANGED = ("name", "address", "emergency", "is_flagged", "latitude", "longitude", "datum")


def _picking(found: Area) -> dict[str, Any]:
    """What the small map of the form shows: the outlines of the community, to click a position on."""
    return {"shapes": address("shapes", found.path)}


@needs(CHANGE)
@require_POST
def close_site(request: ActorRequest, site_id: UUID) -> HttpResponse:
    held = queries.one(site_id)
    form = WhyForm(request.POST)
    done = sent(
        request,
        form,
        lambda: services.close_site(
            site_id=site_id, why=form.cleaned_data["why"], by=request.actor, at=clock.now()
        ),
    )
    if done is not None:
        messages.success(
            request, _("%(name)s is closed. It stays in the list of closed sites.") % {"name": held.name}
        )
        return redirect("places:site", site_id)
    return _site_page(request, held, form)


@needs(CHANGE)
@require_POST
def reopen_site(request: ActorRequest, site_id: UUID) -> HttpResponse:
    held = queries.one(site_id)
    services.open_site(
        area_path=held.area_path, kind=held.kind, name=held.name, details=services.details_of(held),
        by=request.actor, at=clock.now(),
    )  # fmt: skip
    messages.success(request, _("%(name)s is open.") % {"name": held.name})
    return redirect("places:site", site_id)
