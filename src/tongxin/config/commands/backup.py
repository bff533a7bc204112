"""`tongxin backup FILE` and `tongxin restore FILE`, and how they ask for the passphrase."""

import argparse
import getpass
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn

from tongxin.config import database, serve
from tongxin.config.backups import making, records, restoring, vault
from tongxin.config.console import _, complain, errors, said
from tongxin.config.crew import setup_django

CANNOT = 2


class PassphraseProblem(Exception):
    """No passphrase that could be used."""


def back_up(args: argparse.Namespace) -> int:
    """0 when both files are written and were read back; 2 with one line when not."""
    target: Path = args.file
    if target.exists() and not args.overwrite:
        complain(_("%s is there already. Choose another name, or say --overwrite.") % target)
        return CANNOT
    if not target.absolute().parent.is_dir():
        complain(_("The folder %s is not there.") % target.absolute().parent)
        return CANNOT
    try:
        passphrase = _passphrase(args, twice=True)
        with database.running():
            at = datetime.now(UTC)
            size = making.expected_size()
            with _bar(_("Backing up"), size) as advance:
                made = making.back_up(target, passphrase, at, advance, args.keys)
            _record("access.register.backed_up", made.path.name, at)
    except (PassphraseProblem, records.RecordProblem, vault.VaultProblem) as problem:
        complain(_says(problem))
        return CANNOT
    said(_("%(path)s: %(tables)s tables, %(rows)s rows, %(files)s files, %(size)s MB; read back and found whole") % {
        "path": made.path, "tables": made.tables, "rows": f"{made.rows:,}", "files": made.files,
        "size": f"{made.size / 1e6:,.1f}",
    })  # fmt: skip
    said(
        _("%s: the keys. Keep it in another place than the register, and the passphrase in a third")
        % made.keys
    )
    return 0


def restore(args: argparse.Namespace) -> int:
    """0 when the register is back and its journal's chain holds; 1 when the chain does not; 2 when it cannot be."""
    path: Path = args.file
    try:
        vault.header_of(path)
        passphrase = _passphrase(args, twice=False)
        with serve.alone(_("a restore")), database.running():
            at = datetime.now(UTC)
            with _bar(_("Restoring"), path.stat().st_size, absolute=True) as advance:
                done = restoring.restore(
                    path, passphrase, at, advance, keys=args.keys, replace=args.replace, upgrade=args.upgrade
                )
            said(_("%(tables)s tables, %(rows)s rows and %(files)s files are back") % {
                "tables": done.tables, "rows": f"{done.rows:,}", "files": done.files,
            })  # fmt: skip
            broken = _broken_links()
            _record("access.register.restored", path.name, at)
    except (
        PassphraseProblem,
        records.RecordProblem,
        vault.VaultProblem,
        restoring.RestoreProblem,
    ) as problem:
        complain(_says(problem))
        return CANNOT
    if broken:
        complain(_("The journal's chain is broken at: %s") % ", ".join(broken))
        return 1
    said(_("the journal's chain holds; start with tongxin serve"))
    return 0


def _says(problem: Exception) -> str:
    if isinstance(problem, vault.VaultProblem):
        return {
            "not_a_vault": _("%s is no backup of Tongxin."),
            "wrong_passphrase": _("The passphrase does not open %s. Nothing was changed."),
            "cut_off": _("%s is cut off: its end is missing. Nothing was changed; take another copy."),
            "damaged": _("%s is damaged. Nothing was changed; take another copy."),
        }[problem.code] % problem.path
    if isinstance(problem, records.RecordProblem):
        return _("The backup contradicts itself (%s). Nothing was changed; take another one.") % problem
    return str(problem)


def _passphrase(args: argparse.Namespace, *, twice: bool) -> str:
    if args.passphrase_file:
        found = args.passphrase_file.read_text("utf-8").splitlines()
        passphrase = found[0] if found else ""
    elif sys.stdin.isatty():
        passphrase = getpass.getpass(_("Passphrase") + ": ")
        if twice and passphrase != getpass.getpass(_("The same again") + ": "):
            raise PassphraseProblem(_("The two are not the same."))
    else:
        passphrase = sys.stdin.readline().rstrip("\r\n")
    if twice and len(passphrase) < vault.SHORTEST_PASSPHRASE:
        raise PassphraseProblem(
            _(
                "The passphrase needs at least %d characters. Four or five words that do not belong together are good."
            )
            % vault.SHORTEST_PASSPHRASE
        )
    return passphrase


@contextmanager
def _bar(doing: str, total: int, *, absolute: bool = False) -> Iterator[making.Progress]:
    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeElapsedColumn())
    with Progress(*columns, console=errors, transient=True, disable=not errors.is_terminal) as bar:
        task = bar.add_task(doing, total=max(total, 1))

        def advance(size: int) -> None:
            if absolute:
                bar.update(task, completed=size)
            else:
                bar.advance(task, size)

        yield advance


def _record(act: str, file_name: str, at: datetime) -> None:
    setup_django()
    from tongxin.access.actors import SYSTEM  # noqa: PLC0415 -- models need Django up
    from tongxin.access.queries import installation  # noqa: PLC0415
    from tongxin.access.services import journal  # noqa: PLC0415
    from tongxin.core import scope  # noqa: PLC0415

    with scope.everywhere():
        journal.record(act, by=SYSTEM, area_path=installation().area_path, at=at, why=file_name)


def _broken_links() -> list[str]:
    setup_django()
    from tongxin.access.services import journal  # noqa: PLC0415 -- models need Django up

    return journal.broken_links()
