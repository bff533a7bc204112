"""Papers: the notice to the person, the ledger as PDF and as a sheet (LE-32: a purpose, a name, a limit)."""

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET, require_http_methods

from tongxin.access.gate import ActorRequest, needs
from tongxin.access.services import journal
from tongxin.containment import documents
from tongxin.containment.forms import ExportForm
from tongxin.containment.queries import evidence, ledger
from tongxin.containment.services import exports
from tongxin.containment.services.restrictions import TELL
from tongxin.containment.views.ledger import READ
from tongxin.core import clock
from tongxin.places.queries.areas import named

EXPORT = "containment.restriction.export"
KINDS = {"pdf": "application/pdf", "xlsx": documents.SHEET}


@needs(TELL, READ)
@require_GET
def notice(request: ActorRequest, restriction_id: UUID) -> HttpResponse:
    """The notice (告知书): what, on what ground, until when, tests left, where to call and where to appeal."""
    at = clock.now()
    row = ledger.one(restriction_id)
    journal.seen(
        by=request.actor, area_path=row.area_path, what="restrictions", people=[row.person_id], at=at
    )
    recheck = evidence.recheck_of(row)
    context = {
        "row": row,
        "at": at,
        "area": named(request.actor.home),
        "recheck": recheck,
        "tests_left": int(recheck is not None and recheck.state == "due"),
    }
    return render(request, "containment/notice.html", context)


@needs(EXPORT)
@require_http_methods(["GET", "POST"])
def export(request: ActorRequest) -> HttpResponse:
    """Ask what for, then hand the ledger over, marked with who took it and when."""
    view = request.GET.get("view", "in_force")
    view = view if view in ledger.VIEWS else "in_force"
    form = ExportForm(request.POST or None)
    if request.method != "POST" or not form.is_valid():
        context = {"form": form, "view": view}
        return render(request, "containment/export.html", context, status=422 if form.is_bound else 200)
    kind = request.POST.get("kind", "pdf")
    kind = kind if kind in KINDS else "pdf"
    copy = exports.take_ledger(
        view=view, purpose=form.cleaned_data["purpose"], by=request.actor, at=clock.now()
    )
    body = documents.ledger_pdf(copy) if kind == "pdf" else documents.ledger_sheet(copy)
    response = HttpResponse(body, content_type=KINDS[kind])
    response["Content-Disposition"] = f'attachment; filename="holds-{clock.day_of(copy.at):%Y%m%d}.{kind}"'
    response["Cache-Control"] = "no-store"
    return response
