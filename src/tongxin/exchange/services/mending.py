"""Rows "to verify" are mended in place (待核实): the cells are corrected and judged again by the same rules."""

import json
import re
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from django.db import transaction

from tongxin.access.actors import Actor
from tongxin.access.services import journal
from tongxin.core import ciphers
from tongxin.core.headers import Mapping as ColumnMapping
from tongxin.core.headers import SheetMapping
from tongxin.core.locks import lock
from tongxin.core.refusals import Refusal
from tongxin.core.sheets import Row, Sheet, Workbook
from tongxin.exchange import queries
from tongxin.exchange.enums import UploadState
from tongxin.exchange.models import Upload, UploadRow
from tongxin.exchange.services import differences, uploads
from tongxin.people.enums import Source
from tongxin.people.queries.known import document_key, known_people, phone_key
from tongxin.people.rules import columns as c
from tongxin.people.rules.documents import bare
from tongxin.people.rules.matching import Matcher
from tongxin.people.rules.names import read_name
from tongxin.people.rules.register import Outcome
from tongxin.people.services import register
from tongxin.people.services.changes import Change, apply_changes
from tongxin.people.sheets import RegisterReading, RowReading, read_register

ALLOW = "people.document.allow"
WHOLE = re.compile(r"^(\d{1,11})\.0$")


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell of a row as the form shows it: what its column means, its heading, and what stands in it."""

    column: int
    meaning: str
    heading: str
    value: str


def cells_of(upload: Upload, row: UploadRow) -> list[Cell]:
    """The cells that mean something, in the order of the columns."""
    sheet = _mapping(upload, row)
    values = uploads.values_of(row)
    return [
        Cell(
            column=column,
            meaning=meaning,
            heading=sheet.headings.get(column, ""),
            value=plain(values[column]) if column < len(values) else "",
        )
        for column, meaning in sorted(sheet.columns.items())
    ]


def plain(value: str) -> str:
    """A number cell as it was typed: 103.0 is room 103. Longer ones may have lost digits and stay as they came."""
    return WHOLE.sub(r"\1", value)


@transaction.atomic
def mend(*, row_id: UUID, cells: dict[int, str], by: Actor, at: datetime, allow_why: str = "") -> UploadRow:
    """Correct the cells of one rejected row (更正). Of a stored file the person is stored now, as part of that act.

    `allow_why`: a supervisor answers for a number that fails its check but stands on the card (ID-13).
    Refuses `row_stands`, `row_unchanged` while the rules still reject it, `upload_state`.
    """
    row = lock(UploadRow, row_id)
    upload = lock(Upload, row.upload_id)
    by.must(differences.IMPORT, within=upload.area_path)
    if upload.state not in (UploadState.READ, UploadState.STORED):
        raise Refusal("upload_state", state=upload.get_state_display())
    if row.outcome != Outcome.REJECT:
        raise Refusal("row_stands")
    if allow_why.strip():
        by.must(ALLOW, within=upload.area_path)
    values = _with_cells(uploads.values_of(row), cells)
    reading = _judged(upload, row, values, is_allowed=bool(allow_why.strip()))
    verdict = next(each for each in reading.rows if each.row == row.row)
    if verdict.outcome is Outcome.REJECT:
        raise Refusal("row_unchanged", reason=queries.REASONS.get(verdict.reason, verdict.reason))
    before = row.reason
    row.sealed = ciphers.encrypt(json.dumps(values, ensure_ascii=False), purpose=uploads.ROW)
    row.outcome, row.reason = str(verdict.outcome), ""
    row.warnings = [str(warning) for warning in verdict.warnings]
    row.mended_at, row.mended_by_name, row.allowed_why = at, by.name[:60], allow_why.strip()[:200]
    if upload.state == UploadState.STORED:
        row.subject_id = _store(upload, reading, verdict, by=by, at=at)
    row.save()
    _count(upload, before, row.outcome)
    journal.record(
        "exchange.row.mended",
        by=by,
        area_path=upload.area_path,
        on=upload,
        at=at,
        why=allow_why.strip(),
        facts={"row": f"{row.sheet}!{row.row}", "reason": before, "person": str(row.subject_id or "")},
    )
    return row


@transaction.atomic
def leave_row(*, row_id: UUID, is_left: bool, by: Actor) -> UploadRow:
    """Say of somebody new in the file: not this one (不导入), or after all. Only before the file is stored."""
    row = lock(UploadRow, row_id)
    upload = lock(Upload, row.upload_id)
    by.must(differences.IMPORT, within=upload.area_path)
    if upload.state != UploadState.READ:
        raise Refusal("upload_state", state=upload.get_state_display())
    if row.outcome != Outcome.ACCEPT:
        raise Refusal("row_stands")
    row.is_left = is_left
    row.save(update_fields=["is_left"])
    return row


def _with_cells(values: list[str], cells: dict[int, str]) -> list[str]:
    width = max([len(values), *(column + 1 for column in cells)])
    padded = [*values, *[""] * (width - len(values))]
    return [cells.get(column, value).strip()[:500] for column, value in enumerate(padded)]


def _mapping(upload: Upload, row: UploadRow) -> SheetMapping:
    """What the columns of the row's sheet mean. The name of a sheet is kept by its first eighty characters."""
    sheets = ColumnMapping.from_plain(upload.mapping).sheets
    return next((sheet for sheet in sheets if sheet.sheet[:80] == row.sheet), sheets[0])


