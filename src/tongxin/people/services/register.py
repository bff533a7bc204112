"""Bringing a read register into the tables, and taking it back: one reversible act a file (LG-05)."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import islice
from typing import Any
from uuid import UUID

from django.db import transaction

from tongxin.access.actors import Actor
from tongxin.access.services import journal
from tongxin.core.bulk import insert_rows
from tongxin.core.ids import new_id
from tongxin.core.text import fold
from tongxin.people.enums import DocumentKind, ResidenceKind, Source
from tongxin.people.models import Code, Document, Household, Person, Phone, Residence, Tag
from tongxin.people.rules.pinyin import initials_of, pinyin_of
from tongxin.people.rules.register import Door, PersonRecord
from tongxin.people.services.codes import new_token
from tongxin.places.models import Dwelling
from tongxin.places.services.areas import ensure_dwellings, mark_vacant

SENSITIVE_TAGS = frozenset({"孕妇", "残疾", "血透", "精神障碍", "慢病"})
BATCH = 5000
Progress = Callable[[int], None]
Row = tuple[Any, ...]


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
    """Rows of plain values by COPY: building a model for each cost more than the server needs to store them."""
    persons: list[Row] = []
    documents: list[Row] = []
    phones: list[Row] = []
    tags: list[Row] = []
    homes: list[Row] = []
    codes: list[Row] = []
    for new in chunk:
        record = new.record
        dwelling = dwellings.get(record.door) if record.door.is_known else None
        path = dwelling.area_path if dwelling else area_path
        household = households.get(record.door)
        persons.append(_person(new, path, upload_id, at))
        if record.document:
            kind = DocumentKind.RESIDENT_ID if record.id else DocumentKind.OTHER
            documents.append(_document(new.id, record.document, kind, path))
        phones.extend(_phone_rows(new.id, record.phones, path))
        tags.extend(
            (new_id(), path, [], new.id, name, name in SENSITIVE_TAGS, str(Source.IMPORT), listed_on, None)
            for name in dict.fromkeys(record.tags)
        )
        kind_of_home = ResidenceKind.FLOATING if "租户" in record.tags else ResidenceKind.USUAL
        homes.append(
            (
                new_id(), path, [], new.id, dwelling.pk if dwelling else None, household.pk if household else None,
                str(kind_of_home), record.relation[:20], str(Source.IMPORT), listed_on, None, True,
            )
        )  # fmt: skip
        codes.append((new_id(), path, [], new.id, new_token(), False, at))
    insert_rows("people_person", PERSON_COLUMNS, persons)
    insert_rows("people_document", DOCUMENT_COLUMNS, documents)
    insert_rows("people_phone", PHONE_COLUMNS, phones)
    insert_rows("people_tag", TAG_COLUMNS, tags)
    insert_rows("people_residence", HOME_COLUMNS, homes)
    insert_rows("people_code", CODE_COLUMNS, codes)


PERSON_COLUMNS = (
    "id", "area_path", "seen_by", "name", "name_folded", "pinyin", "initials", "sex", "birth_on", "source",
    "upload_id", "marks", "void_reason", "recorded_at",
)  # fmt: skip
DOCUMENT_COLUMNS = (
    "id", "area_path", "seen_by", "person_id", "kind", "sealed", "number_index", "tail", "head", "is_primary",
)  # fmt: skip
PHONE_COLUMNS = (
    "id", "area_path", "seen_by", "person_id", "sealed", "number_index", "tail", "label", "position",
)  # fmt: skip
TAG_COLUMNS = (
    "id", "area_path", "seen_by", "person_id", "name", "is_sensitive", "source", "since", "until",
)  # fmt: skip
HOME_COLUMNS = (
    "id", "area_path", "seen_by", "person_id", "dwelling_id", "household_id", "kind", "relation", "source",
    "from_on", "to_on", "is_current",
)  # fmt: skip
CODE_COLUMNS = ("id", "area_path", "seen_by", "person_id", "token", "is_bound", "issued_at")


def _person(new: NewPerson, path: str, upload_id: UUID, at: datetime) -> Row:
    record = new.record
    name = record.name
    return (
        new.id, path, [], name[:60], fold(name)[:60], pinyin_of(name)[:400], initials_of(name)[:120], record.sex,
        record.birth, str(Source.IMPORT), upload_id, list(new.marks), "", at,
    )  # fmt: skip


def _document(person_id: UUID, number: str, kind: str, path: str) -> Row:
    paper = Document(kind=kind)
    paper.seal(number)
    return (
        new_id(),
        path,
        [],
        person_id,
        str(kind),
        paper.sealed,
        paper.number_index,
        paper.tail,
        paper.head,
        True,
    )


def _phone_rows(person_id: UUID, numbers: Iterable[str], path: str) -> Iterator[Row]:
    for position, number in enumerate(dict.fromkeys(numbers)):
        line = Phone()
        line.seal(number)
        yield (new_id(), path, [], person_id, line.sealed, line.number_index, line.tail, "", position)


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
