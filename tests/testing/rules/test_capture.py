"""May an event of a lane count? On plain values."""

from typing import Any
from uuid import UUID

import pytest

from tongxin.core.verdicts import Verdict
from tongxin.testing.enums import RoundState
from tongxin.testing.rules.capture import LATE, TAKING, StandingFacts, may_count

ROUND, OTHER_ROUND, LANE, OTHER_LANE, POST, OTHER_POST = (UUID(int=number) for number in range(1, 7))
GOOD = {
    "round_state": "open",
    "round": ROUND,
    "lane": LANE,
    "lane_round": ROUND,
    "lane_post": POST,
    "device_post": POST,
    "has_tube": True,
    "tube_lane": LANE,
    "tube_round": ROUND,
}


@pytest.mark.parametrize(
    ("change", "verdict"),
    [
        ({}, Verdict.yes()),
        ({"device_post": None}, Verdict.yes()),
        ({"has_tube": False, "tube_lane": None, "tube_round": None}, Verdict.yes()),
        ({"round_state": None}, Verdict.no("round_unknown")),
        ({"round_state": None, "round": None}, Verdict.no("round_unknown")),
        ({"lane_round": None}, Verdict.no("lane_unknown")),
        ({"lane_round": OTHER_ROUND}, Verdict.no("lane_unknown")),
        ({"device_post": OTHER_POST}, Verdict.no("lane_unknown")),
        ({"tube_lane": None, "tube_round": None}, Verdict.no("tube_unknown")),
        ({"tube_lane": OTHER_LANE}, Verdict.no("tube_other_lane")),
        ({"tube_round": OTHER_ROUND}, Verdict.no("tube_other_lane")),
    ],
)
def test_an_event_counts_where_it_belongs(change: dict[str, Any], verdict: Verdict) -> None:
    assert may_count(StandingFacts(**GOOD | change)) == verdict


@pytest.mark.parametrize("state", RoundState.values)
def test_every_state_of_a_round_has_an_answer(state: str) -> None:  # MT-46
    expected = (
        Verdict.yes()
        if state in TAKING
        else Verdict.yes("late")
        if state in LATE
        else Verdict.no("round_not_open")
    )

    assert may_count(StandingFacts(**GOOD | {"round_state": state})) == expected


def test_before_the_opening_and_after_a_cancellation_nothing_counts() -> None:  # MT-46
    assert set(RoundState.values) - TAKING - LATE == {"draft", "approved", "announced", "cancelled"}
