"""The operator's worst day: everything is killed, the disk is full; nothing that was acknowledged is lost."""

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from uuid import uuid4

import pytest

from tongxin.config import crew

ROOT = Path(__file__).resolve().parents[2]
SIZE = "450m"
SET_UP = """
import json
from tests import cast, lane
from tongxin.core import scope
with scope.everywhere():
    station = lane.station()
    station.phone.sample("L1T1", 1, station.town.chen_wei.pk)
    event = station.phone.written[0]
print(json.dumps(event, default=str))
"""
BATCHES = """
from tongxin.core import scope
from tongxin.exchange.models import Batch
with scope.everywhere():
    print(*Batch.objects.values_list("id", flat=True))
"""


def environment(home: Path) -> dict[str, str]:
    clean = {key: value for key, value in os.environ.items() if not key.startswith("TONGXIN_")}
    return clean | {"TONGXIN_HOME": str(home), "LANGUAGE": "en", "PYTHONPATH": str(ROOT)}


def shell(home: Path, code: str) -> str:
    words = [sys.executable, "-m", "tongxin.config.cli", "manage", "shell", "-v", "0", "-c", code]
    done = subprocess.run(words, env=environment(home), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


@dataclass
class Server:
    """`tongxin serve` on a disk of its own, and a phone that sends to it."""

    home: Path
    event: dict[str, object]
    port: int = 0
    process: subprocess.Popen[bytes] | None = None
    acknowledged: list[str] = field(default_factory=list)

    def start(self) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        words = ["serve", "--port", str(self.port), "--workers", "1"]
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "tongxin.config.cli", *words],
                env=environment(self.home), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=log,
            )  # fmt: skip
        self.wait_for("ready to serve")

    def wait_for(self, words: str, seconds: float = 150) -> None:
        deadline = time.monotonic() + seconds
        while words not in self.told():
            assert self.process is not None
            assert self.process.poll() is None, self.told()
            assert time.monotonic() < deadline, self.told()
            time.sleep(0.1)

    @property
    def log(self) -> Path:
        return self.home.parent.parent / "serve.log"

    def told(self) -> str:
        return self.log.read_text("utf-8", "replace")

    def healthy(self) -> bool:
        return crew.health(f"http://127.0.0.1:{self.port}") == "200"

    def wait_until_healthy(self, seconds: float = 150) -> None:
        deadline = time.monotonic() + seconds
        while not self.healthy():
            assert self.process is not None
            assert self.process.poll() is None, self.told()
            assert time.monotonic() < deadline, self.told()
            time.sleep(0.2)

    def send(self, events: int = 5) -> int:
        """One batch of the phone; an answer of 200 is its acknowledgement."""
        batch = str(uuid4())
        written = [{**self.event, "id": str(uuid4()), "seq": number} for number in range(events)]
        body = {"batch": batch, "device_at": self.event["at"], "app": "test", "events": written}
        status, _answer = self.ask(
            "POST", "/api/v1/capture", json.dumps(body), Authorization="Device token-of-A1"
        )
        if status == 200:
            self.acknowledged.append(batch)
        return status

    def send_until_taken(self) -> None:
        """As a phone does: what was not acknowledged is sent again."""
        deadline = time.monotonic() + 120
        while self.send() != 200:
            assert time.monotonic() < deadline, self.told()
            time.sleep(0.3)

    def ask(self, method: str, path: str, body: str = "", **headers: str) -> tuple[int, str]:
        """The status, 0 when the connection breaks off; and the text."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        if body:
            headers["Content-Type"] = "application/json"
        try:
            connection.request(method, path, body or None, headers)
            answer = connection.getresponse()
            return answer.status, answer.read().decode("utf-8", "replace")
        except (OSError, http.client.HTTPException):
            return 0, ""
        finally:
            connection.close()

    def pid_of(self, words: str) -> int:
        """The child of `serve` whose command line holds these words."""
        assert self.process is not None
        for folder in Path("/proc").glob("[0-9]*"):
            try:
                parent = (folder / "stat").read_text().rsplit(")", 1)[1].split()[1]
                command = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode()
            except OSError:
                continue
            if int(parent) == self.process.pid and words in command:
                return int(folder.name)
        raise AssertionError(f"no child: {words}")

    def stop(self) -> int:
        assert self.process is not None
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(60)


@pytest.fixture(scope="module")
def disk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A small disk of its own, where root may mount one; else an ordinary folder."""
    folder = tmp_path_factory.mktemp("disk") / "mounted"
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", f"size={SIZE},mode=0700", "tmpfs", str(folder)]
    mounted = os.geteuid() == 0 and subprocess.run(command, capture_output=True, check=False).returncode == 0
    yield folder
    if mounted:
        subprocess.run(["umount", str(folder)], check=True)


