"""What must be said before somebody counts as covered without a swab here (未检原因, MT-40, MT-45)."""

from dataclasses import dataclass
from datetime import date

from tongxin.core.verdicts import Verdict
from tongxin.testing.enums import Coverage

# Sampled here and by the mobile team come from swabs alone, unknown from the want of everything.
CLAIMABLE = (
    Coverage.ELSEWHERE,
    Coverage.ISOLATED,
    Coverage.AWAY,
    Coverage.EXEMPT,
    Coverage.REFUSED,
    Coverage.UNREACHABLE,
)
SHORTEST = 2


@dataclass(frozen=True, slots=True)
class ClaimFacts:
    klass: str
    on: date
    place: str = ""
    proof: str = ""
    until_on: date | None = None
    note: str = ""
    tries: int = 0
    tries_needed: int = 3
    visits: int = 0
    visits_needed: int = 2


def may_claim(facts: ClaimFacts) -> Verdict:
    """Is the reason complete? `what` of a no is the field that is missing."""
    if facts.klass not in CLAIMABLE:
        return Verdict.no("claim_class", klass=facts.klass)
    missing = _missing(facts)
    return Verdict.no("claim_needs", klass=facts.klass, what=missing) if missing else Verdict.yes()


def _missing(facts: ClaimFacts) -> str:
    if facts.klass == Coverage.ELSEWHERE:
        return "" if _said(facts.proof) else "proof"
    if facts.klass == Coverage.ISOLATED:
        return "" if _said(facts.place) else "place"
    if facts.klass == Coverage.AWAY:
        if not _said(facts.place):
            return "place"
        return "" if facts.until_on is not None and facts.until_on >= facts.on else "until_on"
    if facts.klass == Coverage.EXEMPT:
        return "" if _said(facts.note) else "doctor"
    is_visited = facts.visits >= facts.visits_needed or _said(facts.note)
    if facts.klass == Coverage.UNREACHABLE:
        return "" if facts.tries >= facts.tries_needed or is_visited else "tries"
    return "" if is_visited else "visits"


def _said(text: str) -> bool:
    return len(text.strip()) >= SHORTEST
