"""/healthz says which part does not answer."""

import pytest
from django.db import connection
from django.test import Client

pytestmark = pytest.mark.django_db


def worker_seen(ago: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now() - %s::interval)", [ago]
        )


def test_everything_answers(client: Client) -> None:
    worker_seen("1 second")

    answer = client.get("/healthz")

    assert (answer.status_code, answer.json()) == (200, {"database": True, "worker": True, "capture": True})


def test_missing_worker_is_named(client: Client) -> None:
    answer = client.get("/healthz")

    assert (answer.status_code, answer.json()["worker"], answer.json()["database"]) == (503, False, True)


def test_silent_worker_is_no_worker(client: Client) -> None:
    worker_seen("5 minutes")

    assert client.get("/healthz").json()["worker"] is False
