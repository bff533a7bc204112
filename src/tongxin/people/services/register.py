"""Bringing a read register into the tables, and taking it back: one reversible act a file (LG-05)."""

import secrets
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import islice
from typing import TypeVar
from uuid import UUID

from django.db import transaction
from django.db.models import Model

from tongxin.access.actors import Actor
from tongxin.access.services import journal
from tongxin.core.ids import new_id
from tongxin.core.text import fold
from tongxin.people.enums import DocumentKind, ResidenceKind, Source
from tongxin.people.models import Code, Document, Household, Person, Phone, Residence, Tag
from tongxin.people.rules.pinyin import initials_of, pinyin_of
from tongxin.people.rules.register import Door, PersonRecord
from tongxin.places.models import Dwelling
from tongxin.places.services.areas import ensure_dwellings, mark_vacant

SENSITIVE_TAGS = frozenset({"孕妇", "残疾", "血透", "精神障碍", "慢病"})
BATCH = 2000
Progress = Callable[[int], None]
M = TypeVar("M", bound=Model)


@dataclass(slots=True)
class NewPerson:
    """A person of the file that the register does not hold yet, with the key it will have."""

    record: PersonRecord
    id: UUID = field(default_factory=new_id)
    marks: Sequence[str] = ()


@dataclass(slots=True)
class Addition:
    """What a file adds to a person that is already there; what it added is kept so that it can be taken back."""

    person_id: UUID
    document: str = ""
    document_kind: str = DocumentKind.RESIDENT_ID
    phones: Sequence[str] = ()
    tags: Sequence[str] = ()
    sex: str = ""
    birth: date | None = None
    door: Door | None = None


@dataclass(frozen=True, slots=True)
class Effects:
    """Rows that an import made beside the persons themselves."""

    documents: list[UUID]
    phones: list[UUID]
    tags: list[UUID]
    residences: list[UUID]
    filled: dict[UUID, list[str]]


@transaction.atomic
def add_people(
    *,
    people: Sequence[NewPerson],
    vacant: Iterable[Door] = (),
    area_path: str,
    upload_id: UUID,
    listed_on: date,
    by: Actor,
    at: datetime,
    progress: Progress | None = None,
) -> int:
    """Store the new people of a file with documents, phones, tags, homes and sampling codes. Returns how many."""
    by.must("people.register.import", within=area_path)
    empty = list(vacant)
    doors = [new.record.door for new in people if new.record.door.is_known] + empty
    dwellings = ensure_dwellings(area_path, [(door.building, door.unit, door.room, "") for door in doors])
    _mark_vacant(dwellings, empty)
    households = _households(
        dwellings, {new.record.door for new in people if new.record.door.is_known}, listed_on
    )
    for chunk in _chunks(people, BATCH):
        _add_chunk(chunk, dwellings, households, area_path, upload_id, listed_on, at)
        if progress:
            progress(len(chunk))
    return len(people)


def _add_chunk(
    chunk: Sequence[NewPerson],
    dwellings: dict[tuple[str, str, str], Dwelling],
    households: dict[tuple[str, str, str], Household],
    area_path: str,
    upload_id: UUID,
    listed_on: date,
    at: datetime,
) -> None:
    persons, documents, phones, tags, homes, codes = [], [], [], [], [], []
    for new in chunk:
        record = new.record
        dwelling = dwellings.get(record.door) if record.door.is_known else None
        path = dwelling.area_path if dwelling else area_path
        persons.append(_person(new, path, upload_id))
        documents.extend(_documents(new.id, record, path))
        phones.extend(_phones(new.id, record.phones, path))
        tags.extend(_tags(new.id, record.tags, path, listed_on))
        homes.append(_residence(new, dwelling, households.get(record.door), path, listed_on))
        codes.append(Code(person_id=new.id, area_path=path, token=secrets.token_urlsafe(12), issued_at=at))
    Person.objects.bulk_create(persons)
    Document.objects.bulk_create(documents)
    Phone.objects.bulk_create(phones)
    Tag.objects.bulk_create(tags)
    Residence.objects.bulk_create(homes)
    Code.objects.bulk_create(codes)


