"""Pages of rounds: which there are, a new one, one at work, and what moves it on."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext
from django.views.decorators.http import require_GET, require_POST

from tongxin.access.actors import Actor
from tongxin.access.gate import ActorRequest, needs
from tongxin.access.services import journal
from tongxin.core import areas, clock, pages
from tongxin.core.formats import number
from tongxin.core.pages import Chip, Column, Empty, Table
from tongxin.core.refusals import Refusal
from tongxin.places.queries.areas import named
from tongxin.places.queries.rules import rules as rules_of
from tongxin.testing.enums import Coverage, RoundState
from tongxin.testing.forms import GroundForm, PointForm, RoundForm
from tongxin.testing.models import Round
from tongxin.testing.queries import coverage, plans, points
from tongxin.testing.queries import notyet as people_queries
from tongxin.testing.queries import rounds as queries
from tongxin.testing.queries.coverage import COVERED, NOT_DUE, ClassCounts
from tongxin.testing.rules import rounds as rules
from tongxin.testing.services import rounds as services

READ, PLAN, RUN, REGISTER = (
    "testing.round.read",
    "testing.round.plan",
    "testing.round.run",
    "people.register.read",
)
SHOWN = 30
STATE_MEANING = {
    RoundState.DRAFT: ("waiting", "edit"),
    RoundState.OPEN: ("waiting", "player-play"),
    RoundState.SAMPLING_CLOSED: ("attention", "player-stop"),
    RoundState.RECONCILING: ("attention", "user-question"),
    RoundState.CLOSED: ("done", "lock"),
    RoundState.RESULTS_COMPLETE: ("done", "circle-check"),
    RoundState.ARCHIVED: ("done", "package"),
    RoundState.CANCELLED: ("stop", "ban"),
}
# Figures that several classes make up, as the lists behind them are asked for.
GROUPS = {
    "covered": COVERED,
    "should_test": tuple(klass for klass in Coverage if klass not in NOT_DUE),
}


@needs(READ)
@require_GET
def round_list(request: ActorRequest) -> HttpResponse:
    """All rounds, the latest first."""
    page = pages.keyset(
        queries.latest_first(), ("-opens_at", "-pk"), after=request.GET.get("after", ""), size=SHOWN
    )
    counts = coverage.by_class_of([row.pk for row in page.rows])
    may_plan = request.actor.may(PLAN)
    table = Table(
        columns=[
            Column(_("Round")),
            Column(_("State")),
            Column(_("Window"), "wide-only"),
            Column(_("Base"), "num"),
            Column(_("Coverage"), "wide-only"),
            Column(_("Unknown"), "num"),
        ],
        rows=[{"round": row, "counts": counts[row.pk], "meaning": meaning_of(row)} for row in page.rows],
        empty=Empty(
            _("There is no round yet."),
            _("Plan a round") if may_plan else "",
            reverse("testing:round_new") if may_plan else "",
        ),
        as_of=clock.now(),
        **pages.links(request.GET, page),  # type: ignore[arg-type]
    )
    return render(request, "testing/rounds.html", {"table": table, "may_plan": may_plan})


@needs(PLAN)
def round_new(request: ActorRequest) -> HttpResponse:
    """Draft a round for the area the pages open at."""
    path = request.actor.home
    last = Round.objects.filter(area_path=path).order_by("-number").values_list("number", flat=True).first()
    rule_pool = rules_of(["testing.pool.default"], path=path, on=clock.today()).get("testing.pool.default")
    form = RoundForm(
        request.POST or None, number=(last or 0) + 1, rule_pool=str(rule_pool.value) if rule_pool else ""
    )
    if request.method == "POST" and form.is_valid():
        try:
            planned = services.plan_round(area_path=path, by=request.actor, at=clock.now(), **form.values())
        except Refusal as refusal:
            if refusal.code != "round_number_taken":
                raise
            form.add_error("number", refusal.says)
        else:
            messages.success(
                request,
                _("Round %(number)s is drafted. Add its points and lanes.") % {"number": planned.number},
            )
            return redirect("testing:round", planned.pk)
    context = {"form": form, "area": named(path)}
    return render(request, "testing/round_new.html", context, status=422 if form.errors else 200)


@needs(READ)
@require_GET
def round_page(request: ActorRequest, round_id: UUID) -> HttpResponse:
    """One round as it stands; the live part comes again every ten seconds."""
    round_ = queries.one(round_id)
    context = live(request, round_)
    if request.htmx and request.htmx.target == "live":
        return render(request, "testing/round.html#live", context)
    context |= {
        "point_form": PointForm() if may_change_lanes(request.actor, round_) else None,
        "moves": _moves(request.actor, round_),
        "steps": queries.steps(round_id),
        "plan": _plan(request.actor, round_),
    }
    return render(request, "testing/round.html", context)


def _plan(actor: Actor, round_: Round) -> plans.Plan | None:
    """What the round needs, while that can still be changed."""
    if round_.state not in rules.BEFORE_OPEN | {RoundState.OPEN} or not sees_whole(actor, round_):
        return None
    return plans.plan_of(round_, clock.now())


def live(request: ActorRequest, round_: Round) -> dict[str, Any]:
    """What moves on the page of a round. Who sees a part of the area only gets the figures of that part."""
    at = clock.now()
    counts = coverage.by_class(round_.pk)
    whole = sees_whole(request.actor, round_)
    lanes = points.lanes(round_, at) if whole else []
    return {
        "round": round_,
        "meaning": meaning_of(round_),
        "counts": counts,
        "classes": classes_of(request.actor, round_, counts),
        "is_whole": whole,
        "area": named(round_.area_path if whole else request.actor.home),
        "lanes": lanes,
        "sampled": sum(lane.sampled for lane in lanes),
        "forecast": points.forecast(round_, unknown=counts.unknown, rows=lanes, at=at) if whole else None,
        "tubes": points.tubes_by_state(round_.pk) if whole else [],
        "clocks": points.tube_clocks(round_, at) if whole and lanes else None,
        "closing": coverage.closing_of(round_.pk) if round_.state in rules.ENDED else None,
        "is_running": round_.state in rules.RUNNING,
        **_doors(request.actor, round_),
        "unknown_meaning": "attention" if counts.unknown else "done",
        "at": at,
    }


@needs(*sorted(set(rules.MOVED_BY.values())))
def move(request: ActorRequest, round_id: UUID, to: str) -> HttpResponse:
    """Ask for the document, then move the round on."""
    round_ = queries.one(round_id)
    if to not in RoundState.values:
        raise Refusal("not_found", what=_("state"))
    target = RoundState(to)
    if target == RoundState.CLOSED:
        return redirect("testing:closing", round_id)
    request.actor.must(rules.MOVED_BY.get(target, RUN), within=round_.area_path)
    form = GroundForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        act = {
            "round_id": round_id,
            "ground": form.cleaned_data["ground"],
            "by": request.actor,
            "at": clock.now(),
        }
        if target == RoundState.CANCELLED:
            services.cancel(**act)
        else:
            services.advance(to=target, **act)
        messages.success(
            request, _("Round %(number)s: %(state)s.") % {"number": round_.number, "state": target.label}
        )
        return go(request, "testing:round", round_id)
    context = {
        "round": round_,
        "to": target,
        "form": form,
        "people": queries.person_count(round_.area_path) if target == RoundState.OPEN else 0,
        "verb": verb_of(target),
        "is_danger": target == RoundState.CANCELLED,
    }
    name = "testing/round_move.html#part" if request.htmx else "testing/round_move.html"
    return render(request, name, context, status=422 if form.errors else 200)


@needs(PLAN, RUN)
@require_POST
def points_of(request: ActorRequest, round_id: UUID) -> HttpResponse:
    """Add a point with lanes."""
    round_ = queries.one(round_id)
    form = PointForm(request.POST)
    if not form.is_valid():
        context = live(request, round_) | {
            "point_form": form,
            "moves": _moves(request.actor, round_),
            "steps": queries.steps(round_id),
            "plan": _plan(request.actor, round_),
        }
        return render(request, "testing/round.html", context, status=422)
    made = services.add_point(round_id=round_id, by=request.actor, at=clock.now(), **form.cleaned_data)
    messages.success(
        request,
        ngettext("%(n)s lane added at %(point)s.", "%(n)s lanes added at %(point)s.", len(made))
        % {"n": len(made), "point": form.cleaned_data["site_name"]},
    )
    return redirect("testing:round", round_id)


@needs(REGISTER)
@require_GET
def people(request: ActorRequest, round_id: UUID) -> HttpResponse:
    """The people of a round in one class, with what covers them: the rows behind a figure."""
    request.actor.must(READ)
    round_ = queries.one(round_id)
    chosen = request.GET.get("class", "")
    classes = GROUPS.get(chosen, (Coverage(chosen),) if chosen in Coverage.values else tuple(Coverage))
    at = clock.now()
    page = people_queries.expected_page(
        round_id,
        classes=classes,
        at=at,
        building=request.GET.get("building", ""),
        grid=request.GET.get("grid", ""),
        after=request.GET.get("after", ""),
        size=pages.WHOLE if pages.is_whole(request.GET) else pages.SIZE,
    )
    people_queries.with_evidence(page.rows)
    shown = [row.person_id for row in page.rows]
    journal.seen(by=request.actor, area_path=round_.area_path, what="round_people", people=shown, at=at)
    table = Table(
        columns=[
            Column(pgettext("person", "Name")),
            Column(_("Address"), "wide-only"),
            Column(_("Class")),
            Column(_("Evidence")),
            Column(_("When, by whom"), "wide-only"),
        ],
        rows=page.rows,
        empty=Empty(_("Nobody of your area is in this class.")),
        scope=named(request.actor.home),
        as_of=at,
        count=ngettext("%(n)s person", "%(n)s persons", page.shown) % {"n": number(page.shown)},
        older=pages.address(request.GET, after=page.older) if page.older else "",
        newer=pages.without(request.GET, "after") if request.GET.get("after") else "",
        whole=pages.whole(request.GET, is_part=bool(page.older or request.GET.get("after"))),
        is_cut=pages.is_whole(request.GET) and bool(page.older),
        chips=_people_chips(request, page),
        name="people",
        export=export_of("people", request.GET, round=round_id),
    )
    context = {
        "round": round_,
        "table": table,
        "buildings": page.near(request.GET.get("building", ""), request.GET.get("grid", "")),
        "grids": page.grids,
        "grid": request.GET.get("grid", ""),
        "building": request.GET.get("building", ""),
        "chosen": chosen,
        "classes": [
            *Coverage.choices,
            ("covered", _("covered: here, elsewhere, mobile team")),
            ("should_test", _("should be tested")),
        ],
        "may_claim": request.actor.may("testing.coverage.claim") and round_.state in rules.RUNNING,
    }
    return render(request, "testing/people.html", context)


def _people_chips(request: ActorRequest, page: people_queries.ExpectedPage) -> list[Chip]:
    chosen, building = request.GET.get("class", ""), request.GET.get("building", "")
    grid = dict(page.grids).get(request.GET.get("grid", ""))
    chips = []
    if chosen in Coverage.values:
        chips.append(Chip(Coverage(chosen).label, pages.without(request.GET, "class")))
    elif chosen in GROUPS:
        words = {"covered": _("covered"), "should_test": _("should be tested")}
        chips.append(Chip(words[chosen], pages.without(request.GET, "class")))
    chips += [
        Chip(each.name, pages.without(request.GET, "building"))
        for each in page.buildings
        if each.path == building
    ]
    return [*chips, *([Chip(grid, pages.without(request.GET, "grid", "building"))] if grid else [])]


# ---- parts that other pages of rounds use


def export_of(kind: str, params: QueryDict, **of: Any) -> str:
    """The address where a list is asked for as a workbook, with the filters in force."""
    address = reverse("reports:export_new", args=[kind])
    return address + pages.address(
        params, after="", before="", whole="", **{name: str(value) for name, value in of.items()}
    )


def go(request: ActorRequest, name: str, *args: Any) -> HttpResponse:
    """After an act: a redirect that also carries a drawer's form to the page."""
    if not request.htmx:
        return redirect(name, *args)
    response = HttpResponse(status=204)
    response.headers["HX-Redirect"] = reverse(name, args=args)
    return response


