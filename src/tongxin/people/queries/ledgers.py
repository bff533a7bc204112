"""In which ledgers somebody stands by hand, as far as the asking person may know."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from tongxin.access.actors import Actor
from tongxin.core import clock
from tongxin.core.refusals import Refusal
from tongxin.people.enums import Ledger
from tongxin.people.models import LedgerEntry, Person

READ, WRITE, SENSITIVE = "people.ledger.read", "people.ledger.write", "people.ledger.read_sensitive"


def may_know(actor: Actor) -> list[Ledger]:
    """The ledgers whose names this actor may see."""
    return [ledger for ledger in Ledger if not ledger.is_sensitive or actor.may(SENSITIVE)]


def standing_of(actor: Actor, person_id: UUID) -> Mapping[str, Any] | None:
    """For the person's page: the entries that stand, and whether one may be made."""
    person = Person.objects.live().filter(pk=person_id).first()
    if person is None or not actor.may(READ):
        return None
    entries = LedgerEntry.objects.standing(clock.now()).filter(
        person=person, ledger__in=may_know(actor), ended_at=None
    )
    return {
        "entries": list(entries.order_by("entered_at")),
        "person_id": person_id,
        "may_write": actor.may(WRITE, within=person.area_path),
    }


def one(actor: Actor, entry_id: UUID) -> LedgerEntry:
    """An entry that this actor may know of; refused `not_found` otherwise."""
    found = LedgerEntry.objects.select_related("person").filter(pk=entry_id).first()
    if found is None or Ledger(found.ledger) not in may_know(actor):
        raise Refusal("not_found", what=str(LedgerEntry._meta.verbose_name))
    return found
