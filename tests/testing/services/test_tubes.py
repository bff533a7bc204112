"""Tubes dealt to a lane, and tubes that came to nothing."""

from datetime import date, timedelta

import pytest

from tests import cast
from tests.cast import NOON, Town
from tests.factories import lanes
from tongxin.access.models import Entry, EntryFacts
from tongxin.core import scope
from tongxin.core.refusals import Refusal
from tongxin.testing.enums import Coverage, RoundState, TubeState
from tongxin.testing.models import Expected, Lane, MakeUp, Round, Tube
from tongxin.testing.services import coverage, tubes

pytestmark = pytest.mark.usefixtures("db_everywhere")


@pytest.fixture
def town(db_everywhere: None) -> Town:
    return cast.town()


@pytest.fixture
def lane(town: Town) -> Lane:
    return lanes.lane(lanes.running_round(town.point, NOON), town.point)


def deal(town: Town, lane: Lane, **more: object) -> list[Tube]:
    return tubes.deal_tubes(lane_id=lane.pk, by=town.actor("zhao"), at=NOON, **more)  # type: ignore[arg-type]


def void(town: Town, code: str, second: str = "tang", by: str = "zhao", why: str = "破裂") -> list[MakeUp]:
    return tubes.void_tube(code=code, why=why, second=town.actor(second), by=town.actor(by), at=NOON)


def test_running_numbers_go_on_where_they_stopped(town: Town, lane: Lane) -> None:  # MT-25
    deal(town, lane, prefix="sx10-", count=2, batch_label="B-0817", expires_on=date(2022, 6, 30))

    more = deal(town, lane, prefix="SX10-", count=2)

    assert [tube.code for tube in more] == ["SX10-0003", "SX10-0004"]
    first = Tube.objects.get(code="SX10-0001")
    assert (first.lane, first.round, first.state, first.capacity) == (lane, lane.round, TubeState.ISSUED, 10)
    assert (first.batch_label, first.expires_on, first.issued_at) == ("B-0817", date(2022, 6, 30), NOON)
    assert Entry.objects.filter(act="testing.tubes.dealt").count() == 2


def test_a_pasted_list_is_read_as_a_scanner_gives_it(town: Town, lane: Lane) -> None:
    dealt = deal(town, lane, codes=[" 04121234567 ", "04121234567", "", "a-1"])

    assert [tube.code for tube in dealt] == ["04121234567", "A-1"]


def test_a_code_in_use_is_refused_and_nothing_is_dealt(town: Town, lane: Lane) -> None:
    deal(town, lane, codes=["T2"])

    with pytest.raises(Refusal) as refused:
        deal(town, lane, codes=["T1", "T2"])

    assert (refused.value.code, refused.value.facts) == ("tube_taken", {"tube": "T2"})
    assert list(Tube.objects.values_list("code", flat=True)) == ["T2"]


def test_a_code_in_use_where_nobody_here_sees_it_is_refused(town: Town, lane: Lane) -> None:
    Tube.objects.create(code="T1", area_path=cast.NEXT_DOOR, pool="pool10", capacity=10)
    zhao = town.actor("zhao")

    with scope.scoped(zhao.paths), pytest.raises(Refusal) as refused:
        deal(town, lane, codes=["T1"])

    assert refused.value.code == "tube_taken"


@pytest.mark.parametrize("more", [{"codes": [" "]}, {"prefix": "SX", "count": 0}])
def test_no_codes_are_no_deal(town: Town, lane: Lane, more: dict[str, object]) -> None:
    with pytest.raises(Refusal) as refused:
        deal(town, lane, **more)

    assert refused.value.code == "no_tube_codes"


@pytest.mark.parametrize("state", [RoundState.DRAFT, RoundState.SAMPLING_CLOSED, RoundState.CLOSED])
def test_tubes_go_to_lanes_at_work(town: Town, lane: Lane, state: RoundState) -> None:  # DOMAIN 3.5
    Round.objects.filter(pk=lane.round_id).update(state=state)

    with pytest.raises(Refusal) as refused:
        deal(town, lane, codes=["T1"])

    assert (refused.value.code, refused.value.facts["state"]) == ("round_state", state.label)


def test_who_may_not_deal_does_not(town: Town, lane: Lane) -> None:
    with pytest.raises(Refusal) as refused:
        tubes.deal_tubes(lane_id=lane.pk, codes=["T1"], by=town.actor("qin"), at=NOON)

    assert refused.value.code == "not_allowed"


