"""Household registers as files: read and shown first, then stored whole, and taken back whole (LG-05)."""

import json
from collections import Counter
from collections.abc import Callable
from datetime import date, datetime
from hashlib import sha256
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from tongxin.access.actors import Actor
from tongxin.access.services import journal
from tongxin.core import ciphers
from tongxin.core.bulk import insert_rows
from tongxin.core.headers import Mapping
from tongxin.core.ids import new_id
from tongxin.core.locks import lock
from tongxin.core.refusals import Refusal
from tongxin.core.sheets import UnreadableFile, Workbook
from tongxin.exchange.enums import UploadKind, UploadState
from tongxin.exchange.models import Upload, UploadRow
from tongxin.exchange.reading import read_workbook
from tongxin.people.queries.known import document_key, known_people, phone_key
from tongxin.people.rules.matching import KnownPerson, Matcher
from tongxin.people.rules.register import Door, Outcome, PersonRecord
from tongxin.people.services import register
from tongxin.people.sheets import RegisterReading, RowReading, read_register
from tongxin.testing.models import Expected

BYTES = "exchange.upload"
ROW = "exchange.upload_row"
EFFECTS = "exchange.upload_effects"
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
    *, file_name: str, content: bytes, area_path: str, by: Actor, at: datetime, list_day: date | None = None
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
    reading = _read(upload, workbook, None)
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
    reading = _read(upload, _workbook(upload), Mapping.from_plain(mapping))
    upload.rows.all().delete()
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
    new, additions, ids = _sorted(reading)
    register.add_people(
        people=new,
        vacant=[Door(home.building, home.unit, home.room) for home in reading.households if home.vacant],
        area_path=upload.area_path,
        upload_id=upload.pk,
        listed_on=reading.on,
        by=by,
        at=at,
        progress=progress,
    )
    effects = register.add_to_people(
        additions=additions, area_path=upload.area_path, listed_on=reading.on, by=by, at=at
    )
    _link_rows(upload, reading, ids)
    upload.state, upload.stored_at = UploadState.STORED, at
    upload.effects = _sealed_effects(effects)
    upload.counts = {**upload.counts, "new": len(new), "changed": len(additions)}
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
        effects=_opened_effects(upload),
        area_path=upload.area_path,
        by=by,
        at=at,
        why=why,
    )
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
    return _read(upload, _workbook(upload), Mapping.from_plain(upload.mapping))


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
    return workbook_of(ciphers.decrypt_bytes(upload.sealed, purpose=BYTES), upload.file_name)


def _read(upload: Upload, workbook: Workbook, mapping: Mapping | None) -> RegisterReading:
    known = Matcher(known_people(upload.area_path), document_key=document_key, phone_key=phone_key)
    return read_register(workbook, on=upload.list_day, mapping=mapping, existing=known)


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
            _row(upload, position, row)
            for position, row in enumerate(reading.rows)
            if row.outcome is not Outcome.IGNORE
        ),
    )


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


def _row(upload: Upload, position: int, row: RowReading) -> tuple[Any, ...]:
    is_kept = row.outcome is Outcome.REJECT or row.warnings
    texts = ["" if value is None else str(value) for value in row.values] if is_kept else []
    sealed = ciphers.encrypt(json.dumps(texts, ensure_ascii=False), purpose=ROW) if texts else b""
    return (
        new_id(), upload.area_path, upload.pk, position, row.sheet[:80], row.row, str(row.outcome), str(row.reason),
        json.dumps([str(warning) for warning in row.warnings]), sealed, None,
    )  # fmt: skip


def _sorted(
    reading: RegisterReading,
) -> tuple[list[register.NewPerson], list[register.Addition], dict[int, UUID]]:
    """The people of a reading: those to be made, those to be added to, and the key of each."""
    marks: dict[int, list[str]] = {}
    for row in reading.rows:
        if row.person is not None and row.warnings:
            marks.setdefault(row.person, []).extend(str(warning) for warning in row.warnings)
    new, additions, ids = [], [], {}
    for index, record in enumerate(reading.persons):
        known = reading.matcher.known(index)
        if known is None:
            person = register.NewPerson(record, marks=list(dict.fromkeys(marks.get(index, []))))
            new.append(person)
            ids[index] = person.id
        else:
            ids[index] = UUID(str(known.id))
            if changes := reading.matcher.changes(index):
                additions.append(_addition(ids[index], record, known, changes))
    return new, additions, ids


def _addition(
    person_id: UUID, record: PersonRecord, known: KnownPerson, changes: frozenset[str]
) -> register.Addition:
    return register.Addition(
        person_id=person_id,
        document=record.document if "document" in changes else "",
        document_kind="resident_id" if record.id else "other",
        phones=record.phones if "phones" in changes else (),
        tags=[tag for tag in record.tags if tag not in known.tags],
        sex=record.sex,
        birth=record.birth,
        door=record.door if "door" in changes else None,
    )


def _link_rows(upload: Upload, reading: RegisterReading, ids: dict[int, UUID]) -> None:
    """Point every row that made or joined a person to that person, in one statement."""
    linked = [
        (position, ids[row.person]) for position, row in enumerate(reading.rows) if row.person is not None
    ]
    with connection.cursor() as cursor:
        cursor.execute(
            """UPDATE exchange_uploadrow SET subject_id = linked.person
               FROM unnest(%s::int[], %s::uuid[]) AS linked (position, person)
               WHERE upload_id = %s AND exchange_uploadrow.position = linked.position""",
            [[position for position, _person in linked], [person for _position, person in linked], upload.pk],
        )


def _sealed_effects(effects: register.Effects) -> bytes:
    plain = {
        "documents": [str(key) for key in effects.documents],
        "phones": [str(key) for key in effects.phones],
        "tags": [str(key) for key in effects.tags],
        "residences": [str(key) for key in effects.residences],
        "filled": {str(key): fields for key, fields in effects.filled.items()},
    }
    return ciphers.encrypt(json.dumps(plain), purpose=EFFECTS)


def _opened_effects(upload: Upload) -> register.Effects:
    plain = json.loads(ciphers.decrypt(upload.effects, purpose=EFFECTS)) if upload.effects else {}
    keys = {
        name: [UUID(key) for key in plain.get(name, [])]
        for name in ("documents", "phones", "tags", "residences")
    }
    return register.Effects(
        **keys, filled={UUID(key): names for key, names in plain.get("filled", {}).items()}
    )
