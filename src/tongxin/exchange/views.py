"""Pages of imported files: choose, look, correct the columns, store, take back."""

from collections.abc import Mapping as Dictionary
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from tongxin.access.gate import ActorRequest, needs
from tongxin.core import clock, pages
from tongxin.core.headers import Mapping
from tongxin.core.refusals import Refusal
from tongxin.exchange import queries
from tongxin.exchange.enums import UploadState
from tongxin.exchange.forms import MappingForm, PurposeForm, ReasonForm, UploadForm, say_too_large
from tongxin.exchange.models import Upload, UploadRow
from tongxin.exchange.queries_differences import summary_of
from tongxin.exchange.services import uploads
from tongxin.exchange.services.rejects import rejects_sheet
from tongxin.places.queries.areas import named

IMPORT = "people.register.import"


@needs(IMPORT)
@require_GET
def upload_list(request: ActorRequest) -> HttpResponse:
    found = pages.keyset(
        queries.uploads_of(request.actor),
        ["-sent_at", "-id"],
        after=request.GET.get("after", ""),
        before=request.GET.get("before", ""),
    )
    table = pages.Table(
        columns=[
            pages.Column(_("File")),
            pages.Column(_("Day of the list"), "wide-only"),
            pages.Column(_("State")),
            pages.Column(_("Persons"), "num"),
            pages.Column(_("To verify"), "num"),
            pages.Column(_("Sent by"), "wide-only"),
        ],
        rows=found.rows,
        empty=pages.Empty(
            _("No register has been imported yet."), _("Import a register"), "/exchange/registers/new"
        ),
        scope=named(request.actor.home),
        as_of=clock.now(),
        **pages.links(request.GET, found),
    )
    return render(request, "exchange/uploads.html", {"table": table})


@needs(IMPORT)
@require_http_methods(["GET", "POST"])
def upload_new(request: ActorRequest) -> HttpResponse:
    form = UploadForm(request.POST, request.FILES) if request.method == "POST" else UploadForm()
    if request.method == "POST" and form.is_valid():
        try:
            upload = uploads.take_in(
                file_name=form.cleaned_data["file"].name,
                content=form.cleaned_data["file"].read(),
                area_path=request.actor.paths_for(IMPORT)[0],
                by=request.actor,
                at=clock.now(),
                list_day=form.cleaned_data["list_day"],
            )
            return redirect("exchange:upload", upload.pk)
        except Refusal as refusal:
            form.add_error("file", refusal.says)
    say_too_large(form, request)
    status = 422 if form.is_bound else 200
    return render(request, "exchange/upload_new.html", {"form": form}, status=status)


@needs(IMPORT)
@require_GET
def upload_page(request: ActorRequest, upload_id: UUID) -> HttpResponse:
    upload = _upload(request, upload_id)
    outcome = request.GET.get("outcome", "reject" if upload.counts.get("reject") else "")
    reason, warning = request.GET.get("reason", ""), request.GET.get("warning", "")
    found = pages.keyset(
        queries.rows_of(upload, outcome if not warning else "", reason, warning),
        ["position"],
        after=request.GET.get("after", ""),
        before=request.GET.get("before", ""),
    )
    context = {
        "upload": upload,
        "figures": _figures(upload),
        "reasons": _links(upload.counts.get("reasons", {}), queries.REASONS, "reason"),
        "warnings": _links(upload.counts.get("warnings", {}), queries.WARNINGS, "warning"),
        "lines": summary_of(upload) if upload.state in (UploadState.READ, UploadState.STORED) else [],
        "table": _rows_table(request, upload, found),
        "may_store": upload.state == UploadState.READ,
        "may_undo": upload.state == UploadState.STORED,
        "reason_form": ReasonForm(),
        "purpose_form": PurposeForm(),
        "hidden_sheets": [
            note.partition(":")[2] for note in upload.notes if note.startswith("hidden_sheet:")
        ],
    }
    return render(request, "exchange/upload.html", context)


@needs(IMPORT)
@require_http_methods(["GET", "POST"])
def upload_columns(request: ActorRequest, upload_id: UUID) -> HttpResponse:
    upload = _upload(request, upload_id)
    sheets = Mapping.from_plain(upload.mapping).sheets
    forms = [
        MappingForm(sheet, request.POST or None, prefix=f"sheet{number}")
        for number, sheet in enumerate(sheets)
    ]
    # Every form is asked, so that each shows its own errors.
    if request.method == "POST" and sum(form.is_valid() for form in forms) == len(forms):
        uploads.read_again(
            upload_id=upload.pk,
            mapping=[form.plain() for form in forms],
            list_day=upload.list_day,
            by=request.actor,
        )
        messages.success(request, _("The file was read again with your columns."))
        return redirect("exchange:upload", upload.pk)
    status = 422 if request.method == "POST" else 200
    return render(request, "exchange/columns.html", {"upload": upload, "forms": forms}, status=status)


