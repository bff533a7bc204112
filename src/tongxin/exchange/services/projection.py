"""Following what was captured (投影): settle what batches touched, after they have committed and been answered.

Several may run at once: each takes batches that no other holds. A batch that cannot be settled is left for a
while and never keeps the others waiting.
"""

import logging
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, cast
from uuid import UUID

import msgspec
import psycopg
from django.db import InterfaceError, OperationalError, connection, transaction
from django.db.models import QuerySet

from tongxin.access.models import Device
from tongxin.access.services import devices
from tongxin.core import ciphers, clock, scope
from tongxin.core.capture import APPLIED, Delivery, Event, Statements
from tongxin.exchange.enums import Receipt
from tongxin.exchange.models import Batch, SetAside
from tongxin.exchange.services import capture, parcels
from tongxin.testing.services import capture as testing
from tongxin.testing.services import projectors

logger = logging.getLogger(__name__)

AWAY = (OperationalError, InterfaceError, psycopg.OperationalError, psycopg.InterfaceError)
AT_A_TIME = 20
LEFT_ALONE_SECONDS = 60.0
ASIDE_AT_A_TIME = 500


@dataclass(slots=True)
class Projector:
    """Settles batches until none is left; remembers those that it could not settle."""

    left_alone: dict[UUID, float] = field(default_factory=dict)

    def run_once(self) -> int:
        """Take the oldest batches that wait. Returns how many were settled; 0 means there is nothing to do."""
        now = time.monotonic()
        self.left_alone = {key: until for key, until in self.left_alone.items() if until > now}
        try:
            return project(AT_A_TIME, leaving=self.left_alone)
        except AWAY:
            raise
        except Exception:
            logger.exception("batches could not be settled together; trying each alone")
        return self._one_by_one()

    def _one_by_one(self) -> int:
        settled = 0
        for _ in range(AT_A_TIME):
            batch_id = _next(self.left_alone)
            if batch_id is None:
                break
            try:
                settled += project(1, leaving=self.left_alone)
            except AWAY:
                raise
            except Exception:
                logger.exception("batch not settled", extra={"batch": str(batch_id)})
                self.left_alone[batch_id] = time.monotonic() + LEFT_ALONE_SECONDS
        return settled


def project(limit: int = 1000, *, leaving: Iterable[UUID] = ()) -> int:
    """Settle batches that nobody has settled yet, the oldest first. Returns how many."""
    at = clock.now()
    with scope.everywhere():
        waiting = Batch.objects.select_for_update(skip_locked=True).filter(projected_at=None)
        batches = list(waiting.exclude(pk__in=list(leaving)).order_by("recorded_at", "pk")[:limit])
        if not batches:
            return 0
        touched = projectors.Touched()
        parcels_of = {batch.pk: parcel_of(batch) for batch in batches}
        for parcel in parcels_of.values():
            touched.add(parcel.events)
        for device_id in sorted({batch.device_id for batch in batches}):
            touched.add(_reconsider(SetAside.objects.filter(device_id=device_id)))
        projectors.settle(touched, at=at)
        devices.note_contact(_contacts(batches), _owed(batches, parcels_of))
        Batch.objects.filter(pk__in=[batch.pk for batch in batches]).update(projected_at=at)
    return len(batches)


def reconsider_all(limit: int = ASIDE_AT_A_TIME) -> int:
    """Try once more what was set aside for a cause that may be gone: a tube dealt since, a round opened."""
    with scope.everywhere():
        events = _reconsider(SetAside.objects.all(), limit)
        touched = projectors.Touched()
        touched.add(events)
        projectors.settle(touched, at=clock.now())
    return len(events)


def parcel_of(batch: Batch) -> parcels.Parcel:
    """A stored batch, read again."""
    sent = ciphers.decrypt_bytes(batch.sealed, purpose=capture.BATCH_PURPOSE)
    return parcels.read(parcels.inflate(sent))


def _next(leaving: Iterable[UUID]) -> UUID | None:
    with scope.everywhere():
        waiting = Batch.objects.filter(projected_at=None).exclude(pk__in=list(leaving))
        return waiting.order_by("recorded_at", "pk").values_list("pk", flat=True).first()


