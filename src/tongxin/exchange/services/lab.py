"""Laboratory sheets as files (实验室结果表): read and shown first, then every row is kept; released apart from it."""

import json
from collections import Counter
from datetime import datetime
from hashlib import sha256
from typing import Any
from uuid import UUID

from django.db import transaction

from tongxin.access.actors import Actor
from tongxin.access.services import journal
from tongxin.core import ciphers
from tongxin.core.headers import Mapping
from tongxin.core.locks import advisory, lock
from tongxin.core.refusals import Refusal
from tongxin.core.sheets import Workbook
from tongxin.exchange.enums import UploadKind, UploadState
from tongxin.exchange.models import Upload, UploadRow
from tongxin.exchange.services.uploads import BATCH, BYTES, ROW, workbook_of
from tongxin.testing.enums import ResultStatus
from tongxin.testing.models import Round, Tube
from tongxin.testing.queries.results import ct_limit_of, standings
from tongxin.testing.rules.results import CONFLICT, ResultOutcome, TubeRegister, TubeResult
from tongxin.testing.services import results
from tongxin.testing.sheets import ResultRow, ResultsReading, read_results

KEPT = frozenset({ResultOutcome.ACCEPT, ResultOutcome.MERGE, ResultOutcome.UPDATE, ResultOutcome.CONFLICT})


@transaction.atomic
def take_in(*, file_name: str, content: bytes, round_id: UUID, by: Actor, at: datetime) -> Upload:
    """Read a laboratory's sheet against the tubes of a round and keep the verdict on every row (preview).

    The same bytes for the same round are the upload that is there, whatever the file is called.
    """
    round_ = lock(Round, round_id)
    by.must("testing.result.enter", within=round_.area_path)
    digest = sha256(content).digest()
    advisory(f"exchange.lab.{round_id}")
    if held := _held(round_id, digest):
        return held
    upload = Upload(
        area_path=round_.area_path,
        kind=UploadKind.LAB,
        file_name=file_name[:200],
        digest=digest,
        size=len(content),
        sealed=ciphers.encrypt_bytes(content, purpose=BYTES),
        subject_id=round_.pk,
        sent_by_id=by.account_id,
        sent_by_name=by.name[:60],
        sent_at=at,
    )
    _keep(upload, _read(upload, workbook_of(content, file_name), None))
    journal.record(
        "exchange.upload.taken",
        by=by,
        area_path=upload.area_path,
        on=upload,
        at=at,
        facts={"counts": upload.counts},
    )
    return upload


@transaction.atomic
def read_again(*, upload_id: UUID, mapping: list[dict[str, Any]], by: Actor) -> Upload:
    """Read the kept bytes again with corrected columns."""
    upload = _waiting(upload_id, by)
    upload.rows.all().delete()
    _keep(upload, _read(upload, _workbook(upload), Mapping.from_plain(mapping)))
    return upload


@transaction.atomic
def store(*, upload_id: UUID, by: Actor, at: datetime) -> Upload:
    """Keep every readable row as the laboratory's report (存入结果). Nothing counts before its release."""
    upload = lock(Upload, upload_id)
    by.must("testing.result.enter", within=upload.area_path)
    if upload.state == UploadState.STORED:
        return upload
    if upload.state != UploadState.READ:
        raise Refusal("upload_state", state=upload.get_state_display())
    reading = _read(upload, _workbook(upload), Mapping.from_plain(upload.mapping))
    made = results.enter_results(
        reports=[_report(row) for row in reading.rows if row.outcome in KEPT],
        by=by,
        at=at,
        upload_id=upload.pk,
    )
    upload.state, upload.stored_at = UploadState.STORED, at
    upload.counts = {**upload.counts, "stored": len(made)}
    upload.save(update_fields=["state", "stored_at", "counts"])
    journal.record(
        "exchange.lab.stored", by=by, area_path=upload.area_path, on=upload, at=at, facts={"rows": len(made)}
    )
    return upload


