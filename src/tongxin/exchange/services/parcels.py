"""Reading what a phone sent (拆包): bytes to events, each on its own where the whole does not read."""

import operator
import zlib
from dataclasses import dataclass
from datetime import datetime
from functools import reduce
from typing import Annotated, Any, cast
from uuid import UUID, uuid5

import msgspec
from msgspec import Meta

from tongxin.core.capture import Event, Word
from tongxin.testing.services import capture as testing

BATCH_LIMIT = 500
INFLATED_LIMIT = 8 * 1024 * 1024
GZIP = b"\x1f\x8b"

KINDS: tuple[type[Event], ...] = (*testing.KINDS,)
AnyEvent: Any = reduce(operator.or_, KINDS)

_AWARE = Annotated[datetime, Meta(tz=True)]
Owed = Annotated[int, Meta(ge=0, le=10**6)]


class Envelope(msgspec.Struct, frozen=True):
    """A batch with its events unread."""

    batch: UUID
    device_at: _AWARE
    events: list[msgspec.Raw]
    app: Annotated[str, Meta(max_length=40)] = ""
    owed: Owed | None = None
    owed_since: _AWARE | None = None


# A batch whose every event is of a known kind and well formed: nearly all of them, read in one go.
_Strict = msgspec.defstruct(
    "_Strict",
    [
        ("batch", UUID),
        ("device_at", _AWARE),
        ("events", list[AnyEvent]),
        ("app", Annotated[str, Meta(max_length=40)], ""),
        ("owed", Owed | None, None),
        ("owed_since", _AWARE | None, None),
    ],
    frozen=True,
)


class _Head(msgspec.Struct, frozen=True):
    """What is asked of an event that is of no known kind or not well formed."""

    id: Any = None
    kind: Any = None
    at: Any = None


class Malformed(Exception):
    """The batch is no batch; the message says what and where."""


class TooLarge(Exception):
    """More than a batch may hold."""


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
    owed: int | None = None
    owed_since: datetime | None = None

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
    return _parcel(cast(Envelope, whole), whole.events, raw)  # type: ignore[attr-defined]


def _read_loosely(raw: bytes) -> Parcel:
    try:
        whole = _envelope.decode(raw)
    except (msgspec.MsgspecError, UnicodeDecodeError) as problem:
        raise Malformed(str(problem)[:300]) from None
    return _parcel(whole, [_read_event(bytes(each)) for each in whole.events], raw)


def _parcel(whole: Envelope, order: list[Event | Odd], raw: bytes) -> Parcel:
    if len(order) > BATCH_LIMIT:
        raise TooLarge
    if not order:
        raise Malformed("a batch holds at least one event - at `$.events`")
    about = (whole.batch, whole.device_at, len(order))
    owed = (whole.owed, whole.owed_since)
    if len({each.id.int for each in order}) == len(order) and all(isinstance(each, Event) for each in order):
        return Parcel(*about, cast(list[Event], order), [], order, raw, *owed)
    first: dict[UUID, Event | Odd] = {}
    for each in order:
        first.setdefault(each.id, each)
    events = [each for each in first.values() if isinstance(each, Event)]
    odd = [each for each in first.values() if isinstance(each, Odd)]
    return Parcel(*about, events, odd, order, raw, *owed)


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
