"""`tongxin serve`: database, tables, areas, static files, then office and worker as children, until Ctrl-C."""

import fcntl
import hashlib
import os
import shutil
import signal
import socket
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import FrameType
from typing import IO, TextIO, cast

import segno
from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command
from django.db import connections
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.recorder import MigrationRecorder

from tongxin.config import database, embedded, home, lan
from tongxin.config.console import _, console, said, step
from tongxin.config.crew import (
    Crew,
    Ground,
    ServeProblem,
    health,
    office,
    reached,
    setup_django,
    started,
    trust_pages,
)
from tongxin.core.refusals import Refusal

LOOK_AT_ADDRESSES_SECONDS = 30
LOOPBACK = ("127.0.0.1", "localhost", "::1")


def prepare() -> None:
    """Tables, areas and static files as this release needs them. Quick when nothing has changed."""
    setup_django()
    with step(_("Preparing tables"), _("tables ready")):
        if newer := unknown_migrations():
            raise ServeProblem(
                _(
                    "The tables are of a newer Tongxin (%s). Use that release, or restore a backup of this one."
                )
                % newer[0]
            )
        if waiting_migrations():
            call_command("migrate", database="owner", interactive=False, verbosity=0)
    with step(_("Loading areas"), _("areas ready")):
        call_command("load_areas", if_missing=True, verbosity=0)


def waiting_migrations() -> int:
    """How many changes of tables this database still waits for."""
    executor = MigrationExecutor(connections["owner"])
    waiting = len(executor.migration_plan(executor.loader.graph.leaf_nodes()))
    connections["owner"].close()
    return waiting


def is_untouched() -> bool:
    """A database in which nothing has been made yet."""
    found = not MigrationRecorder(connections["owner"]).applied_migrations()
    connections["owner"].close()
    return found


def unknown_migrations() -> list[str]:
    """Changes of tables that this release does not know: a newer one made them."""
    loader = MigrationExecutor(connections["owner"]).loader
    unknown = set(loader.applied_migrations) - set(loader.graph.nodes) - set(loader.replacements)
    connections["owner"].close()
    return sorted(f"{app} {name}" for app, name in unknown if app in loader.migrated_apps)


def is_serving() -> bool:
    """Somebody serves this register right now."""
    try:
        with (home.home() / "serve.lock").open("a+") as held:
            return not _lock(held)
    except OSError:
        return False


def collect_static() -> None:
    """Static files into the home, only when one of them has changed since the last time."""
    setup_django()
    target = Path(settings.STATIC_ROOT)
    stamp = target.with_name(target.name + ".stamp")
    value = _digest_of_static()
    if target.is_dir() and stamp.exists() and stamp.read_text("utf-8") == value:
        return
    with step(_("Collecting static files"), _("static files ready")):
        stamp.unlink(missing_ok=True)
        shutil.rmtree(target, ignore_errors=True)
        call_command("collectstatic", interactive=False, verbosity=0)
        stamp.write_text(value, "utf-8")


def _digest_of_static() -> str:
    total = hashlib.sha256()
    for finder in get_finders():
        for name, storage in finder.list(["CVS", ".*", "*~"]):
            stat = os.stat(storage.path(name))
            total.update(f"{name}\0{stat.st_size}\0{stat.st_mtime_ns}\n".encode())
    return total.hexdigest()


