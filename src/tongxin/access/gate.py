"""The door of a page: logged in, and holding the capability somewhere. What lies where, services ask again."""

from collections.abc import Callable
from functools import wraps
from typing import Any

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
                return redirect_to_login(request.get_full_path())
            if capabilities and not any(request.actor.may(capability) for capability in capabilities):
                request.actor.must(capabilities[0])
            return view(request, *args, **kwargs)

        return inner

    return wrap
