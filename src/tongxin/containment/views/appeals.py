"""Appeals: taken in by paper, phone or desk, reviewed by somebody who did not decide, answered in words."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from tongxin.access.gate import ActorRequest, needs
from tongxin.access.queries import history_of, told, watchers_of
from tongxin.access.services import journal
from tongxin.containment.enums import AppealChannel, AppealState, ToldBy
from tongxin.containment.forms import AnswerForm, AppealForm, ToldForm
from tongxin.containment.models import Appeal
from tongxin.containment.queries import appeals as queries
from tongxin.containment.queries import evidence, ledger
from tongxin.containment.services import appeals
from tongxin.containment.services.appeals import RECEIVE, REVIEW
from tongxin.core import clock, pages
from tongxin.places.queries.areas import named

READ = "containment.appeal.read"
MONTH = timedelta(days=30)


@needs(READ)
@require_GET
def worklist(request: ActorRequest) -> HttpResponse:
    """Appeals whose clock runs, the most urgent first."""
    at = clock.now()
    view = request.GET.get("view", "open")
    view = view if view in queries.VIEWS else "open"
    found = pages.keyset(
        queries.appeals(view),
        queries.ORDER[view],
        after=request.GET.get("after", ""),
        before=request.GET.get("before", ""),
    )
    home = request.actor.home
    people = [row.person_id for row in found.rows]
    journal.seen(by=request.actor, area_path=home, what="appeals", people=people, at=at)
    table = pages.Table(
        columns=[
            pages.Column(_("Receipt"), "nowrap"),
            pages.Column(_("Person")),
            pages.Column(_("Received"), "wide-only"),
            pages.Column(_("State")),
            pages.Column(_("Answer due")),
            pages.Column(_("Reviewer"), "wide-only"),
        ],
        rows=found.rows,
        empty=pages.Empty(
            _(
                "No appeal waits. Whoever is held may appeal by paper, by phone, at the desk or through a worker."
            )
            if view == "open"
            else _("No appeal has come in here.")
        ),
        scope=named(home),
        as_of=at,
        **pages.links(request.GET, found),
    )
    context = {
        "table": table,
        "view": view,
        "at": at,
        "mine": queries.waiting_for(request.actor).count(),
        "statistics": queries.statistics(at - MONTH, at, at),
    }
    return render(request, "containment/appeals.html", context)


@needs(RECEIVE)
@require_http_methods(["GET", "POST"])
def new(request: ActorRequest, restriction_id: UUID) -> HttpResponse:
    """Take an appeal in; the receipt is printed at once."""
    row = ledger.one(restriction_id)
    request.actor.must(RECEIVE, within=row.area_path)
    form = AppealForm(request.POST or None, initial={"said_by": row.person.name})
    if request.method != "POST" or not form.is_valid():
        context = {"form": form, "row": row, "back": _back(request, row)}
        return render(request, "containment/appeal_new.html", context, status=422 if form.is_bound else 200)
    appeal = appeals.receive(
        restriction_id=restriction_id,
        channel=AppealChannel(form.cleaned_data["channel"]),
        says=form.cleaned_data["says"],
        said_by=form.cleaned_data["said_by"],
        by=request.actor,
        at=clock.now(),
    )
    messages.success(request, _("Appeal %(number)s is taken in.") % {"number": appeal.number})
    return redirect("containment:receipt", appeal.pk)


@needs(READ)
@require_GET
def one(request: ActorRequest, appeal_id: UUID) -> HttpResponse:
    """One appeal: what is said, what the hold rests on, and the answer."""
    return _page(request, appeal_id)


@needs(REVIEW)
@require_POST
def take(request: ActorRequest, appeal_id: UUID) -> HttpResponse:
    appeals.take(appeal_id=appeal_id, by=request.actor, at=clock.now())
    return redirect("containment:appeal", appeal_id)


@needs(REVIEW)
@require_POST
def uphold(request: ActorRequest, appeal_id: UUID) -> HttpResponse:
    """The hold was wrong."""
    return _answer(request, appeal_id, AppealState.UPHELD)


@needs(REVIEW)
@require_POST
def reject(request: ActorRequest, appeal_id: UUID) -> HttpResponse:
    """The hold stands."""
    return _answer(request, appeal_id, AppealState.REJECTED)


@needs(RECEIVE)
@require_POST
def correct(request: ActorRequest, appeal_id: UUID) -> HttpResponse:
    """Papers and copies are right too."""
    appeals.correct(appeal_id=appeal_id, by=request.actor, at=clock.now())
    messages.success(request, _("Noted: every list is right."))
    return _after(request, appeal_id)


@needs(RECEIVE)
@require_POST
def answered(request: ActorRequest, appeal_id: UUID) -> HttpResponse:
    """The person has heard the answer."""
    form = ToldForm(request.POST)
    if not form.is_valid():
        return _page(request, appeal_id, status=422)
    appeals.answered(
        appeal_id=appeal_id, how=ToldBy(form.cleaned_data["how"]), by=request.actor, at=clock.now()
    )
    messages.success(request, _("Noted: the person has the answer."))
    return _after(request, appeal_id)


@needs(RECEIVE, READ)
@require_GET
def receipt(request: ActorRequest, appeal_id: UUID) -> HttpResponse:
    """The receipt (回执), and later the answer, to be printed and handed over."""
    appeal = queries.one(appeal_id)
    at = clock.now()
    journal.seen(
        by=request.actor, area_path=appeal.area_path, what="appeals", people=[appeal.person_id], at=at
    )
    context = {
        "appeal": appeal,
        "row": appeal.restriction,
        "at": at,
        "area": named(request.actor.home),
        "may_read": request.actor.may(READ, appeal.area_path),
    }
    return render(request, "containment/receipt.html", context)


def _answer(request: ActorRequest, appeal_id: UUID, state: AppealState) -> HttpResponse:
    form = AnswerForm(request.POST)
    if not form.is_valid():
        return _page(request, appeal_id, form=form, status=422)
    act = appeals.uphold if state == AppealState.UPHELD else appeals.reject
    appeal = act(appeal_id=appeal_id, answer=form.cleaned_data["answer"], by=request.actor, at=clock.now())
    messages.success(
        request,
        _("Appeal %(number)s: %(state)s.") % {"number": appeal.number, "state": appeal.get_state_display()},
    )
    return redirect("containment:appeal", appeal_id)


def _after(request: ActorRequest, appeal_id: UUID) -> HttpResponse:
    may_read = request.actor.may(READ, queries.one(appeal_id).area_path)
    return redirect("containment:appeal" if may_read else "containment:receipt", appeal_id)


def _page(
    request: ActorRequest, appeal_id: UUID, *, form: AnswerForm | None = None, status: int = 200
) -> HttpResponse:
    at = clock.now()
    appeal = queries.one(appeal_id)
    row = ledger.one(appeal.restriction_id)
    here = appeal.area_path
    journal.seen(by=request.actor, area_path=here, what="appeals", people=[appeal.person_id], at=at)
    is_open = appeal.decided_at is None
    had_a_hand = request.actor.account_id in _hands(ledger.chain_of(row))
    may_review = is_open and request.actor.may(REVIEW, here)
    context = {
        "appeal": appeal,
        "row": row,
        "record": evidence.words_of([row])[row.pk],
        "recheck": evidence.recheck_of(row),
        "at": at,
        "is_open": is_open,
        "had_a_hand": may_review and had_a_hand,
        "may_take": may_review and not had_a_hand and appeal.reviewer_id is None,
        "may_answer": may_review and not had_a_hand and appeal.reviewer_id == request.actor.account_id,
        "may_tell": request.actor.may(RECEIVE, here),
        "told_ways": ToldBy.choices,
        # Who has had the hold before their eyes or on paper: they have to hear that it was wrong.
        "lists": _lists(appeal, row.starts_at) if appeal.state == AppealState.UPHELD else [],
        "history": told(history_of(appeal.pk)[:20]),
        "form": form or AnswerForm(),
    }
    return render(request, "containment/appeal.html", context, status=status)


def _hands(chain: list[Any]) -> set[UUID]:
    return {each for row in chain for each in (row.decided_by_id, row.approved_by_id) if each}


def _lists(appeal: Appeal, since: datetime) -> list[Any]:
    """Looks at the hold of this person since it began, one line a reader and list."""
    lines: dict[tuple[str, str], Any] = {}
    for entry in told(watchers_of(appeal.person_id).filter(occurred_at__gte=since)[:200]):
        if entry.act in ("access.restrictions.seen", "access.holds_export.seen", "access.pool.seen"):
            lines.setdefault((entry.who, entry.act), entry)
    return list(lines.values())


def _back(request: ActorRequest, row: Any) -> str:
    if request.actor.may("containment.restriction.read", row.area_path):
        return reverse("containment:restriction", args=[row.pk])
    return reverse("people:person", args=[row.person_id])
