"""Copies of the ledger that leave the house: with a purpose, to a limit, recorded (LE-32)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction

from tongxin.access.actors import Actor
from tongxin.access.services import journal
from tongxin.containment.models import Restriction
from tongxin.containment.queries import ledger
from tongxin.core import clock
from tongxin.core.refusals import Refusal
from tongxin.places.queries.rules import rules


@dataclass(frozen=True, slots=True)
class Copy:
    """The rows with what must stand on every page of them: who took them, when, what for, until when."""

    rows: Sequence[Restriction]
    view: str
    area_path: str
    purpose: str
    by: str
    at: datetime
    valid_until: datetime


@transaction.atomic
def take_ledger(*, view: str, purpose: str, by: Actor, at: datetime) -> Copy:
    """Take a copy of one view of the ledger (导出). Refuses `reason_needed`, `export_too_long`."""
    by.must("containment.restriction.export")
    if len(purpose.strip()) < 4:
        raise Refusal("reason_needed")
    home = by.home
    names = ["containment.export_rows", "containment.export_days"]
    found = rules(names, path=home, on=clock.day_of(at))
    for name in names:
        if name not in found:
            raise Refusal("rule_missing", rule=name, day=clock.day_of(at))
    limit = int(found["containment.export_rows"].value)
    rows = ledger.ledger(view, at, path=home).order_by(*ledger.ORDER[view])
    count = rows.count()
    if count > limit:
        raise Refusal("export_too_long", count=count, limit=limit)
    taken = ledger.with_addresses(list(rows))
    journal.seen(
        by=by,
        area_path=home,
        what="holds_export",
        people=[row.person_id for row in taken],
        why=purpose.strip(),
        at=at,
    )
    days = float(found["containment.export_days"].value)
    return Copy(taken, view, home, purpose.strip(), by.name, at, at + timedelta(days=days))
