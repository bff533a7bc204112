"""The door for field events (现场上传): take a batch, keep its bytes, apply it, and answer for every event in it.

One transaction a batch, seeing the device's own area. An event once taken is never dropped: what does not count
is set aside, sealed, with the reason. Receipts are given after commit. How and why: docs/algorithms/capture.md.
"""

import operator
import random
import threading
import time
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import reduce
from typing import Annotated, Any, cast
from uuid import UUID, uuid5

import msgspec
import psycopg
from django.db import DatabaseError, DataError, IntegrityError, connection, transaction
from msgspec import Meta

from tongxin.access.services.devices import KnownDevice, recognise
from tongxin.core import areas, ciphers, clock, scope
from tongxin.core.capture import APPLIED, DUPLICATE, Cursor, Delivery, Event, Word, array
from tongxin.core.refusals import Refusal
from tongxin.exchange.models import Batch, SetAside
from tongxin.places.queries.rules import rule
from tongxin.testing.services import capture as testing

BATCH_LIMIT = 500
INFLATED_LIMIT = 8 * 1024 * 1024
BATCH_PURPOSE = "exchange.batch"
EVENT_PURPOSE = "exchange.set_aside"
GZIP = b"\x1f\x8b"

# More at once only makes each slower (PERFORMANCE, design rule 10); who waits longer is told to come later.
AT_ONCE = 3
WAIT_SECONDS = 2.0
STATEMENT_MILLISECONDS = 10_000
RETRY_SECONDS = (2, 15)

KINDS: tuple[type[Event], ...] = (*testing.KINDS,)
AnyEvent: Any = reduce(operator.or_, KINDS)
# What the tables refuse although the schema let it pass.
REFUSED_BY_TABLES = (psycopg.DataError, psycopg.IntegrityError, DataError, IntegrityError)

_AWARE = Annotated[datetime, Meta(tz=True)]


class Envelope(msgspec.Struct, frozen=True):
    """A batch with its events unread."""

    batch: UUID
    device_at: _AWARE
    events: list[msgspec.Raw]
    app: Annotated[str, Meta(max_length=40)] = ""


# A batch whose every event is of a known kind and well formed: nearly all of them, read in one go.
_Strict = msgspec.defstruct(
    "_Strict",
    [
        ("batch", UUID),
        ("device_at", _AWARE),
        ("events", list[AnyEvent]),
        ("app", Annotated[str, Meta(max_length=40)], ""),
    ],
    frozen=True,
)


class _Head(msgspec.Struct, frozen=True):
    """What is asked of an event that is of no known kind or not well formed."""

    id: Any = None
    kind: Any = None
    at: Any = None


class Receipt(msgspec.Struct, frozen=True, gc=False):
    """The server's word on one event. Every verdict means: it is stored."""

    id: str | UUID
    verdict: str
    code: str | None


class Reply(msgspec.Struct, frozen=True):
    batch: UUID
    server_at: datetime
    receipts: list[Receipt]


class Malformed(Exception):
    """The batch is no batch; the message says what and where."""


class TooLarge(Exception):
    """More than a batch may hold."""


class Busy(Exception):
    """Come back later: the database is away, or too many wait already."""

    def __init__(self) -> None:
        super().__init__("later")
        # Full jitter: a hundred lanes that were sent away together do not come back together.
        self.retry_after = random.randint(*RETRY_SECONDS)  # noqa: S311 -- no secret


class Revoked(Exception):
    """The phone was put out; what it sent has been kept all the same."""


@dataclass(frozen=True, slots=True)
class Odd:
    """An event that no kind's apply can take: kept as it came."""

    id: UUID
    given_id: str | UUID
    kind: str
    at: datetime | None
    word: Word


@dataclass(slots=True)
class Parcel:
    """A batch as it was read."""

    batch_id: UUID
    device_at: datetime
    count: int
    events: list[Event]
    odd: list[Odd]
    order: list[Event | Odd]
    raw: bytes

    def raw_of(self) -> dict[UUID, bytes]:
        """Each event's own bytes, read again only when some must be set aside."""
        found: dict[UUID, bytes] = {}
        for each, raw in zip(self.order, _envelope.decode(self.raw).events, strict=True):
            found.setdefault(each.id, bytes(raw))
        return found


