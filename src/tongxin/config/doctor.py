"""`tongxin doctor`: what is wrong with this installation, in plain words, and what helps."""

import os
import shutil
import stat
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import psycopg

from tongxin.config import crew, database, embedded, home, serve
from tongxin.config.console import _, console

ENOUGH_MB = 500
SKEW_SECONDS = 5


@dataclass(frozen=True)
class Finding:
    """One thing looked at: fine, a worry, or wrong (with what helps)."""

    mark: str
    text: str

    def __str__(self) -> str:
        return f"{self.mark} {self.text}"


def fine(text: str) -> Finding:
    return Finding("✓", text)


def worry(text: str) -> Finding:
    return Finding("!", text)


def wrong(text: str) -> Finding:
    return Finding("✗", text)


def examine(port: int) -> int:
    """Print every finding; 1 when something is wrong."""
    findings = []
    for finding in _all_findings(port):
        findings.append(finding)
        style = {"✓": "green", "!": "yellow", "✗": "bold red"}[finding.mark]
        console.print(f"[{style}]{finding.mark}[/{style}] ", end="")
        console.print(finding.text, markup=False)
    return int(any(finding.mark == "✗" for finding in findings))


def _all_findings(port: int) -> Iterator[Finding]:
    yield python()
    yield from folder(home.home())
    yield disk(home.home())
    yield fonts(home.SOURCE)
    yield built(home.SOURCE)
    yield from the_database()
    yield the_port("127.0.0.1", port)


def python(version: tuple[int, int] = sys.version_info[:2]) -> Finding:
    shown = ".".join(map(str, version))
    if version < (3, 11):
        return wrong(_("Python %s is too old; install 3.11 or newer and run make setup.") % shown)
    return fine(_("Python %s") % shown)


def folder(path: Path) -> Iterator[Finding]:
    if not path.exists():
        yield fine(_("%s does not exist yet; it is made at the first start.") % path)
        return
    if not os.access(path, os.W_OK | os.X_OK):
        yield wrong(_("%s cannot be written. Give it to the user that runs Tongxin (chown).") % path)
        return
    yield fine(_("Data and keys are in %s") % path)
    keys = path / "secrets.json"
    if keys.exists() and stat.S_IMODE(keys.stat().st_mode) & 0o077:
        yield wrong(_("Others can read the keys. Run: chmod 600 %s") % keys)


def disk(path: Path, enough_mb: int = ENOUGH_MB) -> Finding:
    while not path.exists():
        path = path.parent
    free_mb = shutil.disk_usage(path).free // 1024**2
    facts = {"free": free_mb, "enough": enough_mb, "path": path}
    if free_mb < enough_mb:
        text = _(
            "The disk is nearly full: %(free)s MB free at %(path)s, %(enough)s MB are needed. Make room."
        )
        return wrong(text % facts)
    return fine(_("%(free)s MB of disk are free") % facts)


def fonts(source: Path) -> Finding:
    found = sorted(path.name for path in source.rglob("Noto*SC*.?tf*"))
    if len(found) < 2:  # regular and bold: a face that is missing falls back without a word
        return wrong(
            _("The Chinese fonts for PDF are missing; get the whole checkout again (git checkout -- src).")
        )
    return fine(_("Chinese fonts for PDF are there"))


def built(source: Path) -> Finding:
    if not (source / "static" / "field").is_dir():
        return wrong(_("The phone app is not built. Run: make setup"))
    return fine(_("The phone app is built"))


def the_port(host: str, port: int) -> Finding:
    if not serve.port_problem(host, port):
        return fine(_("Port %s is free") % port)
    if crew.health(f"http://{host}:{port}") == "200":
        return fine(_("Tongxin is running on port %s") % port)
    return wrong(_("Another program uses port %s. Stop it, or choose another: make run PORT=8123") % port)


def the_database() -> Iterator[Finding]:
    try:
        with database.running():
            yield from _inside(database.owner_params(), database.app_params())
    except (database.DatabaseProblem, embedded.ServerProblem, home.SecretsMissing, psycopg.Error) as problem:
        yield wrong(_("The database cannot be used: %s") % " ".join(str(problem).split()))


def _inside(owner: dict[str, str], app: dict[str, str]) -> Iterator[Finding]:
    with psycopg.connect(**app) as conn:  # type: ignore[arg-type]
        yield _fine_version(conn.info.server_version // 10000)
        looks: list[Callable[[psycopg.Connection], Finding]] = [app_role, clock, letters]
        for look in looks:
            yield look(conn)
    yield migrations()


def _fine_version(version: int) -> Finding:
    if version < database.OLDEST:
        facts = {"found": version, "oldest": database.OLDEST}
        return wrong(_("PostgreSQL %(found)s is too old; %(oldest)s or newer is needed.") % facts)
    return fine(_("PostgreSQL %s answers") % version)


def app_role(conn: psycopg.Connection) -> Finding:
    row = conn.execute(
        "SELECT rolsuper OR rolbypassrls OR rolcreaterole FROM pg_roles WHERE rolname = current_user"
    ).fetchone()
    if row is None or row[0]:
        text = _("The role %(role)s may pass over row-level security. Run: ALTER ROLE %(role)s %(cure)s")
        return wrong(text % {"role": database.APP_ROLE, "cure": "NOSUPERUSER NOBYPASSRLS NOCREATEROLE"})
    return fine(_("The application's role is bound by row-level security"))


def clock(conn: psycopg.Connection, now: datetime | None = None) -> Finding:
    row = conn.execute("SELECT clock_timestamp(), pg_postmaster_start_time()").fetchone()
    assert row is not None
    skew = abs(((now or datetime.now(UTC)) - row[0]).total_seconds())
    if skew > SKEW_SECONDS:
        return wrong(_("This machine's clock and the database's differ by %d s. Set both by NTP.") % skew)
    return fine(_("The clocks of this machine and the database agree"))


def letters(conn: psycopg.Connection) -> Finding:
    row = conn.execute("SELECT cardinality(show_trgm('张三丰')) > 0").fetchone()
    if row is None or not row[0]:
        return wrong(
            _("The database's locale knows no Chinese letters: search by name finds nothing. Use C.UTF-8.")
        )
    return fine(_("Search by Chinese name works"))


def migrations() -> Finding:
    crew.setup_django()
    waiting = serve.waiting_migrations()
    if waiting:
        return worry(_("%d changes of tables are waiting; tongxin serve makes them.") % waiting)
    return fine(_("The tables are those of this release"))
