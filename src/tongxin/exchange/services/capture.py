"""The door for field events (现场上传): take a batch, keep its bytes, apply it, and answer for every event in it.

One transaction a batch, seeing the device's own area. An event once taken is never dropped: what does not count
is set aside, sealed, with the reason. Receipts are given after commit. How and why: docs/algorithms/capture.md.
"""

import random
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, cast
from uuid import UUID, uuid5

import msgspec
import psycopg
from django.db import DatabaseError, DataError, IntegrityError, connection, transaction

from tongxin.access.services.devices import KnownDevice, look_as, recognise
from tongxin.core import areas, ciphers, clock, scope
from tongxin.core.capture import APPLIED, DUPLICATE, Cursor, Delivery, Event, Rows, Statements, Word, array
from tongxin.core.refusals import Refusal
from tongxin.exchange.models import Batch, SetAside
from tongxin.exchange.services.parcels import Odd, Parcel, inflate, read
from tongxin.places.queries.rules import rule
from tongxin.testing.services import capture as testing

BATCH_PURPOSE = "exchange.batch"
EVENT_PURPOSE = "exchange.set_aside"

# More at once only makes each slower (PERFORMANCE, design rule 10); who waits longer is told to come later.
AT_ONCE = 3
WAIT_SECONDS = 2.0
RETRY_SECONDS = (2, 15)
# What a phone that was put out still owes is taken once; a person says whether it counts.
REVOKED = Word("kept", "device_revoked")
# What the tables refuse although the schema let it pass.
REFUSED_BY_TABLES = (psycopg.DataError, psycopg.IntegrityError, DataError, IntegrityError)


class Receipt(msgspec.Struct, frozen=True, gc=False):
    """The server's word on one event. Every verdict means: it is stored."""

    id: str | UUID
    verdict: str
    code: str | None


class Reply(msgspec.Struct, frozen=True, omit_defaults=True):
    """`wipe`: the phone was put out; what it sent is kept, and it may forget what has a receipt."""

    batch: UUID
    server_at: datetime
    receipts: list[Receipt]
    wipe: bool = False


class Busy(Exception):
    """Come back later: the database is away, or too many wait already."""

    def __init__(self) -> None:
        super().__init__("later")
        # Full jitter: a hundred lanes that were sent away together do not come back together.
        self.retry_after = random.randint(*RETRY_SECONDS)  # noqa: S311 -- no secret


class Revoked(Exception):
    """The phone was put out: nothing is handed to it any more."""


def receive(*, token: str, sent: bytes, at: datetime) -> Reply:
    """Take a batch from the phone of this token; everything it answers has been committed.

    Raises parcels.Malformed, parcels.TooLarge, Busy, and refuses `device_unknown`.
    """
    parcel = read(inflate(sent))
    with _admitted():
        try:
            return _receive(token, sent, parcel, at, careful=False)
        except REFUSED_BY_TABLES:
            # Something in it passed its schema and not the tables: once more, each event standing alone.
            return _receive(token, sent, parcel, at, careful=True)
        except psycopg.OperationalError:
            # The connection died while nobody used it: a batch may always be tried again, on a new one.
            if not _connection_is_dead():
                raise
            connection.close()
            return _receive(token, sent, parcel, at, careful=False)


def _receive(token: str, sent: bytes, parcel: Parcel, at: datetime, *, careful: bool) -> Reply:
    with _transaction() as cursor:
        device = recognise(cursor, token)
        if device is None:
            raise Refusal("device_unknown")
        return apply_batch(cursor, device, parcel, sent, at, careful=careful)


