"""What a try of a call is worth, and what it leaves to be done (CT-20)."""

from collections.abc import Iterable
from datetime import datetime, timedelta

POOL = "pool"
ENDS_AT_ONCE = frozenset({"reached", "denies", "elsewhere", "refuses"})
# Nobody spoke: the same number is tried again at another hour.
NOT_SPOKEN = frozenset({"no_answer", "off"})


def tries_at_different_hours(tried_at: Iterable[datetime], *, apart: timedelta) -> int:
    """How many tries count: one that follows a counted one within `apart` reaches nobody new."""
    counted, last = 0, None
    for at in sorted(tried_at):
        if last is None or at - last >= apart:
            counted, last = counted + 1, at
    return counted


def again_after(*, purpose: str, outcome: str, apart: timedelta, soon: timedelta) -> timedelta | None:
    """When the list offers somebody again who was not reached; a positive pool does not wait for another hour."""
    if outcome in ENDS_AT_ONCE:
        return None
    return soon if purpose == POOL or outcome == "call_back" else apart


def follow_up_of(*, purpose: str, outcome: str, is_last: bool) -> str:
    """What somebody else has to do after this outcome; empty for nothing."""
    if outcome == "wrong_number":
        return "number"
    if outcome == "language":
        return "interpreter"
    if outcome == "denies":
        return "check"
    if outcome == "elsewhere":
        return "where"
    if outcome == "refuses" or (is_last and outcome in NOT_SPOKEN | {"call_back"}):
        return "police" if purpose == POOL and outcome != "refuses" else "visit"
    return ""