def meaning_of(round_: Round) -> tuple[str, str]:
    """The meaning and the symbol of a round's state."""
    return STATE_MEANING.get(RoundState(round_.state), ("waiting", ""))


def _doors(actor: Actor, round_: Round) -> dict[str, str]:
    """The lists behind the figures, for those who read the register."""
    if not actor.may(REGISTER):
        return {}
    people_url = reverse("testing:people", args=[round_.pk])
    return {
        "unknown_url": reverse("testing:not_yet", args=[round_.pk]),
        "covered_url": f"{people_url}?class=covered",
        "should_url": f"{people_url}?class=should_test",
    }


def sees_whole(actor: Actor, round_: Round) -> bool:
    return areas.within_any(round_.area_path, actor.paths)


def classes_of(actor: Actor, round_: Round, counts: ClassCounts) -> list[tuple[str, Any, int, str]]:
    """The nine classes for the bar; each opens to its people for those who may read the register."""
    base = reverse("testing:people", args=[round_.pk])
    not_yet = reverse("testing:not_yet", args=[round_.pk])
    may_open = actor.may(REGISTER)
    return [
        (
            klass.value,
            klass.label,
            count,
            (not_yet if klass == Coverage.UNKNOWN else f"{base}?class={klass.value}") if may_open else "",
        )
        for klass, count in counts.items()
    ]


