"""Household registers as files: read and shown first, then stored whole, and taken back whole (LG-05)."""

import json
from collections import Counter
from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from datetime import date, datetime
from hashlib import sha256
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from tongxin.access.actors import Actor
from tongxin.access.services import journal
from tongxin.core import ciphers
from tongxin.core.bulk import insert_rows
from tongxin.core.headers import Mapping as ColumnMapping
from tongxin.core.ids import new_id
from tongxin.core.locks import lock
from tongxin.core.refusals import Refusal
from tongxin.core.sheets import Row, Sheet, UnreadableFile, Value, Workbook
from tongxin.exchange.enums import UploadKind, UploadState
from tongxin.exchange.models import Upload, UploadRow
from tongxin.exchange.reading import read_workbook
from tongxin.exchange.services import differences
from tongxin.people.queries.known import document_key, known_people, phone_key
from tongxin.people.rules.matching import Matcher
from tongxin.people.rules.register import Outcome
from tongxin.people.services import register
from tongxin.people.sheets import RegisterReading, RowReading, read_register
from tongxin.testing.models import Expected

BYTES = "exchange.upload"
ROW = "exchange.upload_row"
BATCH = 2000
Progress = Callable[[int], None]


def workbook_of(content: bytes, file_name: str) -> Workbook:
    """The sheets of a file. A file that cannot be read is refused with what to do about it."""
    try:
        return read_workbook(content, name=file_name)
    except UnreadableFile as problem:
        raise Refusal(f"file_{problem.code}", **problem.facts) from None


@transaction.atomic
def take_in(
    *,
    file_name: str,
    content: bytes,
    area_path: str,
    by: Actor,
    at: datetime,
    list_day: date | None = None,
    progress: Progress | None = None,
) -> Upload:
    """Read a register file and keep it with the verdict on every row. Nothing else is stored yet (preview)."""
    by.must("people.register.import", within=area_path)
    workbook = workbook_of(content, file_name)
    upload = Upload(
        area_path=area_path,
        kind=UploadKind.REGISTER,
        file_name=file_name[:200],
        digest=sha256(content).digest(),
        size=len(content),
        sealed=ciphers.encrypt_bytes(content, purpose=BYTES),
        list_day=list_day,
        sent_by_id=by.account_id,
        sent_by_name=by.name[:60],
        sent_at=at,
    )
    reading = _read(upload, workbook, None, progress)
    _keep(upload, reading)
    journal.record(
        "exchange.upload.taken", by=by, area_path=area_path, on=upload, at=at, facts={"counts": upload.counts}
    )
    return upload


@transaction.atomic
def read_again(*, upload_id: UUID, mapping: list[dict[str, Any]], list_day: date | None, by: Actor) -> Upload:
    """Read the kept bytes again with a corrected mapping; the verdicts are replaced."""
    upload = _waiting(upload_id, by)
    upload.list_day = list_day
    reading = _read(upload, _workbook(upload), ColumnMapping.from_plain(mapping))
    upload.rows.all().delete()
    upload.differences.all().delete()
    _keep(upload, reading)
    return upload


@transaction.atomic
def store(*, upload_id: UUID, by: Actor, at: datetime, progress: Progress | None = None) -> Upload:
    """Store what the file says: the whole file is one act. A file that is stored already stays as it is."""
    upload = lock(Upload, upload_id)
    by.must("people.register.import", within=upload.area_path)
    if upload.state == UploadState.STORED:
        return upload
    if upload.state != UploadState.READ:
        raise Refusal("upload_state", state=upload.get_state_display())
    reading = reading_of(upload)
    new, ids = _new_people(reading, _left_rows(upload))
    register.add_people(
        people=new,
        vacant=[home.door for home in reading.households if home.vacant],
        area_path=upload.area_path,
        upload_id=upload.pk,
        listed_on=reading.on,
        by=by,
        at=at,
        progress=progress,
    )
    changed = differences.apply_chosen(upload, reading, by=by, at=at)
    _link_rows(upload, reading, ids)
    upload.state, upload.stored_at = UploadState.STORED, at
    upload.counts = {**upload.counts, "new": len(new), "changed": changed}
    upload.save(update_fields=["state", "stored_at", "effects", "counts"])
    journal.record(
        "people.register.imported",
        by=by,
        area_path=upload.area_path,
        on=upload,
        at=at,
        facts={"counts": upload.counts},
    )
    return upload


