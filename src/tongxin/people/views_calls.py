"""Calls: the list of who must be called, one call with its script and outcomes."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from tongxin.access.gate import ActorRequest, needs
from tongxin.access.services import journal
from tongxin.core import clock, pages
from tongxin.core.formats import number
from tongxin.core.pages import Column, Empty, Table
from tongxin.core.refusals import Refusal
from tongxin.people.enums import CallOutcome, CallPurpose
from tongxin.people.forms_calls import AnswerForm
from tongxin.people.models import CallTask
from tongxin.people.queries import calls as queries
from tongxin.people.services import calls, reveal

READ, ANSWER = "people.call.read", "people.call.answer"
CHANGED = "coverage-changed"
MEANINGS = {
    CallOutcome.REACHED: "circle-check",
    CallOutcome.NO_ANSWER: "phone",
    CallOutcome.OFF: "phone-off",
    CallOutcome.WRONG_NUMBER: "hash",
    CallOutcome.REFUSES: "hand-stop",
    CallOutcome.CALL_BACK: "clock",
    CallOutcome.ELSEWHERE: "map-pin",
    CallOutcome.DENIES: "user-question",
    CallOutcome.LANGUAGE: "language",
}


@needs(READ)
@require_GET
def call_list(request: ActorRequest) -> HttpResponse:
    """Who must be called, the most urgent first; mine stand on top."""
    at = clock.now()
    purpose = request.GET.get("purpose", "")
    owed = queries.open_calls(CallPurpose(purpose) if purpose in CallPurpose.values else None)
    page = pages.keyset(
        owed, ("due_at", "pk"), after=request.GET.get("after", ""), before=request.GET.get("before", "")
    )
    total = owed.count()
    shown = [task.person_id for task in page.rows]
    journal.seen(by=request.actor, area_path=request.actor.home, what="calls", people=shown, at=at)
    table = Table(
        columns=[
            Column(pgettext("person", "Name")),
            Column(_("Why")),
            Column(_("Tries"), "num wide-only"),
            Column(_("Due")),
            Column(_("Who has it"), "wide-only"),
        ],
        rows=page.rows,
        empty=Empty(_("Nobody has to be called now.")),
        as_of=at,
        count=ngettext("%(n)s call", "%(n)s calls", total) % {"n": number(total)},
        **pages.links(request.GET, page),  # type: ignore[arg-type]
    )
    context = {
        "table": table,
        "at": at,
        "mine": queries.held_by(request.actor.account_id, at) if request.actor.account_id else [],
        "follow_ups": queries.follow_ups()[:50],
        "purpose": purpose,
        "purposes": CallPurpose.choices,
        "may_answer": request.actor.may(ANSWER),
    }
    return render(request, "people/calls.html", context)


@needs(ANSWER)
@require_POST
def call_next(request: ActorRequest) -> HttpResponse:
    """Take the most urgent call."""
    purpose = request.POST.get("purpose", "")
    task = calls.lease_next(
        by=request.actor,
        at=clock.now(),
        purpose=CallPurpose(purpose) if purpose in CallPurpose.values else None,
    )
    if task is None:
        messages.info(request, _("Nobody has to be called now."))
        return redirect("people:calls")
    return redirect("people:call", task.pk)


@never_cache
@needs(READ)
@require_GET
def call(request: ActorRequest, task_id: UUID) -> HttpResponse:
    """One call: whom, why, what was said before, and the outcomes for who holds it."""
    task = _task(request, task_id)
    journal.seen(by=request.actor, area_path=task.area_path, what="calls", people=[task.person_id])
    return _page(request, task)


@needs(ANSWER)
@require_POST
def taken(request: ActorRequest, task_id: UUID) -> HttpResponse:
    """Take this call."""
    calls.lease(task_id=task_id, by=request.actor, at=clock.now())
    return _page(request, _task(request, task_id))


@needs(ANSWER)
@require_POST
def answered(request: ActorRequest, task_id: UUID) -> HttpResponse:
    """Write down what the call came to."""
    form = AnswerForm(request.POST)
    if not form.is_valid():
        return _page(request, _task(request, task_id), form=form, status=422)
    outcome = CallOutcome(form.cleaned_data["outcome"])
    task = calls.answer(
        task_id=task_id, outcome=outcome, note=form.cleaned_data["note"], by=request.actor, at=clock.now()
    )
    done = _("%(name)s: %(outcome)s.") % {"name": task.person.name, "outcome": outcome.label}
    if request.htmx:
        response = _page(request, _task(request, task_id), done=done)
        response.headers["HX-Trigger"] = CHANGED
        return response
    messages.success(request, done)
    return redirect(_back(request) or "people:calls")


@never_cache
@needs(ANSWER)
@require_POST
def phones(request: ActorRequest, task_id: UUID) -> HttpResponse:
    """The whole numbers, for who holds the call; recorded like every reveal."""
    at = clock.now()
    task = _task(request, task_id)
    if not _is_mine(request, task):
        raise Refusal("call_leased", name=task.leased_by_name or "—")
    shown = [
        reveal.reveal_phone(
            phone_id=phone.pk,
            by=request.actor,
            at=at,
            why=_("call: %(purpose)s") % {"purpose": task.get_purpose_display()},
        )
        for phone in queries.phones_of(task.person_id)
    ]
    return _page(request, task, shown=shown)


@needs(ANSWER)
@require_POST
def follow_up_done(request: ActorRequest, follow_up_id: UUID) -> HttpResponse:
    """What a call had left is done."""
    row = calls.follow_up_done(follow_up_id=follow_up_id, by=request.actor, at=clock.now())
    messages.success(
        request,
        _("%(name)s: %(outcome)s.")
        % {"name": row.task.person.name, "outcome": pgettext("follow-up", "done")},
    )
    return redirect("people:calls")


def _task(request: ActorRequest, task_id: UUID) -> CallTask:
    task = queries.one(task_id)
    if not request.actor.may(READ, within=task.area_path):
        raise Refusal("not_found", what=str(CallTask._meta.verbose_name))
    return task


def _is_mine(request: ActorRequest, task: CallTask) -> bool:
    return (
        task.closed_at is None
        and task.leased_by_id == request.actor.account_id
        and task.leased_until is not None
        and task.leased_until > clock.now()
    )


def _page(request: ActorRequest, task: CallTask, *, status: int = 200, **more: Any) -> HttpResponse:
    at = clock.now()
    is_mine = _is_mine(request, task)
    context = {
        "task": task,
        "is_mine": is_mine,
        "is_held": task.leased_until is not None and task.leased_until > at and not is_mine,
        "may_answer": request.actor.may(ANSWER, within=task.area_path),
        "phones": queries.phones_of(task.person_id),
        "home": queries.home_of(task.person_id),
        "tries": queries.told(task.pk),
        "outcomes": [(outcome, MEANINGS[outcome]) for outcome in CallOutcome],
        "form": AnswerForm(),
        "back": _back(request),
        **more,
    }
    return render(
        request, "people/call.html#part" if request.htmx else "people/call.html", context, status=status
    )


def _back(request: ActorRequest) -> str:
    """Where the caller came from, if it is a page of ours."""
    address = request.POST.get("back") or request.GET.get("back", "")
    return address if address and url_has_allowed_host_and_scheme(address, allowed_hosts=None) else ""
