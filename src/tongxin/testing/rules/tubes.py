"""What a lane may do with a tube (混采管): open it, take a swab, give one back, close it.

The phone decides by the same rules in field/src/domain/tubes.ts; contracts/tube_cases.json holds both to one
answer. The lane stops at an ended round; the server still keeps what a lane took before it knew (`late`).
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import count

from tongxin.core.verdicts import Verdict

REJECT_REASONS = frozenset({"refused", "nausea", "failed_swab", "wrong_person"})
CLOSE_REASONS = frozenset({"full", "household_end", "zone_change", "time", "end_of_shift"})
SEALED_STATES = frozenset({"closed", "boxed", "in_transit", "received", "testing", "resulted", "archived"})


@dataclass(frozen=True, slots=True)
class RoundFacts:
    id: str
    number: int
    state: str


@dataclass(frozen=True, slots=True)
class SwabFacts:
    """A swab that is in the tube now: a rejected one is not."""

    position: int
    person: str
    dwelling: str
    mix: str
    at: datetime


@dataclass(frozen=True, slots=True)
class TubeFacts:
    code: str
    lane: str
    round: str
    pool: str
    capacity: int
    state: str
    swabs: tuple[SwabFacts, ...] = ()

    @property
    def held(self) -> int:
        return len(self.swabs)


@dataclass(frozen=True, slots=True)
class OpenTubeFacts:
    code: str
    pool: str


@dataclass(frozen=True, slots=True)
class PersonFacts:
    """`mix` is opaque: persons with different values never share a tube (MT-06)."""

    id: str
    dwelling: str
    mix: str
    single: bool


@dataclass(frozen=True, slots=True)
class SampledFacts:
    """The swab of this round that stands already; empty words where it is not known."""

    tube: str
    at: str


def may_open(
    *, lane: str, round_: RoundFacts | None, tube: TubeFacts | None, open_tubes: Collection[OpenTubeFacts]
) -> Verdict:
    """May this lane open this tube? One open tube per lane and pool kind; two lanes never share one (MT-25)."""
    if closed := _round_not_open(round_):
        return closed
    if tube is None:
        return Verdict.no("tube_unknown")
    if tube.lane != lane:
        return Verdict.no("tube_other_lane", tube=tube.code)
    if round_ is not None and tube.round != round_.id:
        return Verdict.no("tube_other_round", tube=tube.code)
    if tube.state != "issued":
        return _unusable(tube)
    for other in open_tubes:
        if other.pool == tube.pool:
            return Verdict.no("lane_has_open_tube", tube=other.code)
    return Verdict.yes()


def may_take(
    *,
    round_: RoundFacts | None,
    tube: TubeFacts | None,
    person: PersonFacts,
    sampled: SampledFacts | None,
) -> Verdict:
    """May this tube take this person's swab? Yes says at which position (MT-06, MT-22)."""
    if closed := _round_not_open(round_):
        return closed
    if sampled is not None:
        return Verdict.no("already_sampled", tube=sampled.tube, at=sampled.at)
    if tube is None:
        return Verdict.no("no_tube_open")
    if round_ is not None and tube.round != round_.id:
        return Verdict.no("tube_other_round", tube=tube.code)
    if tube.state != "open":
        return _not_open(tube)
    if person.single and tube.pool != "single":
        return Verdict.no("pool_mixed", tube=tube.code, pool="single")
    if tube.held >= tube.capacity:
        return Verdict.no("tube_full", tube=tube.code, held=tube.held, capacity=tube.capacity)
    if any(swab.mix != person.mix for swab in tube.swabs):
        return Verdict.no("tube_mixed", tube=tube.code)
    if tube.pool == "household" and not _same_household(person, tube.swabs):
        return Verdict.no("household_outsider", tube=tube.code)
    return Verdict.yes(position=next_position([swab.position for swab in tube.swabs]))


def may_reject(*, tube: TubeFacts | None, position: int, reason: str) -> Verdict:
    """May this position be taken back (退采, MT-24)?"""
    if tube is None:
        return Verdict.no("no_tube_open")
    if reason not in REJECT_REASONS:
        return Verdict.no("reason_unknown", reason=reason)
    if tube.state != "open":
        return _not_open(tube)
    if all(swab.position != position for swab in tube.swabs):
        return Verdict.no("position_empty", tube=tube.code, position=position)
    return Verdict.yes()


def may_close(*, tube: TubeFacts | None, spoken: int, reason: str) -> Verdict:
    """May this tube be sealed (封管)? The count the sampler says must be the persons bound to it."""
    if tube is None:
        return Verdict.no("no_tube_open")
    if reason not in CLOSE_REASONS:
        return Verdict.no("reason_unknown", reason=reason)
    if tube.state != "open":
        return _not_open(tube)
    if spoken != tube.held:
        return Verdict.no("count_differs", tube=tube.code, spoken=spoken, held=tube.held)
    if reason == "full" and tube.held < tube.capacity:
        return Verdict.no("tube_not_full", tube=tube.code, held=tube.held, capacity=tube.capacity)
    return Verdict.yes()


def may_stay_open(*, tube: TubeFacts, at: datetime, minutes: int | None) -> Verdict:
    """May this tube go on, or should it be closed now: full, or too long since its first swab?"""
    if tube.held >= tube.capacity:
        return Verdict.no("tube_full", tube=tube.code, held=tube.held, capacity=tube.capacity)
    if tube.swabs and minutes is not None:
        first = min(swab.at for swab in tube.swabs)
        passed = int((at - first).total_seconds() // 60)
        if passed > minutes:
            return Verdict.no("tube_time", tube=tube.code, minutes=passed)
    return Verdict.yes()


def next_position(taken: Sequence[int]) -> int:
    """The lowest free position: one given back by a rejection is used again."""
    return next(position for position in count(1) if position not in taken)


def _round_not_open(round_: RoundFacts | None) -> Verdict | None:
    if round_ is None:
        return Verdict.no("round_not_open", number=None, state="")
    if round_.state != "open":
        return Verdict.no("round_not_open", number=round_.number, state=round_.state)
    return None


def _not_open(tube: TubeFacts) -> Verdict:
    if tube.state == "issued":
        return Verdict.no("tube_not_open", tube=tube.code)
    return _unusable(tube)


def _unusable(tube: TubeFacts) -> Verdict:
    if tube.state in SEALED_STATES:
        return Verdict.no("tube_sealed", tube=tube.code)
    if tube.state == "frozen":
        return Verdict.no("tube_frozen", tube=tube.code)
    return Verdict.no("tube_state", tube=tube.code, state=tube.state)


def _same_household(person: PersonFacts, swabs: Sequence[SwabFacts]) -> bool:
    return all(swab.dwelling == person.dwelling != "" for swab in swabs)
