"""The planner gives the figures of the stories."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tongxin.planner import lanes


@pytest.mark.parametrize(
    ("path_m", "spacing_m", "people", "needed"),
    [(300, 1, 300, 4), (300, 2, 150, 2)],
)
def test_the_300_m_path_of_shuangxi(path_m: int, spacing_m: int, people: int, needed: int) -> None:  # A3
    capacity = lanes.queue_capacity(path_m, spacing_m=spacing_m)

    assert capacity == people
    assert lanes.lanes_needed(capacity, rate=160, hours=0.5) == needed


@pytest.mark.parametrize(("capacity", "tubes"), [(10, 272), (20, 136)])
def test_the_tubes_of_round_10(capacity: int, tubes: int) -> None:  # A5
    assert lanes.tubes_needed(2718, capacity=capacity) == tubes


def test_the_crew_of_shuangxi() -> None:  # A5
    assert lanes.samplers_needed(3000, a_sampler=360) == 9
    assert {lanes.points_needed(3000, a_point=each) for each in (2000, 3000)} == {1, 2}
    assert {lanes.tables_needed(3000, a_table=each) for each in (600, 800)} == {4, 5}
    assert round(lanes.lane_hours(2718, rate=160)) == 17


def test_the_first_night_of_luotian() -> None:  # B6
    assert lanes.samplers_needed(30_000, a_sampler=360) == 84
    assert {lanes.points_needed(30_000, a_point=each) for each in (2000, 3000)} == {10, 15}
    assert {lanes.tables_needed(30_000, a_table=each) for each in (600, 800)} == {38, 50}
    assert round(lanes.lane_hours(30_000, rate=160)) == 188


def test_a_reserve_is_counted_in_whole_tubes() -> None:  # SU-03
    assert lanes.tubes_needed(1000, capacity=10, reserve=1.1) == 110
    assert lanes.tubes_needed(2718, capacity=10, reserve=1.1) == 300


def test_without_a_lane_nobody_knows_the_wait() -> None:
    assert lanes.expected_wait(10, lanes=0, rate=160) is None
    assert lanes.expected_wait(160, lanes=2, rate=160) == 0.5


def test_a_lane_that_takes_nobody_is_no_lane() -> None:
    with pytest.raises(ValueError, match="rate"):
        lanes.lanes_needed(10, rate=0, hours=1)


@given(persons=st.integers(0, 1_000_000), rate=st.integers(60, 200), hours=st.sampled_from([0.5, 1, 8, 24]))
def test_the_lanes_are_enough_and_none_is_idle(persons: int, rate: int, hours: float) -> None:  # MT-03
    needed = lanes.lanes_needed(persons, rate=rate, hours=hours)

    assert needed * rate * hours >= persons
    assert needed == 0 or (needed - 1) * rate * hours < persons


@given(persons=st.integers(0, 100_000), capacity=st.sampled_from([1, 5, 10, 20]))
def test_every_person_has_a_place_in_a_tube(persons: int, capacity: int) -> None:  # SU-03
    assert lanes.tubes_needed(persons, capacity=capacity) * capacity >= persons
