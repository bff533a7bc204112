"""/healthz: 200 when the database, the worker and the capture endpoint answer; else 503 and which does not."""

from django.db import DatabaseError, connection
from django.http import HttpRequest, JsonResponse
from django.urls import Resolver404, resolve
from django.views.decorators.http import require_safe

from tongxin.config.crew import WORKER_SILENCE_SECONDS
from tongxin.exchange.services import capture


@require_safe
def healthz(request: HttpRequest) -> JsonResponse:
    parts = {"database": _database(), "worker": _worker(), "capture": _capture()}
    answer = JsonResponse(parts, status=200 if all(parts.values()) else 503)
    # Django logs every 5xx as an error of ours; this one is an answer, asked for until it is 200.
    answer._has_been_logged = True  # type: ignore[attr-defined]
    return answer


def _database() -> bool:
    return bool(_asked("SELECT true"))


def _worker() -> bool:
    question = "SELECT max(last_heartbeat) > now() - make_interval(secs => %s) FROM procrastinate_workers"
    return bool(_asked(question, WORKER_SILENCE_SECONDS))


def _asked(question: str, *values: int) -> object:
    try:
        with connection.cursor() as cursor:
            cursor.execute(question, values)
            row = cursor.fetchone()
    except DatabaseError:
        connection.close()
        return None
    return row[0] if row else None


def _capture() -> bool:
    """The door is there, and a batch could be stored through it: one is, and taken back."""
    try:
        resolve("/api/v1/capture")
        return capture.is_taking()
    except (Resolver404, DatabaseError):
        connection.close()
        return False
