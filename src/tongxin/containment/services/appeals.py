"""Appeals (申诉): received with a number and a clock, judged by somebody who did not decide, answered in words."""

from datetime import datetime, timedelta
from uuid import UUID

from django.db import connection, transaction

from tongxin.access.actors import Actor
from tongxin.access.services import journal
from tongxin.containment import rules
from tongxin.containment.enums import OPEN_APPEALS, AppealChannel, AppealState, Ended, ToldBy
from tongxin.containment.models import Appeal, Restriction
from tongxin.containment.queries import evidence
from tongxin.containment.services.restrictions import end_row
from tongxin.core import clock, locks
from tongxin.core.locks import lock
from tongxin.core.refusals import Refusal
from tongxin.places.queries.rules import rule

RECEIVE, REVIEW = "containment.appeal.receive", "containment.appeal.review"


@transaction.atomic
def receive(
    *, restriction_id: UUID, channel: AppealChannel, says: str, said_by: str = "", by: Actor, at: datetime
) -> Appeal:
    """Take an appeal in (受理) by paper, phone, desk or a worker. An open one is the one that is there."""
    row = lock(Restriction, restriction_id)
    by.must(RECEIVE, within=row.area_path)
    if open_ := row.appeals.filter(state__in=OPEN_APPEALS).first():
        return open_
    if not says.strip():
        raise Refusal("reason_needed")
    limit = rule("containment.appeal.answer_hours", path=row.area_path, on=clock.day_of(at))
    appeal = Appeal.objects.create(
        area_path=row.area_path,
        number=_next_number(at),
        restriction=row,
        person_id=row.person_id,
        channel=channel,
        said_by=said_by.strip()[:60],
        says=says.strip()[:1000],
        rule_id=limit.row_id,
        received_at=at,
        received_by_id=by.account_id,
        received_by_name=by.name[:60],
        due_at=at + timedelta(hours=float(limit.value)),
    )
    _record("received", appeal, by=by, at=at)
    return appeal


@transaction.atomic
def take(*, appeal_id: UUID, by: Actor, at: datetime) -> Appeal:
    """Take the review (受理审查). Refuses who decided or approved, and who comes second."""
    appeal, restriction = _open(appeal_id, by)
    _must_be_another(restriction, by)
    if appeal.state == AppealState.REVIEW:
        if appeal.reviewer_id == by.account_id:
            return appeal
        raise Refusal("appeal_taken", name=appeal.reviewer_name)
    appeal.state, appeal.taken_at = AppealState.REVIEW, at
    appeal.reviewer_id, appeal.reviewer_name = by.account_id, by.name[:60]
    appeal.save(update_fields=["state", "taken_at", "reviewer_id", "reviewer_name"])
    _record("taken", appeal, by=by, at=at)
    return appeal


@transaction.atomic
def uphold(*, appeal_id: UUID, answer: str, by: Actor, at: datetime) -> Appeal:
    """The hold was wrong (申诉成立): it ends in every list now, its record grounds nothing, and somebody says sorry."""
    appeal, restriction = _reviewed(appeal_id, answer, by)
    hours = float(rule("containment.appeal.correct_hours", path=appeal.area_path, on=clock.day_of(at)).value)
    _decide(appeal, AppealState.UPHELD, answer, at=at, correct_by=at + timedelta(hours=hours))
    records = evidence.kin([restriction.evidence_id])
    standing = Restriction.objects.filter(
        person=restriction.person_id, ground=restriction.ground, evidence_id__in=records, lifted_at=None
    )
    for row in locks.lock_all(Restriction, standing.values_list("pk", flat=True)):
        # One that has run out is struck too: what it rested on grounds nothing any more.
        end_row(row, Ended.APPEAL, why=appeal.number, by=by, at=at)
    _record("upheld", appeal, by=by, at=at)
    return appeal


@transaction.atomic
def reject(*, appeal_id: UUID, answer: str, by: Actor, at: datetime) -> Appeal:
    """The hold stands (申诉不成立), and why."""
    appeal, _restriction = _reviewed(appeal_id, answer, by)
    _decide(appeal, AppealState.REJECTED, answer, at=at, correct_by=None)
    _record("rejected", appeal, by=by, at=at)
    return appeal


@transaction.atomic
def correct(*, appeal_id: UUID, by: Actor, at: datetime) -> Appeal:
    """Every other list is right now too (更正完毕): papers at doors, lists on walls, copies elsewhere."""
    appeal = lock(Appeal, appeal_id)
    by.must(RECEIVE, within=appeal.area_path)
    if appeal.correct_by is not None and appeal.corrected_at is None:
        appeal.corrected_at = at
        appeal.save(update_fields=["corrected_at"])
        _record("corrected", appeal, by=by, at=at)
    return appeal


@transaction.atomic
def answered(*, appeal_id: UUID, how: ToldBy, by: Actor, at: datetime) -> Appeal:
    """The person has heard the answer (已答复). Told twice is told once."""
    appeal = lock(Appeal, appeal_id)
    by.must(RECEIVE, within=appeal.area_path)
    if appeal.decided_at is not None and appeal.told_at is None:
        appeal.told_at, appeal.told_how = at, how
        appeal.save(update_fields=["told_at", "told_how"])
        _record("told", appeal, by=by, at=at)
    return appeal


def _open(appeal_id: UUID, by: Actor) -> tuple[Appeal, Restriction]:
    appeal = lock(Appeal, appeal_id)
    by.must(REVIEW, within=appeal.area_path)
    if appeal.state not in OPEN_APPEALS:
        raise Refusal("appeal_answered", state=appeal.get_state_display(), name=appeal.reviewer_name)
    return appeal, Restriction.objects.get(pk=appeal.restriction_id)


def _reviewed(appeal_id: UUID, answer: str, by: Actor) -> tuple[Appeal, Restriction]:
    appeal, restriction = _open(appeal_id, by)
    _must_be_another(restriction, by)
    if appeal.state != AppealState.REVIEW or appeal.reviewer_id != by.account_id:
        raise Refusal("appeal_taken", name=appeal.reviewer_name or "—")
    if len(answer.strip()) < rules.SHORTEST_ANSWER:
        raise Refusal("answer_needed")
    return appeal, restriction


def _must_be_another(restriction: Restriction, by: Actor) -> None:
    """Nobody who had a hand in any decision of the chain judges it."""
    names = []
    row: Restriction | None = restriction
    while row is not None:
        names += [(row.decided_by_id, row.decided_by_name), (row.approved_by_id, row.approved_by_name)]
        row = row.renews
    rules.may_review(reviewer=by.account_id, names=names).or_refuse()


def _decide(
    appeal: Appeal, state: AppealState, answer: str, *, at: datetime, correct_by: datetime | None
) -> None:
    appeal.state, appeal.decided_at = state, at
    appeal.answer, appeal.correct_by = answer.strip()[:1000], correct_by
    appeal.save(update_fields=["state", "decided_at", "answer", "correct_by"])


def _next_number(at: datetime) -> str:
    """A number that can be said on the phone: the day and a running number."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('containment_appeal_number')")
        (count,) = cursor.fetchone()
    return f"{clock.day_of(at):%y%m%d}-{count:05d}"


def _record(what: str, appeal: Appeal, *, by: Actor, at: datetime) -> None:
    journal.record(
        f"containment.appeal.{what}",
        by=by,
        on=appeal,
        area_path=appeal.area_path,
        at=at,
        facts={"person": str(appeal.person_id), "restriction": str(appeal.restriction_id)},
    )
