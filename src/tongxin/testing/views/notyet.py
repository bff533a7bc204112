"""The not-yet list (MT-44): who is not covered, and what is done about each: call, visit, reason, removal."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from tongxin.access.actors import Actor
from tongxin.access.gate import ActorRequest, needs
from tongxin.access.services import journal
from tongxin.core import clock, formats, pages, scope
from tongxin.core.refusals import Refusal
from tongxin.people.enums import CallPurpose
from tongxin.people.queries import calls as call_queries
from tongxin.people.services import calls
from tongxin.places.queries.areas import named
from tongxin.testing.enums import Coverage, RemovalReason, VisitOutcome
from tongxin.testing.forms import BulkForm, ClaimForm, RemovalForm, VisitForm, WhyForm
from tongxin.testing.models import Round
from tongxin.testing.queries import coverage, notyet
from tongxin.testing.queries import rounds as queries
from tongxin.testing.rules.claims import CLAIMABLE
from tongxin.testing.rules.rounds import RUNNING
from tongxin.testing.services import claims
from tongxin.testing.views.rounds import REGISTER, classes_of, export_of, sees_whole

CLAIM, CALL = "testing.coverage.claim", "people.call.answer"
CHANGED = "coverage-changed"
ROWS_HERE = "<!-- rows -->"
LONG = 1000  # people on paper from which on the parts are offered beside the whole


@needs(REGISTER)
@require_GET
def now(request: ActorRequest) -> HttpResponse:
    """The list of the round at work."""
    round_ = queries.current()
    if round_ is not None:
        return redirect("testing:not_yet", round_.pk)
    return render(request, "testing/none.html", {"what": _("Not yet tested")})


@needs(REGISTER)
@require_GET
def not_yet(request: ActorRequest, round_id: UUID) -> HttpResponse:
    """Door by door; counts and list come again in place after each act."""
    request.actor.must("testing.round.read")
    round_ = queries.one(round_id)
    target = request.htmx.target if request.htmx else ""
    if target == "counts":
        return render(request, "testing/notyet.html#counts", _counts(request, round_))
    asked = _asked(request)
    page = notyet.expected_page(round_id, at=clock.now(), after=request.GET.get("after", ""), **asked)
    notyet.with_contacts(round_id, page.rows)
    context = _counts(request, round_) | {
        "page": page,
        **asked,
        "buildings": page.near(asked["building"], asked["grid"]),
        "is_many": len(page.buildings) > notyet.MANY,
        "chips": _chips(request, page),
        "older": pages.address(request.GET, after=page.older) if page.older else "",
        "start": pages.without(request.GET, "after") if request.GET.get("after") else "",
        "address": request.get_full_path(),
        "sheet": f"{reverse('testing:not_yet_sheet', args=[round_id])}{pages.address(request.GET, after='')}",
        "export": export_of("not_yet", request.GET, round=round_id),
        "may_claim": request.actor.may(CLAIM) and round_.state in RUNNING,
        "may_call": request.actor.may(CALL) and round_.state in RUNNING,
        "bulk_form": BulkForm(auto_id="bulk_%s"),  # the drawer on this page has fields of the same names
    }
    people = [each.person_id for each in page.rows]
    journal.seen(by=request.actor, area_path=round_.area_path, what="notyet", people=people)
    name = "testing/notyet.html#list" if target == "list" else "testing/notyet.html"
    return render(request, name, context)


@needs(REGISTER)
@require_GET
def sheet(request: ActorRequest, round_id: UUID) -> HttpResponse:
    """The list on paper, for doors, whole: it is sent building by building and each part recorded as a listing."""
    request.actor.must("testing.round.read")
    round_ = queries.one(round_id)
    asked = _asked(request)
    page = notyet.expected_page(round_id, at=clock.now(), size=1, **asked)
    parts = page.near("", asked["grid"]) if asked["grid"] else []
    context = {
        "round": round_,
        "shown": page.shown,
        "at": clock.now(),
        "area": _area(request, round_),
        "chips": _chips(request, page),
        "grids": page.grids if page.shown > LONG and not asked["building"] and not asked["grid"] else [],
        "buildings": parts if page.shown > LONG and not asked["building"] else [],
    }
    # One template around a mark; what stands before it and after it is sent around the rows.
    head, tail = render_to_string("testing/notyet_sheet.html", context, request).split(ROWS_HERE)
    rows = _sheet_rows(request.actor, round_, asked, translation.get_language() or "")
    return StreamingHttpResponse(_joined(head, rows, tail))  # type: ignore[return-value]


def _sheet_rows(actor: Actor, round_: Round, asked: dict[str, Any], language: str) -> Iterator[str]:
    """The rows of the sheet. The request has ended by then: this opens its own transaction with the same sight."""
    at = clock.now()
    path = round_.area_path if sees_whole(actor, round_) else actor.paths[0]
    with translation.override(language), scope.scoped(actor.paths):
        building = ""
        for rows in notyet.sheets(round_.pk, at=at, **asked):
            if rows:
                journal.seen(
                    by=actor, area_path=path, what="notyet", people=[row.person_id for row in rows], at=at
                )
            yield render_to_string("testing/notyet_rows.html", {"rows": rows, "before": building})
            building = rows[-1].area_path if rows else building


def _joined(head: str, rows: Iterator[str], tail: str) -> Iterator[str]:
    yield head
    yield from rows
    yield tail


@needs(CLAIM)
@require_POST
def bulk(request: ActorRequest, round_id: UUID) -> HttpResponse:
    """One thing said of several people: a knock that nobody answered, a journey or a site that they share."""
    form = BulkForm(request.POST)
    people = [UUID(each) for each in request.POST.getlist("person") if _is_id(each)]
    if not people:
        messages.error(request, _("Choose people first."))
    elif not form.is_valid():
        words = [str(each) for errors in form.errors.values() for each in errors]
        messages.error(request, " ".join(words))
    else:
        count = _say_of_all(request, round_id, people, form)
        messages.success(
            request,
            ngettext("Noted for %(n)s person.", "Noted for %(n)s persons.", count)
            % {"n": formats.number(count)},
        )
    back = request.POST.get("back", "")
    address = reverse("testing:not_yet", args=[round_id])
    return redirect(back if back.startswith(f"{address}?") else address)


def _say_of_all(request: ActorRequest, round_id: UUID, people: list[UUID], form: BulkForm) -> int:
    said, at = form.cleaned_data, clock.now()
    if said["what"].startswith("visit_"):
        outcome = VisitOutcome(said["what"].removeprefix("visit_"))
        for person_id in people:
            claims.visit(
                round_id=round_id,
                person_id=person_id,
                outcome=outcome,
                note=said["note"],
                by=request.actor,
                at=at,
            )
        return len(people)
    reasons = [
        claims.Said(each, said["what"], place=said["place"], until_on=said["until_on"], note=said["note"])
        for each in people
    ]
    return len(claims.claim_list(round_id=round_id, said=reasons, by=request.actor, at=at))


@needs(CLAIM)
@require_GET
def proposals(request: ActorRequest, round_id: UUID) -> HttpResponse:
    """Reasons of the last round that may still hold; each is confirmed by itself, or left."""
    round_ = queries.one(round_id)
    context = {
        "round": round_,
        "proposals": notyet.proposals(round_, at=clock.now()),
        "area": _area(request, round_),
        "at": clock.now(),
        "may_claim": round_.state in RUNNING,
    }
    return render(request, "testing/proposals.html", context)


@needs(CLAIM)
def reason(request: ActorRequest, round_id: UUID, person_id: UUID) -> HttpResponse:
    """Why a person is not sampled, with what its class asks for."""
    row = _row(request, round_id, person_id)
    klass = request.POST.get("klass") or request.GET.get("class", "")
    if klass not in CLAIMABLE:
        return _part(request, round_id, row, "reason", choices=_choices())
    form = ClaimForm(request.POST or None, klass=klass)
    if request.method == "POST" and form.is_valid():
        try:
            claims.claim(
                round_id=round_id, person_id=person_id, by=request.actor, at=clock.now(), **form.cleaned_data
            )
        except Refusal as refusal:
            if refusal.code != "claim_needs":
                raise
            form.add_error("note", refusal.says)
        else:
            done = _("%(name)s: %(klass)s.") % {"name": row.name, "klass": Coverage(klass).label}
            return _done(request, round_id, person_id, done)
    return _part(request, round_id, row, "reason", form=form, klass=Coverage(klass), choices=_choices())


@needs(CLAIM)
@require_POST
def withdrawn(request: ActorRequest, round_id: UUID, person_id: UUID) -> HttpResponse:
    """Take a reason back."""
    row = _row(request, round_id, person_id)
    form = WhyForm(request.POST)
    if not form.is_valid():
        return _part(request, round_id, row, "standing", why=form)
    claims.withdraw(
        round_id=round_id, person_id=person_id, why=form.cleaned_data["why"], by=request.actor, at=clock.now()
    )
    return _done(request, round_id, person_id, _("%(name)s is unknown again.") % {"name": row.name})


@needs(CLAIM)
def visit(request: ActorRequest, round_id: UUID, person_id: UUID) -> HttpResponse:
    """Write down a knock on the door."""
    row = _row(request, round_id, person_id)
    form = VisitForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        outcome = VisitOutcome(form.cleaned_data["outcome"])
        claims.visit(
            round_id=round_id,
            person_id=person_id,
            outcome=outcome,
            note=form.cleaned_data["note"],
            by=request.actor,
            at=clock.now(),
        )
        done = _("Visit to %(name)s: %(outcome)s.") % {"name": row.name, "outcome": outcome.label}
        return _done(request, round_id, person_id, done)
    return _part(request, round_id, row, "visit", form=form)


@needs(CLAIM)
def removal(request: ActorRequest, round_id: UUID, person_id: UUID) -> HttpResponse:
    """Take a person out of the base of the round."""
    row = _row(request, round_id, person_id)
    form = RemovalForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        claims.remove_from_base(
            round_id=round_id,
            person_id=person_id,
            reason=RemovalReason(form.cleaned_data["reason"]),
            note=form.cleaned_data["note"],
            by=request.actor,
            at=clock.now(),
        )
        return _away(request, round_id, _("%(name)s is no longer in the base.") % {"name": row.name})
    return _part(request, round_id, row, "removal", form=form)


@needs(CLAIM)
@require_POST
def put_back(request: ActorRequest, round_id: UUID, person_id: UUID) -> HttpResponse:
    """Put a removed person back into the base."""
    form = WhyForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Say why, before the base is changed."))
        return redirect("testing:closing", round_id)
    claims.put_back(
        round_id=round_id, person_id=person_id, why=form.cleaned_data["why"], by=request.actor, at=clock.now()
    )
    messages.success(request, _("Put back into the base, still unknown."))
    return redirect("testing:closing", round_id)


@needs(CALL)
def call(request: ActorRequest, round_id: UUID, person_id: UUID) -> HttpResponse:
    """What was tried; taking the call puts it on the list and opens it with its outcomes."""
    row = _row(request, round_id, person_id)
    round_ = queries.one(round_id)
    if request.method == "POST":
        at = clock.now()
        calls.owe(
            purpose=CallPurpose.NOT_YET,
            about_id=round_id,
            person_ids=[person_id],
            due_at=max(round_.closes_at, at),
            at=at,
        )
        task = call_queries.of_person(about_id=round_id, person_id=person_id)
        if task is None:
            raise Refusal("not_found", what=_("call"))
        calls.lease(task_id=task.pk, by=request.actor, at=at)
        address = reverse("people:call", args=[task.pk])
        return redirect(f"{address}?back={reverse('testing:standing', args=[round_id, person_id])}")
    return _part(request, round_id, row, "call")


@needs(REGISTER)
@require_GET
def standing(request: ActorRequest, round_id: UUID, person_id: UUID) -> HttpResponse:
    """Where a person of the round stands, and all that was tried."""
    request.actor.must("testing.round.read")
    return _part(request, round_id, _row(request, round_id, person_id), "standing", why=WhyForm())


def _asked(request: ActorRequest) -> dict[str, Any]:
    """The part of the list that is asked for."""
    floor = request.GET.get("floor", "")
    return {
        "building": request.GET.get("building", ""),
        "grid": request.GET.get("grid", ""),
        "unit": request.GET.get("unit", ""),
        "floor": int(floor) if floor.lstrip("-").isdigit() and len(floor) < 4 else None,
    }


def _chips(request: ActorRequest, page: notyet.ExpectedPage) -> list[pages.Chip]:
    """The filters in force, each to be taken off."""
    asked = _asked(request)
    found: list[tuple[str, tuple[str, ...]]] = []
    names = {each.path: each.name for each in page.buildings}
    grids = dict(page.grids)
    if asked["grid"]:
        found.append((grids.get(asked["grid"], asked["grid"]), ("grid", "building", "unit", "floor")))
    if asked["building"]:
        found.append((names.get(asked["building"], asked["building"]), ("building", "unit", "floor")))
    if asked["unit"]:
        found.append((_("unit %(unit)s") % {"unit": asked["unit"]}, ("unit",)))
    if asked["floor"] is not None:
        found.append((_("floor %(floor)s") % {"floor": asked["floor"]}, ("floor",)))
    return [pages.Chip(title, pages.without(request.GET, *gone)) for title, gone in found]


def _is_id(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True


def _row(request: ActorRequest, round_id: UUID, person_id: UUID) -> notyet.ExpectedRow:
    row = notyet.person_of_round(round_id, person_id)
    if not request.actor.may(REGISTER, within=row.area_path):
        raise Refusal("not_found", what=_("person"))
    return row


def _part(
    request: ActorRequest, round_id: UUID, row: notyet.ExpectedRow, act: str, **more: Any
) -> HttpResponse:
    """The drawer of one person, or its page; 422 with a form that is not right yet."""
    round_ = queries.one(round_id)
    form = more.get("form") or more.get("why")
    is_running = round_.state in RUNNING
    context = {
        "round": round_,
        "row": row,
        "act": act,
        "told": notyet.told(round_id, row.person_id),
        "may_claim": is_running and request.actor.may(CLAIM, within=row.area_path),
        "may_call": is_running and request.actor.may(CALL, within=row.area_path),
        "by_swab": row.klass in (Coverage.HERE, Coverage.MOBILE),
        **more,
    }
    journal.seen(by=request.actor, area_path=row.area_path, what="person", people=[row.person_id])
    name = "testing/person.html#part" if request.htmx else "testing/person.html"
    return render(request, name, context, status=422 if form is not None and form.errors else 200)


def _done(request: ActorRequest, round_id: UUID, person_id: UUID, words: str) -> HttpResponse:
    """After an act: the drawer shows where the person stands now, the list behind it comes again."""
    if not request.htmx:
        messages.success(request, words)
        return redirect("testing:proposals" if "proposed" in request.GET else "testing:not_yet", round_id)
    response = _part(
        request, round_id, notyet.person_of_round(round_id, person_id), "standing", done=words, why=WhyForm()
    )
    response.headers["HX-Trigger"] = CHANGED
    return response


def _away(request: ActorRequest, round_id: UUID, words: str) -> HttpResponse:
    if not request.htmx:
        messages.success(request, words)
        return redirect("testing:not_yet", round_id)
    response = render(request, "testing/person.html#gone", {"done": words})
    response.headers["HX-Trigger"] = CHANGED
    return response


def _counts(request: ActorRequest, round_: Round) -> dict[str, Any]:
    counts = coverage.by_class(round_.pk)
    return {
        "round": round_,
        "counts": counts,
        "classes": classes_of(request.actor, round_, counts),
        "area": _area(request, round_),
        "at": clock.now(),
        "is_running": round_.state in RUNNING,
    }


def _area(request: ActorRequest, round_: Round) -> str:
    return named(round_.area_path if sees_whole(request.actor, round_) else request.actor.home)


def _choices() -> list[tuple[str, Any]]:
    return [(klass.value, klass.label) for klass in CLAIMABLE]
