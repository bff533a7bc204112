"""`tongxin restore FILE`: the whole register or nothing, onto an empty machine or in place of what is there."""

import json
import shutil
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import psycopg
from django.core.management import call_command
from django.db import connections
from django.db.migrations.executor import MigrationExecutor

from tongxin.config import database, home, lan
from tongxin.config.backups import making, records, tables, vault
from tongxin.config.console import _
from tongxin.config.crew import setup_django

Progress = Callable[[int], None]


class RestoreProblem(Exception):
    """Nothing was restored and nothing was changed; the message says why and what helps."""


@dataclass(frozen=True, slots=True)
class Restored:
    tables: int
    rows: int
    files: int


def restore(
    path: Path, passphrase: str, at: datetime, progress: Progress, *, keys: Path | None = None,
    replace: bool = False, upgrade: bool = False,
) -> Restored:  # fmt: skip
    """Call it with the database up and nobody else on it. Raises RestoreProblem, VaultProblem, RecordProblem."""
    header = vault.header_of(path)
    if header.get("kind") != "register":
        raise RestoreProblem(_("%s holds keys, not a register. Give the other file of the pair.") % path)
    opened = _open_keys(keys or making.keys_of(path), passphrase, header)
    read = records.Records(vault.read(path, passphrase, progress))
    manifest = read.manifest()
    setup_django()
    with psycopg.connect(**database.owner_params()) as conn:  # type: ignore[arg-type]
        _refuse_while_used(conn)
        _refuse_unless_empty(conn, replace=replace)
        held = tables.migrations(conn)
    _make_tables(manifest["migrations"], held, upgrade=upgrade)
    before = _put_keys(opened, at)
    try:
        restored = _load(read, manifest, progress)
    except BaseException:
        _put_back(before)
        raise
    call_command("migrate", database="owner", interactive=False, verbosity=0)
    return restored


def _open_keys(path: Path, passphrase: str, header: dict[str, Any]) -> dict[str, Any]:
    if not path.exists():
        raise RestoreProblem(
            _(
                "The keys are missing: %s. Without them no number in the register can be read. Give the file with --keys."
            )
            % path
        )
    if vault.header_of(path).get("keys") != header.get("keys"):
        raise RestoreProblem(_("%s holds the keys of another register.") % path)
    return dict(json.loads(b"".join(vault.read(path, passphrase))))


def _refuse_while_used(conn: psycopg.Connection[Any]) -> None:
    row = conn.execute(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND usename = %s",
        [database.APP_ROLE],
    ).fetchone()
    if row and row[0]:
        raise RestoreProblem(
            _("Tongxin is at work on this database. Stop tongxin serve first, then restore.")
        )


def _refuse_unless_empty(conn: psycopg.Connection[Any], *, replace: bool) -> None:
    if not tables.migrations(conn):
        return
    conn.execute("SELECT set_config('tongxin.scope', '/', true)")
    for name in ("access_account", "people_person"):
        row = conn.execute("SELECT to_regclass(%s) IS NOT NULL", [name]).fetchone()
        if row and row[0]:
            row = conn.execute(f"SELECT EXISTS (SELECT 1 FROM {name})").fetchone()
            if row and row[0] and not replace:
                raise RestoreProblem(
                    _("There is a register here already. Restore into an empty folder (TONGXIN_HOME), or say --replace:"
                      " then all that is here now is gone.")
                )  # fmt: skip


def _make_tables(wanted: list[list[str]], held: list[list[str]], *, upgrade: bool) -> None:
    """Tables exactly as the backup's were. An older backup is taken up step by step, if that is wished."""
    executor = MigrationExecutor(connections["owner"])
    known = set(executor.loader.graph.nodes)
    then = {(app, name) for app, name in wanted}
    if newer := sorted(f"{app} {name}" for app, name in then - known - set(executor.loader.replacements)):
        raise RestoreProblem(
            _(
                "The backup comes from a newer Tongxin (%s). Install that release or a later one, then restore."
            )
            % newer[0]
        )
    if then == known:
        executor.migrate(executor.loader.graph.leaf_nodes())
    elif not upgrade:
        raise RestoreProblem(
            _(
                "The backup comes from an older Tongxin: %d changes of tables are younger. Say --upgrade to take it up."
            )
            % len(known - then)
        )
    elif held and {(app, name) for app, name in held} - then:
        raise RestoreProblem(
            _("An older backup is taken up on an empty machine only. Choose an empty folder (TONGXIN_HOME) or an"
              " empty database.")
        )  # fmt: skip
    else:
        graph = executor.loader.graph
        # The last ones only: a target that something applied builds upon would be read as a wish to go back.
        executor.migrate(
            sorted(n for n in then & known if not any(c.key in then for c in graph.node_map[n].children))
        )
    connections["owner"].close()


def _load(read: records.Records, manifest: dict[str, Any], progress: Progress) -> Restored:
    folder = home.home() / "uploads"
    fresh = home.home() / "uploads.restoring"
    shutil.rmtree(fresh, ignore_errors=True)
    rows, names, files = 0, [], 0
    try:
        with psycopg.connect(**database.owner_params()) as conn:  # type: ignore[arg-type]
            conn.execute("SELECT set_config('tongxin.scope', '/', true)")
            held = tables.tables(conn)
            forced = tables.open_for_loading(conn, held)
            for part in read.parts():
                if part.kind == records.TABLE:
                    names.append(part.facts["name"])
                    rows += tables.load(conn, part.facts["name"], part.facts["columns"], part.pieces)
                else:
                    _write_file(fresh, str(part.facts["name"]), part)
                    files += 1
            if missing := {table.name for table in held} - set(names):
                raise records.RecordProblem(f"tables are missing: {', '.join(sorted(missing))}")
            tables.settle(conn, manifest["sequences"])
            tables.close_after_loading(conn, held, forced)
            # The database commits when this block ends: from here on nothing may fail but that.
            if fresh.exists():
                shutil.rmtree(folder, ignore_errors=True)
                fresh.replace(folder)
    finally:
        shutil.rmtree(fresh, ignore_errors=True)
    return Restored(len(names), rows, files)


def _write_file(folder: Path, name: str, part: records.Part) -> None:
    path = (folder / name).resolve()
    if not path.is_relative_to(folder.resolve()):
        raise records.RecordProblem(f"a file outside its folder: {name}")
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with path.open("wb") as file:
        for piece in part.pieces:
            file.write(piece)


def _put_keys(opened: dict[str, Any], at: datetime) -> dict[Path, str | None]:
    """The register's keys in place of this machine's. Returns what stood there, to be put back after a failure.

    They go first: a machine that is cut off between the two has an empty register with keys, not the reverse.
    """
    path = home.home() / "secrets.json"
    before: dict[Path, str | None] = {path: path.read_text("utf-8")}
    wanted = home.secrets() | opened["secrets"]
    if wanted != home.secrets():
        kept = path.with_name(f"secrets.{at:%Y%m%dT%H%M%S}.json")
        lan.write_private(kept, str(before[path]).encode())
        home.replace_secrets(wanted)
    folder = home.home() / "tls"
    for name, text in opened["authority"].items():
        folder.mkdir(mode=0o700, exist_ok=True)
        place = folder / name
        before[place] = place.read_text("ascii") if place.exists() else None
        lan.write_private(place, text.encode())
    return before


def _put_back(before: dict[Path, str | None]) -> None:
    for path, text in before.items():
        if text is None:
            with suppress(OSError):
                path.unlink()
        elif path.name == "secrets.json":
            home.replace_secrets(json.loads(text))
        else:
            lan.write_private(path, text.encode())
