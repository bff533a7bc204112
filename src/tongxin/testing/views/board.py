"""The point board (MT-10..31) and the tubes: dealt, looked at, voided."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext
from django.views.decorators.http import require_GET, require_POST

from tongxin.access.gate import ActorRequest, needs
from tongxin.access.services import journal
from tongxin.core import clock, pages
from tongxin.core.formats import number
from tongxin.core.pages import Chip, Column, Empty, Table
from tongxin.core.refusals import Refusal
from tongxin.testing.enums import BoxState, TubeState
from tongxin.testing.forms import DealForm, PointForm, VoidForm
from tongxin.testing.forms_boxes import QueueForm
from tongxin.testing.models import Box, Lane, Tube
from tongxin.testing.queries import boxes, points, samples
from tongxin.testing.queries import rounds as queries
from tongxin.testing.rules import rounds as rules
from tongxin.testing.rules.boxes import REJECTABLE
from tongxin.testing.services import queues, stock, tubes
from tongxin.testing.services import rounds as services
from tongxin.testing.views.rounds import READ, export_of, go, live, may_change_lanes, sees_whole

IN_DEAL_FORM = {
    "tube_taken": "codes",
    "tube_expired": "codes",
    "tube_other_pool": "codes",
    "tube_not_in_stock": "codes",
    "batch_expired": "expires_on",
    "stock_short": "count",
}
ISSUE, VOID, LANE, REGISTER = (
    "testing.tube.issue",
    "testing.tube.void",
    "testing.lane.run",
    "people.register.read",
)


@needs(LANE, "testing.round.plan", "testing.round.approve")
@require_GET
def board_now(request: ActorRequest) -> HttpResponse:
    """The board of the round at work."""
    round_ = queries.current()
    if round_ is not None:
        return redirect("testing:board", round_.pk)
    return render(request, "testing/none.html", {"what": _("Point board")})


@needs(READ)
@require_GET
def board(request: ActorRequest, round_id: UUID) -> HttpResponse:
    """Lanes, queue and tubes of a round; the live part comes again every ten seconds."""
    round_ = queries.one(round_id)
    if not sees_whole(request.actor, round_):
        raise Refusal("not_found", what=_("Point board"))
    at = clock.now()
    context = live(request, round_)
    everywhere = points.points(round_, context["lanes"], at)
    site_id = _point_chosen(request.GET.get("point", ""), everywhere)
    if site_id is not None:
        context["lanes"] = [lane for lane in context["lanes"] if lane.site_id == site_id]
    may_run_lanes = request.actor.may(LANE, within=round_.area_path)
    context |= {
        "devices": points.devices_at(round_, site_id),
        "points": [row for row in everywhere if site_id in (None, row.site_id)],
        "every_point": everywhere,
        "point": site_id,
        "boxes": [row for row in boxes.of_round(round_id, at) if row.box.state != BoxState.RECEIVED],
        "may_count": round_.state in rules.RUNNING and may_run_lanes,
        "frozen": points.frozen_codes(round_) if request.actor.may(VOID, within=round_.area_path) else [],
        "point_form": PointForm(initial=_point_start(everywhere, site_id))
        if may_change_lanes(request.actor, round_)
        else None,
        "may_issue": round_.state not in rules.ENDED and request.actor.may(ISSUE, within=round_.area_path),
        "may_run": round_.state not in rules.ENDED
        and request.actor.may("testing.round.run", within=round_.area_path),
    }
    is_live = request.htmx and request.htmx.target == "live"
    return render(request, "testing/board.html#live" if is_live else "testing/board.html", context)


@needs(LANE)
@require_POST
def queue(request: ActorRequest, round_id: UUID, site_id: UUID) -> HttpResponse:
    """Write down how many wait at a point."""
    form = QueueForm(request.POST)
    if form.is_valid():
        queues.count_queue(
            round_id=round_id, site_id=site_id, by=request.actor, at=clock.now(), **form.cleaned_data
        )
    else:
        messages.error(request, _("Write how many people wait, as a number."))
    return redirect(
        f"{reverse('testing:board', args=[round_id])}{_point_query(request.POST.get('point', ''))}"
    )


@needs(LANE, "testing.round.run")
@require_GET
def twice(request: ActorRequest, round_id: UUID) -> HttpResponse:
    """Who was sampled twice in a round without leave: both swabs are kept, the person counts once (MT-26)."""
    round_ = queries.one(round_id)
    context = {"round": round_, "rows": samples.sampled_twice(round_id), "at": clock.now()}
    return render(request, "testing/twice.html", context)


def _point_chosen(text: str, known: list[points.PointRow]) -> UUID | None:
    return next((row.site_id for row in known if str(row.site_id) == text), None)


def _point_query(text: str) -> str:
    try:
        return f"?point={UUID(text)}"
    except ValueError:
        return ""


def _point_start(known: list[points.PointRow], site_id: UUID | None) -> dict[str, object]:
    """A lane is mostly added to the point that is looked at."""
    names = [row.name for row in known if site_id in (None, row.site_id)]
    return {"site_name": names[0] if len(names) == 1 else "", "lanes": 1}


@needs(ISSUE)
def deal(request: ActorRequest, lane_id: UUID) -> HttpResponse:
    """Deal tubes to a lane."""
    lane = _lane(lane_id)
    form = DealForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            dealt = _dealt(request, lane, form)
        except Refusal as refusal:
            if refusal.code not in IN_DEAL_FORM:
                raise
            form.add_error(IN_DEAL_FORM[refusal.code], refusal.says)
        else:
            messages.success(
                request,
                ngettext("%(n)s tube dealt to %(lane)s.", "%(n)s tubes dealt to %(lane)s.", len(dealt))
                % {"n": number(len(dealt)), "lane": lane},
            )
            return go(request, "testing:board", lane.round_id)
    name = "testing/deal.html#part" if request.htmx else "testing/deal.html"
    context = {"lane": lane, "form": form, "stock": boxes.in_stock(lane.area_path, lane.pool, clock.now())}
    return render(request, name, context, status=422 if form.errors else 200)


def _dealt(request: ActorRequest, lane: Lane, form: DealForm) -> list[Tube]:
    """From stock, where it says so; otherwise codes that nobody has registered yet."""
    values = form.values()
    act: dict[str, Any] = {"lane_id": lane.pk, "by": request.actor, "at": clock.now()}
    if not values.pop("from_stock"):
        return tubes.deal_tubes(**act, **values)
    return stock.issue_tubes(**act, codes=values["codes"], count=values["count"])


@needs("testing.round.run", "testing.round.plan")
@require_POST
def lane_closed(request: ActorRequest, lane_id: UUID) -> HttpResponse:
    """Take a lane out of work."""
    lane = services.close_lane(lane_id=lane_id, by=request.actor, at=clock.now())
    messages.success(request, _("%(lane)s works no longer.") % {"lane": lane})
    return redirect("testing:board", lane.round_id)


@needs(READ)
@require_GET
def tube_list(request: ActorRequest, round_id: UUID) -> HttpResponse:
    """The tubes of a round, by state or lane."""
    round_ = queries.one(round_id)
    state, lane = request.GET.get("state", ""), request.GET.get("lane", "")
    found = points.tubes_of(round_id, state=state, lane=lane)
    page = pages.page_of(request.GET, found, ("code",))
    total = found.count()
    table = Table(
        columns=[
            Column(_("Tube")),
            Column(_("Lane"), "wide-only"),
            Column(_("State")),
            Column(_("Persons"), "num"),
            Column(_("First swab"), "wide-only"),
            Column(pgettext("tube", "Closed"), "wide-only"),
            Column(_("Result")),
        ],
        rows=page.rows,
        empty=Empty(_("No tube of this round is in this state.")),
        as_of=clock.now(),
        count=ngettext("%(n)s tube", "%(n)s tubes", total) % {"n": number(total)},
        chips=_chips(request, lane),
        name="tubes",
        export=export_of("tubes", request.GET, round=round_id),
        **pages.links(request.GET, page),  # type: ignore[arg-type]
    )
    context = {
        "round": round_,
        "table": table,
        "state": state,
        "lane": lane,
        "states": points.tubes_by_state(round_id),
    }
    return render(request, "testing/tubes.html", context)


@needs(READ)
def tube_page(request: ActorRequest, code: str) -> HttpResponse:
    """One tube: its life, its people for those who read the register, and its voiding."""
    tube = Tube.objects.select_related("lane__site", "round").filter(code=code).first()
    if tube is None:
        raise Refusal("not_found", what=str(Tube._meta.verbose_name))
    may_void = tube.voided_at is None and request.actor.may(VOID, within=tube.area_path)
    form = None
    if may_void:
        seconds = points.second_persons(request.actor, tube.area_path, clock.now())
        form = VoidForm(request.POST or None, seconds=[(str(each.account_id), each.name) for each in seconds])
        if request.method == "POST" and form.is_valid():
            second = next(each for each in seconds if str(each.account_id) == form.cleaned_data["second"])
            made = tubes.void_tube(
                code=code, why=form.cleaned_data["why"], second=second, by=request.actor, at=clock.now()
            )
            messages.warning(
                request,
                ngettext(
                    "Tube %(tube)s is void. %(n)s person must be sampled again within the hour.",
                    "Tube %(tube)s is void. %(n)s persons must be sampled again within the hour.",
                    len(made),
                )
                % {"tube": code, "n": len(made)},
            )
            return go(request, "testing:tube", code)
    members = samples.in_tube(code) if request.actor.may(REGISTER, within=tube.area_path) else None
    if members:
        shown = [member.person_id for member in members]
        journal.seen(by=request.actor, area_path=tube.area_path, what="tube", people=shown)
    context = {
        "tube": tube,
        "box": _box_of(tube),
        "may_decide": tube.frozen_at is not None and request.actor.may(VOID, within=tube.area_path),
        "may_reject": tube.state in REJECTABLE
        and request.actor.may("testing.box.receive", within=tube.area_path),
        "form": form,
        "state": TubeState(tube.state),
        "members": members,
        "make_ups": samples.make_ups_of(code),
    }
    name = "testing/tube.html#part" if request.htmx else "testing/tube.html"
    return render(request, name, context, status=422 if form and form.errors else 200)


def _chips(request: ActorRequest, lane: str) -> list[Chip]:
    """The filters in force, each to be taken off."""
    chips = []
    if (state := request.GET.get("state", "")) in TubeState.values:
        chips.append(Chip(TubeState(state).label, pages.without(request.GET, "state")))
    if lane:
        chips.append(Chip(_lane(UUID(lane)), pages.without(request.GET, "lane")))
    return chips


def _box_of(tube: Tube) -> Box | None:
    """The box a tube is in, as far as it is known."""
    return Box.objects.filter(pk=tube.box_id).first() if tube.box_id else None


def _lane(lane_id: UUID) -> Lane:
    lane = Lane.objects.select_related("site", "round").filter(pk=lane_id).first()
    if lane is None:
        raise Refusal("not_found", what=str(Lane._meta.verbose_name))
    return lane
