"""The embedded PostgreSQL: kept through every kind of death, started once, anywhere on the disk."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from tongxin.config import database, embedded


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("TONGXIN_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("TONGXIN_DATABASE_URL", raising=False)
    return tmp_path / "home"


@pytest.fixture
def server(home: Path) -> Iterator[embedded.Server]:
    server = embedded.start(home / "pg")
    yield server
    server.stop(force=True)


def connect() -> psycopg.Connection:
    return psycopg.connect(**database.owner_params())


def postmaster(server: embedded.Server) -> int:
    return int((server.data / "postmaster.pid").read_text().split()[0])


def wait_until_gone(pid: int) -> None:
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        try:
            state = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
        except OSError:
            return
        if state == "Z":
            return
        time.sleep(0.02)
    raise AssertionError(f"{pid} is still alive")


def started_elsewhere(home: Path, seconds: float) -> subprocess.Popen[str]:
    """Another process that starts the cluster of this home, says so, and uses it for a while."""
    code = (
        "import sys, time\n"
        "from tongxin.config import database\n"
        "with database.running() as server:\n"
        "    print('up', (server.data / 'postmaster.pid').read_text().split()[0], flush=True)\n"
        f"    time.sleep({seconds})\n"
    )
    return subprocess.Popen(
        [sys.executable, "-c", code],
        env=os.environ | {"TONGXIN_HOME": str(home)},
        stdout=subprocess.PIPE,
        text=True,
    )


def said(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    with process.stdout:
        return process.stdout.readline().strip()


def test_server_speaks_utf8_and_finds_chinese_letters(server: embedded.Server) -> None:
    database.ensure_roles(database.owner_params())

    with connect() as conn:
        row = conn.execute(
            "SELECT current_setting('server_encoding'), cardinality(show_trgm('张三丰')),"
            " current_setting('listen_addresses'), current_setting('TimeZone')"
        ).fetchone()

    assert row == ("UTF8", 4, "", "UTC")


def test_killed_server_keeps_every_committed_row(server: embedded.Server) -> None:
    with connect() as conn:
        conn.execute("CREATE TABLE kept (n int)")
    with connect() as conn:
        conn.execute("INSERT INTO kept VALUES (1)")
    lost = connect()
    lost.execute("INSERT INTO kept VALUES (2)")  # never committed

    pid = postmaster(server)
    os.kill(pid, signal.SIGKILL)
    wait_until_gone(pid)
    lost.close()
    server.revive()

    with connect() as conn:
        assert conn.execute("SELECT n FROM kept").fetchall() == [(1,)]


def test_server_survives_a_killed_maker_and_is_joined(home: Path) -> None:
    maker = started_elsewhere(home, 60)
    word, pid = said(maker).split()
    maker.kill()
    maker.wait()

    with database.running() as server:
        assert server is not None
        joined = postmaster(server)

    assert (word, joined) == ("up", int(pid))


def test_two_starts_at_once_give_one_server(home: Path) -> None:
    processes = [started_elsewhere(home, 2) for _ in range(3)]

    lines = [said(process) for process in processes]
    codes = [process.wait() for process in processes]

    assert codes == [0, 0, 0]
    assert len(set(lines)) == 1
    assert lines[0].startswith("up ")


def test_last_user_turns_the_server_off(home: Path) -> None:
    first = embedded.start(home / "pg")
    second = embedded.start(home / "pg")
    pid = postmaster(first)

    first.stop()
    after_first = second.answers()
    second.stop()

    assert after_first
    wait_until_gone(pid)
    assert not second.answers()


@pytest.mark.parametrize("name", ["a b", "同心 数据", 'it\'s "quoted", $HOME', "x" * 120])
def test_any_path_will_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setenv("TONGXIN_HOME", str(tmp_path / name))
    monkeypatch.delenv("TONGXIN_DATABASE_URL", raising=False)

    with database.running() as server, connect() as conn:
        row = conn.execute("SELECT current_user").fetchone()

    assert row == ("tongxin",)
    assert server is not None
    embedded.remove(server.data)
    assert not server.data.exists()
    assert not server.socket_dir.exists()


def test_folder_of_somebody_else_in_tmp_is_refused(tmp_path: Path) -> None:
    open_folder = tmp_path / "sockets"
    open_folder.mkdir()
    open_folder.chmod(0o777)

    with pytest.raises(embedded.ServerProblem, match="open to others"):
        embedded._own_directory(open_folder)


def test_cluster_of_another_version_is_refused_untouched(home: Path) -> None:
    embedded.start(home / "pg").stop()
    (home / "pg" / "PG_VERSION").write_text("12\n")

    with pytest.raises(embedded.ServerProblem, match="made by PostgreSQL 12"):
        embedded.start(home / "pg")

    assert (home / "pg" / "base").is_dir()


def test_cut_off_initdb_is_made_good(home: Path) -> None:
    (home / "pg" / "base").mkdir(parents=True)
    (home / "pg" / "base" / "half").touch()

    with database.running(), connect() as conn:
        assert conn.execute("SELECT 1").fetchone() == (1,)


def test_wrong_binaries_are_named(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TONGXIN_PG_BIN", str(tmp_path))

    with pytest.raises(embedded.ServerProblem, match="TONGXIN_PG_BIN"):
        embedded.start(home / "pg")


@pytest.mark.skipif(not embedded._is_root(), reason="only root becomes somebody else")
def test_root_without_namespaces_runs_as_another_user(tmp_path: Path) -> None:
    env = os.environ | {"TONGXIN_HOME": str(tmp_path / "home"), "TONGXIN_NO_USERNS": "1"}
    code = (
        "from tongxin.config import database, embedded\n"
        "with database.running() as server:\n"
        "    print(server.data.owner())\n"
        "embedded.remove(server.data)\n"
    )

    done = subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, text=True, check=True)

    assert done.stdout.strip() in ("postgres", "nobody")


def test_log_holds_no_statement(server: embedded.Server) -> None:
    with connect() as conn, pytest.raises(psycopg.errors.DivisionByZero):
        conn.execute("SELECT 'Zhao Liu' WHERE 1/0 = 1")

    logs = [server.data.parent / "pg.log", *(server.data / "log").glob("*")]
    assert not any("Zhao" in path.read_text() for path in logs)
    assert any("division by zero" in path.read_text() for path in logs)