def _judged(upload: Upload, row: UploadRow, values: list[str], *, is_allowed: bool) -> RegisterReading:
    """This one row by the rules of the whole file, beside those of the register whom it could be about."""
    mapping = _mapping(upload, row)
    sheet = Sheet(mapping.sheet, (Row(row.row, tuple(value or None for value in values)),))
    name_column = next(iter(mapping.columns_of(c.NAME)), -1)
    id_column = next(iter(mapping.columns_of(c.ID)), -1)
    name = read_name(values[name_column]).name if 0 <= name_column < len(values) else ""
    document = bare(values[id_column]) if 0 <= id_column < len(values) else ""
    known = known_people(upload.area_path, name=name, document=document)
    return read_register(
        Workbook(upload.file_name, "xlsx", (sheet,)),
        on=upload.list_day,
        mapping=ColumnMapping((replace(mapping, header_rows=(), repeats_blanks=False),)),
        existing=Matcher(known, document_key=document_key, phone_key=phone_key),
        allowed={(mapping.sheet, row.row)} if is_allowed else (),
    )


def _store(
    upload: Upload, reading: RegisterReading, verdict: RowReading, *, by: Actor, at: datetime
) -> UUID | None:
    """The person of a mended row, as part of the import that it belongs to: undoing that takes this back too."""
    if verdict.person is None:
        return None
    known = reading.matcher.known(verdict.person)
    if known is None:
        new = register.NewPerson(
            reading.persons[verdict.person], marks=[str(warning) for warning in verdict.warnings]
        )
        register.add_people(
            people=[new],
            area_path=upload.area_path,
            upload_id=upload.pk,
            listed_on=reading.on,
            by=by,
            at=at,
        )
        return new.id
    person_id = UUID(str(known.id))
    said = {
        found.field: found.value
        for found in reading.matcher.differences(verdict.person)
        if not found.contradicts
    }
    if said:
        effects = apply_changes(
            [Change(person_id=person_id, **said)],
            area_path=upload.area_path,
            on=reading.on,
            at=at,
            source=Source.IMPORT,
            by_name=by.name,
        )
        differences.add_effects(upload, effects)
    return person_id


def _count(upload: Upload, reason: str, outcome: str) -> None:
    counts = dict(upload.counts)
    counts["reject"] = max(0, counts.get("reject", 0) - 1)
    counts[outcome] = counts.get(outcome, 0) + 1
    counts["persons"] = counts.get("persons", 0) + (outcome == Outcome.ACCEPT)
    reasons = {**counts.get("reasons", {})}
    reasons[reason] = reasons.get(reason, 1) - 1
    counts["reasons"] = {code: count for code, count in reasons.items() if count > 0}
    upload.counts = counts
    upload.save(update_fields=["counts", "effects"])
