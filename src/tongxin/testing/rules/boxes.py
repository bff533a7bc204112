"""What may go into a transport box, and who may take it on (装箱与交接; DOMAIN.md 3.5, MT-30 to MT-32)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from tongxin.core.verdicts import Verdict

# A laboratory sends back what it has in its hands, or found missing in the box it took.
REJECTABLE = frozenset({"boxed", "in_transit", "received", "testing"})
IN_STOCK = frozenset({"registered", "returned"})


@dataclass(frozen=True, slots=True)
class ListedTube:
    """A tube as the list of a box names it; `state` is empty where the round does not hold it."""

    code: str
    state: str = ""
    is_frozen: bool = False


@dataclass(frozen=True, slots=True)
class StockFacts:
    """A vial that is to go to a lane."""

    code: str
    state: str
    pool: str
    expires_on: date | None = None


def may_issue(tube: StockFacts, *, pool: str, on: date) -> Verdict:
    """May this vial go to a lane of this pool kind? Only from stock, never past its expiry (guard of `issued`)."""
    if tube.state not in IN_STOCK:
        return Verdict.no("tube_taken", tube=tube.code)
    if is_expired(tube.expires_on, on):
        return Verdict.no("tube_expired", tube=tube.code, day=tube.expires_on)
    if tube.pool != pool:
        return Verdict.no("tube_other_pool", tube=tube.code, pool=tube.pool, wanted=pool)
    return Verdict.yes()


def is_expired(expires_on: date | None, on: date) -> bool:
    """A vial is good until the end of its last day."""
    return expires_on is not None and expires_on < on


def may_seal(*, seal: str, tubes: Sequence[ListedTube], holds: int, is_seal_used: bool) -> Verdict:
    """May this box be sealed? Its list is the tubes that were scanned, each closed and in no other box (MT-32)."""
    if not tubes:
        return Verdict.no("box_empty")
    if not seal.strip():
        return Verdict.no("seal_needed")
    if is_seal_used:
        return Verdict.no("seal_used", seal=seal.strip())
    if len(tubes) > holds:
        return Verdict.no("box_full", count=len(tubes), holds=holds)
    for tube in tubes:
        if no := _unboxable(tube):
            return no
    return Verdict.yes()


def _unboxable(tube: ListedTube) -> Verdict | None:
    if not tube.state:
        return Verdict.no("tube_unknown", tube=tube.code)
    if tube.is_frozen:
        return Verdict.no("tube_frozen", tube=tube.code)
    if tube.state in {"issued", "open"}:
        return Verdict.no("tube_not_closed", tube=tube.code)
    if tube.state in {"boxed", "in_transit", "received"}:
        return Verdict.no("tube_boxed", tube=tube.code)
    return None if tube.state == "closed" else Verdict.no("tube_state", tube=tube.code, state=tube.state)


def may_hand(*, giver: str, taker: str) -> Verdict:
    """A handover has two names of two people."""
    if not giver.strip() or not taker.strip():
        return Verdict.no("names_needed")
    if giver.strip() == taker.strip():
        return Verdict.no("names_same", name=giver.strip())
    return Verdict.yes()


def may_receive(*, listed: int, counted: int, note: str) -> Verdict:
    """The laboratory counts; where the count is not the list's, it says what is the matter."""
    if counted != listed and len(note.strip()) < 2:
        return Verdict.no("box_count", listed=listed, counted=counted)
    return Verdict.yes()


def may_send_back(*, code: str, state: str) -> Verdict:
    """May the laboratory reject this tube (退样, MT-30)?"""
    if state not in REJECTABLE:
        return Verdict.no("tube_state", tube=code, state=state)
    return Verdict.yes()
