"""Showing a whole number to one person, once, with a reason (显示全号). Who saw whom and why stays in the journal."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from tongxin.access.actors import Actor
from tongxin.access.services import journal
from tongxin.core.refusals import Refusal
from tongxin.people.models import Document, Person, Phone

REVEAL = "people.person.reveal"
SHORTEST_REASON = 4


@transaction.atomic
def reveal_document(*, person_id: UUID, by: Actor, at: datetime, why: str) -> str:
    """The whole number of the primary document. Refuses `reason_needed`, `not_found`."""
    person = _person(person_id, by, why)
    document = Document.objects.filter(person=person).order_by("-is_primary", "id").first()
    if document is None:
        raise Refusal("not_found", what=str(Document._meta.verbose_name))
    _record("document", document.pk, person, by, at, why)
    return document.reveal()


@transaction.atomic
def reveal_phone(*, phone_id: UUID, by: Actor, at: datetime, why: str) -> str:
    """The whole phone number. Refuses `reason_needed`, `not_found`."""
    phone = Phone.objects.filter(pk=phone_id).first()
    if phone is None:
        raise Refusal("not_found", what=str(Phone._meta.verbose_name))
    person = _person(phone.person_id, by, why)
    _record("phone", phone.pk, person, by, at, why)
    return phone.reveal()


def _person(person_id: UUID, by: Actor, why: str) -> Person:
    person = Person.objects.live().filter(pk=person_id).first()
    if person is None:
        raise Refusal("not_found", what=str(Person._meta.verbose_name))
    if not any(by.may(REVEAL, path) for path in [person.area_path, *person.seen_by]):
        by.must(REVEAL, within=person.area_path)
    if len(why.strip()) < SHORTEST_REASON:
        raise Refusal("reason_needed")
    return person


def _record(what: str, shown_id: UUID, person: Person, by: Actor, at: datetime, why: str) -> None:
    journal.record(
        f"people.{what}.revealed",
        by=by,
        area_path=person.area_path,
        on=person,
        at=at,
        why=why.strip(),
        facts={what: str(shown_id)},
        people=[person.pk],
    )
