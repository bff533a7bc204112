"""The operator's command: what it cannot do it says in one line, with exit 2."""

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from tongxin import __version__
from tongxin.config import cli


def tongxin(*words: str, **env: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "tongxin.config.cli", *words],
        env=os.environ | {"LANGUAGE": "en"} | env,
        capture_output=True,
        text=True,
        check=False,
    )


def test_help_names_every_command() -> None:
    done = tongxin("--help")

    assert done.returncode == 0
    named = [
        line.split()[0] for line in done.stdout.splitlines() if line.startswith("    ") and line[4] != " "
    ]
    assert named == ["serve", "doctor", "backup", "restore", "worker", "manage", *cli.COMMANDS]


@pytest.mark.parametrize("verb", ["serve", "doctor", "backup", "restore", "manage", *cli.COMMANDS])
def test_help_of_every_command_teaches_by_example(verb: str) -> None:
    done = tongxin(verb, "--help")

    assert done.returncode == 0
    assert f"tongxin {verb}" in done.stdout.split("options:")[-1] or "tongxin doctor ||" in done.stdout


def test_the_console_speaks_one_language() -> None:
    for chosen, word in (("zh_CN.UTF-8", "同心"), ("en", "Tongxin")):
        assert word in tongxin("--help", TONGXIN_LANGUAGE=chosen, LANGUAGE="de", LANG="de_DE.UTF-8").stdout


def test_version_is_the_package_version() -> None:
    assert tongxin("--version").stdout == f"tongxin {__version__}\n"


@pytest.mark.parametrize(
    ("env", "word"),
    [
        ({"TONGXIN_DATABASE_URL": "mysql://a@b/c"}, "TONGXIN_DATABASE_URL"),
        ({"TONGXIN_DATABASE_URL": "postgresql://amt@/town?host=/nowhere"}, "/nowhere"),
        ({"TONGXIN_PG_BIN": "/nowhere"}, "TONGXIN_PG_BIN"),
    ],
)
def test_database_problem_is_one_line(tmp_path: Path, env: dict[str, str], word: str) -> None:
    clean = {"TONGXIN_HOME": str(tmp_path / "home")} | env

    done = tongxin("manage", "check", **clean)

    assert (done.returncode, done.stdout) == (2, "")
    assert len(done.stderr.splitlines()) == 1
    assert word in done.stderr


def test_lost_keys_are_one_line(tmp_path: Path) -> None:
    (tmp_path / "pg").mkdir()
    (tmp_path / "pg" / "PG_VERSION").write_text("18\n")

    done = tongxin("manage", "check", TONGXIN_HOME=str(tmp_path))

    assert done.returncode == 2
    assert "secrets.json is missing" in done.stderr


def test_manage_passes_words_and_exit_code_on(tmp_path: Path) -> None:
    home = str(tmp_path / "home")

    done = tongxin("manage", "--scratch", "shell", "-c", "raise SystemExit(3)", TONGXIN_HOME=home)

    assert done.returncode == 3
    assert not (tmp_path / "home").exists()


def test_taken_port_is_one_line(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = str(other.getsockname()[1])
        done = tongxin("serve", "--port", port, TONGXIN_HOME=str(tmp_path / "home"))

    assert done.returncode == 2
    assert f"Port {port} on 127.0.0.1 cannot be used" in done.stderr
    assert not (tmp_path / "home" / "pg").exists()