@transaction.atomic
def undo(*, upload_id: UUID, by: Actor, at: datetime, why: str) -> Upload:
    """Take an import back whole. Refused once its people stand in a round: then correct, person by person."""
    upload = lock(Upload, upload_id)
    by.must("people.register.import", within=upload.area_path)
    if upload.state != UploadState.STORED:
        raise Refusal("upload_state", state=upload.get_state_display())
    used = Expected.objects.filter(person__upload_id=upload.pk).values("person_id").distinct().count()
    if used:
        raise Refusal("upload_used", count=used)
    register.take_back(
        upload_id=upload.pk,
        effects=differences.effects_of(upload),
        area_path=upload.area_path,
        by=by,
        at=at,
        why=why,
    )
    upload.differences.update(applied_at=None)
    upload.state, upload.undone_at = UploadState.UNDONE, at
    upload.save(update_fields=["state", "undone_at"])
    return upload


@transaction.atomic
def discard(*, upload_id: UUID, by: Actor, at: datetime) -> Upload:
    """Put away a file that was read and will not be stored."""
    upload = _waiting(upload_id, by)
    upload.state, upload.undone_at = UploadState.DISCARDED, at
    upload.save(update_fields=["state", "undone_at"])
    journal.record("exchange.upload.discarded", by=by, area_path=upload.area_path, on=upload, at=at)
    return upload


def reading_of(upload: Upload) -> RegisterReading:
    """What the kept file says, compared with the register as it is now."""
    return _read(upload, _workbook(upload), ColumnMapping.from_plain(upload.mapping))


def values_of(row: UploadRow) -> list[str]:
    """The cells of a kept row as text."""
    if not row.sealed:
        return []
    values: list[str] = json.loads(ciphers.decrypt(row.sealed, purpose=ROW))
    return values


def _waiting(upload_id: UUID, by: Actor) -> Upload:
    upload = lock(Upload, upload_id)
    by.must("people.register.import", within=upload.area_path)
    if upload.state != UploadState.READ:
        raise Refusal("upload_state", state=upload.get_state_display())
    return upload


def _workbook(upload: Upload) -> Workbook:
    """The kept file, with the rows that were mended in place of what came."""
    book = workbook_of(ciphers.decrypt_bytes(upload.sealed, purpose=BYTES), upload.file_name)
    mended = {
        (row.sheet, row.row): tuple(value or None for value in values_of(row))
        for row in upload.rows.exclude(mended_at=None)
    }
    if not mended:
        return book
    return replace(book, sheets=tuple(_with_mended(sheet, mended) for sheet in book.sheets))


def _with_mended(sheet: Sheet, mended: Mapping[tuple[str, int], tuple[Value, ...]]) -> Sheet:
    rows = tuple(Row(row.number, mended.get((sheet.name[:80], row.number), row.values)) for row in sheet.rows)
    return replace(sheet, rows=rows)


def _read(
    upload: Upload, workbook: Workbook, mapping: ColumnMapping | None, progress: Progress | None = None
) -> RegisterReading:
    known = Matcher(known_people(upload.area_path), document_key=document_key, phone_key=phone_key)
    allowed = set(upload.rows.exclude(allowed_why="").values_list("sheet", "row"))
    return read_register(
        workbook, on=upload.list_day, mapping=mapping, existing=known, step=progress, allowed=allowed
    )