def apply_batch(
    cursor: Cursor, device: KnownDevice, parcel: Parcel, sent: bytes, at: datetime, *, careful: bool = False
) -> Reply:
    """Keep the bytes, apply what counts, set the rest aside. In a transaction that sees the device's area."""
    delivery = Delivery(
        batch_id=parcel.batch_id,
        device_id=device.id,
        area_path=device.area_path,
        post_id=device.post_id,
        received_at=at,
        device_at=parcel.device_at,
        tolerance=tolerance(device.area_path, at),
    )
    words: dict[UUID, Word] = {odd.id: odd.word for odd in parcel.odd}
    with cursor.together():
        look_as(cursor, device)
        kept = _keep(cursor, delivery, parcel, sent)
        known = testing.ask(cursor, parcel.events)
    is_new = bool(kept.fetchall())
    delivery = replace(delivery, is_repeat=not is_new)
    if device.revoked_at is not None:
        held = testing.held(cursor, parcel.events)
        words.update({each.id: DUPLICATE if each.id in held else REVOKED for each in parcel.events})
    elif careful:
        words.update(_take_apart(cursor, delivery, parcel.events))
    else:
        words.update(testing.take(cursor, delivery, known))
    aside = {key: word for key, word in words.items() if word.verdict not in ("applied", "duplicate")}
    if aside:
        _set_aside(cursor, delivery, parcel, aside)
    if not is_new and _brings_news(parcel, words):
        _keep(cursor, delivery, parcel, sent, under=uuid5(parcel.batch_id, f"{device.id} {at.isoformat()}"))
    receipts = list(_receipts(parcel, words))
    return Reply(parcel.batch_id, at, receipts, wipe=device.revoked_at is not None)


def _take_apart(cursor: Cursor, delivery: Delivery, events: Sequence[Event]) -> dict[UUID, Word]:
    """Halve until the event that the tables refuse stands alone, and set that one aside."""
    if not events:
        return {}
    cursor.execute("SAVEPOINT part")
    try:
        words = testing.take(cursor, delivery, testing.ask(cursor, events))
    except REFUSED_BY_TABLES:
        cursor.execute("ROLLBACK TO SAVEPOINT part")
        if len(events) == 1:
            return {events[0].id: Word("refused", "malformed")}
        middle = len(events) // 2
        first = _take_apart(cursor, delivery, events[:middle])
        return first | _take_apart(cursor, delivery, events[middle:])
    cursor.execute("RELEASE SAVEPOINT part")
    return words


# ---- keeping


def _keep(
    cursor: Cursor, delivery: Delivery, parcel: Parcel, sent: bytes, *, under: UUID | None = None
) -> Rows:
    """The batch's bytes as they came: the journal line of everything in it. No row comes back when it is here."""
    return cursor.execute(
        """INSERT INTO exchange_batch (id, area_path, device_id, device_at, recorded_at, event_count, sealed)
           VALUES (%s, %s, %s, %s, %s, %s, %s) ON CONFLICT (id) DO NOTHING RETURNING id""",
        [
            under or parcel.batch_id,
            delivery.area_path,
            delivery.device_id,
            delivery.device_at,
            delivery.received_at,
            parcel.count,
            ciphers.encrypt_bytes(sent, purpose=BATCH_PURPOSE),
        ],
    )


def _brings_news(parcel: Parcel, words: dict[UUID, Word]) -> bool:
    """A batch id that is taken, around events that are new: then these bytes are kept under a key of their own."""
    return any(words.get(each.id, APPLIED).verdict == "applied" for each in parcel.events)


_SET_ASIDE = """
    INSERT INTO exchange_setaside (id, area_path, device_id, batch_id, kind, verdict, code, sealed, occurred_at,
                                   recorded_at, settled_note)
    SELECT i.id, %s::text, %s::uuid, %s::uuid, i.kind, i.verdict, i.code, i.sealed, i.at, %s::timestamptz, ''
    FROM unnest(%s::uuid[], %s::text[], %s::text[], %s::text[], %s::timestamptz[], %s::bytea[])
         AS i (id, kind, verdict, code, at, sealed)
    ORDER BY i.id ON CONFLICT (id) DO NOTHING"""


def _set_aside(cursor: Cursor, delivery: Delivery, parcel: Parcel, aside: dict[UUID, Word]) -> None:
    raws = parcel.raw_of()
    ids = list(aside)
    kinds = {event.id: str(event.__struct_config__.tag) for event in parcel.events}
    kinds |= {odd.id: odd.kind for odd in parcel.odd}
    times = {each.id: _in_utc(each.at) for each in parcel.order}
    cursor.execute(
        _SET_ASIDE,
        [
            delivery.area_path,
            delivery.device_id,
            delivery.batch_id,
            delivery.received_at,
            array(ids),
            [_printable(kinds[key]) for key in ids],
            array([aside[key].verdict for key in ids]),
            array([aside[key].code or "" for key in ids]),
            array([times[key] for key in ids]),
            [ciphers.encrypt_bytes(raws[key], purpose=EVENT_PURPOSE) for key in ids],
        ],
    )