@pytest.fixture(scope="module")
def server(disk: Path) -> Iterator[Server]:
    home = disk / "home"
    words = [
        sys.executable,
        "-m",
        "tongxin.config.cli",
        "manage",
        "migrate",
        "--database",
        "owner",
        "-v",
        "0",
    ]
    subprocess.run(words, env=environment(home), check=True)
    server = Server(home, json.loads(shell(home, SET_UP).splitlines()[-1]))
    server.start()
    yield server
    assert server.stop() == 0, server.told()
    assert not (home / "pg" / "postmaster.pid").exists()


@pytest.mark.parametrize("who", ["gunicorn", "cli worker", "postmaster"])
def test_what_is_killed_comes_back_and_says_so(server: Server, who: str) -> None:
    assert server.send() == 200
    if who == "postmaster":
        pid = int((server.home / "pg" / "postmaster.pid").read_text().split()[0])
    else:
        pid = server.pid_of(who)

    os.kill(pid, signal.SIGKILL)
    server.wait_for("is started again")
    server.send_until_taken()

    server.wait_until_healthy()
    assert set(server.acknowledged) <= set(shell(server.home, BATCHES).split())
    server.log.write_bytes(b"")


def test_a_full_disk_is_answered_plainly_and_passes_by_itself(server: Server, disk: Path) -> None:
    if not os.path.ismount(disk):
        pytest.skip("only root may mount the small disk that this test fills")
    assert server.send() == 200
    ballast = disk / "ballast"
    fill(ballast)

    statuses = set()
    for _batch in range(400):
        statuses.add(status := server.send(events=400))
        if status != 200:
            break
    pages = {server.ask("GET", "/accounts/login/", Cookie="sessionid=none")[0] for _try in range(5)}
    log_in = server.ask("GET", "/people/", Cookie="sessionid=none")

    assert status == 503
    assert statuses <= {200, 503}
    assert pages | {log_in[0]} <= {200, 302, 503}
    assert server.process is not None
    assert server.process.poll() is None

    ballast.unlink()
    server.send_until_taken()
    server.wait_until_healthy()
    assert set(server.acknowledged) <= set(shell(server.home, BATCHES).split())


def fill(ballast: Path) -> None:
    with ballast.open("wb", buffering=0) as file:
        for size in (1 << 20, 4096, 1):
            try:
                while True:
                    file.write(bytes(size))
            except OSError:
                continue


def test_a_second_server_of_the_same_register_is_refused_plainly(server: Server) -> None:
    words = [sys.executable, "-m", "tongxin.config.cli", "serve", "--port", str(server.port + 1)]

    done = subprocess.run(
        words,
        env=environment(server.home),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 2
    assert len(done.stderr.splitlines()) == 1
    assert f"http://127.0.0.1:{server.port}" in done.stderr
    assert server.healthy()


def test_a_folder_of_root_says_what_an_ordinary_user_can_do() -> None:
    if os.geteuid() != 0:
        pytest.skip("only root can make a folder that is root's and become somebody else")
    nobody = {"user": "nobody", "group": "nogroup", "extra_groups": [], "cwd": "/"}
    try:
        subprocess.run([sys.executable, "-c", "import tongxin"], check=True, capture_output=True, **nobody)  # type: ignore[call-overload]
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("this Python lies in a folder that is closed to ordinary users")
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        home = Path(folder) / "home"
        home.mkdir(mode=0o700)
        words = [sys.executable, "-m", "tongxin.config.cli", "serve"]

        done = subprocess.run(  # type: ignore[call-overload]
            words, env=environment(home), stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False,
            **nobody,
        )  # fmt: skip

    assert done.returncode == 2, done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert "belongs to root" in done.stderr
    assert "chown -R nobody" in done.stderr
