"""/healthz: 200 when the database, the worker and the capture endpoint answer; else 503 and which does not."""

from datetime import timedelta

from django.db import DatabaseError, connection
from django.http import HttpRequest, JsonResponse
from django.urls import Resolver404, resolve
from django.views.decorators.http import require_safe

# The worker notes that it lives every ten seconds.
WORKER_SILENCE = timedelta(seconds=45)


@require_safe
def healthz(request: HttpRequest) -> JsonResponse:
    parts = {"database": _database(), "worker": _worker(), "capture": _capture()}
    return JsonResponse(parts, status=200 if all(parts.values()) else 503)


def _database() -> bool:
    return bool(_asked("SELECT true"))


def _worker() -> bool:
    return bool(_asked("SELECT max(last_heartbeat) > now() - %s FROM procrastinate_workers", WORKER_SILENCE))


def _asked(question: str, *values: object) -> object:
    try:
        with connection.cursor() as cursor:
            cursor.execute(question, values)
            row = cursor.fetchone()
    except DatabaseError:
        connection.close()
        return None
    return row[0] if row else None


def _capture() -> bool:
    try:
        resolve("/api/v1/capture")
    except Resolver404:
        return False
    return True
