"""What stands inside a backup, one record after the other: a kind, a length, the content.

manifest, then for each table or file: its start, its pieces, its end with a digest; then the end of all.
"""

import json
import struct
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Protocol

MANIFEST, TABLE, FILE, PIECE, END, ALL = b"M", b"T", b"F", b"D", b"E", b"Z"
KINDS = (MANIFEST, TABLE, FILE, PIECE, END, ALL)


class RecordProblem(Exception):
    """The content of the backup contradicts itself."""


class Sink(Protocol):
    """Where records are written to."""

    def write(self, content: bytes) -> None: ...


@dataclass(frozen=True, slots=True)
class Part:
    """The start of a table or file: its facts, and its pieces, which must be taken before the next part."""

    kind: bytes
    facts: dict[str, Any]
    pieces: Iterator[bytes]


def put(sink: Sink, kind: bytes, content: bytes) -> None:
    sink.write(kind + struct.pack(">I", len(content)) + content)


def put_facts(sink: Sink, kind: bytes, facts: Mapping[str, Any]) -> None:
    put(sink, kind, json.dumps(facts, ensure_ascii=False).encode())


def put_part(sink: Sink, kind: bytes, facts: Mapping[str, Any], pieces: Iterable[bytes]) -> int:
    """A table or file with its pieces and their digest; returns its size."""
    put_facts(sink, kind, facts)
    digest, size = sha256(), 0
    for piece in pieces:
        put(sink, PIECE, piece)
        digest.update(piece)
        size += len(piece)
    put_facts(sink, END, {"size": size, "sha256": digest.hexdigest()})
    return size


class Records:
    """Reads records from the pieces of a vault, in whatever portions they come."""

    def __init__(self, content: Iterator[bytes]) -> None:
        self._content, self._held, self._whole = content, b"", True

    def manifest(self) -> dict[str, Any]:
        kind, content = self._next()
        if kind != MANIFEST:
            raise RecordProblem("no manifest")
        return dict(json.loads(content))

    def parts(self) -> Iterator[Part]:
        """Every table and file. Raises RecordProblem when one is not what it was, or when the end is missing."""
        count = 0
        while True:
            kind, content = self._next()
            if kind == ALL:
                if json.loads(content)["parts"] != count:
                    raise RecordProblem("parts are missing")
                self._drain()
                return
            if kind not in (TABLE, FILE):
                raise RecordProblem(f"unexpected {kind!r}")
            facts, self._whole = dict(json.loads(content)), False
            yield Part(kind, facts, self._pieces(str(facts["name"])))
            if not self._whole:
                raise RecordProblem(f"{facts['name']} was not read to its end")
            count += 1

    def _pieces(self, name: str) -> Iterator[bytes]:
        digest, size = sha256(), 0
        while True:
            kind, content = self._next()
            if kind == PIECE:
                digest.update(content)
                size += len(content)
                yield content
                continue
            if kind != END or json.loads(content) != {"size": size, "sha256": digest.hexdigest()}:
                raise RecordProblem(f"{name} is not what was written")
            self._whole = True
            return

    def _next(self) -> tuple[bytes, bytes]:
        head = self._take(5)
        if head[:1] not in KINDS:
            raise RecordProblem("unknown record")
        return head[:1], self._take(struct.unpack(">I", head[1:])[0])

    def _take(self, size: int) -> bytes:
        held = [self._held]
        length = len(self._held)
        while length < size:
            piece = next(self._content, None)
            if piece is None:
                raise RecordProblem("it ends too early")
            held.append(piece)
            length += len(piece)
        whole = b"".join(held)
        self._held = whole[size:]
        return whole[:size]

    def _drain(self) -> None:
        """The vault's own end is read too: only then its last frame is known to be the last."""
        if self._held or any(self._content):
            raise RecordProblem("something follows the end")
