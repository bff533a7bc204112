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
from tongxin.core import clock
from tongxin.core.bulk import insert_rows
from tongxin.core.ids import new_id
from tongxin.core.text import fold
from tongxin.people.enums import DocumentKind, ResidenceKind, Source
from tongxin.people.models import Code, Document, Household, Person, Phone, Residence
from tongxin.people.rules.pinyin import initials_of, pinyin_of
from tongxin.people.rules.register import Door, PersonRecord
from tongxin.people.services.changes import SENSITIVE_TAGS, Effects, close_empty_households, put_back
from tongxin.people.services.codes import new_token
from tongxin.people.services.doors import dwellings_of, households_of
from tongxin.places.models import Dwelling
from tongxin.places.services.areas import mark_vacant

BATCH = 5000
Progress = Callable[[int], None]
Row = tuple[Any, ...]


@dataclass(slots=True)
class NewPerson:
    """A person of the file that the register does not hold yet, with the key it will have."""

    record: PersonRecord
    id: UUID = field(default_factory=new_id)
    marks: Sequence[str] = ()


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
    dwellings = dwellings_of(doors, area_path)
    mark_vacant([dwellings[door].pk for door in empty if door in dwellings])
    households = households_of(
        dwellings, {new.record.door for new in people if new.record.door.is_known}, listed_on
    )
    for chunk in _chunks(people, BATCH):
        _add_chunk(chunk, dwellings, households, area_path, upload_id, listed_on, at)
        if progress:
            progress(len(chunk))
    return len(people)


def _add_chunk(
    chunk: Sequence[NewPerson],
    dwellings: dict[Door, Dwelling],
    households: dict[Door, Household],
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


@transaction.atomic
def take_back(
    *, upload_id: UUID, effects: Sequence[Effects], area_path: str, by: Actor, at: datetime, why: str
) -> int:
    """Undo an import: its people are voided, their codes revoked, what it changed of others is put back.

    The caller has made sure that nothing rests on these people yet. The latest effects go back first.
    """
    by.must("people.register.import", within=area_path)
    people = Person.objects.live().filter(upload_id=upload_id)
    count = people.count()
    ids = people.values_list("pk", flat=True)
    day = clock.day_of(at)
    for each in reversed(effects):
        put_back(each, at=at)
    Code.objects.filter(person_id__in=ids, revoked_at=None).update(revoked_at=at)
    Residence.objects.filter(person_id__in=ids, to_on=None).update(to_on=day, is_current=False)
    close_empty_households(area_path, day)
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
