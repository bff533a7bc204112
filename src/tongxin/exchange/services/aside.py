"""Records set aside (未入账记录): a person lets one count after all, or says why it never will."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from django.db import transaction

from tongxin.access.actors import Actor
from tongxin.access.services import journal
from tongxin.core import scope
from tongxin.core.capture import Event
from tongxin.core.locks import lock_all
from tongxin.core.refusals import Refusal
from tongxin.exchange.models import SetAside
from tongxin.exchange.services import projection
from tongxin.testing.services import projectors

DECIDES = "testing.lane.run"
DISMISSED = "dismissed: "


class Told(NamedTuple):
    """What became of the chosen records: how many count now, and for the others the word that still stands."""

    counted: int
    left: dict[UUID, str]


@transaction.atomic
def count(*, ids: Collection[UUID], by: Actor, at: datetime) -> Told:
    """Let records count after all (补记入账): applied as if they had come with their batch, marked, journaled.

    What still cannot count (its tube is not dealt, its person unknown) stays where it is. Twice is once.
    """
    rows = _open(ids, by)
    done: list[SetAside] = []
    left: dict[UUID, str] = {}
    events: list[Event] = []
    for batch_id in dict.fromkeys(row.batch_id for row in rows):
        mine = [row for row in rows if row.batch_id == batch_id]
        words = projection.apply_again(mine)
        for row in mine:
            event, code = words[row.pk]
            if event is not None and not code:
                done.append(row)
                events.append(event)
            else:
                left[row.pk] = code
    _settle(done, f"counted: {by.name}", at)
    with scope.everywhere():
        touched = projectors.Touched()
        touched.add(events)
        projectors.settle(touched, at=at)
    _record("exchange.aside.counted", done, by, at)
    return Told(len(done), left)


@transaction.atomic
def dismiss(*, ids: Collection[UUID], why: str, by: Actor, at: datetime) -> int:
    """Say that records will never count, and why (不入账). They stay kept, sealed as they came. Twice is once."""
    rows = _open(ids, by)
    if len(why.strip()) < 2:
        raise Refusal("reason_needed")
    _settle(rows, f"{DISMISSED}{why.strip()}"[:200], at)
    _record("exchange.aside.dismissed", rows, by, at, why)
    return len(rows)


def _open(ids: Collection[UUID], by: Actor) -> list[SetAside]:
    rows = [row for row in lock_all(SetAside, ids) if row.settled_at is None]
    for path in {row.area_path for row in rows}:
        by.must(DECIDES, within=path)
    return rows


def _settle(rows: Sequence[SetAside], note: str, at: datetime) -> None:
    keys = [row.pk for row in rows]
    SetAside.objects.filter(pk__in=keys).update(settled_at=at, settled_note=note[:200])


def _record(act: str, rows: Sequence[SetAside], by: Actor, at: datetime, why: str = "") -> None:
    for path in sorted({row.area_path for row in rows}):
        mine = [row for row in rows if row.area_path == path]
        journal.record(
            act,
            by=by,
            area_path=path,
            on=mine[0] if len(mine) == 1 else None,
            at=at,
            why=why,
            facts={"count": len(mine), "records": [str(row.pk) for row in mine]},
        )
