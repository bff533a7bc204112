"""`tongxin doctor`: what is wrong with this installation, in plain words, and what helps."""

import ctypes
import getpass
import os
import shutil
import stat
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg

from tongxin.config import crew, database, embedded, home, serve
from tongxin.config.backups import making
from tongxin.config.console import _, console
from tongxin.config.crew import WORKER_SILENCE_SECONDS

ENOUGH_MB = 500
COMFORT_MB = 2000
SKEW_SECONDS = 5
JOBS_WAIT_MINUTES = 5
BATCHES_WAIT_MINUTES = 3
BACKUP_DAYS = 7
NOT_SYNCHRONISED = 0x40  # STA_UNSYNC of adjtimex


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
    yield machine_clock()
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
    for keys in (path / "secrets.json", path / "tls" / "ca.key", path / "tls" / "server.key"):
        if keys.exists() and stat.S_IMODE(keys.stat().st_mode) & 0o077:
            yield wrong(_("Others can read the keys. Run: chmod 600 %s") % keys)
    foreign = [each for each in (path, *path.iterdir()) if each.lstat().st_uid != path.stat().st_uid]
    if foreign or (os.geteuid() != 0 and path.stat().st_uid != os.geteuid()):
        facts = {"path": foreign[0] if foreign else path, "user": getpass.getuser(), "home": path}
        yield wrong(
            _("%(path)s belongs to another user. Stop Tongxin and run: sudo chown -R %(user)s %(home)s")
            % facts
        )


def disk(path: Path, enough_mb: int = ENOUGH_MB, comfort_mb: int = COMFORT_MB) -> Finding:
    while not path.exists():
        path = path.parent
    free_mb = shutil.disk_usage(path).free // 1024**2
    facts = {"free": free_mb, "enough": enough_mb, "path": path}
    if free_mb < enough_mb:
        text = _(
            "The disk is nearly full: %(free)s MB free at %(path)s, %(enough)s MB are needed. Make room."
        )
        return wrong(text % facts)
    if free_mb < comfort_mb:
        return worry(_("%(free)s MB of disk are free at %(path)s: make room soon.") % facts)
    return fine(_("%(free)s MB of disk are free") % facts)


def machine_clock() -> Finding:
    """Whether somebody keeps this machine's clock right: nothing else tells a clock that is wrong from a right one."""
    kept = _clock_is_kept()
    if kept is None:
        return fine(_("This machine does not tell whether its clock is kept right"))
    if not kept:
        return worry(_("Nothing keeps this machine's clock right. Switch NTP on: timedatectl set-ntp true"))
    return fine(_("This machine's clock is kept right by NTP"))


def _clock_is_kept() -> bool | None:
    if not sys.platform.startswith("linux"):
        return None
    room = ctypes.create_string_buffer(256)  # struct timex; with modes 0 it is only read
    state = ctypes.CDLL(None, use_errno=True).adjtimex(room)
    if state < 0:
        return None
    status = int.from_bytes(room.raw[40:44], sys.byteorder) if ctypes.sizeof(ctypes.c_long) == 8 else 0
    return not status & NOT_SYNCHRONISED


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
    tables = migrations()
    yield tables
    if tables.mark != "✓" or serve.is_untouched():
        return  # what follows asks the tables of this release
    with psycopg.connect(**app) as conn:  # type: ignore[arg-type]
        conn.execute("SELECT set_config('tongxin.scope', '/', false)")
        for look in (worker, jobs, batches, future, backup):
            yield look(conn)
    yield chain()


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
    if serve.is_untouched():
        return fine(_("The tables are made at the first start"))
    if newer := serve.unknown_migrations():
        return wrong(
            _("The tables are of a newer Tongxin (%s). Use that release, or restore a backup of this one.")
            % newer[0]
        )
    waiting = serve.waiting_migrations()
    if waiting:
        return wrong(
            _("%d changes of tables are missing. Make a backup, then start tongxin serve: it makes them.")
            % waiting
        )
    return fine(_("The tables are those of this release"))


