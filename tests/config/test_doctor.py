"""The doctor finds what is wrong and says what helps; each test makes one thing wrong."""

import json
import os
import shutil
import socket
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
import pytest
from django.db import connection

from tests import cast
from tests.config import debian
from tongxin.access.actors import SYSTEM
from tongxin.access.services import journal
from tongxin.config import database, doctor, home, serve
from tongxin.config.backups import making
from tongxin.core import scope
from tongxin.exchange.models import Batch


def test_old_python_is_wrong() -> None:
    assert str(doctor.python((3, 10))).startswith("✗ Python 3.10")
    assert str(doctor.python((3, 11))) == "✓ Python 3.11"


def test_full_disk_is_wrong_before_it_is_full(tmp_path: Path) -> None:
    free_mb = shutil.disk_usage(tmp_path).free // 1024**2

    assert doctor.disk(tmp_path / "not" / "yet", enough_mb=free_mb * 2).mark == "✗"
    assert doctor.disk(tmp_path, enough_mb=free_mb // 2).mark == "✓"


def test_a_small_disk_is_told_as_it_fills(tmp_path: Path) -> None:
    if os.geteuid() != 0:
        pytest.skip("only root may mount a small disk to fill")
    command = ["mount", "-t", "tmpfs", "-o", "size=12m", "tmpfs", str(tmp_path)]
    if subprocess.run(command, capture_output=True, check=False).returncode:
        pytest.skip("this machine lets nobody mount a disk")
    try:
        marks = [doctor.disk(tmp_path, enough_mb=4, comfort_mb=9).mark]
        for size in (5, 5):
            with (tmp_path / "ballast").open("ab") as ballast:
                ballast.write(bytes(size * 1024**2))
            marks.append(doctor.disk(tmp_path, enough_mb=4, comfort_mb=9).mark)
    finally:
        subprocess.run(["umount", str(tmp_path)], check=True)

    assert marks == ["✓", "!", "✗"]


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


# ---- inside a register: each of these is made wrong in a real database


def looked(look) -> str:  # type: ignore[no-untyped-def]
    with psycopg.connect(**database.app_params()) as conn:
        conn.execute("SELECT set_config('tongxin.scope', '/', false)")
        return str(look(conn))


def as_owner(*statements: str) -> None:
    with psycopg.connect(**database.owner_params()) as conn:
        conn.execute("SELECT set_config('tongxin.scope', '/', false)")
        for statement in statements:
            conn.execute(statement)  # type: ignore[call-overload]


@pytest.mark.usefixtures("committed")
def test_changed_journal_is_wrong() -> None:
    with scope.everywhere():
        journal.record("access.register.founded", by=SYSTEM, area_path="/43/", at=cast.NOON)
    journal.seal_all()
    assert doctor.chain().mark == "✓"

    as_owner(
        "ALTER TABLE access_entry DISABLE TRIGGER USER",
        "UPDATE access_entry SET digest = '\\x00'",
        "ALTER TABLE access_entry ENABLE TRIGGER USER",
    )

    assert str(doctor.chain()).startswith("✗")
    assert "/43/" in str(doctor.chain())


@pytest.mark.usefixtures("committed")
def test_silent_worker_is_wrong_only_while_somebody_serves(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    as_owner("INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now() - interval '10 min')")
    assert looked(doctor.worker).startswith("✓")

    with serve.alone("http://127.0.0.1:1"):
        assert looked(doctor.worker).startswith("✗")
        assert "10" in looked(doctor.worker)
        as_owner("INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now())")
        assert looked(doctor.worker).startswith("✓")


@pytest.mark.usefixtures("committed")
def test_jobs_that_wait_are_wrong() -> None:
    assert looked(doctor.jobs).startswith("✓")

    as_owner(
        "INSERT INTO procrastinate_jobs (queue_name, task_name, args, status, scheduled_at)"
        " VALUES ('default', 'tongxin.react', '{}', 'todo', now() - interval '1 hour')"
    )

    assert looked(doctor.jobs).startswith("✗ 1 jobs")


@pytest.mark.usefixtures("committed")
def test_batches_that_nobody_counts_are_wrong() -> None:
    assert looked(doctor.batches).startswith("✓")

    at = datetime.now(UTC) - timedelta(minutes=20)
    with scope.everywhere():
        Batch.objects.create(
            id="0197a5c0-0f00-7000-8000-000000000001", area_path="/43/", device_at=at, recorded_at=at, event_count=1,
            device_id="0197a5c0-0f00-7000-8000-000000000002", sealed=b"",
        )  # fmt: skip

    assert looked(doctor.batches).startswith("✗ 1 batches")
    assert "20 min" in looked(doctor.batches)


@pytest.mark.usefixtures("committed")
def test_journal_from_the_future_means_a_wrong_clock() -> None:
    with scope.everywhere():
        journal.record("access.register.founded", by=SYSTEM, area_path="/43/")
    assert looked(doctor.future).startswith("✓")

    as_owner(
        "ALTER TABLE access_entry DISABLE TRIGGER USER",
        "UPDATE access_entry SET recorded_at = now() + interval '3 hours'",
        "ALTER TABLE access_entry ENABLE TRIGGER USER",
    )

    assert looked(doctor.future).startswith("✗")


@pytest.mark.usefixtures("committed")
def test_missing_and_old_backups_are_wrong(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(making.home, "home", lambda: tmp_path)
    assert looked_as_is(doctor.backup).startswith("✓")  # nobody lives here yet
    with scope.everywhere():
        cast.town()
    assert looked_as_is(doctor.backup).startswith("✗ There is no backup")

    for days, mark in ((1, "✓"), (8, "✗")):
        at = datetime.now(UTC) - timedelta(days=days)
        (tmp_path / making.NOTE).write_text(json.dumps({"made_at": at.isoformat(), "file": "b"}))
        assert looked_as_is(doctor.backup).startswith(mark)


def looked_as_is(look) -> str:  # type: ignore[no-untyped-def]
    """Over Django's own connection: the home is another one here, and with it the database's address."""
    with scope.everywhere(), connection.cursor() as cursor:
        return str(look(cursor))


def test_role_above_the_wall_is_wrong() -> None:
    with database.temporary("doctor"):
        with psycopg.connect(**database.owner_params()) as conn:
            conn.execute("ALTER ROLE tongxin_app BYPASSRLS")
        (found,) = list(doctor.the_database())
        assert found.mark == "✗"
        assert "NOBYPASSRLS" in found.text


def test_lost_keys_are_wrong(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TONGXIN_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("TONGXIN_DATABASE_URL", raising=False)
    with database.running():
        pass
    (tmp_path / "home" / "secrets.json").unlink()
    home._secrets_of.cache_clear()

    (found,) = list(doctor.the_database())

    assert found.mark == "✗"
    assert "secrets.json is missing" in found.text


@debian.needed
def test_old_server_is_wrong(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A real server of version 15, looked at by a release that asks for more."""
    monkeypatch.setattr(database, "OLDEST", 16)
    with debian.server(tmp_path / "server") as url:
        monkeypatch.setenv("TONGXIN_HOME", str(tmp_path / "home"))
        monkeypatch.setenv("TONGXIN_DATABASE_URL", url)
        (found,) = list(doctor.the_database())

    assert found.mark == "✗"
    assert "PostgreSQL 15" in found.text


def test_files_of_somebody_else_are_wrong(tmp_path: Path) -> None:
    if os.geteuid() != 0:
        pytest.skip("only root can give a file to somebody else")
    (tmp_path / "uploads").mkdir()
    assert [finding.mark for finding in doctor.folder(tmp_path)] == ["✓"]

    os.chown(tmp_path / "uploads", 65534, 65534)

    assert [finding.mark for finding in doctor.folder(tmp_path)] == ["✓", "✗"]


@pytest.mark.usefixtures("committed")
def test_missing_and_unknown_changes_of_tables_are_wrong() -> None:
    assert doctor.migrations().mark == "✓"
    add = "INSERT INTO django_migrations (app, name, applied)"

    as_owner(f"{add} VALUES ('people', '9999_later', now())")
    try:
        assert "newer Tongxin (people 9999_later)" in str(doctor.migrations())
    finally:
        as_owner("DELETE FROM django_migrations WHERE name = '9999_later'")
    as_owner("DELETE FROM django_migrations WHERE app = 'mfa' AND name LIKE '0003%'")
    try:
        assert str(doctor.migrations()).startswith("✗ 1 changes of tables are missing")
    finally:
        as_owner(f"{add} VALUES ('mfa', '0003_authenticator_type_uniq', now())")
