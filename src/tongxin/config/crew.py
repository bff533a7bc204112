"""The processes of one server: office, worker and helpers, kept running; and the database under them."""

import ctypes
import http.client
import os
import signal
import ssl
import subprocess
import sys
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import django
import psycopg
from django.apps import apps

from tongxin.config import database, embedded, lan
from tongxin.config.console import _, said

SETTINGS = "tongxin.config.settings"
READY_SECONDS = 60
STOP_SECONDS = 15
LONGEST_PAUSE = 30.0
WORKER_SILENCE_SECONDS = 45  # it notes that it lives every ten


class ServeProblem(Exception):
    """Serving is not possible; the message says why and what helps."""


def setup_django() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", SETTINGS)
    if not apps.ready:
        django.setup()


@dataclass
class Child:
    """A process of ours that is kept running."""

    name: str
    command: list[str]
    process: subprocess.Popen[bytes] | None = None
    deaths: deque[float] = field(default_factory=deque)
    start_at: float = 0.0

    def start(self) -> None:
        if self.process is not None:
            with suppress(ProcessLookupError, PermissionError):
                # What it left behind: the processes of a killed gunicorn hold its port until they notice.
                os.killpg(self.process.pid, signal.SIGTERM)
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

    def pause(self, now: float) -> float:
        """How long to wait before it is started again: not at all at first, longer each time within a minute."""
        self.deaths.append(now)
        while self.deaths[0] < now - 60:
            self.deaths.popleft()
        return 0.0 if len(self.deaths) < 2 else min(LONGEST_PAUSE, 2.0 ** (len(self.deaths) - 2))

    def ask_to_stop(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()


def _end_with_parent() -> None:
    if sys.platform.startswith("linux"):
        ctypes.CDLL(None).prctl(1, signal.SIGTERM)  # PR_SET_PDEATHSIG: also when we are killed with -9


def office(host: str, port: int, workers: int, tls: lan.Certificate | None = None) -> Child:
    """Pages and machine doors: gunicorn with threads."""
    secure = ["--certfile", str(tls.chain), "--keyfile", str(tls.key)] if tls else []
    shared_memory = ["--worker-tmp-dir", "/dev/shm"] if os.access("/dev/shm", os.W_OK) else []  # noqa: S108
    return Child(
        _("office server"),
        [
            sys.executable, "-m", "gunicorn", "tongxin.config.wsgi:application", "--no-control-socket",
            "--bind", f"[{host}]:{port}" if ":" in host else f"{host}:{port}",
            "--preload", "--worker-class", "gthread", "--workers", str(workers), "--threads", "4", *shared_memory,
            "--timeout", "120", "--graceful-timeout", "10", "--keep-alive", "15", "--log-level", "warning", *secure,
        ],
    )  # fmt: skip


def worker() -> Child:
    """Jobs: reactions to the journal, and what happens every minute."""
    return Child(_("job worker"), [sys.executable, "-m", "tongxin.config.cli", "worker"])


def trust_pages(host: str, port: int) -> Child:
    """The page that tells how to trust our certificate, over plain http: nothing else is served there."""
    return Child(
        _("trust page"),
        [sys.executable, "-m", "tongxin.config.trust", "--host", host, "--port", str(port)],
    )


@contextmanager
def started(
    host: str, port: int, workers: int = 2, tls: lan.Certificate | None = None, trust_port: int = 0
) -> Iterator["Crew"]:
    """Office and worker run inside this block, on a database that is up. Raises ServeProblem."""
    children = [office(host, port, workers, tls), worker()]
    if tls is not None:
        children.append(trust_pages(host, trust_port))
    crew = Crew(host, port, children, tls=tls)
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
    tls: lan.Certificate | None = None

    @property
    def address(self) -> str:
        """Where this machine itself reaches the office."""
        return f"{'https' if self.tls else 'http'}://{reached(self.host)}:{self.port}"

    @property
    def shown(self) -> str:
        """The address for people: for phones it is this machine's in their network."""
        return f"https://{self.tls.names.shown}:{self.port}" if self.tls else self.address

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

    def mend(self, may_start: Callable[[], bool] = lambda: True) -> None:
        """Start again what has died, and say so: at once, then after longer pauses, for as long as it takes.

        While the database is away nothing is started: it would only die again.
        """
        now = time.monotonic()
        for child in self.children:
            if not child.died():
                continue
            if not child.start_at:
                pause = child.pause(now)
                child.start_at = now + pause
                if pause:
                    said(_("the %(name)s stopped again; next try in %(seconds)d s. tongxin doctor may know why") % {
                        "name": child.name, "seconds": pause,
                    })  # fmt: skip
            if now >= child.start_at and may_start():
                said(_("the %s stopped and is started again") % child.name)
                child.start()
                child.start_at = 0.0

    def restart(self, replaced: list[Child]) -> None:
        """Other children in place of these names: the certificate is another one."""
        deadline = time.monotonic() + STOP_SECONDS
        names = {child.name for child in replaced}
        leaving = [child for child in self.children if child.name in names]
        for child in leaving:
            child.ask_to_stop()
        for child in leaving:
            child.stop(deadline)
        self.children = [*replaced, *(child for child in self.children if child.name not in names)]
        for child in replaced:
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
    parts = urlsplit(address)
    connection: http.client.HTTPConnection
    if parts.scheme == "https":
        trusted = ssl.create_default_context(cafile=os.environ.get("TONGXIN_CA"))
        connection = http.client.HTTPSConnection(parts.netloc, timeout=5, context=trusted)
    else:
        connection = http.client.HTTPConnection(parts.netloc, timeout=5)
    try:
        connection.request("GET", "/healthz")
        answer = connection.getresponse()
        body = answer.read(300).decode("utf-8", "replace").strip()
    except (OSError, http.client.HTTPException):
        return ""
    finally:
        connection.close()
    return "200" if answer.status == 200 else f"{answer.status} {body}"


def reached(host: str) -> str:
    return {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, f"[{host}]" if ":" in host else host)  # noqa: S104


def story_child(name: str, address: str) -> Child:
    """A story played beside the server, through its doors, at the pace of real lanes."""
    words = ["simulate", name, "--live", "--server", address]
    return Child(_("story"), [sys.executable, "-m", "tongxin.config.cli", *words])


@dataclass
class Ground:
    """The database under the crew: an embedded one is started again when it dies, for as long as it takes."""

    server: embedded.Server | None
    try_at: float = 0.0
    told: str = ""

    def look(self) -> bool:
        if self.server is None or self.server.answers():
            if self.told:
                said(_("the database answers again"))
            self.told, self.try_at = "", 0.0
            return True
        if time.monotonic() < self.try_at:
            return False
        try:
            self.server.revive()
        except (embedded.ServerProblem, OSError) as problem:
            self._cannot(" ".join(str(problem).split()))
            return False
        said(_("the database stopped and is started again"))
        self.told, self.try_at = "", 0.0
        return True

    def _cannot(self, problem: str) -> None:
        if not self.told:
            said(
                _("the database stopped and cannot be started now; it is tried again until it can: %s")
                % problem
            )
        self.told = problem
        self.try_at = time.monotonic() + 3

    def takes_connections(self) -> bool:
        try:
            psycopg.connect(**database.app_params() | {"connect_timeout": "3"}).close()  # type: ignore[arg-type]
        except psycopg.Error:
            return False
        return True
