"""The first day in the browser: reached only with the one-time code that the console of `tongxin serve` printed.

While nobody can log in, every other page leads here. `serve` hands the digest of the code to the office in the
environment; with the first accounts it is worth nothing any more.
"""

import hashlib
import hmac
import os
import secrets
from collections.abc import Callable
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache

from tongxin.access import roles
from tongxin.config import founding
from tongxin.config.founding import FirstAccount
from tongxin.core import areas, clock
from tongxin.core.refusals import Refusal
from tongxin.places.enums import AreaLevel
from tongxin.places.models import Area
from tongxin.places.queries.areas import at_path, search_areas
from tongxin.places.queries.names import names_of

Handler = Callable[[HttpRequest], HttpResponse]

DIGEST = "TONGXIN_FIRST_RUN"
LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"  # none that is read as another
OPENED = "first_run"
TRIES, TRIES_SECONDS = 10, 600
OPEN_TO_ALL = ("/first-run", "/static/", "/healthz", "/language", "/api/", "/trust")


def new_code() -> str:
    """Twelve letters for the console; 60 bits, and ten tries in ten minutes."""
    word = "".join(secrets.choice(LETTERS) for _number in range(12))
    return "-".join((word[:4], word[4:8], word[8:]))


def digest_of(code: str) -> str:
    return hashlib.sha256("".join(code.upper().split("-")).replace(" ", "").encode()).hexdigest()


