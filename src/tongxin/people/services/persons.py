"""Mending what the register says of one person."""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import F

from tongxin.access.actors import Actor
from tongxin.access.services import journal
from tongxin.core.locks import lock
from tongxin.core.refusals import Refusal
from tongxin.core.text import fold
from tongxin.people.models import Person, Phone
from tongxin.people.rules.names import read_name
from tongxin.people.rules.phones import read_phones
from tongxin.people.rules.pinyin import initials_of, pinyin_of


@transaction.atomic
def correct(
    *, person_id: UUID, by: Actor, at: datetime, why: str, name: str = "", phone: str = ""
) -> list[str]:
    """Mend a name, or put another phone first (更正). Returns what changed; the same again changes nothing."""
    person = lock(Person, person_id)
    by.must("people.person.change", within=person.area_path)
    changed = [*_correct_name(person, name), *_correct_phone(person, phone)]
    if changed:
        if len(why.strip()) < 4:
            raise Refusal("reason_needed")
        journal.record(
            "people.person.corrected",
            by=by,
            area_path=person.area_path,
            on=person,
            at=at,
            why=why.strip(),
            facts={"changed": changed},
        )
    return changed


def _correct_name(person: Person, typed: str) -> list[str]:
    reading = read_name(typed)
    if typed.strip() and (not reading.name or reading.unreadable):
        raise Refusal("name_unreadable")
    if not reading.name or reading.name == person.name:
        return []
    person.name = reading.name
    person.name_folded = fold(reading.name)[:60]
    person.pinyin, person.initials = pinyin_of(reading.name)[:400], initials_of(reading.name)[:120]
    person.save(update_fields=["name", "name_folded", "pinyin", "initials"])
    return ["name"]


def _correct_phone(person: Person, typed: str) -> list[str]:
    reading = read_phones(typed)
    if typed.strip() and (reading.invalid or len(reading.numbers) != 1):
        raise Refusal("phone_unreadable")
    if not reading.numbers:
        return []
    line = Phone(person=person, area_path=person.area_path, seen_by=person.seen_by)
    line.seal(reading.numbers[0])
    lines = Phone.objects.filter(person=person)
    same = lines.filter(number_index=line.number_index).first()
    first = lines.order_by("position", "id").first()
    if same and same == first:
        return []
    lines.update(position=F("position") + 1)
    if same:
        Phone.objects.filter(pk=same.pk).update(position=0)
    else:
        line.save(force_insert=True)
    return ["phone"]