@transaction.atomic
def discard(*, upload_id: UUID, by: Actor, at: datetime) -> Upload:
    """Put away a sheet that was read and will not be stored."""
    upload = _waiting(upload_id, by)
    upload.state, upload.undone_at = UploadState.DISCARDED, at
    upload.save(update_fields=["state", "undone_at"])
    journal.record("exchange.upload.discarded", by=by, area_path=upload.area_path, on=upload, at=at)
    return upload


def register_of(round_id: UUID) -> TubeRegister:
    """The tubes of a round with what laboratories have said of them so far."""
    tubes = list(Tube.objects.filter(round=round_id).order_by("code"))
    found, limit = standings(tubes), ct_limit_of(round_id)
    return TubeRegister(
        TubeResult(
            tube.code,
            result=_word(found[tube.pk].status, found[tube.pk].word),
            status=ResultStatus(found[tube.pk].status),
            ct_limit=limit,
        )
        for tube in tubes
    )


def _word(status: str, word: str) -> str:
    if status == ResultStatus.CONFLICT:
        return CONFLICT
    return str(ResultStatus.PENDING) if status == ResultStatus.PENDING else word


def _held(round_id: UUID, digest: bytes) -> Upload | None:
    return (
        Upload.objects.filter(kind=UploadKind.LAB, subject_id=round_id, digest=digest)
        .exclude(state=UploadState.DISCARDED)
        .order_by("sent_at")
        .first()
    )


def _waiting(upload_id: UUID, by: Actor) -> Upload:
    upload = lock(Upload, upload_id)
    by.must("testing.result.enter", within=upload.area_path)
    if upload.state != UploadState.READ:
        raise Refusal("upload_state", state=upload.get_state_display())
    return upload


def _workbook(upload: Upload) -> Workbook:
    return workbook_of(ciphers.decrypt_bytes(upload.sealed, purpose=BYTES), upload.file_name)


def _read(upload: Upload, workbook: Workbook, mapping: Mapping | None) -> ResultsReading:
    assert upload.subject_id is not None
    return read_results(
        workbook, register=register_of(upload.subject_id), on=upload.list_day, mapping=mapping
    )


def _report(row: ResultRow) -> results.Report:
    return results.Report(
        code=row.tube,
        word=row.result,
        ct="" if row.lowest_ct is None else f"{row.lowest_ct:g}",
        laboratory=row.laboratory,
        source_row=f"{row.sheet}!{row.row}"[-60:],
    )


def _keep(upload: Upload, reading: ResultsReading) -> None:
    upload.mapping = reading.mapping.to_plain()
    upload.list_day = reading.on
    rows = [row for row in reading.rows if row.outcome != ResultOutcome.IGNORE]
    upload.counts = {
        **{str(outcome): count for outcome, count in reading.counts.items()},
        "rows": len(rows),
        "words": dict(Counter(row.result for row in rows if row.result)),
        "warnings": dict(Counter(str(each) for row in rows for each in row.warnings)),
        "reasons": dict(Counter(row.reason for row in rows if row.reason)),
    }
    upload.notes = [f"hidden_sheet:{name}" for name in reading.hidden_sheets]
    upload.save()
    UploadRow.objects.bulk_create(
        [_row(upload, position, row) for position, row in enumerate(rows)], batch_size=BATCH
    )


def _row(upload: Upload, position: int, row: ResultRow) -> UploadRow:
    is_shown = row.outcome in {ResultOutcome.REJECT, ResultOutcome.CONFLICT} or row.warnings
    texts = ["" if value is None else str(value) for value in row.values] if is_shown else []
    return UploadRow(
        upload=upload,
        area_path=upload.area_path,
        position=position,
        sheet=row.sheet[:80],
        row=row.row,
        outcome=row.outcome,
        reason=row.reason,
        warnings=[str(each) for each in row.warnings],
        sealed=ciphers.encrypt(json.dumps(texts, ensure_ascii=False), purpose=ROW) if texts else b"",
    )