class FirstRunMiddleware:
    """Leads to the first page until somebody can log in. `serve` switches it on for an empty register only."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response
        self.founded = False

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not self.founded and not request.path.startswith(OPEN_TO_ALL):
            self.founded = founding.is_founded()
            if not self.founded:
                return redirect("first_run")
        return self.get_response(request)


class CodeForm(forms.Form):
    code = forms.CharField(
        label=gettext_lazy("One-time code"),
        help_text=gettext_lazy(
            "It stands in the console where Tongxin was started, and changes at each start."
        ),
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}
        ),
    )

    def clean_code(self) -> str:
        if (cache.get_or_set("first_run.tries", 0, TRIES_SECONDS) or 0) >= TRIES:
            raise ValidationError(_("Too many wrong codes. Wait ten minutes, or start the server again."))
        code = str(self.cleaned_data["code"])
        if not hmac.compare_digest(digest_of(code), os.environ.get(DIGEST, "")):
            cache.incr("first_run.tries")
            raise ValidationError(
                _("This is not the code in the console. Letters and digits count, case does not.")
            )
        return code


def _account_fields(prefix: str) -> dict[str, forms.Field]:
    needed = prefix == founding.OPERATOR
    new = forms.PasswordInput(attrs={"autocomplete": "new-password"})
    return {
        f"{prefix}_username": forms.CharField(label=gettext_lazy("User name"), max_length=60, required=needed),
        f"{prefix}_name": forms.CharField(label=gettext_lazy("Name of the person"), max_length=60, required=needed),
        f"{prefix}_password": forms.CharField(
            label=gettext_lazy("Password"), strip=False, required=needed, widget=new,
            help_text=gettext_lazy("At least 10 characters, not a common word and not the name."),
        ),
        f"{prefix}_again": forms.CharField(
            label=gettext_lazy("The same password again"), strip=False, required=needed, widget=new
        ),
    }  # fmt: skip


class FoundingForm(forms.Form):
    """The area is chosen; who can log in first, and the name of a community that the national list lacks."""

    street_name = forms.CharField(
        label=gettext_lazy("Name of its street, when that is missing too"), max_length=60, required=False
    )
    local_name = forms.CharField(
        label=gettext_lazy("Name of the community, when it is missing below this area"),
        max_length=60, required=False,
        help_text=gettext_lazy("Leave it empty when the register is for the whole area."),
    )  # fmt: skip
    local_code = forms.CharField(
        label=gettext_lazy("Its local code"), max_length=3, required=False, initial="L01",
        help_text=gettext_lazy("Three characters with a letter, so that it never meets a national code."),
    )  # fmt: skip

    def __init__(self, *args: Any, area: Area, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if area.level not in (AreaLevel.STREET, AreaLevel.COUNTY):
            del self.fields["local_name"], self.fields["local_code"]
        if area.level != AreaLevel.COUNTY:
            del self.fields["street_name"]
        self.fields |= _account_fields(founding.OPERATOR)
        self.fields["head_role"] = forms.ChoiceField(
            label=gettext_lazy("Somebody who leads the work, now?"),
            required=False,
            choices=[
                ("", gettext_lazy("nobody yet")),
                *((role, roles.ROLES[role].title) for role in founding.HEADS),
            ],
        )
        self.fields |= _account_fields("head")

    def clean(self) -> dict[str, Any]:
        found = super().clean() or {}
        if "street_name" in self.fields and bool(found.get("street_name")) != bool(found.get("local_name")):
            self.add_error(
                "street_name", _("Below a county, give the names of the street and of the community.")
            )
        for account in self.accounts():
            prefix = founding.OPERATOR if account.role == founding.OPERATOR else "head"
            if not (account.username and account.name and account.password):
                self.add_error(f"{prefix}_username", _("Give the user name, the name and a password."))
                continue
            if account.password != found.get(f"{prefix}_again"):
                self.add_error(f"{prefix}_again", _("The two passwords are not the same."))
            try:
                account.check()
            except ValidationError as problem:
                self.add_error(f"{prefix}_password", problem)
        names = [account.username for account in self.accounts()]
        if len(set(names)) < len(names):
            self.add_error("head_username", _("This user name is taken. Add a letter or a digit."))
        return found

    def accounts(self) -> list[FirstAccount]:
        wanted = [(founding.OPERATOR, founding.OPERATOR)]
        if role := self.cleaned_data.get("head_role"):
            wanted.append(("head", role))
        return [
            FirstAccount(
                username=self.cleaned_data.get(f"{prefix}_username") or "",
                name=self.cleaned_data.get(f"{prefix}_name") or "",
                password=self.cleaned_data.get(f"{prefix}_password") or "",
                role=role,
            )
            for prefix, role in wanted
        ]


@never_cache
def first_run(request: HttpRequest) -> HttpResponse:
    """Code, then area, then accounts; afterwards the way to the login."""
    if not os.environ.get(DIGEST) or founding.is_founded():
        return redirect("account_login")
    if request.session.get(OPENED) != os.environ[DIGEST]:
        return _ask_code(request)
    if path := request.GET.get("area"):
        return _ask_accounts(request, at_path(path))
    return _ask_area(request)


def _ask_code(request: HttpRequest) -> HttpResponse:
    form = CodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        request.session.cycle_key()
        request.session[OPENED] = os.environ[DIGEST]
        return redirect("first_run")
    return _page(request, {"step": 1, "form": form}, form)


def _ask_area(request: HttpRequest) -> HttpResponse:
    asked = request.GET.get("q", "").strip()
    found = search_areas(asked)
    above = names_of([path for area in found for path in areas.chain(area.path)[1:-1]])
    rows = [(area, " ".join(above.get(path, "") for path in areas.chain(area.path)[1:-1])) for area in found]
    return _page(request, {"step": 2, "asked": asked, "rows": rows})


def _ask_accounts(request: HttpRequest, area: Area) -> HttpResponse:
    form = FoundingForm(request.POST or None, area=area)
    if request.method == "POST" and form.is_valid():
        try:
            with transaction.atomic():
                chosen = _chosen(area, form)
                founding.found(area_path=chosen.path, accounts=form.accounts(), at=clock.now())
        except Refusal as refusal:
            form.add_error(None, refusal.says)
        else:
            request.session.flush()
            messages.success(request, _("The register is set up for %s. Log in now.") % chosen.name)
            return redirect(settings.LOGIN_URL)
    return _page(request, {"step": 3, "area": area, "form": form}, form)


def _chosen(area: Area, form: FoundingForm) -> Area:
    """The area itself, or the community below it that the list lacks; below a county with its street (ID-03)."""
    name, code = form.cleaned_data.get("local_name"), form.cleaned_data.get("local_code", "").upper()
    if not name:
        return area
    if street := form.cleaned_data.get("street_name"):
        return founding.area_for(f"{area.key}{code}001", [street, name], clock.now())
    return founding.area_for(area.key + code, [name], clock.now())


def _page(request: HttpRequest, context: dict[str, Any], form: forms.Form | None = None) -> HttpResponse:
    return render(
        request, "config/first_run.html", context, status=422 if form is not None and form.errors else 200
    )
