"""The states of a round: every step and every refusal of MT-46."""

from dataclasses import replace
from itertools import product

import pytest

from tongxin.testing.enums import RoundState
from tongxin.testing.rules.rounds import MOVED_BY, NEXT, RoundFacts, is_signed, may_move, may_sign

S = RoundState
READY = RoundFacts(
    number=10,
    ground="张指〔2021〕10号",
    lane_count=2,
    person_count=2871,
    signed_roles=frozenset({"grid_worker", "point_chief"}),
)

CASES = [
    (S.DRAFT, S.APPROVED, {}, True, ""),
    (S.DRAFT, S.APPROVED, {"ground": "  "}, False, "ground_needed"),
    (S.DRAFT, S.OPEN, {}, False, "round_state"),
    (S.APPROVED, S.DRAFT, {}, False, "round_state"),
    (S.APPROVED, S.ANNOUNCED, {}, True, ""),
    (S.ANNOUNCED, S.OPEN, {}, True, ""),
    (S.ANNOUNCED, S.OPEN, {"lane_count": 0}, False, "no_lane"),
    (S.ANNOUNCED, S.OPEN, {"person_count": 0}, False, "base_empty"),
    (S.ANNOUNCED, S.OPEN, {"running": 9}, False, "round_running"),
    (S.ANNOUNCED, S.OPEN, {"ground": ""}, False, "ground_needed"),
    (S.OPEN, S.SAMPLING_CLOSED, {}, True, ""),
    (S.OPEN, S.CLOSED, {}, False, "round_state"),
    (S.SAMPLING_CLOSED, S.RECONCILING, {}, True, ""),
    (S.RECONCILING, S.CLOSED, {}, True, ""),
    (S.RECONCILING, S.CLOSED, {"unknown_count": 1}, False, "unknown_left"),
    (S.RECONCILING, S.CLOSED, {"removed_sampled": 1}, False, "removed_sampled"),
    (S.RECONCILING, S.CLOSED, {"signed_roles": frozenset({"point_chief"})}, False, "signature_role"),
    (S.CLOSED, S.RESULTS_COMPLETE, {}, True, ""),
    (S.CLOSED, S.RESULTS_COMPLETE, {"unresulted_count": 3}, False, "results_left"),
    (S.CLOSED, S.OPEN, {}, False, "round_state"),
    (S.RESULTS_COMPLETE, S.ARCHIVED, {}, True, ""),
    (S.DRAFT, S.CANCELLED, {}, True, ""),
    (S.OPEN, S.CANCELLED, {}, True, ""),
    (S.OPEN, S.CANCELLED, {"ground": ""}, False, "ground_needed"),
    (S.OPEN, S.CANCELLED, {"sample_count": 1}, False, "round_has_swabs"),
    (S.CLOSED, S.CANCELLED, {}, False, "round_state"),
    (S.CANCELLED, S.DRAFT, {}, False, "round_state"),
    (S.CANCELLED, S.CANCELLED, {}, False, "round_state"),
]


@pytest.mark.parametrize(("from_", "to", "facts", "ok", "code"), CASES)
def test_each_move_has_its_answer(
    from_: RoundState, to: RoundState, facts: dict[str, object], ok: bool, code: str
) -> None:  # MT-46
    verdict = may_move(from_, to, replace(READY, **facts))  # type: ignore[arg-type]

    assert (verdict.ok, verdict.code) == (ok, code)


def test_no_state_is_skipped_or_taken_back() -> None:  # MT-46
    moves = {(a, b) for a, b in product(S, S) if b != S.CANCELLED and may_move(a, b, READY).ok}

    assert moves == set(NEXT.items())


def test_a_round_is_cancelled_only_before_it_is_closed() -> None:  # MT-46
    assert {state for state in S if may_move(state, S.CANCELLED, READY).ok} == {
        S.DRAFT,
        S.APPROVED,
        S.ANNOUNCED,
        S.OPEN,
        S.SAMPLING_CLOSED,
        S.RECONCILING,
    }


def test_every_state_that_can_be_reached_names_who_moves_it() -> None:
    assert set(MOVED_BY) == set(NEXT.values()) | {S.CANCELLED}


@pytest.mark.parametrize(
    ("state", "role", "unknown", "code"),
    [
        (S.RECONCILING, "grid_worker", 0, ""),
        (S.RECONCILING, "community_head", 0, ""),
        (S.RECONCILING, "point_chief", 0, ""),
        (S.RECONCILING, "clerk", 0, "signature_role"),
        (S.RECONCILING, "grid_worker", 1, "unknown_left"),
        (S.OPEN, "grid_worker", 0, "round_state"),
        (S.CLOSED, "grid_worker", 0, "round_state"),
    ],
)
def test_who_may_sign_and_when(state: RoundState, role: str, unknown: int, code: str) -> None:  # MT-44
    verdict = may_sign(state, role, RoundFacts(number=10, unknown_count=unknown))

    assert (verdict.ok, verdict.code) == (code == "", code)


@pytest.mark.parametrize(
    ("roles", "signed"),
    [
        (set(), False),
        ({"grid_worker"}, False),
        ({"grid_worker", "community_head"}, False),
        ({"point_chief"}, False),
        ({"grid_worker", "point_chief"}, True),
        ({"community_head", "point_chief"}, True),
    ],
)
def test_both_sides_must_sign(roles: set[str], signed: bool) -> None:  # MT-44
    assert is_signed(frozenset(roles)) == signed
