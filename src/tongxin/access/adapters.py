"""How allauth is used here: accounts are opened by an operator, never by signing up; secrets are sealed."""

import base64
import io
import time
from typing import Any

import segno
from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.flows.login import get_authentication_records
from allauth.core import context
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.http import HttpRequest, HttpResponse

from tongxin.access.services import second_factor
from tongxin.core import ciphers

A_YEAR = 365 * 24 * 3600
CHOSEN = "language_chosen"
JUST_NOW = 300


class AccountAdapter(DefaultAccountAdapter):
    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:
        """Who has just typed the password is not asked for it again to set up what their role needs."""
        if not super().is_reauthentication_required(app=app, **kwargs):
            return False
        request = context.request
        records = get_authentication_records(request, request.user)
        return not records or time.time() - records[-1]["at"] > JUST_NOW

    def post_login(self, request: HttpRequest, user: Any, **kwargs: Any) -> HttpResponse:
        """Pages speak the account's language, or the one chosen on the way in, which the account then keeps."""
        response: HttpResponse = super().post_login(request, user, **kwargs)
        chosen = request.session.pop(CHOSEN, "")
        if chosen and chosen != user.language:
            user.language = chosen
            user.save(update_fields=["language"])
        keep_language(response, user.language)
        return response


class SecondFactorAdapter(DefaultMFAAdapter):
    """The secret of a second factor is sealed like every number; who must have one cannot take it off alone."""

    def encrypt(self, text: str) -> str:
        return base64.b64encode(ciphers.encrypt(text, purpose=second_factor.PURPOSE)).decode("ascii")

    def decrypt(self, encrypted_text: str) -> str:
        return ciphers.decrypt(base64.b64decode(encrypted_text), purpose=second_factor.PURPOSE)

    def build_totp_svg(self, url: str) -> str:
        drawn = io.BytesIO()
        segno.make(url, error="m").save(drawn, kind="svg", border=2, scale=5)
        return drawn.getvalue().decode("utf-8")

    def can_delete_authenticator(self, authenticator: Authenticator) -> bool:
        is_factor = authenticator.type == Authenticator.Type.TOTP
        return not (is_factor and second_factor.is_required(authenticator.user))


def keep_language(response: HttpResponse, language: str) -> None:
    """The browser goes on speaking this language after it was closed."""
    response.set_cookie(settings.LANGUAGE_COOKIE_NAME, language, max_age=A_YEAR, samesite="Lax")
