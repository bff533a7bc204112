"""In which of the nine classes of coverage is a person (MT-40)? The one definition; the projector's SQL follows it.

contracts/coverage_cases.json holds both to one answer. Edition: DOMAIN.md MT-40 to MT-42.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from tongxin.testing.enums import Coverage, LaneKind

# A swab in such a tube came to nothing (MT-30, MT-42): its people are not covered.
LOST_STATES = frozenset({"voided", "rejected"})
LOST_RESULT = "invalid"
# What somebody can say about a person; swabs alone say "here" and "mobile".
CLAIMED = frozenset(
    {
        Coverage.ELSEWHERE,
        Coverage.ISOLATED,
        Coverage.AWAY,
        Coverage.EXEMPT,
        Coverage.REFUSED,
        Coverage.UNREACHABLE,
    }
)


@dataclass(frozen=True, slots=True)
class SampleFacts:
    """A swab of the person in this round. `at` and `id` order them."""

    id: str
    at: str
    lane_kind: str
    tube_state: str
    tube_result: str = ""
    is_rejected: bool = False

    @property
    def is_valid(self) -> bool:
        return not self.is_rejected and self.tube_state not in LOST_STATES and self.tube_result != LOST_RESULT


@dataclass(frozen=True, slots=True)
class ClaimedFacts:
    """A reason for not sampled that somebody gave."""

    id: str
    at: str
    klass: str
    is_withdrawn: bool = False

    @property
    def stands(self) -> bool:
        return not self.is_withdrawn and self.klass in CLAIMED


@dataclass(frozen=True, slots=True)
class Classified:
    klass: Coverage
    evidence: str | None


def classify(samples: Iterable[SampleFacts], claims: Iterable[ClaimedFacts]) -> Classified:
    """The earliest swab that counts decides; without one the newest reason that stands; else unknown."""
    valid = [sample for sample in samples if sample.is_valid]
    if valid:
        first = min(valid, key=lambda sample: (sample.at, sample.id))
        mobile = first.lane_kind == LaneKind.MOBILE
        return Classified(Coverage.MOBILE if mobile else Coverage.HERE, first.id)
    standing = [claim for claim in claims if claim.stands]
    if standing:
        newest = max(standing, key=lambda claim: (claim.at, claim.id))
        return Classified(Coverage(newest.klass), newest.id)
    return Classified(Coverage.UNKNOWN, None)
