"""Serving: children are kept alive, stopped in the end, and nothing stays behind."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from tongxin.config import crew as crews
from tongxin.config import serve

HEALTHY = """
import http.server, sys
class Healthy(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200); self.end_headers(); self.wfile.write(b"ok")
    def log_message(self, *words): pass
http.server.HTTPServer(("127.0.0.1", int(sys.argv[1])), Healthy).serve_forever()
"""


@pytest.fixture
def port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def child(*code: str) -> crews.Child:
    return crews.Child("child", [sys.executable, "-c", *code])


def wait_for(what, seconds: float = 30) -> None:  # type: ignore[no-untyped-def]
    deadline = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < deadline
        time.sleep(0.05)


@pytest.fixture
def crew(port: int) -> Iterator[crews.Crew]:
    crew = crews.Crew("127.0.0.1", port, [child(HEALTHY, str(port))])
    crew.start()
    yield crew
    crew.stop()


def test_killed_child_is_started_again(crew: crews.Crew) -> None:
    first = crew.children[0].process
    assert first is not None

    first.kill()
    wait_for(crew.children[0].died)
    crew.mend()

    assert crew.children[0].process is not first
    wait_for(lambda: crews.health(crew.address) == "200")


def test_child_that_keeps_dying_is_tried_again_after_longer_pauses() -> None:
    doomed = crews.Child("doomed", [])

    pauses = [doomed.pause(now) for now in (0.0, 1.0, 2.0, 4.0, 8.0, 16.0, 17.0, 18.0, 100.0)]

    assert pauses == [0.0, 1.0, 2.0, 4.0, 8.0, 16.0, 30.0, 30.0, 0.0]


def test_dead_child_waits_for_the_database(crew: crews.Crew) -> None:
    first = crew.children[0].process
    assert first is not None
    first.kill()
    wait_for(crew.children[0].died)

    crew.mend(lambda: False)
    assert crew.children[0].process is first

    crew.mend(lambda: True)
    assert crew.children[0].process is not first


def test_child_that_cannot_start_is_named(port: int) -> None:
    crew = crews.Crew("127.0.0.1", port, [child("raise SystemExit(1)")])

    with pytest.raises(crews.ServeProblem, match="The child stopped while starting"):
        crew.start()


def test_stopping_waits_for_no_stubborn_child(port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(crews, "STOP_SECONDS", 1)
    stubborn = child(
        "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print(flush=True); time.sleep(60)"
    )
    crew = crews.Crew("127.0.0.1", port, [stubborn])
    stubborn.start()
    time.sleep(0.5)

    crew.stop()

    assert stubborn.process is not None
    assert stubborn.process.returncode in (-signal.SIGKILL, -signal.SIGTERM)


def test_port_in_use_is_said(port: int) -> None:
    assert serve.port_problem("127.0.0.1", port) == ""
    with socket.socket() as other:
        other.bind(("127.0.0.1", port))
        other.listen()
        assert f"{port}" in serve.port_problem("127.0.0.1", port)


@pytest.fixture
def tongxin(tmp_path: Path, port: int) -> Iterator[subprocess.Popen[str]]:
    """`tongxin serve` on an empty home, ready."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tongxin.config.cli", "serve", "--port", str(port), "--workers", "1"],
        env=os.environ | {"TONGXIN_HOME": str(tmp_path / "home"), "LANGUAGE": "en"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        text=True,
    )
    yield process
    process.terminate()
    process.communicate(timeout=60)


def address_of(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    for line in process.stdout:
        if "http://" in line:
            return line.split()[0]
    raise AssertionError("it ended without an address")


def postmaster(home: Path) -> int:
    return int((home / "pg" / "postmaster.pid").read_text().split()[0])


def test_serving_survives_a_killed_database_and_stops_clean(
    tongxin: subprocess.Popen[str], tmp_path: Path
) -> None:
    address = address_of(tongxin)
    with urllib.request.urlopen(f"{address}/healthz", timeout=30) as answer:
        assert answer.status == 200

    first = postmaster(tmp_path / "home")
    os.kill(first, signal.SIGKILL)
    wait_for(lambda: crews.health(address) != "200")
    wait_for(lambda: crews.health(address) == "200", seconds=60)
    assert postmaster(tmp_path / "home") != first

    tongxin.send_signal(signal.SIGINT)
    assert tongxin.wait(timeout=60) == 0
    assert not (tmp_path / "home" / "pg" / "postmaster.pid").exists()
    assert crews.health(address) == ""


def test_killed_server_takes_its_children_with_it(tongxin: subprocess.Popen[str], tmp_path: Path) -> None:
    address = address_of(tongxin)

    tongxin.kill()
    tongxin.wait()

    wait_for(lambda: crews.health(address) == "", seconds=60)
    subprocess.run(
        [sys.executable, "-c", "from tongxin.config import database\nwith database.running(): pass"],
        env=os.environ | {"TONGXIN_HOME": str(tmp_path / "home")},
        check=True,
    )
    assert not (tmp_path / "home" / "pg" / "postmaster.pid").exists()
