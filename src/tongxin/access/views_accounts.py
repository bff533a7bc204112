"""Pages of the operator: who has an account, and which roles it holds where until when."""

import secrets
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from tongxin.access import roles
from tongxin.access.forms import AccountForm, GrantForm, ReasonForm
from tongxin.access.gate import ActorRequest, needs
from tongxin.access.models import Account, Grant
from tongxin.access.queries import MANAGE, accounts_of, installation
from tongxin.access.services import accounts as services
from tongxin.access.services import second_factor as factor
from tongxin.access.views import area_names
from tongxin.core import clock, pages
from tongxin.core.formats import number
from tongxin.core.pages import Column, Empty, Table
from tongxin.core.refusals import Refusal


@needs(MANAGE)
def accounts(request: ActorRequest) -> HttpResponse:
    """Who has an account here, and what it may do."""
    found = accounts_of(request.actor, clock.now())
    page = pages.keyset(
        found, ("username",), after=request.GET.get("after", ""), before=request.GET.get("before", "")
    )
    names = area_names([grant.area_path for account in page.rows for grant in _held(account)])
    total = found.count()
    table = Table(
        columns=[
            Column(pgettext("person", "Name")),
            Column(_("User name"), "wide-only"),
            Column(_("Roles")),
            Column(_("State"), "wide-only nowrap"),
        ],
        rows=[{"account": account, "roles": _roles(account, names)} for account in page.rows],
        empty=Empty(_("Nobody has an account here yet."), _("Open an account"), reverse("access:open")),
        as_of=clock.now(),
        count=ngettext("%(n)s account", "%(n)s accounts", total) % {"n": number(total)},
        **pages.links(request.GET, page),  # type: ignore[arg-type]
    )
    return render(request, "access/accounts.html", {"table": table})


@never_cache
@needs(MANAGE)
def open_one(request: ActorRequest) -> HttpResponse:
    """Open an account with its first role; the password is shown this once."""
    form = AccountForm(request.POST or None, initial={"area": _area_of_register()})
    if request.method == "POST" and form.is_valid():
        if Account.objects.filter(username=form.cleaned_data["username"]).exists():
            form.add_error("username", _("This user name is taken. Add a letter or a digit."))
        elif path := _path(form):
            password = secrets.token_urlsafe(9)
            account = services.open_account(
                username=form.cleaned_data["username"],
                name=form.cleaned_data["name"],
                password=password,
                by=request.actor,
                at=clock.now(),
            )
            _grant(request, account, form, path)
            return render(request, "access/account_opened.html", {"account": account, "password": password})
    return render(request, "access/account_new.html", {"form": form}, status=422 if form.errors else 200)


@needs(MANAGE)
def one(request: ActorRequest, account_id: UUID) -> HttpResponse:
    """One account: its roles, one more role, a new password, its end."""
    account = _account(request, account_id)
    form = GrantForm(request.POST or None, initial={"area": _area_of_register()})
    if request.method == "POST" and form.is_valid() and (path := _path(form)):
        _grant(request, account, form, path)
        messages.success(request, _("The role is given."))
        return redirect("access:one", account_id)
    names = area_names([grant.area_path for grant in _held(account)])
    context = {"account": account, "roles": _roles(account, names), "form": form}
    return render(request, "access/account_one.html", context, status=422 if form.errors else 200)


@require_POST
@never_cache
@needs(MANAGE)
def password(request: ActorRequest, account_id: UUID) -> HttpResponse:
    """A new password, shown this once."""
    account = _account(request, account_id)
    renewed = services.renew_password(account_id=account.pk, by=request.actor, at=clock.now())
    return render(request, "access/account_opened.html", {"account": account, "password": renewed})


