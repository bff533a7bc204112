"""People whom a lane adds because the register does not hold them (快速新增, MT-23)."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db import IntegrityError, transaction

from tongxin.core import clock
from tongxin.core.locks import advisory
from tongxin.core.refusals import Refusal
from tongxin.core.text import fold
from tongxin.people.enums import DocumentKind, ResidenceKind, Source
from tongxin.people.models import Code, Document, Household, Person, Phone, Residence
from tongxin.people.rules.addresses import label, read_part
from tongxin.people.rules.documents import bare, read_document
from tongxin.people.rules.names import read_name
from tongxin.people.rules.phones import read_phones
from tongxin.people.rules.pinyin import initials_of, pinyin_of
from tongxin.people.rules.register import Door
from tongxin.people.services.codes import new_token
from tongxin.places.models import Area, Dwelling
from tongxin.places.queries.areas import building_path

SERIALS = 10_000
UNPROVEN = "document_unproven"  # the number fails its own check, or another name stands under it
SHARED = "document_of_another_name"


@dataclass(frozen=True, slots=True)
class FoundAs:
    """Whom a quick add came to be: a new person, or somebody the register held all along."""

    person_id: UUID
    is_known: bool = False


def add_found(
    *,
    person_id: UUID,
    name: str,
    document: str,
    phone: str,
    building: str,
    unit: str,
    room: str,
    area_path: str,
    at: datetime,
) -> FoundAs:
    """Add a person under the key that the device made; the same key again is the same person.

    A document that somebody here of the same name already has is that person (ID-20). The same document under
    another name is a new person with a mark: taking a wrong person for covered is the worse fault (MT-40).
    """
    if Person.objects.filter(pk=person_id).exists():
        return FoundAs(person_id)
    number = _number(document, at)
    if number and (known := _known(number.text, name)):
        return FoundAs(known, is_known=True)
    try:
        with transaction.atomic():
            _add(person_id, name, number, phone, _door(building, unit, room), area_path, at)
    except IntegrityError:
        raise Refusal("person_key_taken") from None  # the key stands for somebody whom this area does not see
    return FoundAs(person_id)


def address_typed(building: str, unit: str, room: str) -> str:
    """The address that was typed at the lane, for the grid worker who looks for the door."""
    return label(_door(building, unit, room))


@dataclass(frozen=True, slots=True)
class _Number:
    text: str
    kind: str
    is_proven: bool
    sex: str = ""
    birth: date | None = None


def _number(document: str, at: datetime) -> _Number | None:
    """What was typed as a document. A number that fails its check is kept: real cards have such (ID-13)."""
    reading = read_document(document, on=clock.day_of(at))
    if reading.id:
        return _Number(reading.id, DocumentKind.RESIDENT_ID, True, reading.sex, reading.birth)
    text = reading.other or bare(document)
    if reading.is_missing or not text:
        return None
    return _Number(text[:40], DocumentKind.OTHER, bool(reading.other))


def _known(number: str, name: str) -> UUID | None:
    index = Document.index_of(number)
    wanted = fold(read_name(name).name)
    found = Document.objects.filter(number_index=index, person__voided_at=None).order_by("person_id")
    return found.filter(person__name_folded=wanted).values_list("person_id", flat=True).first()


def _add(
    person_id: UUID,
    name: str,
    number: _Number | None,
    phone: str,
    door: Door,
    area_path: str,
    at: datetime,
) -> None:
    read = read_name(name).name or name.strip()[:60]
    dwelling = _dwelling(door, area_path)
    path = dwelling.area_path if dwelling else building_path(area_path, door.building) or area_path
    marks = [] if number is None or number.is_proven else [UNPROVEN]
    person = Person.objects.create(
        id=person_id,
        name=read,
        name_folded=fold(read)[:60],
        pinyin=pinyin_of(read)[:400],
        initials=initials_of(read)[:120],
        sex=number.sex if number else "",
        birth_on=number.birth if number else None,
        area_path=path,
        source=Source.LANE,
        marks=marks,
    )
    _add_document(person, number, area_path, at)
    for position, line in enumerate(read_phones(phone).numbers):
        row = Phone(person=person, area_path=path, position=position)
        row.seal(line)
        row.save(force_insert=True)
    Residence.objects.create(
        person=person,
        dwelling=dwelling,
        household=Household.objects.filter(dwelling=dwelling, closed_on=None).first() if dwelling else None,
        kind=ResidenceKind.FOUND,
        source=Source.LANE,
        from_on=clock.day_of(at),
        area_path=path,
    )
    Code.objects.create(person=person, area_path=path, token=new_token(), issued_at=at)


def _add_document(person: Person, number: _Number | None, area_path: str, at: datetime) -> None:
    if number is None:
        text, kind = _temporary_number(person.pk, area_path, at), DocumentKind.TEMPORARY
    else:
        text, kind = number.text, DocumentKind(number.kind)
        index = Document.index_of(text)
        if Document.objects.filter(number_index=index, person__voided_at=None).exists():
            person.marks = [*person.marks, SHARED]
            person.save(update_fields=["marks"])
    document = Document(person=person, area_path=person.area_path, kind=kind)
    document.seal(text)
    document.save(force_insert=True)


def _temporary_number(person_id: UUID, area_path: str, at: datetime) -> str:
    """T + region 6 + date 8 + serial 4 (DOMAIN.md 2.3), for somebody without any document."""
    key = Area.objects.filter(path=area_path).values_list("key", flat=True).first() or ""
    head = f"T{key[:6]:0<6}{clock.day_of(at):%Y%m%d}"
    advisory(f"people.temporary:{head}")
    start = person_id.int % SERIALS
    for step in range(SERIALS):
        text = f"{head}{(start + step) % SERIALS:04}"
        index = Document.index_of(text)
        if not Document.objects.filter(number_index=index).exists():
            return text
    raise Refusal("temporary_numbers_used_up", day=clock.day_of(at))


def _door(building: str, unit: str, room: str) -> Door:
    return Door(
        read_part(building, "building").building if building.strip() else "",
        read_part(unit, "unit").unit if unit.strip() else "",
        read_part(room, "room").room if room.strip() else "",
    )


def _dwelling(door: Door, area_path: str) -> Dwelling | None:
    """The door, where the register knows it; a door that only the lane has heard of is the grid worker's find."""
    if not door.room:
        return None
    found = Dwelling.objects.filter(area_path__startswith=area_path, room=door.room, building=door.building)
    return found.filter(unit=door.unit).order_by("pk").first()
