"""Pages of exports: ask for a list with a purpose, approve a long one, take the workbook."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from tongxin.access.gate import ActorRequest, needs
from tongxin.core import clock, formats, pages
from tongxin.core.refusals import Refusal
from tongxin.places.queries.areas import named
from tongxin.places.queries.rules import rule
from tongxin.reports import documents
from tongxin.reports.forms import PurposeForm
from tongxin.reports.queries import exports as queries
from tongxin.reports.services import exports as services

KEPT = ("round", "pool", "class", "building", "grid", "state", "lane", "view")


@needs("testing.round.read", "testing.pool.read", "people.register.read", services.APPROVE)
@require_GET
def exports(request: ActorRequest) -> HttpResponse:
    """What one asked for, and what waits for one's approval."""
    found, at = (
        pages.page_of(request.GET, queries.exports_of(request.actor), ["-asked_at", "-id"]),
        clock.now(),
    )
    table = pages.Table(
        columns=[
            pages.Column(_("List")),
            pages.Column(_("Rows"), "num"),
            pages.Column(_("Purpose")),
            pages.Column(_("Asked by"), "wide-only"),
            pages.Column(_("State")),
            pages.Column(""),
        ],
        rows=[
            {
                "export": each,
                "title": queries.kind_of(each.kind).title,
                "is_mine": each.asked_by_id == request.actor.account_id,
                "is_over": each.ends_at <= at,
            }
            for each in found.rows
        ],
        empty=pages.Empty(_("No list has been taken as a workbook. The link XLSX stands above each list.")),
        scope=named(request.actor.home),
        as_of=at,
        **pages.links(request.GET, found),
    )
    may_approve = request.actor.may(services.APPROVE)
    return render(request, "reports/exports.html", {"table": table, "may_approve": may_approve})


@needs("testing.round.read", "testing.pool.read", "people.register.read")
def export_new(request: ActorRequest, kind: str) -> HttpResponse:
    """Say what for; up to the limit the workbook comes at once."""
    found = queries.kind_of(kind)
    request.actor.must(found.capability)
    filters = {name: request.GET[name] for name in KEPT if request.GET.get(name)}
    if not filters.get("round") and not filters.get("pool"):
        raise Refusal("not_found", what=str(found.title))
    form = PurposeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        made = services.ask(
            kind=kind, filters=filters, purpose=form.cleaned_data["purpose"], by=request.actor, at=clock.now()
        )
        if made.approved_at is None:
            messages.warning(
                request,
                _(
                    "%(count)s rows are more than the rule allows at once. A second person must approve the export."
                )
                % {"count": formats.number(made.row_count)},
            )
        else:
            messages.success(
                request, _("The workbook is ready until %(at)s.") % {"at": formats.moment(made.ends_at)}
            )
        return redirect("reports:exports")
    area, count = queries.area_of(request.actor, filters), found.count(filters)
    allowed = int(rule("reports.export.rows", path=area, on=clock.today()).value)
    context = {
        "form": form,
        "kind": found,
        "area_name": named(area),
        "count": ngettext("%(count)s row", "%(count)s rows", count) % {"count": formats.number(count)},
        "allowed": allowed,
        "must_wait": found.names and count > allowed,
    }
    return render(request, "reports/export_new.html", context, status=422 if form.errors else 200)


@needs(services.APPROVE)
@require_POST
def export_approve(request: ActorRequest, export_id: UUID) -> HttpResponse:
    export = services.approve(export_id=export_id, by=request.actor, at=clock.now())
    messages.success(request, _("Approved for %(name)s.") % {"name": export.asked_by_name})
    return redirect("reports:exports")


@never_cache
@needs("testing.round.read", "testing.pool.read", "people.register.read")
@require_GET
def export_file(request: ActorRequest, export_id: UUID) -> HttpResponse:
    """The workbook, with who took it, when and what for on every sheet."""
    at = clock.now()
    export, rows = services.take(export_id=export_id, by=request.actor, at=at)
    body = documents.list_sheet(export, rows, by_name=request.actor.name, at=at)
    response = HttpResponse(body, content_type=documents.SHEET)
    response["Content-Disposition"] = f'attachment; filename="{export.kind}.xlsx"'
    return response