@needs(MANAGE)
def second_factor(request: ActorRequest, account_id: UUID) -> HttpResponse:
    """Take the second factor off an account whose phone is lost, with a reason."""
    account = _account(request, account_id)
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        factor.reset(account_id=account.pk, by=request.actor, at=clock.now(), why=form.cleaned_data["why"])
        messages.success(
            request, _("%(name)s logs in without the old second factor.") % {"name": account.name}
        )
        return redirect("access:one", account_id)
    context = {
        "form": form,
        "title": _("Take the second factor off the account of %(name)s") % {"name": account.name},
        "says": _(
            "Make sure that it is really them. Whose role needs one sets up a new one at the next login."
        ),
        "submit": _("Take it off"),
        "back": reverse("access:one", args=[account.pk]),
    }
    return render(request, "access/account_end.html", context, status=422 if form.errors else 200)


@needs(MANAGE)
def close(request: ActorRequest, account_id: UUID) -> HttpResponse:
    """Close an account, with a reason."""
    account = _account(request, account_id)
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        services.close_account(
            account_id=account.pk, by=request.actor, at=clock.now(), why=form.cleaned_data["why"]
        )
        messages.success(request, _("%(name)s can no longer log in.") % {"name": account.name})
        return redirect("access:accounts")
    context = {
        "form": form,
        "title": _("Close the account of %(name)s") % {"name": account.name},
        "says": _("Nobody can log in with it any more, and all its roles end now."),
        "submit": _("Close the account"),
        "back": reverse("access:one", args=[account.pk]),
    }
    return render(request, "access/account_end.html", context, status=422 if form.errors else 200)


@needs(MANAGE)
def end(request: ActorRequest, grant_id: UUID) -> HttpResponse:
    """Take a role back, with a reason."""
    grant = Grant.objects.filter(pk=grant_id).select_related("account").first()
    if grant is None:
        raise Refusal("not_found", what=str(Grant._meta.verbose_name))
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        services.end_grant(grant_id=grant.pk, by=request.actor, at=clock.now(), why=form.cleaned_data["why"])
        messages.success(request, _("The role is taken back."))
        return redirect("access:one", grant.account_id)
    role = roles.ROLES[grant.role].title
    context = {
        "form": form,
        "title": _("Take a role back: %(role)s, %(name)s") % {"role": role, "name": grant.account.name},
        "says": _("It ends now. What was done with it stays in the journal."),
        "submit": _("Take it back"),
        "back": reverse("access:one", args=[grant.account_id]),
    }
    return render(request, "access/account_end.html", context, status=422 if form.errors else 200)


def _account(request: ActorRequest, account_id: UUID) -> Account:
    account = accounts_of(request.actor, clock.now()).filter(pk=account_id).first()
    if account is None:
        raise Refusal("not_found", what=str(Account._meta.verbose_name))
    return account


def _held(account: Account) -> list[Grant]:
    held: list[Grant] = account.held  # type: ignore[attr-defined]
    return held


def _roles(account: Account, names: dict[str, str]) -> list[dict[str, Any]]:
    return [
        {
            "grant": grant,
            "title": roles.ROLES[grant.role].title,
            "area": names.get(grant.area_path, grant.area_path),
        }
        for grant in _held(account)
    ]


def _area_of_register() -> str:
    path = installation().area_path
    return area_names([path]).get(path, "") if path != "/" else ""


def _path(form: forms.Form) -> str:
    """The path of the area that was typed; empty, with an error at the field, when there is none."""
    try:
        return str(import_string(settings.TONGXIN_AREA_FINDER)(form.cleaned_data["area"]).path)
    except Refusal as refusal:
        form.add_error("area", refusal.says)
        return ""


def _grant(request: ActorRequest, account: Account, form: forms.Form, path: str) -> None:
    until: date | None = form.cleaned_data["until"]
    ends: datetime | None = clock.start_of(until + timedelta(days=1)) if until else None
    services.grant(
        account=account,
        role=form.cleaned_data["role"],
        area_path=path,
        by=request.actor,
        at=clock.now(),
        valid_to=ends,
    )