def _keep(upload: Upload, reading: RegisterReading) -> None:
    """The upload with its mapping, counts and the verdict on every row that is data."""
    upload.mapping = reading.mapping.to_plain()
    upload.list_day = reading.on
    upload.counts = _counts(reading)
    upload.notes = [f"hidden_sheet:{name}" for name in reading.hidden_sheets]
    upload.save()
    insert_rows(
        "exchange_uploadrow",
        ROW_COLUMNS,
        (
            _row(upload, position, row, keeps_new=bool(reading.matcher.known_count))
            for position, row in enumerate(reading.rows)
            if row.outcome is not Outcome.IGNORE
        ),
    )
    differences.keep(upload, reading)


def _counts(reading: RegisterReading) -> dict[str, Any]:
    warnings = Counter(str(warning) for row in reading.rows for warning in row.warnings)
    reasons = Counter(row.reason for row in reading.rows if row.outcome is Outcome.REJECT)
    changed = sum(
        bool(reading.matcher.changes(index))
        for index in range(len(reading.persons))
        if reading.matcher.known(index) is not None
    )
    known = sum(reading.matcher.known(index) is not None for index in range(len(reading.persons)))
    return {
        **{str(outcome): count for outcome, count in reading.counts.items()},
        "persons": len(reading.persons),
        "known": known,
        "changed": changed,
        "absent": len(reading.matcher.absent()),
        "households": len(reading.households),
        "warnings": dict(warnings),
        "reasons": dict(reasons),
    }


ROW_COLUMNS = (
    "id", "area_path", "upload_id", "position", "sheet", "row", "outcome", "reason", "warnings", "sealed", "subject_id",
)  # fmt: skip


def _row(upload: Upload, position: int, row: RowReading, *, keeps_new: bool) -> tuple[Any, ...]:
    """A row with its cells where somebody may have to look at them; of a first register not those of 100,000 new."""
    is_new = keeps_new and row.outcome is Outcome.ACCEPT
    is_kept = row.outcome is Outcome.REJECT or row.warnings or is_new
    texts = ["" if value is None else str(value) for value in row.values] if is_kept else []
    sealed = ciphers.encrypt(json.dumps(texts, ensure_ascii=False), purpose=ROW) if texts else b""
    return (
        new_id(), upload.area_path, upload.pk, position, row.sheet[:80], row.row, str(row.outcome), str(row.reason),
        json.dumps([str(warning) for warning in row.warnings]), sealed, None,
    )  # fmt: skip


def _new_people(
    reading: RegisterReading, left: Collection[int]
) -> tuple[list[register.NewPerson], dict[int, UUID]]:
    """The people of a reading who are to be made, and the key of everybody; `left` are positions not to be stored."""
    marks: dict[int, list[str]] = {}
    left_people = {reading.rows[position].person for position in left}
    for row in reading.rows:
        if row.person is not None and row.warnings:
            marks.setdefault(row.person, []).extend(str(warning) for warning in row.warnings)
    new: list[register.NewPerson] = []
    ids: dict[int, UUID] = {}
    for index, record in enumerate(reading.persons):
        known = reading.matcher.known(index)
        if known is not None:
            ids[index] = UUID(str(known.id))
        elif index not in left_people:
            person = register.NewPerson(record, marks=list(dict.fromkeys(marks.get(index, []))))
            new.append(person)
            ids[index] = person.id
    return new, ids


def _left_rows(upload: Upload) -> list[int]:
    return list(upload.rows.filter(is_left=True).values_list("position", flat=True))


def _link_rows(upload: Upload, reading: RegisterReading, ids: dict[int, UUID]) -> None:
    """Point every row that made or joined a person to that person, in one statement."""
    linked = [
        (position, ids[row.person])
        for position, row in enumerate(reading.rows)
        if row.person is not None and row.person in ids
    ]
    with connection.cursor() as cursor:
        cursor.execute(
            """UPDATE exchange_uploadrow SET subject_id = linked.person
               FROM unnest(%s::int[], %s::uuid[]) AS linked (position, person)
               WHERE upload_id = %s AND exchange_uploadrow.position = linked.position""",
            [[position for position, _person in linked], [person for _position, person in linked], upload.pk],
        )
