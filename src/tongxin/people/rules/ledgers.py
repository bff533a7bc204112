"""What an entry of a ledger must say (LG-03)."""

from datetime import date

from tongxin.core.verdicts import Verdict
from tongxin.people.enums import Ledger

SHORTEST = 2


def may_enter(ledger: Ledger, *, ground: str, until_on: date | None, on: date) -> Verdict:
    """A ground always; where somebody is watched for a time, the day on which it ends, which is not past."""
    if len(ground.strip()) < SHORTEST:
        return Verdict.no("ledger_ground_needed")
    if ledger.needs_end and until_on is None:
        return Verdict.no("ledger_end_needed")
    if until_on is not None and until_on < on:
        return Verdict.no("ledger_end_past", day=until_on)
    return Verdict.yes()


def may_end(*, reason: str) -> Verdict:
    return Verdict.yes() if len(reason.strip()) >= SHORTEST else Verdict.no("ledger_reason_needed")
