"""What every request passes: language, content security, and the transaction with the actor's scope."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from tongxin.access import roles
from tongxin.access.actors import Actor
from tongxin.access.gate import came_from
from tongxin.access.queries import actor_of
from tongxin.access.services import second_factor
from tongxin.core import clock, scope
from tongxin.core.refusals import Refusal

Handler = Callable[[HttpRequest], HttpResponse]

CONTENT_SECURITY = (
    "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'; img-src 'self' blob: data:; "
    "media-src blob:; object-src 'none'; base-uri 'self'; frame-ancestors 'none'; form-action 'self'"
)
AREA_CHOSEN = "area"
NOT_FOUND_CODES = frozenset({"not_found"})
FORBIDDEN_CODES = frozenset({"not_allowed"})


class LanguageMiddleware:
    """The language chosen by cookie, else the account's, else Chinese. The browser's own wish is not asked."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        chosen = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")
        known = {code for code, _name in settings.LANGUAGES}
        with translation.override(chosen if chosen in known else settings.LANGUAGE_CODE):
            request.LANGUAGE_CODE = translation.get_language()  # type: ignore[attr-defined]
            response = self.get_response(request)
            response.headers.setdefault("Content-Language", translation.get_language() or "")
            return response


class ContentSecurityMiddleware:
    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.headers.setdefault("Content-Security-Policy", CONTENT_SECURITY)
        response.headers.setdefault("Permissions-Policy", "camera=(self), geolocation=(), microphone=()")
        return response


class IdleMiddleware:
    """A session that nobody has used for a while is over: the screen that was left alone asks who is there."""

    SEEN = "seen_at"
    STEP = timedelta(minutes=1)

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.user.is_authenticated:
            now = clock.now()
            entered = request.user.last_login or now
            seen = datetime.fromtimestamp(request.session.get(self.SEEN, entered.timestamp()), UTC)
            if now - seen > timedelta(minutes=settings.TONGXIN_IDLE_MINUTES):
                logout(request)
                messages.info(request, _("You were away for a while. Log in again; nothing was lost."))
            elif now - seen > self.STEP:
                # Not at every request: a write a minute is enough to know.
                request.session[self.SEEN] = now.timestamp()
        return self.get_response(request)


class SecondFactorMiddleware:
    """Who holds a role that needs a second factor sets it up before anything else is opened."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        actor: Actor = request.actor  # type: ignore[attr-defined]
        open_ = request.path.startswith(
            ("/accounts/", "/language", "/api/", "/healthz", "/static/", "/field/")
        )
        if open_ or actor.account_id is None or not second_factor.is_owed(actor):
            return self.get_response(request)
        address = reverse("mfa_activate_totp")
        if getattr(request, "htmx", False):
            return HttpResponse(status=204, headers={"HX-Redirect": address})
        messages.info(
            request,
            _("Your role needs a second factor: an app on your phone that shows six digits. Set it up now."),
        )
        return redirect(address)


class MethodMiddleware:
    """An address that takes a form only, opened like a page, says what to do instead."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        is_page = request.method in {"GET", "HEAD"} and not request.path.startswith("/api/")
        if response.status_code != 405 or not is_page:
            return response
        page = render(request, "access/form_only.html", {"back": came_from(request)}, status=405)
        page.headers["Allow"] = response.headers.get("Allow", "POST")
        return page


class ScopeMiddleware:
    """One transaction a request, seeing only what the actor's grants hold (`request.actor`).

    Machine doors (`/api/`, `/healthz`) open their own transactions and scopes. A refusal rolls the act back and
    becomes a page that says what to do.
    """

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.actor = Actor(account_id=None, name="")  # type: ignore[attr-defined]
        if request.path.startswith(("/api/", "/healthz", "/static/", "/field/")):
            return self.get_response(request)
        with transaction.atomic():
            if request.user.is_authenticated:
                with scope.everywhere():
                    request.actor = at_home(  # type: ignore[attr-defined]
                        actor_of(request.user, clock.now()),  # type: ignore[arg-type]
                        request.session.get(AREA_CHOSEN, ""),
                    )
            scope.set_scope(request.actor.paths)  # type: ignore[attr-defined]
            response = self.get_response(request)
            if response.status_code >= 500 or getattr(request, "refused", False):
                transaction.set_rollback(True)
        return response

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if not isinstance(exception, Refusal) or request.path.startswith("/api/"):
            return None
        request.refused = True  # type: ignore[attr-defined]
        return refusal_page(request, exception)


def at_home(actor: Actor, chosen: str) -> Actor:
    """The actor with pages opening at the area they have chosen, if a grant of theirs names it."""
    held = any(grant.area_path == chosen for grant in actor.grants)
    return replace(actor, home=chosen) if held else actor


def refusal_page(request: HttpRequest, refusal: Refusal) -> HttpResponse:
    status = 404 if refusal.code in NOT_FOUND_CODES else 403 if refusal.code in FORBIDDEN_CODES else 409
    if "capability" in refusal.facts:
        refusal.facts["capability"] = roles.TITLES.get(refusal.facts["capability"], "—")
    if getattr(request, "htmx", False):
        response = HttpResponse(status=status)
        response.headers["HX-Reswap"] = "none"
        # Headers are latin-1: JSON escapes keep Chinese sentences intact.
        response.headers["HX-Trigger"] = json.dumps({"refused": {"code": refusal.code, "says": refusal.says}})
        return response
    context = {"refusal": refusal, "back": came_from(request)}
    return render(request, "access/refused.html", context, status=status)
