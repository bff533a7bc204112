"""Pages for what a request cannot help: a database that is away and a full disk are 503 with a plain page.

Everything else stays a 500. Nothing was saved in either case: the request's transaction has rolled back.
"""

import errno
import sys

import psycopg
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.views.defaults import server_error as ordinary

AWAY = (OperationalError, InterfaceError, psycopg.OperationalError, psycopg.InterfaceError)
FULL = (errno.ENOSPC, errno.EDQUOT)
RETRY_SECONDS = "10"


def is_away(problem: BaseException | None) -> bool:
    """The database is away, or there is no room: it will pass, and trying again later is right."""
    while problem is not None:
        if isinstance(problem, AWAY) or (isinstance(problem, OSError) and problem.errno in FULL):
            return True
        problem = problem.__cause__ or problem.__context__
    return False


def server_error(request: HttpRequest) -> HttpResponse:
    """Django's handler for what no view caught; it runs while the exception is being handled."""
    if not is_away(sys.exc_info()[1]):
        return ordinary(request)
    answer = HttpResponse(render_to_string("config/away.html"), status=503)
    answer.headers["Retry-After"] = RETRY_SECONDS
    # Serve says it in one line; a traceback for every request would bury that.
    answer._has_been_logged = True  # type: ignore[attr-defined]
    return answer
