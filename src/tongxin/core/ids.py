"""Identifiers made by us, never by the database: UUID version 7 (RFC 9562), so that keys sort by time."""

import os
import threading
import time
from uuid import UUID

_lock = threading.Lock()
_last = 0


def new_id() -> UUID:
    """A UUIDv7 that is greater than every one this process has made before."""
    return uuid7(_tick())


def uuid7(milliseconds: int) -> UUID:
    """The UUIDv7 of an instant (milliseconds since 1970) with 74 random bits."""
    random = int.from_bytes(os.urandom(10), "big")
    value = (milliseconds & 0xFFFFFFFFFFFF) << 80
    value |= 0x7 << 76
    value |= ((random >> 62) & 0xFFF) << 64
    value |= 0b10 << 62
    value |= random & 0x3FFFFFFFFFFFFFFF
    return UUID(int=value)


def _tick() -> int:
    # Two ids of one millisecond would sort by chance; the later one borrows the next millisecond instead.
    global _last  # noqa: PLW0603 -- the process-wide high-water mark is the point
    with _lock:
        _last = max(_last + 1, time.time_ns() // 1_000_000)
        return _last
