"""Entering people into a ledger by hand, and ending an entry (台账登记与销账, LG-03)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db import transaction

from tongxin.access.actors import Actor
from tongxin.access.services import journal
from tongxin.core import clock
from tongxin.core.locks import lock, lock_all
from tongxin.core.refusals import Refusal
from tongxin.core.verdicts import Verdict
from tongxin.people.enums import Ledger
from tongxin.people.models import LedgerEntry, Person
from tongxin.people.rules import ledgers as rules

WRITE, SENSITIVE = "people.ledger.write", "people.ledger.read_sensitive"


@dataclass(frozen=True, slots=True)
class Row:
    """One line of what is entered."""

    person_id: UUID
    ground: str
    until_on: date | None = None


@transaction.atomic
def enter(
    *, ledger: Ledger, rows: Sequence[Row], area_path: str, by: Actor, at: datetime
) -> list[LedgerEntry]:
    """Enter people into a ledger (登记入账). Who stands there already is left as they stand."""
    people = {person.pk: person for person in lock_all(Person, [row.person_id for row in rows])}
    for row in rows:
        if row.person_id not in people or people[row.person_id].voided_at is not None:
            raise Refusal("not_found", what=str(Person._meta.verbose_name))
        _refuse(rules.may_enter(ledger, ground=row.ground, until_on=row.until_on, on=clock.day_of(at)))
    _must(ledger, {person.area_path for person in people.values()}, by)
    standing = LedgerEntry.objects.filter(ledger=ledger, person__in=list(people), ended_at=None)
    there = set(standing.values_list("person_id", flat=True))
    made = LedgerEntry.objects.bulk_create(
        LedgerEntry(
            ledger=ledger,
            person=people[row.person_id],
            area_path=people[row.person_id].area_path,
            seen_by=people[row.person_id].seen_by,
            ground=row.ground.strip()[:200],
            until_on=row.until_on,
            entered_at=at,
            entered_by_id=by.account_id,
            entered_by_name=by.name[:60],
        )
        for row in {row.person_id: row for row in rows}.values()
        if row.person_id not in there
    )
    if made:
        journal.record(
            "people.ledger.entered",
            by=by,
            area_path=made[0].area_path if len(made) == 1 else area_path,
            on=made[0].person if len(made) == 1 else None,
            at=at,
            why=made[0].ground if len(made) == 1 else "",
            facts={"ledger": str(ledger), "people": [str(each.person_id) for each in made]},
        )
    return made


@transaction.atomic
def end(*, entry_id: UUID, reason: str, by: Actor, at: datetime) -> LedgerEntry:
    """Take somebody out of a ledger (销账). Ended twice is ended once."""
    entry = lock(LedgerEntry, entry_id)
    _must(Ledger(entry.ledger), {entry.area_path}, by)
    if entry.ended_at is not None:
        return entry
    _refuse(rules.may_end(reason=reason))
    entry.ended_at, entry.end_reason = at, reason.strip()[:200]
    entry.ended_by_id, entry.ended_by_name = by.account_id, by.name[:60]
    entry.save(update_fields=["ended_at", "end_reason", "ended_by_id", "ended_by_name"])
    journal.record(
        "people.ledger.ended",
        by=by,
        area_path=entry.area_path,
        on=entry.person,
        at=at,
        why=reason,
        facts={"ledger": entry.ledger},
    )
    return entry


def _must(ledger: Ledger, paths: set[str], by: Actor) -> None:
    for path in paths:
        by.must(WRITE, within=path)
        if ledger.is_sensitive:
            by.must(SENSITIVE, within=path)


def _refuse(verdict: Verdict) -> None:
    if not verdict.ok:
        raise Refusal(verdict.code, **verdict.facts)