_strict = msgspec.json.Decoder(_Strict)
_envelope = msgspec.json.Decoder(Envelope)
_head = msgspec.json.Decoder(_Head)
_event = msgspec.json.Decoder(AnyEvent)


def receive(*, token: str, sent: bytes, at: datetime) -> Reply:
    """Take a batch from the phone of this token; everything it answers has been committed.

    Raises Malformed, TooLarge, Busy, Revoked, and refuses `device_unknown`.
    """
    parcel = read(inflate(sent))
    with _admitted():
        try:
            return _receive(token, sent, parcel, at, careful=False)
        except REFUSED_BY_TABLES:
            # Something in it passed its schema and not the tables: once more, each event standing alone.
            return _receive(token, sent, parcel, at, careful=True)


def _receive(token: str, sent: bytes, parcel: Parcel, at: datetime, *, careful: bool) -> Reply:
    with _transaction() as cursor:
        device = recognise(cursor, token)
        if device is None:
            raise Refusal("device_unknown")
        reply = apply_batch(cursor, device, parcel, sent, at, careful=careful)
    if device.revoked_at is not None:
        raise Revoked
    return reply


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
    is_new = _keep(cursor, delivery, parcel, sent)
    delivery = replace(delivery, is_repeat=not is_new)
    if device.revoked_at is not None:
        words.update({event.id: Word("refused", "device_revoked") for event in parcel.events})
    else:
        words.update(_take(cursor, delivery, parcel.events, careful=careful))
    aside = {key: word for key, word in words.items() if word.verdict not in ("applied", "duplicate")}
    if aside:
        _set_aside(cursor, delivery, parcel, aside)
    if not is_new and _brings_news(parcel, words):
        _keep(cursor, delivery, parcel, sent, under=uuid5(parcel.batch_id, f"{device.id} {at.isoformat()}"))
    return Reply(parcel.batch_id, at, list(_receipts(parcel, words)))


def _take(cursor: Cursor, delivery: Delivery, events: Sequence[Event], *, careful: bool) -> dict[UUID, Word]:
    if not events:
        return {}
    if not careful:
        return testing.take(cursor, delivery, events)
    return _take_apart(cursor, delivery, events)


def _take_apart(cursor: Cursor, delivery: Delivery, events: Sequence[Event]) -> dict[UUID, Word]:
    """Halve until the event that the tables refuse stands alone, and set that one aside."""
    cursor.execute("SAVEPOINT part")
    try:
        words = testing.take(cursor, delivery, events)
    except REFUSED_BY_TABLES:
        cursor.execute("ROLLBACK TO SAVEPOINT part")
        if len(events) == 1:
            return {events[0].id: Word("refused", "malformed")}
        middle = len(events) // 2
        first = _take_apart(cursor, delivery, events[:middle])
        return first | _take_apart(cursor, delivery, events[middle:])
    cursor.execute("RELEASE SAVEPOINT part")
    return words


# ---- reading what came


def inflate(sent: bytes) -> bytes:
    """The JSON of a body, unpacked when it is packed. Never more than the limit, whatever a packed body claims."""
    if not sent.startswith(GZIP):
        if len(sent) > INFLATED_LIMIT:
            raise TooLarge
        return sent
    unpack = zlib.decompressobj(wbits=31)
    try:
        body = unpack.decompress(sent, INFLATED_LIMIT + 1)
    except zlib.error as problem:
        raise Malformed(f"gzip: {problem}") from None
    if len(body) > INFLATED_LIMIT:
        raise TooLarge
    if not unpack.eof:
        raise Malformed("gzip: the body ends too early")
    return body