def _person(new: NewPerson, path: str, upload_id: UUID) -> Person:
    record = new.record
    return Person(
        id=new.id,
        name=record.name[:60],
        name_folded=fold(record.name)[:60],
        pinyin=pinyin_of(record.name)[:400],
        initials=initials_of(record.name)[:120],
        sex=record.sex,
        birth_on=record.birth,
        area_path=path,
        source=Source.IMPORT,
        upload_id=upload_id,
        marks=list(new.marks),
    )


def _documents(person_id: UUID, record: PersonRecord, path: str) -> list[Document]:
    if not record.document:
        return []
    document = Document(
        person_id=person_id,
        area_path=path,
        kind=DocumentKind.RESIDENT_ID if record.id else DocumentKind.OTHER,
        is_primary=True,
    )
    document.seal(record.document)
    return [document]


def _phones(person_id: UUID, numbers: Iterable[str], path: str, start: int = 0) -> list[Phone]:
    made = []
    for position, number in enumerate(dict.fromkeys(numbers), start=start):
        phone = Phone(person_id=person_id, area_path=path, position=position)
        phone.seal(number)
        made.append(phone)
    return made


def _tags(person_id: UUID, names: Iterable[str], path: str, since: date) -> list[Tag]:
    return [
        Tag(
            person_id=person_id,
            name=name,
            is_sensitive=name in SENSITIVE_TAGS,
            source=Source.IMPORT,
            since=since,
            area_path=path,
        )
        for name in dict.fromkeys(names)
    ]


def _residence(
    new: NewPerson, dwelling: Dwelling | None, household: Household | None, path: str, listed_on: date
) -> Residence:
    return Residence(
        person_id=new.id,
        dwelling=dwelling,
        household=household,
        relation=new.record.relation[:20],
        kind=ResidenceKind.FLOATING if "租户" in new.record.tags else ResidenceKind.USUAL,
        source=Source.IMPORT,
        from_on=listed_on,
        area_path=path,
    )


def _mark_vacant(dwellings: dict[tuple[str, str, str], Dwelling], empty: Iterable[Door]) -> None:
    mark_vacant([dwellings[door].pk for door in empty if door in dwellings])


def _households(
    dwellings: dict[tuple[str, str, str], Dwelling], doors: set[Door], opened_on: date
) -> dict[tuple[str, str, str], Household]:
    """The open household behind each door, made where there is none."""
    wanted = {dwellings[door].pk: door for door in doors}
    open_now = Household.objects.filter(dwelling_id__in=list(wanted), closed_on=None)
    found: dict[tuple[str, str, str], Household] = {
        wanted[household.dwelling_id]: household for household in open_now
    }
    missing = [door for door in doors if door not in found]
    made = [
        Household(dwelling=dwellings[door], area_path=dwellings[door].area_path, opened_on=opened_on)
        for door in missing
    ]
    Household.objects.bulk_create(made, batch_size=BATCH)
    Dwelling.objects.filter(pk__in=[household.dwelling_id for household in made], is_vacant=True).update(
        is_vacant=False
    )
    found.update(zip(missing, made, strict=True))
    return found


@transaction.atomic
def add_to_people(
    *, additions: Sequence[Addition], area_path: str, listed_on: date, by: Actor, at: datetime
) -> Effects:
    """Add what a file knows more about people who are there already. Fills what is empty, unites the rest."""
    by.must("people.register.import", within=area_path)
    people = {
        person.pk: person
        for person in Person.objects.select_for_update()
        .filter(pk__in=[addition.person_id for addition in additions])
        .order_by("pk")
    }
    effects = Effects([], [], [], [], {})
    for addition in additions:
        _add_to(people[addition.person_id], addition, listed_on, effects, area_path)
    return effects


