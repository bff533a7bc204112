"""What a laboratory's words about a tube amount to, as cases (CONTRACT E)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tongxin.testing.rules import release
from tongxin.testing.rules.release import Reported, Standing

CASES = [
    ([], Standing("no_result")),
    ([("pending", "")], Standing("pending")),
    ([("pending", ""), ("neg", "")], Standing("final", "neg")),
    ([("neg", ""), ("pending", "")], Standing("final", "neg")),
    ([("neg", "NoCt"), ("neg", "0")], Standing("final", "neg")),
    ([("neg", "36.2")], Standing("check_ct", "neg", "36.2")),
    ([("neg", "38")], Standing("final", "neg")),
    ([("pos", "24.1")], Standing("final", "pos")),
    ([("suspect", "37")], Standing("final", "suspect")),
    ([("neg", ""), ("pos", "")], Standing("conflict")),
    ([("pos", ""), ("neg", ""), ("pos", "")], Standing("conflict")),
    ([("neg", ""), ("invalid", "")], Standing("conflict")),
]


@pytest.mark.parametrize(("rows", "expected"), CASES)
def test_the_standing_of_a_tube(rows: list[tuple[str, str]], expected: Standing) -> None:
    reported = [Reported(*row) for row in rows]

    assert release.standing("T1", reported) == expected


@given(st.lists(st.sampled_from(["neg", "pos", "suspect", "invalid", "pending"]), min_size=1))
def test_the_order_of_arrival_never_changes_the_standing(words: list[str]) -> None:
    forward = release.standing("T1", [Reported(word) for word in words])

    assert release.standing("T1", [Reported(word) for word in reversed(words)]) == forward


@given(st.lists(st.sampled_from(["neg", "pos", "suspect", "invalid", "pending"])))
def test_only_what_nothing_contradicts_is_released(words: list[str]) -> None:
    found = release.standing("T1", [Reported(word) for word in words])

    allowed = release.may_release(tube="T1", state="closed", found=found).ok

    assert allowed == (len(set(words) - {"pending"}) == 1)


@pytest.mark.parametrize("status", ["conflict", "check_ct"])
def test_a_doubtful_tube_is_only_told_as_grey(status: str) -> None:
    found = Standing(status, "neg" if status == "check_ct" else "", "35")

    assert not release.may_release(tube="T1", state="closed", found=found).ok
    assert release.may_doubt(tube="T1", state="closed", found=found).ok


def test_a_voided_tube_has_no_result_to_tell() -> None:
    verdict = release.may_release(tube="T1", state="voided", found=Standing("final", "neg"))

    assert verdict.code == "tube_state"