def _in_utc(at: datetime | None) -> datetime | None:
    """The instant in the one form that the tables take whatever offset was written; None where there is none."""
    try:
        return at.astimezone(UTC) if at else None
    except OverflowError:
        return None


def _printable(text: str) -> str:
    return "".join(char for char in text if char.isprintable())


def _receipts(parcel: Parcel, words: dict[UUID, Word]) -> Iterator[Receipt]:
    if not words and len(parcel.order) == len(parcel.events):
        yield from (Receipt(event.id, "applied", None) for event in parcel.events)
        return
    answered: set[UUID] = set()
    for each in parcel.order:
        word = words.get(each.id, APPLIED) if each.id not in answered else DUPLICATE
        answered.add(each.id)
        yield Receipt(each.given_id if isinstance(each, Odd) else each.id, word.verdict, word.code)


# ---- the transaction and who is let in


_waiting = threading.BoundedSemaphore(AT_ONCE)


@contextmanager
def _admitted() -> Iterator[None]:
    """A place at the database within two seconds, or none: a phone that is told "later" loses nothing."""
    if not _waiting.acquire(timeout=WAIT_SECONDS):
        raise Busy
    try:
        yield
    except (psycopg.OperationalError, psycopg.InterfaceError, DatabaseError) as problem:
        if is_passing(problem):
            connection.close()
            raise Busy from problem
        raise
    finally:
        _waiting.release()


def is_passing(problem: Exception) -> bool:
    """Away, starting, stopping, out of connections, time or disk: not a fault of the batch."""
    cause = problem.__cause__ if isinstance(problem, DatabaseError) else problem
    return isinstance(cause or problem, psycopg.OperationalError | psycopg.InterfaceError)


def _connection_is_dead() -> bool:
    return connection.connection is None or bool(connection.connection.closed)


@contextmanager
def _transaction() -> Iterator[Cursor]:
    """psycopg's own cursors in Django's transaction: statements are prepared, values are bound by the server."""
    outer = scope.current_scope() if connection.in_atomic_block else None
    # Whether the connection still lives is seen by its first use: asking before would be one more way and back.
    connection.health_check_done = True  # type: ignore[attr-defined]
    with transaction.atomic():
        connection.ensure_connection()
        raw = cast("psycopg.Connection[Any]", connection.connection)
        before, raw.prepare_threshold = raw.prepare_threshold, 2
        try:
            yield Statements(raw)
        finally:
            raw.prepare_threshold = before
        if outer is not None:
            scope.set_scope(outer)


_tolerances: dict[tuple[str, Any], tuple[float, timedelta]] = {}
REMEMBERED_SECONDS = 30


def tolerance(area_path: str, at: datetime) -> timedelta:
    """How far a device's clock may be off (MT-26): a dated rule row, asked at most twice a minute."""
    key = (area_path, clock.day_of(at))
    held = _tolerances.get(key)
    if held is None or time.monotonic() - held[0] > REMEMBERED_SECONDS:
        seconds = rule("testing.clock.tolerance_seconds", path=area_path, on=key[1]).value
        held = _tolerances[key] = (time.monotonic(), timedelta(seconds=float(seconds)))
    return held[1]


# ---- what was set aside and may count now


def is_taking() -> bool:
    """Whether a batch could be stored now, asked by storing one and taking it back (for /healthz)."""
    with transaction.atomic():
        scope.set_scope([areas.EVERYWHERE])
        at = clock.now()
        Batch.objects.create(
            id=uuid5(UUID(int=0), at.isoformat()),
            area_path=areas.EVERYWHERE,
            device_id=UUID(int=0),
            device_at=at,
            recorded_at=at,
            event_count=0,
            sealed=b"",
        )
        transaction.set_rollback(True)
    return True


def waiting_aside(area_path: str) -> int:
    """How many events of an area are set aside and not yet settled."""
    return SetAside.objects.filter(area_path__startswith=area_path, settled_at=None).count()
