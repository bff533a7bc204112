"""A positive pool at work: clocks, calls, singles at the door, lifted or confirmed (DOMAIN 3.6, X4)."""

import threading
from dataclasses import dataclass
from datetime import timedelta

import pytest
from django.db import connection

from tests import cast, factories
from tests.factories import lanes
from tongxin.access.models import Entry
from tongxin.core import scope
from tongxin.core.refusals import Refusal
from tongxin.people.enums import CallOutcome
from tongxin.people.models import CallTask, Person
from tongxin.people.services import calls
from tongxin.testing.models import Lane, PositivePool, Recheck, Round, Tube
from tongxin.testing.queries import pools as queries
from tongxin.testing.services import pools, results

T0 = cast.NOON + timedelta(hours=15)  # 03:00 in Shanghai (X4)


@dataclass
class Night:
    town: cast.Town
    round: Round
    lane: Lane
    pool: PositivePool
    members: list[Person]

    def sample(self, person: Person, code: str, minutes: int = 60) -> Recheck:
        return pools.record_recheck_sample(
            pool_id=self.pool.pk,
            person_id=person.pk,
            tube_code=code,
            by=self.town.actor("he"),
            at=T0 + timedelta(minutes=minutes),
        )

    def result(self, person: Person, word: str, minutes: int = 240) -> Recheck:
        return pools.record_recheck_result(
            pool_id=self.pool.pk,
            person_id=person.pk,
            word=word,
            by=self.town.actor("he"),
            at=T0 + timedelta(minutes=minutes),
        )

    def state(self) -> str:
        return str(PositivePool.objects.get(pk=self.pool.pk).state)


def night_of(town: cast.Town) -> Night:
    """A pool of ten people, one a child, positive at 03:00."""
    dwelling = factories.dwelling(town.buildings["1"], "1", "1", "101")
    others = [factories.person(f"邻居{number}", dwelling) for number in range(7)]
    child = factories.person("陈小宝", town.door_302, "990001201601010023", relation="子")
    members = [town.chen_wei, town.chen_fang, child, *others]
    round_ = lanes.running_round(town.point, cast.NOON)
    lane = lanes.lane(round_, town.point)
    tube = lanes.filled_tube(lane, "T0412", members, cast.NOON)
    results.enter_result(
        tube_code="T0412", word="pos", ct="28", laboratory="市疾控", by=town.actor("lab"), at=T0
    )
    results.release_results(tube_codes=["T0412"], by=town.actor("he"), at=T0)
    return Night(town, round_, lane, PositivePool.objects.get(tube=tube), members)


@pytest.fixture
def night(db_everywhere: None) -> Night:
    return night_of(cast.town())


def test_the_clocks_run_from_the_release(night: Night) -> None:
    pool = night.pool

    assert pool.calls_due_at - pool.opened_at == timedelta(minutes=30)
    assert pool.team_due_at - pool.opened_at == timedelta(hours=2)
    assert pool.results_due_at - pool.opened_at == timedelta(hours=6)


def test_every_member_is_called_and_rechecked(night: Night) -> None:
    assert night.pool.rechecks.count() == 10
    tasks = CallTask.objects.filter(about_id=night.pool.pk, purpose="pool")
    assert {task.due_at for task in tasks} == {night.pool.calls_due_at}
    assert tasks.count() == 10


def test_a_pool_opened_twice_is_one(night: Night) -> None:
    again = pools.open_pool(tube_id=night.pool.tube_id, by=night.town.actor("he"), at=T0)

    assert again.pk == night.pool.pk
    assert Entry.objects.filter(act="testing.pool.opened").count() == 1


def test_the_last_negative_lifts_the_pool_and_ends_its_calls(night: Night) -> None:
    for number, person in enumerate(night.members):
        night.sample(person, f"S{number:03d}")
        assert night.state() == "open"
        night.result(person, "neg")

    assert night.state() == "lifted"
    assert PositivePool.objects.get(pk=night.pool.pk).closed_at is not None
    assert CallTask.objects.filter(about_id=night.pool.pk, closed_at=None).count() == 0
    assert Entry.objects.filter(act="testing.pool.lifted").count() == 1


def test_one_positive_confirms_the_pool_while_the_others_are_still_owed(night: Night) -> None:
    first, second, *rest = night.members
    night.sample(first, "S001")

    night.result(first, "pos")

    pool = PositivePool.objects.get(pk=night.pool.pk)
    assert (pool.state, pool.closed_at) == ("confirmed", None)
    for number, person in enumerate([second, *rest], 2):
        night.sample(person, f"S{number:03d}")
        night.result(person, "neg")
    pool.refresh_from_db()
    assert pool.state == "confirmed"
    assert pool.closed_at is not None
    assert Entry.objects.filter(act="testing.pool.confirmed").count() == 1


def test_the_same_swab_and_result_again_change_nothing(night: Night) -> None:
    person = night.members[0]

    for _time in range(2):
        night.sample(person, "S001")
    for _time in range(2):
        night.result(person, "neg")

    assert Entry.objects.filter(act="testing.recheck.sampled").count() == 1
    assert Entry.objects.filter(act="testing.recheck.negative").count() == 1


def test_an_unclear_single_is_taken_again_with_a_new_tube(night: Night) -> None:
    person = night.members[0]
    night.sample(person, "S001")
    night.result(person, "suspect")

    with pytest.raises(Refusal, match="tube_recheck_used"):
        night.sample(person, "S001")

    assert night.sample(person, "S002").state == "sampled"


