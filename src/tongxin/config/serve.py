"""`tongxin serve`: database, tables, areas, static files, then office and worker as children, until Ctrl-C."""

import ctypes
import hashlib
import http.client
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType

import django
from django.apps import apps
from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command
from django.db import connections
from django.db.migrations.executor import MigrationExecutor

from tongxin.config import database, embedded
from tongxin.config.console import _, console, said, step

SETTINGS = "tongxin.config.settings"
READY_SECONDS = 60
STOP_SECONDS = 15
MANY_DEATHS = 5  # within a minute: then starting once more will not help


class ServeProblem(Exception):
    """Serving is not possible; the message says why and what helps."""


@dataclass
class Child:
    """A process of ours that is kept running."""

    name: str
    command: list[str]
    process: subprocess.Popen[bytes] | None = None
    deaths: deque[float] = field(default_factory=deque)

    def start(self) -> None:
        # Its own session: Ctrl-C reaches us alone, and we stop the children in order.
        self.process = subprocess.Popen(
            self.command,
            stdin=subprocess.DEVNULL,
            env=os.environ | {"DJANGO_SETTINGS_MODULE": SETTINGS},
            start_new_session=True,
            preexec_fn=_end_with_parent,
        )

    def died(self) -> bool:
        return self.process is not None and self.process.poll() is not None

    def stop(self, deadline: float) -> None:
        if self.process is None or self.process.poll() is not None:
            return
        try:
            self.process.wait(max(0.1, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def ask_to_stop(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()


def _end_with_parent() -> None:
    if sys.platform.startswith("linux"):
        ctypes.CDLL(None).prctl(1, signal.SIGTERM)  # PR_SET_PDEATHSIG: also when we are killed with -9


def setup_django() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", SETTINGS)
    if not apps.ready:
        django.setup()


def prepare() -> None:
    """Tables, areas and static files as this release needs them. Quick when nothing has changed."""
    setup_django()
    with step(_("Preparing tables"), _("tables ready")):
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


def office(host: str, port: int, workers: int) -> Child:
    """Pages and machine doors: gunicorn with threads."""
    shared_memory = ["--worker-tmp-dir", "/dev/shm"] if os.access("/dev/shm", os.W_OK) else []  # noqa: S108
    return Child(
        _("office server"),
        [
            sys.executable, "-m", "gunicorn", "tongxin.config.wsgi:application", "--no-control-socket",
            "--bind", f"[{host}]:{port}" if ":" in host else f"{host}:{port}",
            "--preload", "--worker-class", "gthread", "--workers", str(workers), "--threads", "4", *shared_memory,
            "--timeout", "120", "--graceful-timeout", "10", "--keep-alive", "15", "--log-level", "warning",
        ],
    )  # fmt: skip


def worker() -> Child:
    """Jobs: reactions to the journal, and what happens every minute."""
    return Child(_("job worker"), [sys.executable, "-m", "tongxin.config.cli", "worker"])


@contextmanager
def started(host: str, port: int, workers: int = 2) -> Iterator["Crew"]:
    """Office and worker run inside this block, on a database that is up. Raises ServeProblem."""
    crew = Crew(host, port, [office(host, port, workers), worker()])
    try:
        crew.start()
        yield crew
    finally:
        crew.stop()


@dataclass
class Crew:
    """The children of one server, and how they are doing."""

    host: str
    port: int
    children: list[Child]
    story: Child | None = None

    @property
    def address(self) -> str:
        host = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(self.host, self.host)  # noqa: S104
        return f"http://{host}:{self.port}"

    def start(self) -> None:
        for child in self.children:
            child.start()
        problem = self._wait_until_ready()
        if problem:
            raise ServeProblem(problem)

    def _wait_until_ready(self) -> str:
        deadline = time.monotonic() + READY_SECONDS
        answer, pause = "", 0.1
        while time.monotonic() < deadline:
            for child in self.children:
                if child.died():
                    return _("The %s stopped while starting; its message stands above.") % child.name
            answer = health(self.address)
            if answer == "200":
                return ""
            time.sleep(pause)
            pause = min(1.0, pause * 1.2)
        return _("The server did not become healthy: /healthz says %s.") % (answer or _("no answer"))

    def mend(self) -> None:
        """Start again what has died. Raises ServeProblem when something keeps dying."""
        for child in self.children:
            if not child.died():
                continue
            now = time.monotonic()
            child.deaths.append(now)
            while child.deaths[0] < now - 60:
                child.deaths.popleft()
            if len(child.deaths) >= MANY_DEATHS:
                raise ServeProblem(_("The %s keeps stopping; its messages stand above.") % child.name)
            said(_("the %s stopped and is started again") % child.name)
            child.start()

    def tell(self, name: str) -> None:
        """Play a story beside the children; it ends by itself and is not started again."""
        self.story = story_child(name, self.address)
        self.story.start()

    def stop(self) -> None:
        deadline = time.monotonic() + STOP_SECONDS
        everybody = [*self.children, *([self.story] if self.story else [])]
        for child in everybody:
            child.ask_to_stop()
        for child in everybody:
            child.stop(deadline)


def health(address: str) -> str:
    """What /healthz says: "200", or the status and its words; empty when nobody answers."""
    connection = http.client.HTTPConnection(address.removeprefix("http://"), timeout=5)
    try:
        connection.request("GET", "/healthz")
        answer = connection.getresponse()
        body = answer.read(300).decode("utf-8", "replace").strip()
    except (OSError, http.client.HTTPException):
        return ""
    finally:
        connection.close()
    return "200" if answer.status == 200 else f"{answer.status} {body}"


def port_problem(host: str, port: int) -> str:
    """Why this port cannot be used, or nothing."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as problem:
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


def story_child(name: str, address: str) -> Child:
    """A story played beside the server, through its doors, at the pace of real lanes."""
    words = ["simulate", name, "--live", "--server", address]
    return Child(_("story"), [sys.executable, "-m", "tongxin.config.cli", *words])


def serve(host: str, port: int, workers: int, story: str = "") -> int:
    """Run until a signal. Everything that is started here is stopped here."""
    if problem := port_problem(host, port):
        raise ServeProblem(problem)
    _stop_on_signals()
    try:
        with database.running() as server:
            said(_("database ready"))
            prepare()
            collect_static()
            with started(host, port, workers) as crew:
                said(_("ready to serve"))
                console.print(f"\n  [bold]{crew.address}[/bold]   " + _("Ctrl-C stops everything") + "\n")
                if story:
                    crew.tell(story)
                _watch(crew, server)
    except _Stopped:
        said(_("everything is stopped"))
    return 0


def _watch(crew: Crew, server: embedded.Server | None) -> None:
    while True:
        time.sleep(1)
        if server is not None and not server.answers():
            said(_("the database stopped and is started again"))
            server.revive()
        crew.mend()
