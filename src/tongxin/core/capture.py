"""What a door for field events hands to the app whose rows an event makes, and what it gets back.

The door knows devices and batches; the app knows what its kinds of event mean. Neither knows the other.
"""

from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, NamedTuple, Protocol
from uuid import UUID

import msgspec
import psycopg
from msgspec import Meta

# An id that this edition only looks up, never stores: any text, judged when it is looked up.
Reference = Annotated[str, Meta(max_length=40)]


class Event(msgspec.Struct, frozen=True, gc=False, tag_field="kind"):
    """What every field event says of itself; a kind adds its own fields. Unknown fields stay in the batch."""

    id: UUID
    seq: Annotated[int, Meta(ge=1, le=2**53)]
    at: Annotated[datetime, Meta(tz=True)]


class Word(NamedTuple):
    """The server's word on one event: a verdict and, where there is more to say, a code."""

    verdict: str
    code: str | None = None


APPLIED = Word("applied")
DUPLICATE = Word("duplicate")


class Rows(Protocol):
    """What a statement brings; inside `together` only after the block has ended."""

    def fetchall(self) -> list[Any]: ...


class Cursor(Protocol):
    """As much of a database as applying a batch needs, so that its statements can move to another door."""

    def execute(self, query: Any, params: Any = None) -> Rows: ...
    def together(self) -> AbstractContextManager[Any]: ...


class Statements:
    """That over a psycopg connection. What is said in `together` goes there and back in one go."""

    def __init__(self, raw: psycopg.Connection[Any]) -> None:
        self._raw = raw

    def execute(self, query: Any, params: Any = None) -> Rows:
        return psycopg.Cursor(self._raw).execute(query, params)

    def together(self) -> AbstractContextManager[Any]:
        return self._raw.pipeline()


@dataclass(frozen=True, slots=True)
class Delivery:
    """One batch at the door: of which device, when, and how far the device's clock is off (MT-26)."""

    batch_id: UUID
    device_id: UUID
    area_path: str
    post_id: UUID | None
    received_at: datetime
    device_at: datetime
    tolerance: timedelta
    is_repeat: bool = False  # the batch's key is known: most of it, or all, is here already

    @property
    def offset(self) -> timedelta:
        return self.received_at - self.device_at

    @property
    def is_clock_off(self) -> bool:
        return abs(self.offset) > self.tolerance

    def times(self, events: Sequence[Event]) -> tuple[list[datetime], list[bool]]:
        """When each happened, and whether its device's clock was off and the server's time was used instead."""
        off = self.is_clock_off
        latest = self.received_at + self.tolerance
        times = [event.at for event in events]
        if not off and max(times) <= latest:
            return times, [False] * len(times)
        shift = self.offset if off else timedelta()
        moved = [self._moved(at, shift) for at in times]
        # A time that is still to come was written before the device's clock was set back.
        return [min(at, self.received_at) for at in moved], [off or at > latest for at in moved]

    def _moved(self, at: datetime, shift: timedelta) -> datetime:
        try:
            return at.astimezone(UTC) + shift
        except OverflowError:
            return self.received_at


def array(column: Iterable[Any]) -> str:
    """A column as PostgreSQL's array literal. A JSON list of ids, numbers, times or plain words is nearly one.

    Words must hold no control characters: PostgreSQL reads a backslash in its own way.
    """
    return (
        "{" + msgspec.json.encode(column if isinstance(column, list) else list(column))[1:-1].decode() + "}"
    )
