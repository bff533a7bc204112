"""Freezing the day of a ledger at 24:00 (台账日结), and signing it (LG-03)."""

import logging
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from tongxin.access.actors import Actor
from tongxin.access.services import journal
from tongxin.core import clock, scope
from tongxin.core.locks import advisory, lock
from tongxin.core.refusals import Refusal
from tongxin.people.models import LedgerEntry
from tongxin.reports.models import LedgerDay
from tongxin.reports.queries import ledgers as queries
from tongxin.testing.models import Round

logger = logging.getLogger(__name__)
FILL, SIGN = "people.ledger.write", "reports.ledger.sign"


@transaction.atomic
def freeze(*, area_path: str, code: str, day: date, at: datetime) -> LedgerDay:
    """Keep a ledger as it stands at 24:00 of a day, each change with its event. The same day again is that day."""
    advisory(f"reports.ledger:{area_path}:{code}")
    kept = LedgerDay.objects.filter(area_path=area_path, ledger=code, day=day).first()
    if kept is not None:
        return kept
    _start, end = clock.span_of(day)
    if at < end:
        raise Refusal("ledger_day_not_over", day=day)
    definition = queries.one(code)
    before = LedgerDay.objects.filter(area_path=area_path, ledger=code, day__lt=day).order_by("-day").first()
    was = set(before.members) if before else set[UUID]()
    found = queries.members(definition, area_path, end)
    came, went = [found[key] for key in found if key not in was], was - set(found)
    since = clock.span_of(before.day)[1] if before else clock.start_of(day)
    said = queries.reasons_of_leaving(definition, went, since, end)
    changes: list[dict[str, Any]] = [
        {"way": "in", "person": str(each.person_id), "event": each.event, "at": each.since.isoformat()}
        for each in came
    ]
    changes += [
        {"way": "out", "person": str(key), "event": said.get(key, _("belongs no more by the rule"))}
        for key in sorted(went)
    ]
    return LedgerDay.objects.create(
        area_path=area_path,
        ledger=code,
        day=day,
        yesterday=len(was),
        came=len(came),
        went=len(went),
        today=len(found),
        members=sorted(found),
        changes=changes,
        frozen_at=at,
    )


def freeze_due(at: datetime) -> int:
    """Freeze yesterday for every community that keeps ledgers (every hour; safe to repeat). Returns how many."""
    yesterday = clock.day_of(at) - timedelta(days=1)
    made = 0
    with scope.everywhere():
        areas = _keeping_ledgers()
        done = set(
            LedgerDay.objects.filter(day=yesterday, area_path__in=areas).values_list("area_path", "ledger")
        )
    for area_path in areas:
        with scope.scoped([area_path]), translation.override("zh-hans"):
            for code in queries.LEDGERS:
                if (area_path, code) not in done:
                    freeze(area_path=area_path, code=code, day=yesterday, at=at)
                    made += 1
    if made:
        logger.info("ledgers frozen", extra={"count": made})
    return made


def _keeping_ledgers() -> list[str]:
    tested = Round.objects.order_by().values_list("area_path", flat=True).distinct()
    entered = LedgerEntry.objects.order_by().values_list("area_path", flat=True).distinct()
    paths = {queries.community_of(path) for path in (*tested, *entered)} - {""}
    return sorted(paths)


@transaction.atomic
def sign(*, day_id: UUID, as_head: bool, by: Actor, at: datetime) -> LedgerDay:
    """Sign a frozen day (签字): who fills it, then the head; two names, two persons."""
    kept = lock(LedgerDay, day_id)
    by.must(SIGN if as_head else FILL, within=kept.area_path)
    definition = queries.one(kept.ledger)
    if not as_head and definition.is_sensitive:
        by.must(queries.SENSITIVE, within=kept.area_path)
    if by.account_id is None:
        raise Refusal("not_allowed", capability=SIGN)
    other, mine = (kept.filled_by_id, kept.head_id) if as_head else (kept.head_id, kept.filled_by_id)
    if mine is not None:
        if mine == by.account_id:
            return kept
        raise Refusal("ledger_signed", name=kept.head_name if as_head else kept.filled_by_name)
    if other == by.account_id:
        raise Refusal("ledger_two_persons", name=by.name)
    if as_head:
        kept.head_id, kept.head_name, kept.head_at = by.account_id, by.name[:60], at
        kept.save(update_fields=["head_id", "head_name", "head_at"])
    else:
        kept.filled_by_id, kept.filled_by_name, kept.filled_at = by.account_id, by.name[:60], at
        kept.save(update_fields=["filled_by_id", "filled_by_name", "filled_at"])
    journal.record(
        "reports.ledger.signed",
        by=by,
        area_path=kept.area_path,
        on=kept,
        at=at,
        facts={"ledger": kept.ledger, "day": kept.day.isoformat(), "head": as_head},
    )
    return kept