def may_change_lanes(actor: Actor, round_: Round) -> bool:
    if round_.state not in rules.BEFORE_OPEN | {RoundState.OPEN}:
        return False
    return actor.may(PLAN, within=round_.area_path) or actor.may(RUN, within=round_.area_path)


def verb_of(to: RoundState) -> str:
    """The word on the button that moves a round into this state."""
    return {
        RoundState.APPROVED: _("Approve"),
        RoundState.ANNOUNCED: _("Announce"),
        RoundState.OPEN: _("Open the round"),
        RoundState.SAMPLING_CLOSED: _("End sampling"),
        RoundState.RECONCILING: _("Start reconciling"),
        RoundState.CLOSED: _("Sign and close"),
        RoundState.RESULTS_COMPLETE: _("Results are complete"),
        RoundState.ARCHIVED: _("Archive"),
        RoundState.CANCELLED: _("Cancel the round"),
    }[to]


def _moves(actor: Actor, round_: Round) -> dict[str, Any]:
    """The next state and who brings it about; `may` says whether this person does."""
    next_ = rules.NEXT.get(RoundState(round_.state))
    may_cancel = round_.state in rules.CANCELLABLE and actor.may(
        rules.MOVED_BY[RoundState.CANCELLED], within=round_.area_path
    )
    may = next_ is not None and (
        actor.may(rules.MOVED_BY[next_], within=round_.area_path)
        or (next_ == RoundState.CLOSED and actor.may("testing.round.sign"))
    )
    return {
        "next": next_,
        "verb": verb_of(next_) if next_ else "",
        "may": may,
        "may_cancel": may_cancel,
    }
