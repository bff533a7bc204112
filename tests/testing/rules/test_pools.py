"""When a pool is lifted, confirmed, or still open (DOMAIN 3.6)."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tongxin.testing.rules import pools

T0 = datetime(2021, 8, 20, 19, 0, tzinfo=UTC)
STATES = ["due", "sampled", "negative", "positive"]


@pytest.mark.parametrize(
    ("rechecks", "expected"),
    [
        ([], "open"),
        (["due", "negative"], "open"),
        (["sampled", "negative"], "open"),
        (["negative", "negative"], "lifted"),
        (["negative", "positive"], "confirmed"),
        (["due", "positive"], "confirmed"),
    ],
)
def test_the_state_of_a_pool(rechecks: list[str], expected: str) -> None:
    assert pools.state_of(rechecks) == expected


@given(st.lists(st.sampled_from(STATES), max_size=20))
def test_nobody_is_lifted_while_one_result_is_owed(rechecks: list[str]) -> None:
    if pools.state_of(rechecks) == "lifted":
        assert set(rechecks) == {"negative"}


def test_the_clocks_start_at_the_release() -> None:
    calls, team, results = pools.Limits(30, 120, 360).due(T0)

    assert (calls - T0, team - T0, results - T0) == (
        timedelta(minutes=30),
        timedelta(hours=2),
        timedelta(hours=6),
    )


@pytest.mark.parametrize(
    ("recheck", "sample", "result"),
    [("due", True, False), ("sampled", False, True), ("negative", False, False), (None, False, False)],
)
def test_a_single_is_sampled_then_resulted(recheck: str | None, sample: bool, result: bool) -> None:
    assert pools.may_sample(pool="open", recheck=recheck, name="陈伟").ok is sample
    assert pools.may_result(pool="open", recheck=recheck, name="陈伟").ok is result


def test_a_lifted_pool_takes_no_more() -> None:
    assert pools.may_sample(pool="lifted", recheck="due", name="陈伟").code == "pool_closed"


@pytest.mark.parametrize(
    ("word", "state"), [("neg", "negative"), ("pos", "positive"), ("suspect", "due"), ("invalid", "due")]
)
def test_an_unclear_single_is_sampled_again(word: str, state: str) -> None:
    assert pools.after(word) == state
