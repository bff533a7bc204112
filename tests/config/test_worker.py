"""The worker process: it settles what phones sent, says that it lives, and stops when told."""

import os
import signal
import subprocess
import sys
import time

import pytest
from django.test import Client

from tests import cast, lane
from tongxin.core import scope
from tongxin.exchange.services import capture
from tongxin.testing.queries.coverage import by_class


@pytest.mark.usefixtures("committed")
def test_a_worker_settles_reports_and_stops() -> None:
    with scope.everywhere():
        station = lane.station()
        station.phone.sample("L1T1", 1, station.town.chen_wei.pk)
        body = capture.msgspec.json.encode(
            {"batch": station.round.pk, "device_at": cast.NOON, "events": station.phone.written}
        )
        capture.receive(token="token-of-A1", sent=body, at=cast.NOON)
    assert Client().get("/healthz").json() == {"database": True, "worker": False, "capture": True}

    worker = subprocess.Popen([sys.executable, "-W", "ignore", "-m", "tongxin.config.cli", "worker"])
    try:
        _wait_until(lambda: _here(station) == 1)
        _wait_until(lambda: Client().get("/healthz").status_code == 200)
        os.kill(worker.pid, signal.SIGTERM)

        assert worker.wait(20) == 0
    finally:
        worker.kill()
        worker.wait()


def _here(station: lane.Station) -> int:
    with scope.everywhere():
        return by_class(station.round.pk).here


def _wait_until(holds: "object", seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not holds():  # type: ignore[operator]
        assert time.monotonic() < deadline
        time.sleep(0.1)