@needs(IMPORT)
@require_POST
def upload_store(request: ActorRequest, upload_id: UUID) -> HttpResponse:
    upload = uploads.store(upload_id=upload_id, by=request.actor, at=clock.now())
    count = upload.counts.get("new", 0)
    said = ngettext("%(count)s person was stored.", "%(count)s people were stored.", count) % {"count": count}
    messages.success(request, said)
    return redirect("exchange:upload", upload.pk)


@needs(IMPORT)
@require_POST
def upload_discard(request: ActorRequest, upload_id: UUID) -> HttpResponse:
    uploads.discard(upload_id=upload_id, by=request.actor, at=clock.now())
    messages.success(request, _("The file was put away. Nothing was stored."))
    return redirect("exchange:uploads")


@needs(IMPORT)
@require_POST
def upload_undo(request: ActorRequest, upload_id: UUID) -> HttpResponse:
    form = ReasonForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Say why the import is taken back (at least 4 characters)."))
        return redirect("exchange:upload", upload_id)
    uploads.undo(upload_id=upload_id, by=request.actor, at=clock.now(), why=form.cleaned_data["why"])
    messages.success(request, _("The import was taken back whole."))
    return redirect("exchange:upload", upload_id)


@needs(IMPORT)
@require_POST
def rejects(request: ActorRequest, upload_id: UUID) -> HttpResponse:
    """The rows to verify as a sheet with a column for the reason (LE-32): for a purpose, marked, recorded."""
    upload = _upload(request, upload_id)
    form = PurposeForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Say what the sheet is for, in at least 4 characters."))
        return redirect("exchange:upload", upload_id)
    content = rejects_sheet(
        upload=upload, purpose=form.cleaned_data["purpose"], by=request.actor, at=clock.now()
    )
    response = HttpResponse(
        content, content_type="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    )
    response["Content-Disposition"] = f'attachment; filename="to-verify-{upload.sent_at:%Y%m%d}.xlsx"'
    return response


def _upload(request: ActorRequest, upload_id: UUID) -> Upload:
    upload = queries.upload_of(upload_id)
    request.actor.must(IMPORT, within=upload.area_path)
    return upload


def _figures(upload: Upload) -> list[dict[str, object]]:
    counts = upload.counts
    return [
        {"label": _("persons in the file"), "value": counts.get("persons", 0), "unit": _("persons")},
        {
            "label": _("new here"),
            "value": counts.get("persons", 0) - counts.get("known", 0),
            "unit": _("persons"),
        },
        {"label": _("known and changed"), "value": counts.get("changed", 0), "unit": _("persons")},
        {"label": _("households"), "value": counts.get("households", 0), "unit": _("households")},
        {
            "label": _("joined to an earlier row"),
            "value": counts.get("merge", 0),
            "unit": _("rows"),
            "href": "?outcome=merge",
        },
        {
            "label": _("to verify"),
            "value": counts.get("reject", 0),
            "unit": _("rows"),
            "href": "?outcome=reject",
            "meaning": "attention" if counts.get("reject") else "done",
        },
    ]


def _links(
    counts: dict[str, int], words: Dictionary[str, str | Promise], name: str
) -> list[tuple[object, int, str]]:
    ordered = sorted(counts.items(), key=lambda pair: -pair[1])
    return [
        (words.get(code, code), count, f"?{'outcome=reject&' if name == 'reason' else ''}{name}={code}")
        for code, count in ordered
    ]


def _rows_table(request: ActorRequest, upload: Upload, found: pages.Page[UploadRow]) -> pages.Table:
    verdicts = [
        queries.Verdict(
            place=f"{row.sheet}!{row.row}" if row.sheet else str(row.row),
            outcome=queries.OUTCOMES.get(row.outcome, row.outcome),
            reason=queries.REASONS.get(row.reason, row.reason),
            warnings=[queries.WARNINGS.get(word, word) for word in row.warnings],
            values=[_masked(value) for value in uploads.values_of(row)],
            person_id=row.subject_id,
            id=row.pk,
            may_mend=row.outcome == "reject" and upload.state in (UploadState.READ, UploadState.STORED),
            may_leave=row.outcome == "accept" and upload.state == UploadState.READ,
            is_left=row.is_left,
            mended_by=row.mended_by_name,
        )
        for row in found.rows
    ]
    chips = [
        pages.Chip(title, pages.without(request.GET, name))
        for name, words in (
            ("outcome", queries.OUTCOMES),
            ("reason", queries.REASONS),
            ("warning", queries.WARNINGS),
        )
        if (title := words.get(request.GET.get(name, "")))
    ]
    return pages.Table(
        columns=[
            pages.Column(_("Row")),
            pages.Column(_("What was found")),
            pages.Column(_("Cells"), "wide-only"),
        ],
        rows=verdicts,
        empty=pages.Empty(_("No rows of this kind.")),
        scope=named(upload.area_path),
        chips=chips,
        **pages.links(request.GET, found),
    )


def _masked(value: str) -> str:
    """Cells of a rejected row hold numbers in clear: the page shows their ends only."""
    digits = sum(char.isdigit() for char in value)
    return f"{value[:4]}…{value[-4:]}" if digits >= 9 and len(value) > 8 else value
