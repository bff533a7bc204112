"""Comparing lists is the daily work (LG-05): what an updated register says otherwise, decided one by one or in bulk.

What only adds to somebody is taken over unless somebody says no. What contradicts the register, and who is not in
the file any more, is proposed: nobody is moved, or moved out, by a file alone.
"""

import json
from collections import defaultdict
from collections.abc import Collection, Iterator
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from tongxin.access.actors import Actor
from tongxin.access.services import journal
from tongxin.core import ciphers
from tongxin.core.bulk import insert_rows
from tongxin.core.ids import new_id
from tongxin.core.locks import lock
from tongxin.core.refusals import Refusal
from tongxin.exchange.enums import Choice, DifferenceKind, UploadState
from tongxin.exchange.models import Difference, Upload
from tongxin.people.enums import Source
from tongxin.people.rules import matching
from tongxin.people.rules.documents import ID_LENGTHS
from tongxin.people.rules.register import Door
from tongxin.people.services.changes import Change, Effects, apply_changes
from tongxin.people.sheets import RegisterReading

EFFECTS = "exchange.upload_effects"
IMPORT = "people.register.import"
COLUMNS = ("id", "area_path", "upload_id", "position", "person_id", "kind", "field", "sealed", "choice")
# What may be decided about whom: a person who is not in the file can leave, a value can be taken.
CHOICES = {
    DifferenceKind.ADDS: frozenset({Choice.TAKE, Choice.LEAVE}),
    DifferenceKind.DIFFERS: frozenset({Choice.TAKE, Choice.LEAVE}),
    DifferenceKind.MISSING: frozenset({Choice.MOVED_OUT, Choice.AWAY, Choice.LEAVE}),
}


def keep(upload: Upload, reading: RegisterReading) -> dict[str, int]:
    """Write down every difference of a reading; returns how many of each kind, for the counts of the upload."""
    counts: dict[str, int] = defaultdict(int)

    def rows() -> Iterator[tuple[Any, ...]]:
        for position, (kind, person_id, name, value, choice) in enumerate(_found(reading)):
            counts[kind] += 1
            sealed = Difference.sealed_value(value) if name else b""
            yield new_id(), upload.area_path, upload.pk, position, person_id, kind, name, sealed, choice

    insert_rows("exchange_difference", COLUMNS, rows())
    return dict(counts)


def _found(reading: RegisterReading) -> Iterator[tuple[str, Any, str, Any, str]]:
    for index in range(len(reading.persons)):
        known = reading.matcher.known(index)
        for found in reading.matcher.differences(index) if known is not None else ():
            kind = DifferenceKind.DIFFERS if found.contradicts else DifferenceKind.ADDS
            choice = "" if found.contradicts else str(Choice.TAKE)
            yield str(kind), known.id if known else None, found.field, plain_of(found), choice
    for person in reading.matcher.absent():
        yield str(DifferenceKind.MISSING), person.id, "", None, ""


def plain_of(found: matching.Difference) -> Any:
    """The value of a difference as it is kept: days and doors as texts."""
    if isinstance(found.value, date):
        return found.value.isoformat()
    return list(found.value) if isinstance(found.value, tuple) else found.value


