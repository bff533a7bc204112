"""Servers die, databases restart, phones send again: nothing acknowledged is lost, nothing is stored twice."""

import contextlib
import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from django.conf import settings
from django.db import connections
from psycopg import connect

from tests import cast, factories, lane
from tongxin.config import database, embedded
from tongxin.core import clock, scope
from tongxin.exchange.models import Batch
from tongxin.exchange.services import projection
from tongxin.testing.models import Sample
from tongxin.testing.queries.coverage import by_class

pytestmark = pytest.mark.usefixtures("committed")
PEOPLE = 40
BATCH = 4


@dataclass
class Server:
    """gunicorn as `tongxin serve` starts it, in a process group of its own so that it can be killed whole."""

    port: int
    process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        self.process = subprocess.Popen(
            [
                sys.executable, "-W", "ignore", "-m", "gunicorn", "tongxin.config.wsgi:application",
                "--no-control-socket", "--bind", f"127.0.0.1:{self.port}", "--worker-class", "gthread",
                "--workers", "2", "--threads", "4", "--log-level", "critical",
            ],
            env=os.environ | {"DJANGO_SETTINGS_MODULE": "tongxin.config.settings", "TONGXIN_LOG": "CRITICAL"},
            start_new_session=True,
        )  # fmt: skip
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.port), 1):
                return
            time.sleep(0.1)
        raise AssertionError("the server did not start")

    def kill(self) -> None:
        if self.process is not None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
            self.process = None


@pytest.fixture
def server() -> Iterator[Server]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    made = Server(port)
    made.start()
    try:
        yield made
    finally:
        made.kill()


@dataclass
class Outbox:
    """What a phone owes, and what it was told is stored."""

    port: int
    batches: list[dict]
    acknowledged: set[UUID] = field(default_factory=set)

    def send(self, batch: dict) -> bool:
        """One try. False when there was no answer, or the answer was `later`."""
        door = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        try:
            door.request(
                "POST",
                "/api/v1/capture",
                json.dumps(batch | {"device_at": clock.now().isoformat()}).encode(),
                {"Authorization": "Device token-of-A1", "Content-Type": "application/json"},
            )
            answer = door.getresponse()
            body = json.loads(answer.read())
        except (OSError, http.client.HTTPException, ValueError):
            return False
        finally:
            door.close()
        assert answer.status in (200, 503), body
        if answer.status == 503:
            assert int(answer.headers["Retry-After"]) > 0
            return False
        assert {each["verdict"] for each in body["receipts"]} <= {"applied", "duplicate"}
        self.acknowledged |= {UUID(each["id"]) for each in body["receipts"]}
        return True

    def send_until_dead(self, stop: threading.Event) -> None:
        """Batches one after another; when all are sent, from the start: the server is busy when it dies."""
        while not stop.is_set():
            for batch in self.batches:
                if stop.is_set() or not self.send(batch):
                    return

    def send_all(self) -> None:
        for batch in self.batches:
            deadline = time.monotonic() + 60
            while not self.send(batch):
                assert time.monotonic() < deadline, "the server does not take a batch"
                time.sleep(0.2)


@dataclass
class Day:
    round_id: UUID
    outbox: Outbox
    written: set[UUID]


def day(port: int) -> Day:
    """Forty people of door 302 in four tubes, in ten batches. Committed: the server is another process."""
    with scope.everywhere():
        station = lane.station()
        people = [factories.person(f"甲{n}", station.town.door_302) for n in range(PEOPLE)]
        lane.expect(station.round, people)
    for number, person in enumerate(people):
        station.phone.sample(f"L1T{number // 10 + 1}", number % 10 + 1, person.pk)
    log = station.phone.written
    batches = [
        {"batch": str(uuid4()), "app": "0.1.0", "events": log[start : start + BATCH]}
        for start in range(0, len(log), BATCH)
    ]
    return Day(station.round.pk, Outbox(port, batches), {UUID(event["id"]) for event in log})


def stored() -> set[UUID]:
    with scope.everywhere():
        return set(Sample.objects.values_list("pk", flat=True))


def assert_all_counted_once(played: Day) -> None:
    with scope.everywhere():
        assert Sample.objects.count() == len(played.written)
        assert stored() == played.written
        assert Batch.objects.count() == len(played.outbox.batches)
        while projection.project():
            pass
        assert by_class(played.round_id).here == PEOPLE


