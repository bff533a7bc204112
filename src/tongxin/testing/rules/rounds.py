"""Which state a round (轮次) may move to, who may move it there, and what must stand first (MT-44, MT-46)."""

from dataclasses import dataclass

from tongxin.core.verdicts import Verdict
from tongxin.testing.enums import RoundState

NEXT: dict[RoundState, RoundState] = {
    RoundState.DRAFT: RoundState.APPROVED,
    RoundState.APPROVED: RoundState.ANNOUNCED,
    RoundState.ANNOUNCED: RoundState.OPEN,
    RoundState.OPEN: RoundState.SAMPLING_CLOSED,
    RoundState.SAMPLING_CLOSED: RoundState.RECONCILING,
    RoundState.RECONCILING: RoundState.CLOSED,
    RoundState.CLOSED: RoundState.RESULTS_COMPLETE,
    RoundState.RESULTS_COMPLETE: RoundState.ARCHIVED,
}

# The capability that moves a round into a state.
MOVED_BY: dict[RoundState, str] = {
    RoundState.APPROVED: "testing.round.approve",
    RoundState.ANNOUNCED: "testing.round.plan",
    RoundState.OPEN: "testing.round.run",
    RoundState.SAMPLING_CLOSED: "testing.round.run",
    RoundState.RECONCILING: "testing.round.run",
    RoundState.CLOSED: "testing.round.run",
    RoundState.RESULTS_COMPLETE: "testing.round.run",
    RoundState.ARCHIVED: "testing.round.plan",
    RoundState.CANCELLED: "testing.round.cancel",
}

# One round at a time takes swabs and is counted in an area.
RUNNING = frozenset({RoundState.OPEN, RoundState.SAMPLING_CLOSED, RoundState.RECONCILING})
BEFORE_OPEN = frozenset({RoundState.DRAFT, RoundState.APPROVED, RoundState.ANNOUNCED})
ENDED = frozenset({RoundState.CLOSED, RoundState.RESULTS_COMPLETE, RoundState.ARCHIVED, RoundState.CANCELLED})
CANCELLABLE = BEFORE_OPEN | RUNNING

# The two sides that answer for the figures: who knows the homes, and who ran the point (MT-44).
HOME_SIDE = frozenset({"grid_worker", "community_head"})
POINT_SIDE = frozenset({"point_chief"})
SIGNING_ROLES = HOME_SIDE | POINT_SIDE


@dataclass(frozen=True, slots=True)
class RoundFacts:
    """What stands when somebody wants to move a round. `running` is another round at work in the same area."""

    number: int
    ground: str = ""
    lane_count: int = 0
    person_count: int = 0
    sample_count: int = 0
    unknown_count: int = 0
    removed_sampled: int = 0
    unresulted_count: int = 0
    running: int | None = None
    signed_roles: frozenset[str] = frozenset()


def may_move(from_: RoundState, to: RoundState, facts: RoundFacts) -> Verdict:
    """May the round move from one state to the other? Steps are never skipped and never taken back."""
    if to == RoundState.CANCELLED:
        return _may_cancel(from_, facts)
    if NEXT.get(from_) != to:
        return Verdict.no("round_state", number=facts.number, state=from_)
    if not facts.ground.strip():
        return Verdict.no("ground_needed")
    if to == RoundState.OPEN:
        return _may_open(facts)
    if to == RoundState.CLOSED:
        return _may_close(facts)
    if to == RoundState.RESULTS_COMPLETE and facts.unresulted_count:
        return Verdict.no("results_left", number=facts.number, count=facts.unresulted_count)
    return Verdict.yes()


def may_sign(state: RoundState, role: str, facts: RoundFacts) -> Verdict:
    """May a signature be put under the figures now? Only under figures without anybody unknown (MT-40)."""
    if role not in SIGNING_ROLES:
        return Verdict.no("signature_role")
    if state != RoundState.RECONCILING:
        return Verdict.no("round_state", number=facts.number, state=state)
    return _counted(facts)


def is_signed(roles: frozenset[str]) -> bool:
    """Whether both sides have signed."""
    return bool(roles & HOME_SIDE) and bool(roles & POINT_SIDE)


def _may_open(facts: RoundFacts) -> Verdict:
    if facts.running is not None:
        return Verdict.no("round_running", number=facts.running)
    if not facts.lane_count:
        return Verdict.no("no_lane", number=facts.number)
    if not facts.person_count:
        return Verdict.no("base_empty")
    return Verdict.yes()


def _counted(facts: RoundFacts) -> Verdict:
    """Nobody is unknown, and nobody with a swab stands outside the base."""
    if facts.unknown_count:
        return Verdict.no("unknown_left", count=facts.unknown_count)
    if facts.removed_sampled:
        return Verdict.no("removed_sampled", count=facts.removed_sampled)
    return Verdict.yes()


def _may_close(facts: RoundFacts) -> Verdict:
    if not (counted := _counted(facts)).ok:
        return counted
    if not is_signed(facts.signed_roles):
        return Verdict.no("signature_role")
    return Verdict.yes()


def _may_cancel(from_: RoundState, facts: RoundFacts) -> Verdict:
    if from_ not in CANCELLABLE:
        return Verdict.no("round_state", number=facts.number, state=from_)
    if not facts.ground.strip():
        return Verdict.no("ground_needed")
    if facts.sample_count:
        return Verdict.no("round_has_swabs", number=facts.number, count=facts.sample_count)
    return Verdict.yes()