def port_problem(host: str, port: int) -> str:
    """Why this port cannot be used, or nothing."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as problem:
            if health(f"http://{reached(host)}:{port}"):
                return (
                    _(
                        "Tongxin already answers on port %s. Stop it with Ctrl-C, or choose another: make run PORT=8123"
                    )
                    % port
                )
            return _("Port %(port)s on %(host)s cannot be used (%(why)s). Choose another: make run PORT=8123") % {
                "port": port, "host": host, "why": problem.strerror,
            }  # fmt: skip
    return ""


class _Stopped(Exception):
    """A signal asked us to stop."""


def _stop_on_signals() -> None:
    def stop(number: int, frame: FrameType | None) -> None:
        for each in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(
                each, signal.SIG_IGN
            )  # once is enough; a second one must not cut the stopping short
        raise _Stopped

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        if number != signal.SIGHUP or signal.getsignal(number) != signal.SIG_IGN:  # nohup means it
            signal.signal(number, stop)


@dataclass(frozen=True)
class Wishes:
    """What the operator asked of `tongxin serve`."""

    host: str = ""
    port: int = 8000
    workers: int = 2
    story: str = ""
    lan: bool = False
    names: tuple[str, ...] = ()
    trust_port: int = 0
    area: str = ""
    area_names: tuple[str, ...] = ()
    account: str = ""
    person: str = ""

    @property
    def listens(self) -> str:
        return self.host or ("0.0.0.0" if self.lan else "127.0.0.1")  # noqa: S104 -- asked for by --lan

    @property
    def trust(self) -> int:
        return self.trust_port or self.port + 1


def serve(wishes: Wishes) -> int:
    """Run until a signal. Everything that is started here is stopped here."""
    _refuse_open_http(wishes)
    with alone(f"{'https' if wishes.lan else 'http'}://{wishes.listens}:{wishes.port}"):
        for port in (wishes.port, *([wishes.trust] if wishes.lan else [])):
            if problem := port_problem(wishes.listens, port):
                raise ServeProblem(problem)
        tls = lan.certificate(wishes.names) if wishes.lan else None
        _tell_children(tls, wishes.port)
        _stop_on_signals()
        try:
            with database.running() as server:
                said(_("database ready"))
                prepare()
                collect_static()
                code = _begin(wishes)
                with started(wishes.listens, wishes.port, wishes.workers, tls, wishes.trust) as crew:
                    said(_("ready to serve"))
                    _show(crew, code, wishes)
                    if wishes.story:
                        crew.tell(wishes.story)
                    _watch(crew, server, wishes)
        except _Stopped:
            said(_("everything is stopped"))
    return 0


def _refuse_open_http(wishes: Wishes) -> None:
    behind_tls = os.environ.get("TONGXIN_HTTPS") == "1" and os.environ.get("TONGXIN_HOSTS")
    if wishes.lan or wishes.listens in LOOPBACK or behind_tls:
        return
    raise ServeProblem(
        _("Passwords would travel unprotected to %s. Use --lan; or put a server with TLS in front of 127.0.0.1"
          " (docs/operations/run.md).") % wishes.listens
    )  # fmt: skip


@contextmanager
def alone(doing: str) -> Iterator[None]:
    """One at a time on a register: a second server would watch and stop what belongs to the first."""
    with (home.make_home() / "serve.lock").open("a+") as held:
        if not _lock(held):
            held.seek(0)
            raise ServeProblem(
                _(
                    "Tongxin is already at work on this register: %s. Stop it there with Ctrl-C, or choose another"
                    " folder with TONGXIN_HOME."
                )
                % (held.read().strip() or home.home())
            )
        held.truncate(0)
        held.write(_("%(doing)s (process %(pid)s)") % {"doing": doing, "pid": os.getpid()} + "\n")
        held.flush()
        yield


def _lock(held: IO[str]) -> bool:
    try:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _tell_children(tls: lan.Certificate | None, port: int) -> None:
    if tls is not None:
        os.environ.update(lan.environment(tls), TONGXIN_ADDRESS=f"https://{tls.names.shown}:{port}")


def _begin(wishes: Wishes) -> str:
    """A register that is empty is set up first. Returns the one-time code when that is done in the browser."""
    from tongxin.config import first_console, first_page, founding  # noqa: PLC0415 -- they need Django up

    try:
        if wishes.story:
            if founding.is_founded() and not founding.is_demo():
                raise ServeProblem(
                    _("This register holds real people: no story is played on it. Serve it with tongxin serve;"
                      " a demo wants a folder of its own: TONGXIN_HOME=var-demo make run")
                )  # fmt: skip
            return ""
        if founding.is_founded():
            if wishes.area or wishes.account:
                said(_("the register is set up already; --area and --account are not used"))
            return ""
        if founding.is_demo():
            raise ServeProblem(
                _(
                    "This folder holds a demo register without accounts. Remove it, or choose another: TONGXIN_HOME"
                )
            )
        now = datetime.now(UTC)
        try:
            if wishes.area or wishes.account:
                _need_both(wishes)
                first_console.from_words(wishes.area, wishes.area_names, wishes.account, wishes.person, now)
            elif sys.stdin.isatty():
                first_console.ask(now)
            else:
                code = first_page.new_code()
                os.environ[first_page.DIGEST] = first_page.digest_of(code)
                return code
        except first_console.NothingMade as problem:
            raise ServeProblem(str(problem)) from None
        except Refusal as refusal:
            raise ServeProblem(refusal.says) from None
        return ""
    finally:
        connections.close_all()


def _need_both(wishes: Wishes) -> None:
    if not (wishes.area and wishes.account):
        raise ServeProblem(
            _("Give both --area and --account; the password is the first line of standard input.")
        )


def _show(crew: Crew, code: str, wishes: Wishes) -> None:
    console.print(f"\n  [bold]{crew.shown}[/bold]   " + _("Ctrl-C stops everything") + "\n")
    if crew.tls is not None:
        page = f"http://{crew.tls.names.shown}:{wishes.trust}/trust"
        console.print(
            "  " + _("Phones come first to %s: it tells how to trust this server.") % page, markup=False
        )
        console.print(
            "  " + _("Fingerprint of the certificate (SHA-256), to compare on the phone:"), markup=False
        )
        console.print(f"  {lan.fingerprint(crew.tls.authority)}\n", markup=False)
        segno.make(page, error="m").terminal(out=cast(TextIO, console.file), compact=True)
    if code:
        console.print(
            "  "
            + _("This register is empty. Open %s and type this code, once:") % f"{crew.shown}/first-run/",
            markup=False,
        )
        console.print(f"\n      [bold]{code}[/bold]\n")


def _watch(crew: Crew, server: embedded.Server | None, wishes: Wishes) -> None:
    ground = Ground(server)
    looked = time.monotonic()
    while True:
        time.sleep(1)
        if ground.look():
            crew.mend(ground.takes_connections)
        if wishes.lan and time.monotonic() - looked > LOOK_AT_ADDRESSES_SECONDS:
            looked = time.monotonic()
            _follow_addresses(crew, wishes)


def _follow_addresses(crew: Crew, wishes: Wishes) -> None:
    """The machine moved to another network: another certificate of the same authority."""
    held = lan.certificate(wishes.names)
    if crew.tls is None or held.names == crew.tls.names:
        return
    crew.tls = held
    _tell_children(held, wishes.port)
    said(_("this machine's addresses changed; the new address is %s") % crew.shown)
    crew.restart(
        [office(wishes.listens, wishes.port, wishes.workers, held), trust_pages(wishes.listens, wishes.trust)]
    )
