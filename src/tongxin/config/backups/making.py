"""`tongxin backup FILE`: the register in one file, the keys in another, both under a passphrase, both read back."""

import json
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

import psycopg

from tongxin import __version__
from tongxin.config import database, home
from tongxin.config.backups import records, tables, vault

KEYS_SUFFIX = ".keys"
# Of secrets.json: what opens the data. Passwords of database roles belong to the machine and stay there.
KEYS = ("field_keys", "index_key", "signing_key", "django_key")
AUTHORITY = ("ca.crt", "ca.key")  # phones that trust this register's certificate go on trusting it
NOTE = "backup.json"
READ = 256 * 1024

Progress = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class Made:
    """What was written and read back."""

    path: Path
    keys: Path
    tables: int
    rows: int
    files: int
    size: int


def keys_of(path: Path) -> Path:
    return path.with_name(path.name + KEYS_SUFFIX)


def fingerprint() -> str:
    """Which keys open this register: the same in the register's file and in the file of its keys."""
    held = home.secrets()
    return sha256(json.dumps([held["field_keys"], held["index_key"]], sort_keys=True).encode()).hexdigest()[
        :16
    ]


def expected_size() -> int:
    with psycopg.connect(**database.owner_params()) as conn:  # type: ignore[arg-type]
        return sum(table.size for table in tables.tables(conn)) + sum(
            path.stat().st_size for path in _uploads()
        )


def back_up(path: Path, passphrase: str, at: datetime, progress: Progress, keys: Path | None = None) -> Made:
    """Write both files, read them back, and only then give them their names."""
    target, keys = path.absolute(), (keys or keys_of(path)).absolute()
    facts = {"release": __version__, "made_at": at.isoformat(), "keys": fingerprint()}
    with (
        vault.Writer(keys, passphrase, facts | {"kind": "keys"}) as key_writer,
        vault.Writer(target, passphrase, facts | {"kind": "register"}) as writer,
    ):
        key_writer.write(json.dumps(_keys()).encode())
        key_writer.finish()
        _write(writer, progress)
        writer.finish()
        made = _read_back(writer.part, target, keys, passphrase, progress)
        if json.loads(b"".join(vault.read(key_writer.part, passphrase))) != _keys():
            raise records.RecordProblem("the keys are not what was written")
        key_writer.keep()
        writer.keep()
    _note(made, at)
    return made


def _write(writer: vault.Writer, progress: Progress) -> None:
    with psycopg.connect(**database.owner_params()) as conn:  # type: ignore[arg-type]
        conn.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ  # every table as of one moment
        conn.read_only = True
        conn.execute("SELECT set_config('tongxin.scope', '/', true)")
        found = tables.tables(conn)
        manifest = {"migrations": tables.migrations(conn), "sequences": tables.sequences(conn)}
        records.put_facts(writer, records.MANIFEST, manifest)
        for table in found:
            facts = {"name": table.name, "columns": table.columns}
            records.put_part(writer, records.TABLE, facts, tables.copied(conn, table))
            progress(table.size)
    count = len(found)
    for path in _uploads():
        facts = {"name": str(path.relative_to(_upload_folder()))}
        records.put_part(writer, records.FILE, facts, _pieces(path))
        progress(path.stat().st_size)
        count += 1
    records.put_facts(writer, records.ALL, {"parts": count})


def _read_back(part: Path, target: Path, keys: Path, passphrase: str, progress: Progress) -> Made:
    read = records.Records(vault.read(part, passphrase))
    read.manifest()
    counts = {records.TABLE: 0, records.FILE: 0}
    rows = 0
    for each in read.parts():
        lines = sum(piece.count(b"\n") for piece in each.pieces)
        rows += lines if each.kind == records.TABLE else 0
        counts[each.kind] += 1
    return Made(target, keys, counts[records.TABLE], rows, counts[records.FILE], part.stat().st_size)


def _keys() -> dict[str, Any]:
    held = home.secrets()
    folder = home.home() / "tls"
    authority = {name: (folder / name).read_text("ascii") for name in AUTHORITY if (folder / name).exists()}
    return {"secrets": {name: held[name] for name in KEYS}, "authority": authority}


def _upload_folder() -> Path:
    return home.home() / "uploads"


def _uploads() -> list[Path]:
    return sorted(path for path in _upload_folder().rglob("*") if path.is_file())


def _pieces(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while piece := file.read(READ):
            yield piece


def _note(made: Made, at: datetime) -> None:
    """For the doctor: when the last backup was made, and where it was put."""
    note = home.home() / NOTE
    note.write_text(json.dumps({"made_at": at.isoformat(), "file": os.fspath(made.path)}), "utf-8")


def last_backup() -> tuple[datetime, str] | None:
    try:
        note = json.loads((home.home() / NOTE).read_text("utf-8"))
        return datetime.fromisoformat(note["made_at"]), str(note["file"])
    except (OSError, ValueError, KeyError):
        return None
