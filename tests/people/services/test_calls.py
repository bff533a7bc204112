"""The call engine: owed once, taken by one, tried at different hours, ended by itself."""

from datetime import datetime, timedelta
from uuid import UUID, uuid4

import pytest

from tests import cast, factories
from tests.cast import NOON, SHUANGXI, Town
from tongxin.access.actors import Actor
from tongxin.access.models import Account, Entry
from tongxin.access.queries import actor_of
from tongxin.core import scope
from tongxin.core.refusals import Refusal
from tongxin.people.enums import CallOutcome, CallPurpose
from tongxin.people.models import CallTask, CallTry
from tongxin.people.queries import calls as queries
from tongxin.people.services import calls

pytestmark = pytest.mark.usefixtures("db_everywhere")

ROUND = UUID(int=10)


@pytest.fixture
def town(db_everywhere: None) -> Town:
    return cast.town()


def owe(town: Town, purpose: CallPurpose = CallPurpose.NOT_YET) -> list[CallTask]:
    people = [town.chen_wei.pk, town.zhang_wei.pk]
    calls.owe(purpose=purpose, about_id=ROUND, person_ids=people, due_at=NOON + timedelta(hours=1), at=NOON)
    return list(CallTask.objects.order_by("pk"))


def answer(task: CallTask, outcome: CallOutcome, by: Actor, at: datetime = NOON) -> CallTask:
    return calls.answer(task_id=task.pk, outcome=outcome, by=by, at=at)


def another_caller() -> Actor:
    account = Account.objects.filter(username="peng").first()
    if account is None:
        account = factories.account("peng", "彭接线", ("clerk", SHUANGXI))
    return actor_of(account, NOON)


def test_a_call_is_owed_once(town: Town) -> None:
    first = owe(town)

    again = calls.owe(
        purpose=CallPurpose.NOT_YET,
        about_id=ROUND,
        person_ids=[town.chen_wei.pk, town.chen_fang.pk],
        due_at=NOON,
        at=NOON,
    )

    assert (len(first), again, CallTask.objects.count()) == (2, 1, 3)
    assert {task.area_path for task in first} == {town.buildings["3"].path, town.buildings["1"].path}


def test_nobody_who_is_not_there_is_called(town: Town) -> None:
    town.chen_wei.voided_at = NOON
    town.chen_wei.save(update_fields=["voided_at"])

    owe(town)

    assert list(CallTask.objects.values_list("person__name", flat=True)) == ["张伟"]


def test_two_callers_never_get_the_same_person(town: Town) -> None:  # CT-20
    owe(town)

    first = calls.lease_next(by=town.actor("qin"), at=NOON)
    second = calls.lease_next(by=another_caller(), at=NOON)
    third = calls.lease_next(by=town.actor("tang"), at=NOON)

    assert first is not None
    assert second is not None
    assert first.pk != second.pk
    assert third is None


def test_a_taken_call_is_refused_to_another_until_its_time_is_over(town: Town) -> None:  # CT-20
    task, _ = owe(town)
    calls.lease(task_id=task.pk, by=town.actor("qin"), at=NOON)

    with pytest.raises(Refusal) as refused:
        calls.lease(task_id=task.pk, by=another_caller(), at=NOON + timedelta(minutes=9))

    assert (refused.value.code, refused.value.facts) == ("call_leased", {"name": "秦红"})
    later = calls.lease(task_id=task.pk, by=another_caller(), at=NOON + timedelta(minutes=11))
    assert later.leased_by_name == "彭接线"


def test_an_answer_to_a_call_that_another_holds_is_refused(town: Town) -> None:
    task, _ = owe(town)
    calls.lease(task_id=task.pk, by=town.actor("qin"), at=NOON)

    with pytest.raises(Refusal) as refused:
        answer(task, CallOutcome.REACHED, another_caller())

    assert refused.value.code == "call_leased"


def test_a_call_given_back_goes_to_the_next(town: Town) -> None:
    task, _ = owe(town)
    calls.lease(task_id=task.pk, by=town.actor("qin"), at=NOON)

    calls.give_back(task_id=task.pk, by=town.actor("qin"), at=NOON)

    assert set(queries.owed(NOON)) == set(CallTask.objects.all())


@pytest.mark.parametrize("outcome", [CallOutcome.REACHED, CallOutcome.ELSEWHERE, CallOutcome.REFUSES])
def test_who_was_reached_is_not_called_again(town: Town, outcome: CallOutcome) -> None:
    task, _ = owe(town)

    answer(task, outcome, town.actor("qin"))

    task.refresh_from_db()
    assert (task.closed_at, task.outcome, task.leased_until) == (NOON, outcome, None)
    assert Entry.objects.filter(act="people.call.answered", subject_id=task.pk).count() == 1


def test_tries_count_at_different_hours(town: Town) -> None:  # CT-20
    task, _ = owe(town)

    for minutes in (0, 1, 2, 3):
        answer(task, CallOutcome.NO_ANSWER, town.actor("qin"), NOON + timedelta(minutes=minutes))

    task.refresh_from_db()
    assert task.closed_at is None
    assert queries.tries_of(about_id=ROUND, person_ids=[task.person_id]) == {task.person_id: 1}


def test_a_call_ends_when_its_tries_are_used_up(town: Town) -> None:  # CT-20
    task, _ = owe(town)

    for hours in (0, 2, 4):
        answer(task, CallOutcome.NO_ANSWER, town.actor("qin"), NOON + timedelta(hours=hours))

    task.refresh_from_db()
    assert (task.closed_at, task.outcome) == (NOON + timedelta(hours=4), CallOutcome.NO_ANSWER)
    assert CallTry.objects.filter(task=task).count() == 3


