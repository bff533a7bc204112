"""The doctor finds what is wrong and says what helps; each test makes one thing wrong."""

import shutil
import socket
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
import pytest

from tongxin.config import database, doctor, home


def test_old_python_is_wrong() -> None:
    assert str(doctor.python((3, 10))).startswith("✗ Python 3.10")
    assert str(doctor.python((3, 11))) == "✓ Python 3.11"


def test_full_disk_is_wrong_before_it_is_full(tmp_path: Path) -> None:
    free_mb = shutil.disk_usage(tmp_path).free // 1024**2

    assert doctor.disk(tmp_path / "not" / "yet", enough_mb=free_mb * 2).mark == "✗"
    assert doctor.disk(tmp_path, enough_mb=free_mb // 2).mark == "✓"


def test_readable_keys_are_wrong(tmp_path: Path) -> None:
    (tmp_path / "secrets.json").touch(0o600)
    assert [finding.mark for finding in doctor.folder(tmp_path)] == ["✓"]

    (tmp_path / "secrets.json").chmod(0o644)
    assert [finding.mark for finding in doctor.folder(tmp_path)] == ["✓", "✗"]


def test_one_font_face_is_not_enough(tmp_path: Path) -> None:
    (tmp_path / "NotoSansSC-Regular.otf").touch()
    assert doctor.fonts(tmp_path).mark == "✗"

    (tmp_path / "NotoSansSC-Bold.otf").touch()
    assert doctor.fonts(tmp_path).mark == "✓"


def test_fonts_are_in_this_checkout() -> None:
    assert doctor.fonts(home.SOURCE).mark == "✓"


def test_missing_phone_app_is_wrong(tmp_path: Path) -> None:
    assert doctor.built(tmp_path).mark == "✗"

    (tmp_path / "static" / "field").mkdir(parents=True)
    assert doctor.built(tmp_path).mark == "✓"


def test_port_of_another_program_is_wrong() -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        port = other.getsockname()[1]
        other.settimeout(1)
        assert doctor.the_port("127.0.0.1", port).mark == "✗"

    assert doctor.the_port("127.0.0.1", port).mark == "✓"


def test_superuser_is_wrong_as_application_role() -> None:
    with psycopg.connect(**database.owner_params()) as conn:
        assert doctor.app_role(conn).mark == "✗"
    with psycopg.connect(**database.app_params()) as conn:
        assert doctor.app_role(conn).mark == "✓"


def test_clock_that_is_off_is_wrong() -> None:
    with psycopg.connect(**database.app_params()) as conn:
        assert doctor.clock(conn, datetime.now(UTC) + timedelta(seconds=60)).mark == "✗"
        assert doctor.clock(conn).mark == "✓"


def test_locale_finds_chinese_letters() -> None:
    with psycopg.connect(**database.app_params()) as conn:
        assert doctor.letters(conn).mark == "✓"


def test_database_that_cannot_be_used_is_said_not_raised(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TONGXIN_DATABASE_URL", "postgresql://amt@/town?host=/nowhere")

    findings = list(doctor.the_database())

    assert [finding.mark for finding in findings] == ["✗"]
    assert "/nowhere" in findings[0].text
