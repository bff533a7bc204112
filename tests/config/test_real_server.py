"""TONGXIN_DATABASE_URL with PostgreSQL 15 as Debian ships it: tables, the wall, and a phone's batch through the door."""

import json
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import psycopg
import pytest

from tests.config import debian
from tests.config.test_backup import shell, tongxin

pytestmark = debian.needed

CAPTURE = """
import json
from django.test import Client
from tests import cast, lane
from tongxin.core import clock, scope
from tongxin.exchange.services import projection
from tongxin.testing.models import Sample
with scope.everywhere():
    station = lane.station()
    station.phone.sample("L1T1", 1, station.town.chen_wei.pk)
body = {"batch": str(station.round.pk), "device_at": cast.NOON.isoformat(), "app": "t", "events": station.phone.written}
client = Client(headers={"Authorization": "Device token-of-A1"})
answers = [client.post("/api/v1/capture", json.dumps(body), content_type="application/json") for _time in range(2)]
projection.Projector().run_once()
with scope.everywhere():
    stored = Sample.objects.count()
with scope.scoped([cast.NEXT_DOOR]):
    next_door = Sample.objects.count()
print(json.dumps({"status": [a.status_code for a in answers], "verdicts": [a.json()["receipts"][0]["verdict"] for a in answers],
                  "stored": stored, "next door": next_door}))
"""


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with debian.server(tmp_path_factory.mktemp("debian") / "server") as address:
        yield address


@pytest.fixture(scope="module")
def home(url: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("debian") / "home"
    done = tongxin(home, "manage", "migrate", "--database", "owner", "-v", "0", url=url)
    assert done.returncode == 0, done.stderr
    return home


def as_role(home: Path, url: str) -> psycopg.Connection:
    password = json.loads((home / "secrets.json").read_text())["app_password"]
    parts = urlsplit(url)
    host = parse_qs(parts.query)["host"][0]
    return psycopg.connect(host=host, dbname=parts.path[1:], user="tongxin_app", password=password)


def test_phones_are_taken_and_neighbours_see_nothing(home: Path, url: str) -> None:
    told = json.loads(shell(home, CAPTURE, url).splitlines()[-1])

    assert told == {"status": [200, 200], "verdicts": ["applied", "duplicate"], "stored": 1, "next door": 0}
    with as_role(home, url) as conn:
        assert conn.info.server_version // 10000 == 15
        assert conn.execute("SELECT count(*) FROM testing_sample").fetchone() == (0,)
        conn.execute("SELECT set_config('tongxin.scope', '/43/08/02/L01/001/', true)")
        assert conn.execute("SELECT count(*) FROM testing_sample").fetchone() == (1,)


def test_neither_role_is_above_the_wall(home: Path, url: str) -> None:
    with as_role(home, url) as conn:
        rows = conn.execute(
            "SELECT rolname, rolsuper, rolbypassrls FROM pg_roles WHERE rolname IN ('amt', 'tongxin_app') ORDER BY 1"
        ).fetchall()
        owners = conn.execute(
            "SELECT DISTINCT tableowner::text FROM pg_tables WHERE schemaname = 'public'"
        ).fetchall()

    assert rows == [("amt", False, False), ("tongxin_app", False, False)]
    assert owners == [("amt",)]


@pytest.mark.parametrize(
    "attempt",
    ["TRUNCATE testing_sample", "ALTER TABLE access_entry DISABLE TRIGGER USER", "CREATE TABLE mine (n int)"],
)
def test_the_application_cannot_change_tables(home: Path, url: str, attempt: str) -> None:
    with as_role(home, url) as conn, pytest.raises(psycopg.errors.InsufficientPrivilege):
        conn.execute(attempt)  # type: ignore[call-overload]


def test_the_doctor_finds_nothing_wrong_with_it(home: Path, url: str) -> None:
    done = tongxin(home, "doctor", "--port", "1", url=url)

    assert "PostgreSQL 15 answers" in done.stdout
    assert [
        line
        for line in done.stdout.splitlines()
        if line.startswith("✗") and "backup" not in line and "port" not in line
    ] == []
