"""The clocks and the end of a positive or grey pool (混管阳性; DOMAIN.md 3.6)."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from tongxin.core.verdicts import Verdict


@dataclass(frozen=True, slots=True)
class Limits:
    """Minutes from the release of the result (T0) to the end of each step."""

    calls: int
    team: int
    results: int

    def due(self, opened_at: datetime) -> tuple[datetime, datetime, datetime]:
        calls, team, results = (
            opened_at + timedelta(minutes=each) for each in (self.calls, self.team, self.results)
        )
        return calls, team, results


def state_of(rechecks: Collection[str]) -> str:
    """One positive member confirms the pool; it is lifted only when every member is negative."""
    if "positive" in rechecks:
        return "confirmed"
    return "lifted" if rechecks and all(state == "negative" for state in rechecks) else "open"


def is_complete(rechecks: Collection[str]) -> bool:
    """Nobody's single result is owed any more."""
    return all(state in {"negative", "positive"} for state in rechecks)


def may_sample(*, pool: str, recheck: str | None, name: str) -> Verdict:
    """May a single swab be recorded for this member?"""
    if pool == "lifted":
        return Verdict.no("pool_closed")
    return Verdict.yes() if recheck == "due" else Verdict.no("recheck_not_due", name=name)


def may_result(*, pool: str, recheck: str | None, name: str) -> Verdict:
    """May this member's single result be recorded? Only for a swab that was taken."""
    if pool == "lifted":
        return Verdict.no("pool_closed")
    return Verdict.yes() if recheck == "sampled" else Verdict.no("recheck_not_due", name=name)


def after(word: str) -> str:
    """Where a single result leads: grey or invalid singles are sampled again, the hold stays."""
    return {"neg": "negative", "pos": "positive"}.get(word, "due")
