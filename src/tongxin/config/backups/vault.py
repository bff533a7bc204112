"""A file that only its passphrase opens, and that says so when a single byte is missing or another.

    magic | length, header (JSON, readable by everybody) | frames

Each frame is up to 1 MB of compressed content under AES-256-GCM. The key comes from the passphrase by scrypt with a
salt of this file's own; the nonce is the frame's number; header and "this is the last one" are bound to every frame,
so frames cannot be exchanged, dropped or cut off. The first frame holds a known word: a wrong passphrase is told
from a damaged file.
"""

import base64
import json
import os
import secrets
import struct
import zlib
from collections.abc import Callable, Iterator, Mapping
from hashlib import sha256
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

MAGIC = b"TONGXIN-VAULT-1\n"
WORD = b"opened"
FRAME = 1 << 20
LONGEST_HEADER = 1 << 20
COST = {"n": 1 << 16, "r": 8, "p": 1}  # 64 MB and about 0.2 s a try
SHORTEST_PASSPHRASE = 12

Progress = Callable[[int], None]


class VaultProblem(Exception):
    """The file cannot be opened; `code` says which of the reasons it is."""

    def __init__(self, code: str, path: Path) -> None:
        super().__init__(f"{code}: {path}")
        self.code, self.path = code, path


def _key(passphrase: str, header: Mapping[str, Any]) -> bytes:
    cost = {name: int(header[name]) for name in COST}
    return Scrypt(salt=base64.b64decode(header["salt"]), length=32, **cost).derive(passphrase.encode())


class Writer:
    """Writes beside the target and moves into place on `close`; an error leaves nothing behind."""

    def __init__(self, path: Path, passphrase: str, facts: Mapping[str, Any]) -> None:
        self.path, self.part = path, path.with_name(path.name + ".part")
        header = {**facts, "salt": base64.b64encode(secrets.token_bytes(16)).decode(), **COST}
        packed = json.dumps(header, ensure_ascii=False).encode()
        self._bound = sha256(MAGIC + packed).digest()
        self._cipher = AESGCM(_key(passphrase, header))
        self._zip = zlib.compressobj(3)
        self._waiting = bytearray()
        self._number = 0
        self.part.unlink(missing_ok=True)
        self._file: BinaryIO = os.fdopen(
            os.open(self.part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb"
        )
        self._file.write(MAGIC + struct.pack(">I", len(packed)) + packed)
        self._frame(WORD, last=False)

    def write(self, content: bytes) -> None:
        self._waiting += self._zip.compress(content)
        while len(self._waiting) > FRAME:
            self._frame(bytes(self._waiting[:FRAME]), last=False)
            del self._waiting[:FRAME]

    def _frame(self, content: bytes, *, last: bool) -> None:
        sealed = self._cipher.encrypt(_nonce(self._number), content, self._bound + bytes([last]))
        self._file.write(struct.pack(">I", len(sealed)) + sealed)
        self._number += 1

    def finish(self) -> None:
        """Everything is on the disk, under the name with .part; `keep` gives it its own name."""
        self._waiting += self._zip.flush()
        while len(self._waiting) > FRAME:
            self._frame(bytes(self._waiting[:FRAME]), last=False)
            del self._waiting[:FRAME]
        self._frame(bytes(self._waiting), last=True)
        self._file.flush()
        os.fsync(self._file.fileno())
        self._file.close()

    def keep(self) -> None:
        self.part.replace(self.path)

    def __enter__(self) -> "Writer":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()
        self.part.unlink(missing_ok=True)  # gone already, when it was kept


def _nonce(number: int) -> bytes:
    return number.to_bytes(12, "big")


def header_of(path: Path) -> dict[str, Any]:
    """What everybody may know of the file. Raises VaultProblem `not_a_vault`."""
    with path.open("rb") as file:
        return _read_header(file, path)[0]


def _read_header(file: BinaryIO, path: Path) -> tuple[dict[str, Any], bytes]:
    if file.read(len(MAGIC)) != MAGIC:
        raise VaultProblem("not_a_vault", path)
    length = file.read(4)
    if len(length) < 4 or (size := struct.unpack(">I", length)[0]) > LONGEST_HEADER:
        raise VaultProblem("damaged", path)
    packed = file.read(size)
    try:
        header = dict(json.loads(packed))
        if not {"salt", *COST} <= header.keys():
            raise ValueError
    except ValueError:
        raise VaultProblem("damaged", path) from None
    return header, sha256(MAGIC + packed).digest()


def read(path: Path, passphrase: str, progress: Progress = lambda size: None) -> Iterator[bytes]:
    """The content, piece by piece. Raises VaultProblem; what came before must not be used for good until the end."""
    with path.open("rb") as file:
        header, bound = _read_header(file, path)
        try:
            cipher = AESGCM(_key(passphrase, header))
        except (ValueError, TypeError):
            raise VaultProblem("damaged", path) from None
        unzip = zlib.decompressobj()
        number, last = 0, False
        while not last:
            content, last = _open(cipher, bound, number, _next(file, path, number), path)
            progress(file.tell())
            if number == 0 and content != WORD:
                raise VaultProblem("damaged", path)
            if number:
                try:
                    yield unzip.decompress(content)
                except zlib.error:
                    raise VaultProblem("damaged", path) from None
            number += 1
        if file.read(1):
            raise VaultProblem("damaged", path)
        yield unzip.flush()


def _next(file: BinaryIO, path: Path, number: int) -> bytes:
    length = file.read(4)
    size = struct.unpack(">I", length)[0] if len(length) == 4 else 0
    sealed = file.read(size) if 16 <= size <= FRAME + 16 else b""
    if not sealed or len(sealed) < size:
        raise VaultProblem(
            "cut_off" if len(length) < 4 or len(sealed) < size <= FRAME + 16 else "damaged", path
        )
    return sealed


def _open(cipher: AESGCM, bound: bytes, number: int, sealed: bytes, path: Path) -> tuple[bytes, bool]:
    for last in (False, True):
        try:
            return cipher.decrypt(_nonce(number), sealed, bound + bytes([last])), last
        except InvalidTag:
            continue
    raise VaultProblem("damaged" if number else "wrong_passphrase", path)
