"""Pages of an updated register: its differences, decided one by one or in bulk; and rows mended in place."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from tongxin.access.gate import ActorRequest, needs
from tongxin.access.services import journal
from tongxin.core import clock, pages
from tongxin.core.formats import number
from tongxin.core.refusals import Refusal
from tongxin.exchange import queries
from tongxin.exchange.enums import Choice, DifferenceKind, UploadState
from tongxin.exchange.forms_mending import CellsForm, DecisionForm
from tongxin.exchange.models import Upload, UploadRow
from tongxin.exchange.queries_differences import difference_rows, summary_of
from tongxin.exchange.services import differences as services
from tongxin.exchange.services import mending
from tongxin.places.queries.areas import named

MENDABLE = (UploadState.READ, UploadState.STORED)


@needs(services.IMPORT)
@require_GET
def differences(request: ActorRequest, upload_id: UUID) -> HttpResponse:
    """What the file says otherwise, field by field: what stands here beside what the file says."""
    upload = _upload(request, upload_id)
    kind, field = request.GET.get("kind", ""), request.GET.get("field", "")
    only_open = "open" in request.GET
    found = difference_rows(
        upload,
        kind=kind,
        field=field,
        only_open=only_open,
        after=request.GET.get("after", ""),
        before=request.GET.get("before", ""),
    )
    lines = summary_of(upload)
    shown = [line for line in lines if (not kind or line.kind == kind) and (not field or line.field == field)]
    total = sum(line.waiting if only_open else line.count for line in shown)
    table = pages.Table(
        columns=[
            pages.Column(_("Person")),
            pages.Column(_("What")),
            pages.Column(_("Here")),
            pages.Column(_("In the file")),
            pages.Column(_("Decided")),
        ],
        rows=found.rows,
        empty=pages.Empty(
            _("The file says nothing else than the register."), _("Back to the file"), _page(upload)
        ),
        scope=named(upload.area_path),
        as_of=clock.now(),
        count=ngettext("%(n)s difference", "%(n)s differences", total) % {"n": number(total)},
        chips=[
            pages.Chip(line.title, pages.without(request.GET, "kind"))
            for line in lines
            if kind and line.kind == kind and line.field == field
        ],
        select="keys" if upload.state in MENDABLE else "",
        **pages.links(request.GET, found),  # type: ignore[arg-type]
    )
    context = {
        "upload": upload,
        "table": table,
        "lines": lines,
        "kind": kind,
        "field": field,
        "waiting": sum(line.waiting for line in shown),
        "may_decide": upload.state in MENDABLE,
        "is_missing": kind == DifferenceKind.MISSING,
        "choices": [(choice.value, choice.label) for choice in Choice if _fits(choice, kind)],
    }
    return render(request, "exchange/differences.html", context)


def _fits(choice: Choice, kind: str) -> bool:
    kinds = [DifferenceKind(kind)] if kind in DifferenceKind.values else list(DifferenceKind)
    return any(choice in services.CHOICES[each] for each in kinds)


@needs(services.IMPORT)
@require_POST
def decide(request: ActorRequest, upload_id: UUID) -> HttpResponse:
    """Decide about the chosen ones, or about all open ones of a kind."""
    upload = _upload(request, upload_id)
    form = DecisionForm(request.POST)
    back = reverse("exchange:differences", args=[upload.pk])
    back += f"?kind={request.POST.get('kind', '')}&field={request.POST.get('field', '')}"
    if not form.is_valid():
        messages.error(request, _("Choose what is to happen, and for whom."))
        return redirect(back)
    try:
        count = services.decide(
            upload_id=upload.pk,
            choice=Choice(form.cleaned_data["choice"]),
            by=request.actor,
            at=clock.now(),
            keys=None if form.cleaned_data["everybody"] else form.cleaned_data["keys"],
            kind=form.cleaned_data["kind"],
            field=form.cleaned_data["field"],
            place=form.cleaned_data["place"],
        )
    except Refusal as refusal:
        if refusal.code not in ("choice_not_for", "place_needed"):
            raise
        messages.error(request, refusal.says)
        return redirect(back)
    said = ngettext("%(n)s difference decided.", "%(n)s differences decided.", count) % {"n": number(count)}
    messages.success(request, said)
    return redirect(back)


@needs(services.IMPORT)
@require_http_methods(["GET", "POST"])
def mend(request: ActorRequest, upload_id: UUID, row_id: UUID) -> HttpResponse:
    """The cells of one rejected row, to be corrected."""
    upload = _upload(request, upload_id)
    row = get_object_or_404(UploadRow, pk=row_id, upload=upload)
    may_allow = request.actor.may(mending.ALLOW, upload.area_path) and row.reason.startswith("id_")
    form = CellsForm(mending.cells_of(upload, row), may_allow, request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            mending.mend(
                row_id=row.pk,
                cells=form.cells(),
                by=request.actor,
                at=clock.now(),
                allow_why=form.cleaned_data.get("allow_why", ""),
            )
        except Refusal as refusal:
            if refusal.code not in ("row_unchanged", "row_stands"):
                raise
            form.add_error(None, refusal.says)
        else:
            messages.success(request, _("The row is mended."))
            return redirect(_page(upload))
    journal.seen(
        by=request.actor,
        area_path=upload.area_path,
        what="rejected_rows",
        people=None,
        why=f"{upload.file_name} {row.sheet}!{row.row}",
    )
    context = {
        "upload": upload,
        "row": row,
        "reason": queries.REASONS.get(row.reason, row.reason),
        "form": form,
        "place": f"{row.sheet}!{row.row}",
    }
    return render(request, "exchange/mend.html", context, status=422 if form.errors else 200)


@needs(services.IMPORT)
@require_POST
def leave(request: ActorRequest, upload_id: UUID, row_id: UUID) -> HttpResponse:
    """Somebody new in the file is not to be stored, or is after all."""
    upload = _upload(request, upload_id)
    row = get_object_or_404(UploadRow, pk=row_id, upload=upload)
    mending.leave_row(row_id=row.pk, is_left=not row.is_left, by=request.actor)
    return redirect(f"{_page(upload)}?outcome=accept")


def _upload(request: ActorRequest, upload_id: UUID) -> Upload:
    upload = queries.upload_of(upload_id)
    request.actor.must(services.IMPORT, within=upload.area_path)
    return upload


def _page(upload: Upload) -> str:
    return reverse("exchange:upload", args=[upload.pk])