def read(raw: bytes) -> Parcel:
    """Read a batch. One event that cannot be read never keeps the others from being taken."""
    try:
        whole = _strict.decode(raw)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return _read_loosely(raw)
    return _parcel(whole.batch, whole.device_at, whole.events, raw)  # type: ignore[attr-defined]


def _read_loosely(raw: bytes) -> Parcel:
    try:
        whole = _envelope.decode(raw)
    except (msgspec.MsgspecError, UnicodeDecodeError) as problem:
        raise Malformed(str(problem)[:300]) from None
    return _parcel(whole.batch, whole.device_at, [_read_event(bytes(each)) for each in whole.events], raw)


def _parcel(batch_id: UUID, device_at: datetime, order: list[Event | Odd], raw: bytes) -> Parcel:
    if len(order) > BATCH_LIMIT:
        raise TooLarge
    if not order:
        raise Malformed("a batch holds at least one event - at `$.events`")
    if len({each.id.int for each in order}) == len(order) and all(isinstance(each, Event) for each in order):
        return Parcel(batch_id, device_at, len(order), cast(list[Event], order), [], order, raw)
    first: dict[UUID, Event | Odd] = {}
    for each in order:
        first.setdefault(each.id, each)
    events = [each for each in first.values() if isinstance(each, Event)]
    odd = [each for each in first.values() if isinstance(each, Odd)]
    return Parcel(batch_id, device_at, len(order), events, odd, order, raw)


def decode_event(raw: bytes) -> Event:
    """One event of a known kind. Raises msgspec's error when it is none."""
    return cast(Event, _event.decode(raw))


def _read_event(raw: bytes) -> Event | Odd:
    try:
        return decode_event(raw)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        pass
    try:
        head = _head.decode(raw)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        head = _Head()
    kind = head.kind if isinstance(head.kind, str) else ""
    known = any(kind == each.__struct_config__.tag for each in KINDS)
    word = Word("refused", "malformed") if known or not kind else Word("kept", "unknown_kind")
    key = _key(head.id)
    # Without a key of its own an event gets one from its bytes, so that sending it twice changes nothing.
    made = key or uuid5(UUID(int=0), raw.hex())
    given = head.id if isinstance(head.id, str) and len(head.id) <= 60 else made
    return Odd(made, given, kind[:40], _instant(head.at), word)


def _key(value: Any) -> UUID | None:
    try:
        return UUID(value)
    except (ValueError, TypeError, AttributeError):
        return None


def _instant(value: Any) -> datetime | None:
    try:
        return msgspec.convert(value, _AWARE)
    except msgspec.ValidationError:
        return None


# ---- keeping


def _keep(
    cursor: Cursor, delivery: Delivery, parcel: Parcel, sent: bytes, *, under: UUID | None = None
) -> bool:
    """The batch's bytes as they came: the journal line of everything in it. False when it is here already."""
    cursor.execute(
        """INSERT INTO exchange_batch (id, area_path, device_id, device_at, recorded_at, event_count, sealed)
           VALUES (%s, %s, %s, %s, %s, %s, %s) ON CONFLICT (id) DO NOTHING""",
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
    return cursor.rowcount == 1


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
    times: dict[UUID, datetime | None] = {each.id: each.at for each in parcel.order}
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


# Every look-up here is by key: a plan made while a table was small must not read it whole when it is large.
_SETTINGS = "SELECT set_config('statement_timeout', %s, true), set_config('enable_seqscan', 'off', true)"


@contextmanager
def _transaction() -> Iterator[Cursor]:
    """psycopg's own cursor in Django's transaction: statements are prepared, values are bound by the server."""
    outer = scope.current_scope() if connection.in_atomic_block else None
    with transaction.atomic():
        connection.ensure_connection()
        raw = cast("psycopg.Connection[Any]", connection.connection)
        before, raw.prepare_threshold = raw.prepare_threshold, 2
        try:
            with psycopg.Cursor(raw) as cursor:
                cursor.execute(_SETTINGS, [str(STATEMENT_MILLISECONDS)])
                yield cast(Cursor, cursor)
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