def worker(conn: psycopg.Connection) -> Finding:
    row = conn.execute(
        "SELECT max(last_heartbeat), max(last_heartbeat) > now() - make_interval(secs => %s) FROM procrastinate_workers",
        [WORKER_SILENCE_SECONDS],
    ).fetchone()
    seen, is_alive = row or (None, False)
    if is_alive:
        return fine(_("The worker is at work"))
    if serve.is_serving():
        since = _minutes(seen)
        return wrong(
            _(
                "The worker has been silent for %s min: tubes and coverage stand still. Stop Tongxin and start it again."
            )
            % since
        )
    return fine(_("The worker rests while Tongxin is not served"))


def jobs(conn: psycopg.Connection) -> Finding:
    row = conn.execute(
        """SELECT count(*)
           FROM procrastinate_jobs j
           WHERE status = 'todo' AND coalesce(scheduled_at, (SELECT max(at) FROM procrastinate_events e
             WHERE e.job_id = j.id AND e.type = 'deferred')) < now() - make_interval(mins => %(limit)s)""",
        {"limit": JOBS_WAIT_MINUTES},
    ).fetchone()
    assert row is not None
    if row[0]:
        return wrong(
            _(
                "%(count)s jobs wait for more than %(minutes)s min (holds, seals of the journal). Start tongxin serve."
            )
            % {"count": row[0], "minutes": JOBS_WAIT_MINUTES}
        )
    return fine(_("No job waits"))


def batches(conn: psycopg.Connection) -> Finding:
    row = conn.execute(
        """SELECT count(*), min(recorded_at) FROM exchange_batch
           WHERE projected_at IS NULL AND recorded_at < now() - make_interval(mins => %s)""",
        [BATCHES_WAIT_MINUTES],
    ).fetchone()
    assert row is not None
    if row[0]:
        return wrong(
            _("%(count)s batches of phones are stored but not counted yet, the oldest for %(minutes)s min. Start"
              " tongxin serve; if they stay, send its messages to the maintainers.")
            % {"count": row[0], "minutes": _minutes(row[1])}
        )  # fmt: skip
    return fine(_("Everything that phones sent is counted"))


def future(conn: psycopg.Connection) -> Finding:
    """The journal knows later moments than this clock: one of the two has been wrong."""
    row = conn.execute("SELECT max(recorded_at) FROM access_entry").fetchone()
    newest = row[0] if row else None
    if newest and newest > datetime.now(UTC) + timedelta(seconds=SKEW_SECONDS):
        return wrong(
            _(
                "This machine's clock is behind the journal (newest entry: %s UTC). Set it by NTP before anybody works."
            )
            % f"{newest.astimezone(UTC):%Y-%m-%d %H:%M}"
        )
    return fine(_("The clock is not behind the journal"))


def backup(conn: psycopg.Connection) -> Finding:
    row = conn.execute(
        "SELECT EXISTS (SELECT 1 FROM people_person), EXISTS (SELECT 1 FROM access_installation WHERE is_demo)"
    ).fetchone()
    has_people, is_demo = row or (False, False)
    if is_demo or not has_people:
        return fine(_("There is nothing to back up yet: no real people are in it"))
    last = making.last_backup()
    if last is None:
        return wrong(_("There is no backup of this register. Run: tongxin backup FILE"))
    days = (datetime.now(UTC) - last[0]).days
    if days >= BACKUP_DAYS:
        return wrong(
            _("The last backup is %(days)s days old (%(file)s). Run: tongxin backup FILE")
            % {"days": days, "file": last[1]}
        )
    return fine(_("The last backup is %(days)s days old (%(file)s)") % {"days": days, "file": last[1]})


def chain() -> Finding:
    from tongxin.access.services import journal  # noqa: PLC0415 -- models need Django up

    if broken := journal.broken_links():
        return wrong(
            _("The journal is not as it was sealed, in %(count)s places, first at %(place)s. Keep this machine as it"
              " is, and call the maintainers: somebody has changed it past Tongxin.")
            % {"count": len(broken), "place": broken[0]}
        )  # fmt: skip
    return fine(_("The journal's chain holds"))


def _minutes(since: datetime | None) -> str:
    return "—" if since is None else str(int((datetime.now(UTC) - since).total_seconds() // 60))