@transaction.atomic
def decide(
    *,
    upload_id: UUID,
    choice: Choice,
    by: Actor,
    at: datetime,
    keys: Collection[UUID] | None = None,
    kind: str = "",
    field: str = "",
    place: str = "",
) -> int:
    """Decide about some differences (`keys`), or about all open ones of a kind and field. Returns how many.

    Of a file that waits the choice is kept and applied with the storing; of a stored one it is applied now, as part
    of the same act: undoing the import puts it back too. Refuses `choice_not_for`, `place_needed`, `upload_state`.
    """
    upload = lock(Upload, upload_id)
    by.must(IMPORT, within=upload.area_path)
    if upload.state not in (UploadState.READ, UploadState.STORED):
        raise Refusal("upload_state", state=upload.get_state_display())
    if choice == Choice.AWAY and not place.strip():
        raise Refusal("place_needed")
    wanted = upload.differences.filter(applied_at=None)
    if kind:
        wanted = wanted.filter(kind=kind)
    if field:
        wanted = wanted.filter(field=field)
    wanted = wanted.filter(pk__in=keys) if keys is not None else wanted.filter(choice="")
    if any(
        choice not in CHOICES[DifferenceKind(each)] for each in set(wanted.values_list("kind", flat=True))
    ):
        raise Refusal("choice_not_for")
    chosen = list(wanted.order_by("position"))
    if choice == Choice.AWAY:
        for each in chosen:
            each.sealed = Difference.sealed_value(place.strip()[:100])
        Difference.objects.bulk_update(chosen, ["sealed"], batch_size=1000)
    Difference.objects.filter(pk__in=[each.pk for each in chosen]).update(choice=choice)
    if upload.state == UploadState.STORED and choice != Choice.LEAVE:
        _apply(upload, Difference.objects.filter(pk__in=[each.pk for each in chosen]), by=by, at=at)
        upload.save(update_fields=["effects"])
    journal.record(
        "exchange.differences.decided",
        by=by,
        area_path=upload.area_path,
        on=upload,
        at=at,
        facts={"choice": str(choice), "count": len(chosen), "kind": kind, "field": field},
    )
    return len(chosen)


def apply_chosen(upload: Upload, reading: RegisterReading, *, by: Actor, at: datetime) -> int:
    """While a file is stored: apply what is chosen and still holds. Returns how many people changed.

    The register may have moved on since the file was read: what it says by now is no difference any more.
    """
    still = {(found[1], found[2]): found[3] for found in _found(reading)}
    rows = upload.differences.filter(choice__in=[Choice.TAKE, Choice.MOVED_OUT, Choice.AWAY], applied_at=None)
    gone = [
        row.pk for row in rows.only("pk", "person_id", "field") if (row.person_id, row.field) not in still
    ]
    return _apply(upload, rows.exclude(pk__in=gone), by=by, at=at)


def _apply(upload: Upload, rows: QuerySet[Difference], *, by: Actor, at: datetime) -> int:
    """Change the people that these differences are about, and remember what stood before."""
    people: dict[UUID, dict[str, Any]] = defaultdict(dict)
    applied = list(rows.order_by("position"))
    for row in applied:
        people[row.person_id] |= _said(row)
    changes = [Change(person_id=person_id, **said) for person_id, said in people.items()]
    if not changes:
        return 0
    effects = apply_changes(
        changes,
        area_path=upload.area_path,
        on=upload.list_day or at.date(),
        at=at,
        source=Source.IMPORT,
        by_name=by.name,
    )
    add_effects(upload, effects)
    Difference.objects.filter(pk__in=[row.pk for row in applied]).update(applied_at=at)
    return len(changes)


def _said(row: Difference) -> dict[str, Any]:
    if row.choice == Choice.MOVED_OUT:
        return {"moves_out": True}
    value = row.value
    if row.choice == Choice.AWAY:
        return {"away_at": value}
    if row.field == "birth":
        return {"birth": date.fromisoformat(value)}
    if row.field == "door":
        return {"door": Door(*value)}
    if row.field == "document":
        kind = "resident_id" if len(value) in ID_LENGTHS else "other"
        return {"document": value, "document_kind": kind}
    return {row.field: value}


def effects_of(upload: Upload) -> list[Effects]:
    """What this import changed of others, act by act."""
    if not upload.effects:
        return []
    plain = json.loads(ciphers.decrypt(upload.effects, purpose=EFFECTS))
    return [Effects.from_plain(each) for each in plain]


def add_effects(upload: Upload, effects: Effects) -> None:
    """Remember what one more act of this import changed; the caller saves the upload."""
    plain = [each.to_plain() for each in [*effects_of(upload), effects]]
    upload.effects = ciphers.encrypt(json.dumps(plain), purpose=EFFECTS)
