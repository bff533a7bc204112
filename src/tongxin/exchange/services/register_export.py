"""What an import has stored, as files a program can compare: full numbers, so a bulk reveal in the journal."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from uuid import UUID

from django.db.models import Count, Prefetch, Q

from tongxin.access.actors import Actor
from tongxin.access.services import journal
from tongxin.exchange.exports import write_register_export
from tongxin.exchange.models import Upload
from tongxin.people.enums import DocumentKind
from tongxin.people.models import Document, Person, Phone, Residence, Tag
from tongxin.places.models import Dwelling

CHUNK = 2000


@dataclass(frozen=True, slots=True)
class StoredPerson:
    name: str
    id: str
    other_document: str
    sex: str
    birth: date | None
    phones: list[str]
    building: str
    unit: str
    room: str
    relation: str
    tags: list[str]
    source_rows: list[str]


@dataclass(frozen=True, slots=True)
class StoredHousehold:
    building: str
    unit: str
    room: str
    people: int
    vacant: bool


@dataclass(frozen=True, slots=True)
class StoredRow:
    sheet: str
    row: int
    outcome: str
    reason: str
    warnings: list[str]


def export_register(*, upload: Upload, folder: Path, stem: str, by: Actor, at: datetime) -> list[Path]:
    """Write STEM.csv, STEM.households.csv and STEM.rows.csv of a stored import; recorded as a bulk reveal."""
    by.must("people.person.reveal", within=upload.area_path)
    places = _places(upload)
    persons = list(_persons(places))
    paths = write_register_export(folder, stem, persons, _households(upload.area_path), _rows(upload))
    journal.seen(
        by=by,
        area_path=upload.area_path,
        what="register_export",
        people=list(places),
        why=upload.file_name,
        at=at,
    )
    return paths


def _places(upload: Upload) -> dict[UUID, list[str]]:
    """Each person of the file with the rows that made them, in the order of the file."""
    places: dict[UUID, list[str]] = defaultdict(list)
    rows = upload.rows.exclude(subject_id=None).order_by("position").values_list("subject_id", "sheet", "row")
    for person, sheet, row in rows:
        if person is not None:
            places[person].append(f"{sheet}!{row}")
    return places


def _persons(places: dict[UUID, list[str]]) -> Iterable[StoredPerson]:
    keys = list(places)
    for start in range(0, len(keys), CHUNK):
        chunk = keys[start : start + CHUNK]
        found = {person.pk: person for person in _with_everything(chunk)}
        for key in chunk:
            if key in found:
                yield _stored(found[key], places[key])


def _with_everything(keys: list[UUID]) -> Iterable[Person]:
    homes = Residence.objects.filter(is_current=True, to_on=None).select_related("dwelling")
    return (
        Person.objects.live()
        .filter(pk__in=keys)
        .prefetch_related(
            Prefetch("residences", homes, to_attr="homes"),
            Prefetch("documents", Document.objects.order_by("-is_primary"), to_attr="papers"),
            Prefetch("phones", Phone.objects.order_by("position"), to_attr="lines"),
            Prefetch("tags", Tag.objects.filter(until=None), to_attr="open_tags"),
        )
    )


def _stored(person: Person, rows: list[str]) -> StoredPerson:
    numbers = {paper.kind: paper.reveal() for paper in person.papers}  # type: ignore[attr-defined]
    home = person.homes[0] if person.homes else None  # type: ignore[attr-defined]
    door = home.dwelling if home else None
    return StoredPerson(
        name=person.name,
        id=numbers.get(DocumentKind.RESIDENT_ID, ""),
        other_document=numbers.get(DocumentKind.OTHER, ""),
        sex=person.sex,
        birth=person.birth_on,
        phones=[line.reveal() for line in person.lines],  # type: ignore[attr-defined]
        building=door.building if door else "",
        unit=door.unit if door else "",
        room=door.room if door else "",
        relation=home.relation if home else "",
        tags=[tag.name for tag in person.open_tags],  # type: ignore[attr-defined]
        source_rows=rows,
    )


def _households(area_path: str) -> Iterable[StoredHousehold]:
    lived_in = Residence.objects.filter(is_current=True, to_on=None, person__voided_at=None)
    people = dict(
        lived_in.filter(dwelling__area_path__startswith=area_path)
        .order_by()
        .values_list("dwelling_id")
        .annotate(count=Count("id"))
    )
    doors = Dwelling.objects.filter(area_path__startswith=area_path).exclude(Q(room=""))
    for door in doors.order_by("building", "unit", "room"):
        count = people.get(door.pk, 0)
        yield StoredHousehold(door.building, door.unit, door.room, count, door.is_vacant and not count)


def _rows(upload: Upload) -> Iterable[StoredRow]:
    rows = upload.rows.order_by("position").values_list("sheet", "row", "outcome", "reason", "warnings")
    for sheet, row, outcome, reason, warnings in rows.iterator(chunk_size=CHUNK):
        yield StoredRow(sheet, row, outcome, reason, warnings)
