"""Pages of boxes: those of a round, one of them, its slip on paper, and what a carrier or a laboratory has before it."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from tongxin.access.gate import ActorRequest, needs
from tongxin.core import clock
from tongxin.core.refusals import Refusal
from tongxin.places.queries.areas import named
from tongxin.testing.enums import BoxState, LabReject
from tongxin.testing.forms_boxes import HandForm, LaboratoryForm, ReceiveForm, RejectForm, SealForm
from tongxin.testing.models import Box, Tube
from tongxin.testing.queries import boxes as queries
from tongxin.testing.queries import rounds
from tongxin.testing.rules.boxes import REJECTABLE
from tongxin.testing.services import boxes
from tongxin.testing.views.rounds import READ, go, meaning_of

SEAL, CARRY, RECEIVE = boxes.SEAL, boxes.CARRY, boxes.RECEIVE
# What a person at this page can mend in the form itself.
IN_SEAL_FORM = {
    "box_empty": "codes", "box_full": "codes", "tube_unknown": "codes", "tube_not_closed": "codes",
    "tube_boxed": "codes", "tube_frozen": "codes", "tube_state": "codes", "seal_needed": "seal", "seal_used": "seal",
}  # fmt: skip
IN_LEG_FORM = {"names_needed": "taker", "names_same": "taker", "box_count": "counted"}


@needs(READ, SEAL)
def of_round(request: ActorRequest, round_id: UUID) -> HttpResponse:
    """Tubes that wait, the form that seals them into a box, and the boxes of a round."""
    round_ = rounds.one(round_id)
    at = clock.now()
    may_seal = request.actor.may(SEAL, within=round_.area_path)
    chosen = request.POST.getlist("tube") if request.method == "POST" else []
    form = SealForm(request.POST if request.method == "POST" and "seal" in request.POST else None)
    if chosen and not form.is_bound:
        form = SealForm(initial={"codes": "\n".join(chosen)})
    if form.is_bound and form.is_valid() and (box := _sealed(request, round_id, form)):
        messages.success(
            request,
            ngettext(
                "Box %(box)s is sealed with %(n)s tube.",
                "Box %(box)s is sealed with %(n)s tubes.",
                box.tube_count,
            )
            % {"box": box, "n": box.tube_count},
        )
        return go(request, "testing:box", box.pk)
    context = {
        "round": round_,
        "meaning": meaning_of(round_),
        "area": named(round_.area_path),
        "form": form if may_seal else None,
        "is_filled": bool(chosen) or form.is_bound,
        "waiting": list(queries.waiting_tubes(round_id)),
        "rows": queries.of_round(round_id, at),
        "may_archive": request.actor.may(RECEIVE, within=round_.area_path),
        "at": at,
    }
    return render(request, "testing/boxes.html", context, status=422 if form.errors else 200)


def _sealed(request: ActorRequest, round_id: UUID, form: SealForm) -> Box | None:
    try:
        return boxes.seal_box(round_id=round_id, by=request.actor, at=clock.now(), **form.cleaned_data)
    except Refusal as refusal:
        _into(form, IN_SEAL_FORM, refusal)
        return None


@needs(READ, SEAL, CARRY, RECEIVE)
def box_page(request: ActorRequest, box_id: UUID) -> HttpResponse:
    """One box: what is in it, who had it, and the next act of whoever looks."""
    row = _row(box_id)
    form = _next_form(request, row)
    if request.method == "POST" and form is not None and form.is_valid() and _moved(request, row.box, form):
        return go(request, "testing:box", box_id)
    context = {
        "row": row,
        "box": row.box,
        "round": row.box.round,
        "state": BoxState(row.box.state),
        "tubes": list(queries.tubes_in(box_id)),
        "missing": queries.missing_codes(box_id),
        "sealings": list(queries.sealings_of(box_id)),
        "handovers": list(queries.handovers_of(box_id)),
        "form": form,
        "is_receipt": isinstance(form, ReceiveForm),
        "may_reject": request.actor.may(RECEIVE, within=row.box.area_path),
        "rejectable": REJECTABLE,
        "may_read": request.actor.may(READ),
    }
    return render(request, "testing/box.html", context, status=422 if form and form.errors else 200)


def _next_form(request: ActorRequest, row: queries.BoxRow) -> HandForm | ReceiveForm | None:
    """Who carries signs over, who is of the laboratory receives; a box that has arrived needs neither."""
    actor, box = request.actor, row.box
    given = request.POST if request.method == "POST" else None
    labs = queries.laboratories()
    if box.state == BoxState.RECEIVED:
        return None
    if actor.may(RECEIVE, within=box.area_path):
        last = queries.handovers_of(box.pk).last()
        start = {"taker": actor.name, "giver": last.taker if last else ""}
        return ReceiveForm(given, laboratories=labs, initial=start)
    if box.state != BoxState.SEALED:
        return None
    if actor.may(CARRY, within=box.area_path):
        return HandForm(given, laboratories=labs, initial={"taker": actor.name})
    if actor.may(SEAL, within=box.area_path):
        return HandForm(given, laboratories=labs, initial={"giver": actor.name})
    return None


def _moved(request: ActorRequest, box: Box, form: HandForm | ReceiveForm) -> bool:
    act: Any = boxes.receive_box if isinstance(form, ReceiveForm) else boxes.hand_box
    try:
        made = act(box_id=box.pk, by=request.actor, at=clock.now(), **form.values())
    except Refusal as refusal:
        _into(form, IN_LEG_FORM, refusal)
        return False
    messages.success(request, _("Box %(box)s: %(state)s.") % {"box": made, "state": made.get_state_display()})
    return True


def _into(form: Form, fields: dict[str, str], refusal: Refusal) -> None:
    if refusal.code not in fields:
        raise refusal
    form.add_error(fields[refusal.code], refusal.says)


@needs(READ, SEAL, CARRY, RECEIVE)
@require_GET
def slip(request: ActorRequest, box_id: UUID) -> HttpResponse:
    """The handover slip on paper (交接单): the list, the seal, and lines for both hands."""
    row = _row(box_id)
    context = {
        "row": row,
        "box": row.box,
        "area": named(row.box.area_path),
        "tubes": list(queries.tubes_in(box_id)),
        "missing": queries.missing_codes(box_id),
        "handovers": list(queries.handovers_of(box_id)),
        "roles": [_("Sealed by"), _("Carrier"), _("Laboratory")],
        "at": clock.now(),
    }
    return render(request, "testing/box_slip.html", context)


@needs(CARRY, RECEIVE, SEAL)
@require_GET
def transport(request: ActorRequest) -> HttpResponse:
    """What waits to be carried and what is on its way: the carrier's and the laboratory's page, also on a phone."""
    at = clock.now()
    context = {
        "rows": queries.on_the_way(request.actor, at),
        "area": named(request.actor.home),
        "laboratories": list(queries.laboratories()),
        "may_name": request.actor.may(RECEIVE),
        "lab_form": LaboratoryForm(),
        "at": at,
    }
    is_live = request.htmx and request.htmx.target == "live"
    return render(request, "testing/transport.html#live" if is_live else "testing/transport.html", context)


@needs(RECEIVE)
@require_POST
def on_plate(request: ActorRequest, box_id: UUID) -> HttpResponse:
    """The tubes of a box are being tested."""
    count = boxes.start_testing(box_id=box_id, by=request.actor, at=clock.now())
    messages.success(
        request,
        ngettext("%(n)s tube is on the plate.", "%(n)s tubes are on the plate.", count) % {"n": count},
    )
    return redirect("testing:box", box_id)


@needs(RECEIVE)
def rejected(request: ActorRequest, code: str) -> HttpResponse:
    """Send a tube back, with the reason."""
    tube = Tube.objects.select_related("round").filter(code=code).first()
    if tube is None:
        raise Refusal("not_found", what=str(Tube._meta.verbose_name))
    form = RejectForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        made = boxes.reject_tube(
            code=code,
            reason=LabReject(form.cleaned_data["reason"]),
            note=form.cleaned_data["note"],
            by=request.actor,
            at=clock.now(),
        )
        messages.warning(
            request,
            ngettext(
                "Tube %(tube)s was sent back. %(n)s person must be sampled again within the hour.",
                "Tube %(tube)s was sent back. %(n)s persons must be sampled again within the hour.",
                len(made),
            )
            % {"tube": code, "n": len(made)},
        )
        return go(request, "testing:box", tube.box_id) if tube.box_id else go(request, "testing:transport")
    name = "testing/tube_reject.html#part" if request.htmx else "testing/tube_reject.html"
    return render(request, name, {"tube": tube, "form": form}, status=422 if form.errors else 200)


@needs(RECEIVE)
@require_POST
def archived(request: ActorRequest, round_id: UUID) -> HttpResponse:
    """Put the tubes that have their result into the archive."""
    count = boxes.archive_tubes(round_id=round_id, by=request.actor, at=clock.now())
    messages.success(request, ngettext("%(n)s tube archived.", "%(n)s tubes archived.", count) % {"n": count})
    return redirect("testing:boxes", round_id)


@needs(RECEIVE, "testing.round.run")
@require_POST
def laboratory(request: ActorRequest) -> HttpResponse:
    """Name a laboratory."""
    form = LaboratoryForm(request.POST)
    if form.is_valid():
        made = boxes.add_laboratory(
            area_path=request.actor.home, by=request.actor, at=clock.now(), **form.cleaned_data
        )
        messages.success(request, _("%(laboratory)s can be chosen now.") % {"laboratory": made})
    else:
        messages.error(request, _("Give the name of the laboratory."))
    return redirect("testing:transport")


def _row(box_id: UUID) -> queries.BoxRow:
    row = queries.one(box_id, clock.now())
    if row is None:
        raise Refusal("not_found", what=str(Box._meta.verbose_name))
    return row
