"""The door of a page: logged in, and holding the capability somewhere. What lies where, services ask again."""

from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse

from tongxin.access.actors import Actor

View = Callable[..., HttpResponse]


class ActorRequest(HttpRequest):
    """A request as it comes through ScopeMiddleware, for annotations."""

    actor: Actor
    htmx: Any


def needs(*capabilities: str) -> Callable[[View], View]:
    """Only for those who hold one of these capabilities (none named: for everybody who is logged in)."""

    def wrap(view: View) -> View:
        @wraps(view)
        def inner(request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
            if not request.user.is_authenticated:
                return _to_login(request)
            if capabilities and not any(request.actor.may(capability) for capability in capabilities):
                request.actor.must(capabilities[0])
            return view(request, *args, **kwargs)

        # Named on the view, so that the table of doors can be drawn and tested.
        inner.capabilities = capabilities  # type: ignore[attr-defined]
        return inner

    return wrap


def came_from(request: HttpRequest) -> str:
    """The page of ours that sent this request, else the first one: what takes a form only cannot be opened."""
    sender = urlsplit(request.headers.get("Referer", ""))
    is_ours = sender.netloc == request.get_host()
    return urlunsplit(("", "", sender.path, sender.query, "")) if is_ours else "/"


def _to_login(request: Any) -> HttpResponse:
    """To the login and back; a part of a page sends the whole page there, not the login into the part."""
    is_whole = request.method in {"GET", "HEAD"} and not request.htmx
    response = redirect_to_login(request.get_full_path() if is_whole else came_from(request))
    if not request.htmx:
        return response
    part = HttpResponse(status=204)
    part.headers["HX-Redirect"] = response.url
    return part