def test_a_server_killed_in_the_middle_loses_nothing_and_doubles_nothing(server: Server) -> None:
    played = day(server.port)
    for _ in range(2):
        stop = threading.Event()
        sender = threading.Thread(target=played.outbox.send_until_dead, args=(stop,))
        sender.start()
        time.sleep(0.6)
        server.kill()
        stop.set()
        sender.join()
        assert played.outbox.acknowledged <= stored()
        server.start()

    played.outbox.send_all()

    assert_all_counted_once(played)


def test_a_database_that_dies_is_later_and_then_everything_is_there(server: Server) -> None:
    played = day(server.port)
    _commit_to_the_operating_system()
    stop = threading.Event()
    sender = threading.Thread(target=played.outbox.send_until_dead, args=(stop,))
    sender.start()
    time.sleep(0.6)
    with embedded.start(database.data_dir(), throw_away=True) as cluster:
        connections.close_all()
        os.kill(int((Path(cluster.data) / "postmaster.pid").read_text().split()[0]), signal.SIGKILL)
        assert not played.outbox.send(played.outbox.batches[0])
        stop.set()
        sender.join()

        cluster.revive()

    assert played.outbox.acknowledged <= stored()
    played.outbox.send_all()
    assert_all_counted_once(played)


def _commit_to_the_operating_system() -> None:
    """The tests' cluster may forget its last moment when it is killed; for this test a commit is one."""
    owner = settings.DATABASES["owner"]
    with connect(
        host=owner["HOST"],
        user=owner["USER"],
        password=owner["PASSWORD"],
        dbname=owner["NAME"],
        autocommit=True,
    ) as conn:
        conn.execute(f'ALTER DATABASE "{owner["NAME"]}" SET synchronous_commit = on')
        conn.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'tongxin_app'")
    connections.close_all()


@contextlib.contextmanager
def a_full_disk() -> Iterator[None]:
    """PostgreSQL says 53100, as it does when a write finds no room: at the first row of each batch."""
    owner = settings.DATABASES["owner"]
    with connect(
        host=owner["HOST"],
        user=owner["USER"],
        password=owner["PASSWORD"],
        dbname=owner["NAME"],
        autocommit=True,
    ) as conn:
        conn.execute(
            "CREATE FUNCTION no_room() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
            "RAISE EXCEPTION 'could not extend file: No space left on device' USING ERRCODE = '53100'; END $$"
        )
        conn.execute("CREATE TRIGGER no_room BEFORE INSERT ON testing_sample EXECUTE FUNCTION no_room()")
        try:
            yield
        finally:
            conn.execute("DROP TRIGGER no_room ON testing_sample")
            conn.execute("DROP FUNCTION no_room()")


def test_a_full_disk_is_later_and_the_phone_keeps_everything(server: Server) -> None:
    played = day(server.port)

    with a_full_disk():
        told = [played.outbox.send(batch) for batch in played.outbox.batches[:3]]

    assert (told, stored(), played.outbox.acknowledged) == ([False] * 3, set(), set())
    with scope.everywhere():
        assert Batch.objects.count() == 0
    played.outbox.send_all()
    assert_all_counted_once(played)


def test_two_projectors_settle_each_batch_once() -> None:
    played = day(0)
    with scope.everywhere():
        from tongxin.exchange.services import capture

        for batch in played.outbox.batches:
            raw = json.dumps(batch | {"device_at": cast.NOON.isoformat()}).encode()
            capture.receive(token="token-of-A1", sent=raw, at=cast.NOON)
    done: list[int] = []

    def settle() -> None:
        while count := projection.project(2):
            done.append(count)
        connections.close_all()

    threads = [threading.Thread(target=settle) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sum(done) == len(played.outbox.batches)
    assert_all_counted_once(played)


def test_two_phones_with_the_same_events_in_opposite_order_never_wait_in_a_ring() -> None:
    """Eight deadlocks in 400 batches without the order by key (PERFORMANCE, Limits)."""
    played = day(0)
    from tongxin.exchange.services import capture

    events = [event for batch in played.outbox.batches for event in batch["events"]]
    failures: list[Exception] = []

    def send(order: list[dict]) -> None:
        try:
            for start in range(0, len(order), 20):
                body = {
                    "batch": str(uuid4()),
                    "device_at": cast.NOON.isoformat(),
                    "events": order[start : start + 20],
                }
                capture.receive(token="token-of-A1", sent=json.dumps(body).encode(), at=cast.NOON)
        except Exception as problem:
            failures.append(problem)
        finally:
            connections.close_all()

    for _ in range(5):
        threads = [threading.Thread(target=send, args=(each,)) for each in (events, events[::-1])]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    assert failures == []
    assert stored() == played.written
