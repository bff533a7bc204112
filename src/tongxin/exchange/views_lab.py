"""Pages of laboratory sheets: choose, look, correct the columns, keep; the release is on the page of results."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from tongxin.access.gate import ActorRequest, needs
from tongxin.core import clock, formats, pages
from tongxin.core.headers import Mapping
from tongxin.core.refusals import Refusal
from tongxin.exchange import queries
from tongxin.exchange.enums import UploadKind, UploadState
from tongxin.exchange.forms import say_too_large
from tongxin.exchange.forms_lab import LabForm, LabMappingForm
from tongxin.exchange.models import Upload, UploadRow
from tongxin.exchange.services import lab, uploads
from tongxin.places.queries.areas import named
from tongxin.testing.enums import ResultWord
from tongxin.testing.models import Round

ENTER = "testing.result.enter"
OUTCOMES = {
    "accept": gettext_lazy("new result"),
    "merge": gettext_lazy("said before"),
    "update": gettext_lazy("final after pending"),
    "conflict": gettext_lazy("contradicts an earlier result"),
    "reject": gettext_lazy("to verify"),
}
REASONS = {
    "code_missing": gettext_lazy("The tube number is missing."),
    "code_invalid": gettext_lazy("The tube number does not look like one of this round."),
    "tube_unknown": gettext_lazy("No tube of this number was dealt in this round."),
    "result_unreadable": gettext_lazy("The result word is not understood. It is never taken for negative."),
}
WARNINGS = {"ct_contradicts_result": gettext_lazy("negative, but the Ct value is low")}


@needs(ENTER)
@require_GET
def sheets(request: ActorRequest) -> HttpResponse:
    found = pages.keyset(
        queries.uploads_of(request.actor, UploadKind.LAB),
        ["-sent_at", "-id"],
        after=request.GET.get("after", ""),
        before=request.GET.get("before", ""),
    )
    table = pages.Table(
        columns=[
            pages.Column(_("File")),
            pages.Column(_("State")),
            pages.Column(_("Rows"), "num"),
            pages.Column(_("To verify"), "num"),
            pages.Column(_("Sent by"), "wide-only"),
        ],
        rows=found.rows,
        empty=pages.Empty(
            _("No laboratory sheet has been read yet. Open the results of a round to read one.")
        ),
        scope=named(request.actor.home),
        as_of=clock.now(),
        **pages.links(request.GET, found),
    )
    return render(request, "exchange/lab_sheets.html", {"table": table})


@needs(ENTER)
@require_http_methods(["GET", "POST"])
def new(request: ActorRequest, round_id: UUID) -> HttpResponse:
    round_ = get_object_or_404(Round, pk=round_id)
    form = LabForm(request.POST, request.FILES) if request.method == "POST" else LabForm()
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        try:
            upload = lab.take_in(
                file_name=file.name,
                content=file.read(),
                round_id=round_id,
                by=request.actor,
                at=clock.now(),
            )
        except Refusal as refusal:
            form.add_error("file", refusal.says)
        else:
            if upload.state == UploadState.STORED:
                messages.info(request, _("This file is here already; nothing was changed."))
            return redirect("exchange:lab", upload.pk)
    say_too_large(form, request)
    status = 422 if form.is_bound else 200
    return render(request, "exchange/lab_new.html", {"form": form, "round": round_}, status=status)


@needs(ENTER)
@require_GET
def sheet(request: ActorRequest, upload_id: UUID) -> HttpResponse:
    upload = _upload(request, upload_id)
    first = next((each for each in ("conflict", "reject") if upload.counts.get(each)), "")
    outcome = request.GET.get("outcome", first)
    found = pages.keyset(
        queries.rows_of(upload, outcome, request.GET.get("reason", "")),
        ["position"],
        after=request.GET.get("after", ""),
        before=request.GET.get("before", ""),
    )
    context = {
        "upload": upload,
        "round_id": upload.subject_id,
        "figures": _figures(upload),
        "words": [(ResultWord(word).label, n) for word, n in upload.counts.get("words", {}).items()],
        "table": _table(request, upload, found),
        "kept_count": sum(upload.counts.get(each, 0) for each in ("accept", "merge", "update", "conflict")),
    }
    return render(request, "exchange/lab.html", context)


@needs(ENTER)
@require_http_methods(["GET", "POST"])
def columns(request: ActorRequest, upload_id: UUID) -> HttpResponse:
    upload = _upload(request, upload_id)
    forms = [
        LabMappingForm(each, request.POST or None, prefix=f"sheet{number}")
        for number, each in enumerate(Mapping.from_plain(upload.mapping).sheets)
    ]
    # Every form is asked, so that each shows its own errors.
    if request.method == "POST" and sum(form.is_valid() for form in forms) == len(forms):
        lab.read_again(upload_id=upload.pk, mapping=[form.plain() for form in forms], by=request.actor)
        messages.success(request, _("The file was read again with your columns."))
        return redirect("exchange:lab", upload.pk)
    context = {"upload": upload, "forms": forms}
    return render(request, "exchange/lab_columns.html", context, status=422 if request.POST else 200)


@needs(ENTER)
@require_POST
def store(request: ActorRequest, upload_id: UUID) -> HttpResponse:
    upload = lab.store(upload_id=upload_id, by=request.actor, at=clock.now())
    count = upload.counts.get("stored", 0)
    said = ngettext(
        "%(count)s result was entered. Now it waits for release.",
        "%(count)s results were entered. Now they wait for release.",
        count,
    )
    messages.success(request, said % {"count": formats.number(count)})
    return redirect("testing:results", upload.subject_id)


@needs(ENTER)
@require_POST
def discard(request: ActorRequest, upload_id: UUID) -> HttpResponse:
    upload = lab.discard(upload_id=upload_id, by=request.actor, at=clock.now())
    messages.success(request, _("The file was put away. Nothing was stored."))
    return redirect("testing:results", upload.subject_id)


def _upload(request: ActorRequest, upload_id: UUID) -> Upload:
    upload = queries.upload_of(upload_id)
    if upload.kind != UploadKind.LAB:
        raise Refusal("not_found", what=str(Upload._meta.verbose_name))
    request.actor.must(ENTER, within=upload.area_path)
    return upload


def _figures(upload: Upload) -> list[dict[str, object]]:
    counts, meanings = upload.counts, {"conflict": "stop", "reject": "attention"}
    return [
        {
            "label": word,
            "value": counts.get(code, 0),
            "unit": _("rows"),
            "href": f"?outcome={code}",
            "meaning": meanings.get(code, "") if counts.get(code) else "",
        }
        for code, word in OUTCOMES.items()
    ]


def _table(request: ActorRequest, upload: Upload, found: pages.Page[UploadRow]) -> pages.Table:
    verdicts = [
        queries.Verdict(
            place=f"{row.sheet}!{row.row}" if row.sheet else str(row.row),
            outcome=OUTCOMES.get(row.outcome, row.outcome),
            reason=REASONS.get(row.reason, row.reason),
            warnings=[WARNINGS.get(each, each) for each in row.warnings],
            values=uploads.values_of(row),
            person_id=None,
        )
        for row in found.rows
    ]
    chips = [
        pages.Chip(title, pages.without(request.GET, name))
        for name, words in (("outcome", OUTCOMES), ("reason", REASONS))
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