def test_a_single_tube_holds_one_person(night: Night) -> None:
    night.sample(night.members[0], "S001")

    with pytest.raises(Refusal, match="tube_recheck_used"):
        night.sample(night.members[1], "S001")
    with pytest.raises(Refusal, match="tube_recheck_used"):
        night.sample(night.members[1], "T0412")


def test_a_result_needs_a_swab(night: Night) -> None:
    with pytest.raises(Refusal, match="recheck_not_due"):
        night.result(night.members[0], "neg")


def test_a_stranger_has_no_recheck_here(night: Night) -> None:
    with pytest.raises(Refusal, match="not_found"):
        night.sample(night.town.zhang_wei, "S009")


def test_only_who_runs_pools_records_singles(night: Night) -> None:
    with pytest.raises(Refusal, match="not_allowed"):
        pools.record_recheck_sample(
            pool_id=night.pool.pk,
            person_id=night.members[0].pk,
            tube_code="S1",
            by=night.town.actor("lin"),
            at=T0,
        )


def test_a_swab_that_arrives_late_brings_its_person_in(night: Night) -> None:
    lanes.swab(night.pool.tube, night.town.zhang_wei, 11, cast.NOON)

    by = night.town.actor("he")
    added = [
        pools.complete_members(tube_codes=["T0412"], by=by, at=T0 + timedelta(hours=1)) for _time in range(2)
    ]

    assert added == [1, 0]
    assert night.pool.rechecks.count() == 11
    assert Entry.objects.filter(act="testing.pool.joined").count() == 1


def test_neighbours_in_the_lane_are_looked_at_and_not_held(night: Night) -> None:  # MT-37
    just_after = lanes.filled_tube(
        night.lane, "T0413", [night.town.zhang_wei], cast.NOON + timedelta(minutes=5)
    )
    later = factories.person("赵晚", night.town.door_302)
    lanes.swab(just_after, later, 2, cast.NOON + timedelta(minutes=9))

    looked_at = queries.look_at(night.pool, T0)

    assert [(each.name, each.tube_code) for each in looked_at] == [("张伟", "T0413")]


def test_the_page_shows_who_lives_behind_the_same_door_and_who_was_reached(night: Night) -> None:
    chen = CallTask.objects.get(person=night.town.chen_wei)
    calls.answer(
        task_id=chen.pk, outcome=CallOutcome.REACHED, by=night.town.actor("he"), at=T0 + timedelta(minutes=9)
    )

    rows = {row.name: row for row in queries.members(night.pool, T0)}

    assert rows["陈伟"].co_residents == ["陈芳", "陈小宝"]
    assert rows["陈伟"].masked == "9900**********0026"
    assert (rows["陈伟"].is_reached, rows["陈芳"].is_reached) == (True, False)
    first, *_rest = queries.clocks(night.pool, list(rows.values()), T0 + timedelta(minutes=40))
    assert (first.done, first.total, first.is_late, first.late_by) == (1, 10, True, timedelta(minutes=10))


def test_the_members_cost_a_fixed_number_of_queries(night: Night, queries_sent: list[str]) -> None:
    queries.members(night.pool, T0)

    assert len(queries_sent) == 6


@pytest.fixture
def queries_sent(queries: list[str]) -> list[str]:
    return queries


@pytest.mark.usefixtures("committed")
def test_two_last_negatives_at_once_lift_the_pool_once() -> None:
    with scope.everywhere():
        night = night_of(cast.town())
        by = night.town.actor("he")
        for number, person in enumerate(night.members):
            night.sample(person, f"S{number:03d}")
        for person in night.members[2:]:
            night.result(person, "neg")
    start = threading.Barrier(2)

    def finish(person: Person) -> None:
        start.wait()
        with scope.everywhere():
            pools.record_recheck_result(
                pool_id=night.pool.pk, person_id=person.pk, word="neg", by=by, at=T0 + timedelta(hours=4)
            )
        connection.close()

    threads = [threading.Thread(target=finish, args=(person,)) for person in night.members[:2]]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    with scope.everywhere():
        assert night.state() == "lifted"
        assert Entry.objects.filter(act="testing.pool.lifted").count() == 1


@pytest.mark.usefixtures("committed")
def test_two_releases_at_once_open_one_pool() -> None:
    with scope.everywhere():
        town = cast.town()
        round_ = lanes.running_round(town.point, cast.NOON)
        lanes.filled_tube(lanes.lane(round_, town.point), "T0001", [town.chen_wei], cast.NOON)
        results.enter_result(tube_code="T0001", word="pos", ct="", laboratory="", by=town.actor("lab"), at=T0)
        by = town.actor("he")
    start = threading.Barrier(2)
    answers: list[results.Released] = []

    def release() -> None:
        start.wait()
        with scope.everywhere():
            answers.append(results.release_results(tube_codes=["T0001"], by=by, at=T0))
        connection.close()

    threads = [threading.Thread(target=release) for _each in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(len(answer.pools) for answer in answers) == [0, 1]
    with scope.everywhere():
        assert PositivePool.objects.count() == Tube.objects.filter(result="pos").count() == 1
        assert Entry.objects.filter(act="testing.pool.opened").count() == 1
