"""The one call engine (外呼): who must be called, who has the call now, how it ended (CT-20)."""

from collections.abc import Collection
from datetime import datetime, timedelta
from uuid import UUID

from django.db import connection, transaction

from tongxin.access.actors import Actor
from tongxin.access.services import journal
from tongxin.core import clock
from tongxin.core.ids import new_id
from tongxin.core.locks import lock
from tongxin.core.refusals import Refusal
from tongxin.people.enums import CallOutcome, CallPurpose
from tongxin.people.models import CallTask, CallTry, FollowUp
from tongxin.people.queries import calls
from tongxin.people.rules import calls as rules
from tongxin.places.queries.rules import rule

NOBODY = UUID(int=0)


@transaction.atomic
def owe(
    *,
    purpose: CallPurpose,
    about_id: UUID,
    person_ids: Collection[UUID],
    due_at: datetime,
    at: datetime,
) -> int:
    """Put these people on the call list of a matter (入外呼名单). Who is on it already stays as they are."""
    people = list(dict.fromkeys(person_ids))
    with connection.cursor() as cursor:
        cursor.execute(
            """INSERT INTO people_calltask (id, area_path, person_id, purpose, about_id, due_at,
                                            leased_by_name, outcome, made_at)
               SELECT made.id, p.area_path, p.id, %s, %s, %s, '', '', %s
               FROM unnest(%s::uuid[], %s::uuid[]) AS made (id, person_id)
               JOIN people_person p ON p.id = made.person_id AND p.voided_at IS NULL
               ON CONFLICT (purpose, about_id, person_id) DO NOTHING""",
            [purpose, about_id, due_at, at, [new_id() for _ in people], people],
        )
        return int(cursor.rowcount)


@transaction.atomic
def lease(*, task_id: UUID, by: Actor, at: datetime) -> CallTask:
    """Take one call for some minutes (领取). Refuses `call_leased` while somebody else has it."""
    task = lock(CallTask, task_id)
    by.must("people.call.answer", within=task.area_path)
    if task.closed_at is not None:
        raise Refusal("call_closed")
    if _is_held_by_another(task, by, at):
        raise Refusal("call_leased", name=task.leased_by_name)
    return _take(task, by, at)


@transaction.atomic
def lease_next(
    *, by: Actor, at: datetime, purpose: CallPurpose | None = None, about_id: UUID | None = None
) -> CallTask | None:
    """Take the most urgent call that nobody holds; two callers never get the same one."""
    by.must("people.call.answer")
    waiting = calls.owed(at, purpose=purpose, about_id=about_id)
    task = waiting.select_for_update(of=("self",), skip_locked=True).first()
    if task is None:
        return None
    by.must("people.call.answer", within=task.area_path)
    return _take(task, by, at)


@transaction.atomic
def give_back(*, task_id: UUID, by: Actor, at: datetime) -> CallTask:
    """Put a taken call back untried (退回)."""
    task = lock(CallTask, task_id)
    by.must("people.call.answer", within=task.area_path)
    if not _is_held_by_another(task, by, at):
        _release(task)
        task.save(update_fields=["leased_by_id", "leased_by_name", "leased_until"])
    return task


