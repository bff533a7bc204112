"""May an event of a lane count (入账)? The door keeps every event; this says which of them are true rows."""

from dataclasses import dataclass
from uuid import UUID

from tongxin.core.verdicts import Verdict

# The lane works before the office hears of it: only a round that has not begun, or never will, takes nothing.
TAKING = frozenset({"open", "sampling_closed", "reconciling"})
LATE = frozenset({"closed", "results_complete", "archived"})


@dataclass(frozen=True, slots=True)
class StandingFacts:
    """Where an event says it happened, beside what the register knows. None: not known in this area."""

    round_state: str | None
    round: UUID | None
    lane: UUID | None
    lane_round: UUID | None
    lane_post: UUID | None
    device_post: UUID | None
    has_tube: bool = False
    tube_lane: UUID | None = None
    tube_round: UUID | None = None


def may_count(facts: StandingFacts) -> Verdict:
    """Yes, yes `late` (the round had closed: kept, counted beside the closed figures), or no with the reason."""
    if facts.round_state is None:
        return Verdict.no("round_unknown")
    if facts.round_state not in TAKING | LATE:
        return Verdict.no("round_not_open")
    if facts.lane_round is None or facts.lane_round != facts.round:
        return Verdict.no("lane_unknown")
    if facts.device_post is not None and facts.device_post != facts.lane_post:
        return Verdict.no("lane_unknown")
    if facts.has_tube:
        if facts.tube_lane is None:
            return Verdict.no("tube_unknown")
        if facts.tube_lane != facts.lane or facts.tube_round != facts.round:
            return Verdict.no("tube_other_lane")
    return Verdict.yes("late") if facts.round_state in LATE else Verdict.yes()