def _add_to(person: Person, addition: Addition, listed_on: date, effects: Effects, area_path: str) -> None:
    path = person.area_path
    if addition.document and not person.documents.exists():
        document = Document(person=person, area_path=path, kind=addition.document_kind)
        document.seal(addition.document)
        document.save()
        effects.documents.append(document.pk)
    held = {bytes(index) for index in person.phones.values_list("number_index", flat=True)}
    for phone in _phones(person.pk, addition.phones, path, start=len(held)):
        if phone.number_index not in held:
            phone.save()
            effects.phones.append(phone.pk)
    known = set(person.tags.filter(until=None).values_list("name", flat=True))
    for tag in _tags(person.pk, [name for name in addition.tags if name not in known], path, listed_on):
        tag.save()
        effects.tags.append(tag.pk)
    _fill(person, addition, effects)
    if addition.door is not None and addition.door.is_known:
        _settle(person, addition.door, listed_on, effects, area_path)


def _fill(person: Person, addition: Addition, effects: Effects) -> None:
    filled: list[str] = []
    if addition.sex and not person.sex:
        person.sex, filled = addition.sex, [*filled, "sex"]
    if addition.birth and not person.birth_on:
        person.birth_on, filled = addition.birth, [*filled, "birth_on"]
    if filled:
        person.save(update_fields=filled)
        effects.filled[person.pk] = filled


def _settle(person: Person, door: Door, listed_on: date, effects: Effects, area_path: str) -> None:
    """Give a person without a known address the one the file has; another address is only a warning."""
    current = person.residences.filter(is_current=True, to_on=None).first()
    if current is not None and current.dwelling_id is not None:
        return
    dwelling = ensure_dwellings(area_path, [(door.building, door.unit, door.room, "")])[door]
    household = _households({door: dwelling}, {door}, listed_on)[door]
    if current is not None:
        current.to_on, current.is_current = listed_on, False
        current.save(update_fields=["to_on", "is_current"])
    made = Residence.objects.create(
        person=person,
        dwelling=dwelling,
        household=household,
        relation=current.relation if current else "",
        source=Source.IMPORT,
        from_on=listed_on,
        area_path=dwelling.area_path,
    )
    effects.residences.append(made.pk)
    _move_rows(person, dwelling.area_path)


def _move_rows(person: Person, path: str) -> None:
    """A person's rows carry the path of the door they live behind."""
    person.area_path = path
    person.save(update_fields=["area_path"])
    for rows in (person.documents, person.phones, person.tags, person.codes):
        rows.update(area_path=path)


@transaction.atomic
def take_back(*, upload_id: UUID, effects: Effects, area_path: str, by: Actor, at: datetime, why: str) -> int:
    """Undo an import: its people are voided, their codes revoked, what it added to others is removed.

    The caller has made sure that nothing rests on these people yet.
    """
    by.must("people.register.import", within=area_path)
    people = Person.objects.live().filter(upload_id=upload_id)
    count = people.count()
    ids = people.values_list("pk", flat=True)
    Code.objects.filter(person_id__in=ids, revoked_at=None).update(revoked_at=at)
    Residence.objects.filter(person_id__in=ids, to_on=None).update(to_on=at.date(), is_current=False)
    Tag.objects.filter(pk__in=effects.tags).update(until=at.date())
    # These rows only repeat what the undone file said; the file itself is kept.
    Phone.objects.filter(pk__in=effects.phones).delete()
    Document.objects.filter(pk__in=effects.documents).delete()
    for person_id, fields in effects.filled.items():
        empty = {name: "" if name == "sex" else None for name in fields}
        Person.objects.filter(pk=person_id).update(**empty)
    Household.objects.filter(closed_on=None, residences__person_id__in=ids).exclude(
        residences__in=Residence.objects.filter(to_on=None)
    ).update(closed_on=at.date())
    Person.objects.live().filter(upload_id=upload_id).update(voided_at=at, void_reason=why[:200])
    journal.record(
        "people.register.undone",
        by=by,
        area_path=area_path,
        at=at,
        why=why,
        facts={"upload": str(upload_id), "people": count},
    )
    return count


def _chunks(items: Sequence[NewPerson], size: int) -> Iterable[list[NewPerson]]:
    walk = iter(items)
    while chunk := list(islice(walk, size)):
        yield chunk