def _contacts(batches: Iterable[Batch]) -> dict[UUID, datetime]:
    last: dict[UUID, datetime] = {}
    for batch in batches:
        last[batch.device_id] = max(batch.recorded_at, last.get(batch.device_id, batch.recorded_at))
    return last


def _owed(
    batches: Iterable[Batch], parcels_of: dict[UUID, parcels.Parcel]
) -> dict[UUID, tuple[int, datetime | None]]:
    """What each phone said that it still owes, with its latest batch; those of an older edition say nothing."""
    found: dict[UUID, tuple[int, datetime | None]] = {}
    for batch in sorted(batches, key=lambda each: each.recorded_at):
        parcel = parcels_of[batch.pk]
        if parcel.owed is not None:
            found[batch.device_id] = (parcel.owed, parcel.owed_since if parcel.owed else None)
    return found


def _reconsider(rows: QuerySet[SetAside], limit: int = ASIDE_AT_A_TIME) -> list[Event]:
    """Apply what counts by now, as if it had come now in the order in which it was written."""
    aside = list(
        rows.filter(settled_at=None, verdict=Receipt.REFUSED, code__in=testing.MAY_COUNT_LATER)
        .select_for_update(skip_locked=True)
        .order_by("pk")[:limit]
    )
    counted: list[Event] = []
    for batch_id in dict.fromkeys(row.batch_id for row in aside):
        counted += _reconsider_batch(batch_id, [row for row in aside if row.batch_id == batch_id])
    return counted


def _reconsider_batch(batch_id: UUID, rows: list[SetAside]) -> list[Event]:
    device = Device.objects.filter(pk=rows[0].device_id).first()
    if device is None or device.revoked_at is not None:
        return []
    told = apply_again(rows)
    counted = [event for event, code in told.values() if event is not None and not code]
    SetAside.objects.filter(pk__in=[event.id for event in counted]).update(
        settled_at=clock.now(), settled_note="counted"
    )
    return counted


def apply_again(rows: Sequence[SetAside]) -> dict[UUID, tuple[Event | None, str]]:
    """Apply records of one batch as if they had come with it. By record: its event, and why it still does not count."""
    left: dict[UUID, tuple[Event | None, str]] = {row.pk: (None, row.code) for row in rows}
    batch = Batch.objects.filter(pk=rows[0].batch_id).first()
    device = Device.objects.filter(pk=rows[0].device_id).first()
    events = {row.pk: event for row in rows if (event := _event_of(row)) is not None}
    if batch is None or device is None or not events:
        return left
    delivery = Delivery(
        batch_id=batch.pk,
        device_id=device.pk,
        area_path=rows[0].area_path,
        post_id=device.post_id,
        received_at=rows[0].recorded_at,
        device_at=batch.device_at + (rows[0].recorded_at - batch.recorded_at),
        tolerance=capture.tolerance(rows[0].area_path, batch.recorded_at),
    )
    with scope.scoped([rows[0].area_path]), transaction.atomic():
        cursor = Statements(cast("psycopg.Connection[Any]", connection.connection))
        words = testing.take(cursor, delivery, testing.ask(cursor, list(events.values())))
    for key, event in events.items():
        word = words.get(event.id, APPLIED)
        left[key] = (event, "" if word.verdict in ("applied", "duplicate") else word.code or "")
    return left


def said_by(row: SetAside) -> dict[str, Any]:
    """What a record says, as far as it can be read."""
    raw = ciphers.decrypt_bytes(row.sealed, purpose=capture.EVENT_PURPOSE)
    try:
        found = msgspec.json.decode(raw)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return {}
    return found if isinstance(found, dict) else {}


def _event_of(row: SetAside) -> Event | None:
    raw = ciphers.decrypt_bytes(row.sealed, purpose=capture.EVENT_PURPOSE)
    try:
        event = parcels.decode_event(raw)
    except msgspec.MsgspecError:
        return None
    return event


def lag() -> timedelta:
    """How long the oldest batch that is not settled has been waiting."""
    with scope.everywhere():
        oldest = Batch.objects.filter(projected_at=None).order_by("recorded_at").first()
    return timedelta() if oldest is None else clock.now() - oldest.recorded_at
