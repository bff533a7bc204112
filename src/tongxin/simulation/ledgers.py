"""The ledgers of story A (A6): 46 five guarantees and one, 38 in difficulty, 20 isolated, 5 back home."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from tongxin.core import clock, scope
from tongxin.people.enums import Ledger
from tongxin.people.models import LedgerEntry
from tongxin.people.services import ledgers
from tongxin.people.services.ledgers import Row
from tongxin.reports.queries import ledgers as queries
from tongxin.reports.services.ledgers import freeze_due
from tongxin.simulation.cast import Parts, Visitor
from tongxin.simulation.stage import Stage

# Who stands in both: entries are 109, persons fewer.
BOTH = 12
GROUNDS: Mapping[Ledger, str] = {
    Ledger.FIVE: "民政名单2021第18号",
    Ledger.DIFFICULT: "网格走访登记，社区核实",
    Ledger.ISOLATED: "密切接触者转运单，区集中隔离点（锦江酒店）",
    Ledger.RETURNED: "外地解除隔离证明，返乡居家健康监测",
}
# The day of the first chapter, and who came later: (day, how many).
COMES: Mapping[Ledger, Sequence[tuple[int, int]]] = {
    Ledger.FIVE: ((0, 45), (2, 2)),
    Ledger.DIFFICULT: ((0, 36), (1, 3)),
    Ledger.ISOLATED: ((0, 20),),
    Ledger.RETURNED: ((1, 3), (3, 2)),
}
# One of each of these leaves: (day, why).
LEAVES: Mapping[Ledger, tuple[int, str]] = {
    Ledger.FIVE: (3, "民政核定退出"),
    Ledger.DIFFICULT: (3, "子女返乡照料，本人申请退出"),
}


def keep(stage: Stage, parts: Parts, day: int) -> None:
    """What the ledgers' keepers enter and end on one day of the story."""
    clerk, officer = stage.actor("qin"), stage.actor("he")
    at = stage.hour(2)
    for ledger, comes in COMES.items():
        by = officer if ledger.is_sensitive else clerk
        rows = _rows(ledger, parts, comes, day, stage)
        with scope.scoped([by.home]):
            ledgers.enter(ledger=ledger, rows=rows, area_path=by.home, by=by, at=at)
    for ledger, (on, why) in LEAVES.items():
        if on == day:
            _take_out_one(ledger, why, stage)


def freeze_yesterday(stage: Stage) -> None:
    """The day that ended before this one is frozen, as the worker does each night."""
    freeze_due(clock.start_of(clock.day_of(stage.opened_at)) + timedelta(minutes=7))


def counted(area_path: str) -> dict[str, Any]:
    """How many stand in each of the four, the entries together, and the different persons."""
    with scope.scoped([area_path]):
        lines, entries, persons = queries.overview(area_path, clock.now())
        ends = LedgerEntry.objects.filter(ledger=Ledger.RETURNED, ended_at=None).exclude(until_on=None)
        by_hand = {line.definition.code: line.now for line in lines if line.definition.has_entries}
        return {**by_hand, "entries": entries, "persons": persons, "with_end": ends.count()}


def _rows(
    ledger: Ledger, parts: Parts, comes: Sequence[tuple[int, int]], day: int, stage: Stage
) -> list[Row]:
    before = sum(count for on, count in comes if on < day)
    today = sum(count for on, count in comes if on == day)
    until = clock.day_of(stage.opened_at) + timedelta(days=7) if ledger.needs_end else None
    people = _pool(ledger, parts)[before : before + today]
    return [Row(UUID(str(person["id"])), GROUNDS[ledger], until) for person in people]


def _pool(ledger: Ledger, parts: Parts) -> list[Visitor]:
    """From whom a ledger is filled; always the same people, because the lot is."""
    settled = [person for person in parts.here if not person.get("is_found")]
    old = [person for person in settled if (person["age"] or 0) >= 60] or settled
    young = [person for person in settled if (person["age"] or 0) < 60] or settled
    if ledger == Ledger.FIVE:
        return old
    if ledger == Ledger.DIFFICULT:
        return [*old[:BOTH], *young]
    return parts.isolated if ledger == Ledger.ISOLATED else young[200:]


def _take_out_one(ledger: Ledger, why: str, stage: Stage) -> None:
    clerk = stage.actor("qin")
    with scope.scoped([clerk.home]):
        last = LedgerEntry.objects.filter(ledger=ledger, ended_at=None).order_by("entered_at", "pk").last()
        if last is not None and not LedgerEntry.objects.filter(ledger=ledger, end_reason=why).exists():
            ledgers.end(entry_id=last.pk, reason=why, by=clerk, at=stage.hour(3))