def test_the_members_of_a_voided_tube_are_not_covered_and_due_within_the_hour(
    town: Town, lane: Lane
) -> None:  # MT-30, MT-42
    lanes.filled_tube(lane, "T1", [town.chen_wei, town.chen_fang], NOON - timedelta(hours=1))
    coverage.settle(lane.round_id)
    assert Expected.objects.filter(klass=Coverage.HERE).count() == 2

    make_ups = void(town, "T1")

    tube = Tube.objects.get(code="T1")
    assert (tube.state, tube.voided_at, tube.void_reason) == (TubeState.VOIDED, NOON, "破裂")
    assert {(each.person, each.due_at, each.area_path) for each in make_ups} == {
        (person, NOON + timedelta(minutes=60), person.area_path) for person in (town.chen_wei, town.chen_fang)
    }
    assert set(Expected.objects.values_list("klass", flat=True)) == {Coverage.UNKNOWN}


def test_the_void_is_in_the_journal_with_both_names(town: Town, lane: Lane) -> None:
    lanes.filled_tube(lane, "T1", [town.chen_wei], NOON)

    void(town, "T1")

    entry = Entry.objects.get(act="testing.tube.voided")
    assert (entry.account_name, entry.why) == ("赵敏", "破裂")
    assert EntryFacts.objects.get(entry=entry).facts == {
        "tube": "T1",
        "second": "唐书记",
        "people": [str(town.chen_wei.pk)],
    }


def test_voiding_twice_is_once(town: Town, lane: Lane) -> None:
    lanes.filled_tube(lane, "T1", [town.chen_wei], NOON)
    first = void(town, "T1")

    again = void(town, "T1", why="又一次")

    assert [each.pk for each in again] == [each.pk for each in first]
    assert Entry.objects.filter(act="testing.tube.voided").count() == 1


@pytest.mark.parametrize(
    ("second", "code"),
    [("zhao", "second_person_needed"), ("qin", "second_person_may_not"), ("gao", "second_person_may_not")],
)
def test_a_void_has_two_persons(town: Town, lane: Lane, second: str, code: str) -> None:  # DOMAIN 3.5
    lanes.filled_tube(lane, "T1", [town.chen_wei], NOON)

    with pytest.raises(Refusal) as refused:
        void(town, "T1", second=second)

    assert refused.value.code == code
    assert MakeUp.objects.count() == 0


def test_a_void_has_a_reason(town: Town, lane: Lane) -> None:
    lanes.filled_tube(lane, "T1", [town.chen_wei], NOON)

    with pytest.raises(Refusal) as refused:
        void(town, "T1", why=" ")

    assert (refused.value.code, refused.value.facts["count"]) == ("reason_needed_void", 1)


def test_a_tube_with_its_result_is_not_voided(town: Town, lane: Lane) -> None:
    lanes.filled_tube(lane, "T1", [town.chen_wei], NOON, state=TubeState.RESULTED)

    with pytest.raises(Refusal) as refused:
        void(town, "T1")

    assert refused.value.code == "tube_state"


def test_a_tube_of_nobody_is_unknown(town: Town, lane: Lane) -> None:
    with pytest.raises(Refusal) as refused:
        void(town, "T9")

    assert refused.value.code == "tube_unknown"


def test_a_swab_that_arrives_after_the_void_owes_a_make_up_too(town: Town, lane: Lane) -> None:  # MT-30
    tube = lanes.filled_tube(lane, "T1", [town.chen_wei], NOON)
    void(town, "T1")
    lanes.swab(tube, town.chen_fang, 2, NOON)

    owed = tubes.owe_make_ups(round_=lane.round, tube_codes=["T1"], reason="voided", at=NOON)  # type: ignore[arg-type]

    assert owed == 1
    assert MakeUp.objects.filter(tube_code="T1").count() == 2


def test_a_new_swab_fulfils_the_make_up(town: Town, lane: Lane) -> None:  # MT-30
    lanes.filled_tube(lane, "T1", [town.chen_wei], NOON)
    void(town, "T1")

    lanes.filled_tube(lane, "T2", [town.chen_wei], NOON + timedelta(minutes=30))
    coverage.settle(lane.round_id, [town.chen_wei.pk])

    assert MakeUp.objects.get(tube_code="T1").done_at is not None
    assert Expected.objects.get(person=town.chen_wei).klass == Coverage.HERE