@transaction.atomic
def answer(*, task_id: UUID, outcome: CallOutcome, by: Actor, at: datetime, note: str = "") -> CallTask:
    """Write down one try (通话登记). The call ends when somebody was reached or the tries are used up."""
    task = lock(CallTask, task_id)
    by.must("people.call.answer", within=task.area_path)
    if task.closed_at is not None:
        raise Refusal("call_closed")
    if _is_held_by_another(task, by, at):
        raise Refusal("call_leased", name=task.leased_by_name)
    CallTry.objects.create(
        task=task,
        area_path=task.area_path,
        outcome=outcome,
        note=note.strip()[:200],
        by_id=by.account_id or NOBODY,
        by_name=by.name[:60],
        occurred_at=at,
    )
    is_last = outcome in rules.ENDS_AT_ONCE or _is_tried_enough(task, at)
    if is_last:
        task.closed_at = at
    apart = calls.apart_of(task.area_path, at)
    soon = timedelta(minutes=_rule("people.call.again_minutes", task.area_path, at))
    wait = rules.again_after(purpose=task.purpose, outcome=outcome, apart=apart, soon=soon)
    task.not_before = at + wait if wait is not None and not is_last else None
    task.outcome = outcome
    _release(task)
    task.save(
        update_fields=[
            "closed_at",
            "outcome",
            "not_before",
            "leased_by_id",
            "leased_by_name",
            "leased_until",
        ]
    )
    _follow_up(task, outcome, is_last=is_last, note=note, at=at)
    journal.record(
        "people.call.answered",
        by=by,
        area_path=task.area_path,
        on=task,
        at=at,
        facts={"person": str(task.person_id), "outcome": str(outcome)},
    )
    return task


@transaction.atomic
def follow_up_done(*, follow_up_id: UUID, by: Actor, at: datetime) -> FollowUp:
    """What a call had left is done (后续已办). Done twice is done once."""
    row = lock(FollowUp, follow_up_id)
    by.must("people.call.answer", within=row.area_path)
    if row.done_at is None:
        row.done_at, row.done_by_name = at, by.name[:60]
        row.save(update_fields=["done_at", "done_by_name"])
        journal.record(
            "people.call.followed_up",
            by=by,
            area_path=row.area_path,
            on=row,
            at=at,
            facts={"person": str(row.task.person_id), "kind": row.kind},
        )
    return row


@transaction.atomic
def end_calls(*, about_id: UUID, person_ids: Collection[UUID], at: datetime) -> int:
    """The matter is settled otherwise (samples came in): these calls are no longer owed."""
    return CallTask.objects.filter(about_id=about_id, person_id__in=person_ids, closed_at=None).update(
        closed_at=at
    )


def tries_needed(area_path: str, at: datetime) -> int:
    """How many tries make somebody unreachable here."""
    return int(_rule("people.call.tries", area_path, at))


def _follow_up(task: CallTask, outcome: str, *, is_last: bool, note: str, at: datetime) -> None:
    kind = rules.follow_up_of(purpose=task.purpose, outcome=outcome, is_last=is_last)
    if not kind:
        return
    hours = _rule("people.call.follow_up_hours", task.area_path, at)
    FollowUp.objects.get_or_create(
        task=task,
        kind=kind,
        defaults={
            "area_path": task.area_path,
            "note": note.strip()[:200],
            # Whoever belongs to a positive pool is not left for tomorrow.
            "due_at": max(task.due_at, at)
            if task.purpose == CallPurpose.POOL
            else at + timedelta(hours=hours),
            "made_at": at,
        },
    )


def _is_tried_enough(task: CallTask, at: datetime) -> bool:
    """Three tries within a minute reach nobody: for a round they count at different hours, for a pool at once."""
    if task.purpose == CallPurpose.POOL:
        return task.tries.count() >= tries_needed(task.area_path, at)
    counted = calls.tries_of(about_id=task.about_id, person_ids=[task.person_id])
    return counted.get(task.person_id, 0) >= tries_needed(task.area_path, at)


def _take(task: CallTask, by: Actor, at: datetime) -> CallTask:
    minutes = int(_rule("people.call.lease_minutes", task.area_path, at))
    task.leased_by_id, task.leased_by_name = by.account_id, by.name[:60]
    task.leased_until = at + timedelta(minutes=minutes)
    task.save(update_fields=["leased_by_id", "leased_by_name", "leased_until"])
    return task


def _release(task: CallTask) -> None:
    task.leased_by_id, task.leased_by_name, task.leased_until = None, "", None


def _is_held_by_another(task: CallTask, by: Actor, at: datetime) -> bool:
    return task.leased_until is not None and task.leased_until > at and task.leased_by_id != by.account_id


def _rule(name: str, area_path: str, at: datetime) -> float:
    return float(rule(name, path=area_path, on=clock.day_of(at)).value)