def test_a_positive_pool_does_not_wait_for_another_hour(town: Town) -> None:  # DOMAIN 3.6
    task, _ = owe(town, CallPurpose.POOL)

    for minutes in (0, 5, 10):
        answer(task, CallOutcome.OFF, town.actor("he"), NOON + timedelta(minutes=minutes))

    task.refresh_from_db()
    assert task.closed_at is not None


def test_a_closed_call_takes_no_answer(town: Town) -> None:
    task, _ = owe(town)
    answer(task, CallOutcome.REACHED, town.actor("qin"))

    with pytest.raises(Refusal) as refused:
        answer(task, CallOutcome.NO_ANSWER, town.actor("qin"))

    assert refused.value.code == "call_closed"


def test_calls_that_are_settled_otherwise_end(town: Town) -> None:
    task, other = owe(town)

    calls.end_calls(about_id=ROUND, person_ids=[task.person_id], at=NOON)

    assert list(queries.owed(NOON)) == [other]


def test_a_grid_worker_calls_for_his_buildings_only(town: Town) -> None:
    town.chen_wei.area_path = SHUANGXI
    town.chen_wei.save(update_fields=["area_path"])
    owe(town)
    lin = town.actor("lin")

    with scope.scoped(lin.paths):
        assert [task.person.name for task in queries.owed(NOON)] == ["张伟"]


@pytest.mark.parametrize("name", ["gao", "zhao", "auditor"])
def test_who_may_not_call_does_not(town: Town, name: str) -> None:
    task, _ = owe(town)

    with pytest.raises(Refusal) as refused:
        calls.lease(task_id=task.pk, by=town.actor(name), at=NOON)

    assert refused.value.code == "not_allowed"


def test_a_call_unknown_here_is_not_found(town: Town) -> None:
    with pytest.raises(Refusal) as refused:
        calls.lease(task_id=uuid4(), by=town.actor("qin"), at=NOON)

    assert refused.value.code == "not_found"


def test_two_tries_across_the_stroke_of_the_hour_are_one(town: Town) -> None:  # CT-20
    task, _ = owe(town)

    for minutes in (58, 61, 119):
        answer(task, CallOutcome.NO_ANSWER, town.actor("qin"), NOON + timedelta(minutes=minutes))

    assert queries.tries_of(about_id=ROUND, person_ids=[task.person_id]) == {task.person_id: 2}


def test_who_was_not_reached_is_offered_again_at_another_hour_after_the_others(town: Town) -> None:  # CT-20
    owe(town)
    by = town.actor("qin")
    first = calls.lease_next(by=by, at=NOON)
    assert first is not None
    answer(first, CallOutcome.NO_ANSWER, by)

    second = calls.lease_next(by=by, at=NOON + timedelta(minutes=1))
    assert second is not None
    answer(second, CallOutcome.REACHED, by, NOON + timedelta(minutes=1))

    assert second.pk != first.pk
    assert calls.lease_next(by=by, at=NOON + timedelta(minutes=59)) is None
    assert calls.lease_next(by=by, at=NOON + timedelta(minutes=60)) == first


@pytest.mark.parametrize(
    ("outcome", "kind"),
    [
        (CallOutcome.WRONG_NUMBER, "number"),
        (CallOutcome.LANGUAGE, "interpreter"),
        (CallOutcome.DENIES, "check"),
        (CallOutcome.ELSEWHERE, "where"),
        (CallOutcome.REFUSES, "visit"),
        (CallOutcome.REACHED, None),
        (CallOutcome.NO_ANSWER, None),
    ],
)
def test_an_outcome_leaves_what_has_to_be_done(
    town: Town, outcome: CallOutcome, kind: str | None
) -> None:  # CT-20
    task, _ = owe(town)

    calls.answer(task_id=task.pk, outcome=outcome, by=town.actor("qin"), at=NOON, note="在长沙")

    left = [(each.kind, each.note) for each in queries.follow_ups()]
    assert left == ([(kind, "在长沙")] if kind else [])


@pytest.mark.parametrize(("purpose", "kind"), [(CallPurpose.NOT_YET, "visit"), (CallPurpose.POOL, "police")])
def test_three_tries_in_vain_send_somebody_to_the_door_or_ask_the_police(
    town: Town, purpose: CallPurpose, kind: str
) -> None:  # CT-20, DOMAIN 3.6
    task, _ = owe(town, purpose)

    for hours in (0, 1, 2):
        answer(task, CallOutcome.OFF, town.actor("he"), NOON + timedelta(hours=hours))

    assert [each.kind for each in queries.follow_ups()] == [kind]


def test_what_is_left_is_done_once_and_by_who_may(town: Town) -> None:
    task, _ = owe(town)
    answer(task, CallOutcome.REFUSES, town.actor("qin"))
    row = queries.follow_ups().get()

    with pytest.raises(Refusal, match="not_allowed"):
        calls.follow_up_done(follow_up_id=row.pk, by=town.actor("gao"), at=NOON)
    for who in ("qin", "tang"):
        calls.follow_up_done(follow_up_id=row.pk, by=town.actor(who), at=NOON)

    row.refresh_from_db()
    assert (row.done_by_name, queries.follow_ups().count()) == ("秦红", 0)
    assert Entry.objects.filter(act="people.call.followed_up").count() == 1
