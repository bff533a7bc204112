"""Pages of tube stock: batches, what is left of each, unused tubes given back, and a frozen code decided."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from tongxin.access.gate import ActorRequest, needs
from tongxin.core import clock
from tongxin.core.formats import number
from tongxin.core.refusals import Refusal
from tongxin.places.queries.areas import named
from tongxin.testing.enums import PoolKind
from tongxin.testing.forms_boxes import BatchForm, SideForm
from tongxin.testing.models import Lane
from tongxin.testing.queries import boxes as queries
from tongxin.testing.queries import samples
from tongxin.testing.services import sides, stock
from tongxin.testing.views.rounds import go

IN_FORM = {
    "batch_taken": "label",
    "batch_label_needed": "label",
    "tube_taken": "codes",
    "batch_expired": "expires_on",
}


@needs(stock.ISSUE)
def stock_page(request: ActorRequest) -> HttpResponse:
    """The batches in stock, and a new one."""
    path = request.actor.home
    form = BatchForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        values = form.values()
        try:
            made = stock.register_batch(
                area_path=path,
                by=request.actor,
                at=clock.now(),
                **values | {"pool": PoolKind(values["pool"])},
            )
        except Refusal as refusal:
            if refusal.code not in IN_FORM:
                raise
            form.add_error(IN_FORM[refusal.code], refusal.says)
        else:
            messages.success(
                request,
                ngettext(
                    "Batch %(batch)s: %(n)s tube is in stock.",
                    "Batch %(batch)s: %(n)s tubes are in stock.",
                    made.tube_count,
                )
                % {"batch": made, "n": number(made.tube_count)},
            )
            return redirect("testing:stock")
    at = clock.now()
    context = {"form": form, "rows": queries.stock(path, at), "area": named(path), "at": at}
    return render(request, "testing/stock.html", context, status=422 if form.errors else 200)


@needs(stock.ISSUE)
@require_POST
def returned(request: ActorRequest, lane_id: UUID) -> HttpResponse:
    """Take back what a lane did not use."""
    lane = Lane.objects.filter(pk=lane_id).first()
    if lane is None:
        raise Refusal("not_found", what=str(Lane._meta.verbose_name))
    back = stock.return_tubes(lane_id=lane_id, by=request.actor, at=clock.now())
    messages.success(
        request,
        ngettext("%(n)s unused tube is in stock again.", "%(n)s unused tubes are in stock again.", len(back))
        % {"n": number(len(back))},
    )
    return redirect("testing:board", lane.round_id)


@needs(sides.DECIDES)
def decided(request: ActorRequest, code: str) -> HttpResponse:
    """Which side of a frozen tube stands."""
    found = samples.sides_of(code)
    form = SideForm(request.POST or None, sides=[(side.device_id, side.name) for side in found])
    if request.method == "POST" and form.is_valid():
        sides.decide_frozen(code=code, by=request.actor, at=clock.now(), **form.values())
        messages.success(request, _("Tube %(tube)s is free again.") % {"tube": code})
        return go(request, "testing:tube", code)
    name = "testing/tube_sides.html#part" if request.htmx else "testing/tube_sides.html"
    context = {"code": code, "form": form, "sides": found}
    return render(request, name, context, status=422 if form.errors else 200)
