"""Accounts and grants."""

import secrets
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from tongxin.access.actors import Actor
from tongxin.access.models import Account, Grant, Installation
from tongxin.access.queries import installation
from tongxin.access.services import journal
from tongxin.core import scope
from tongxin.core.locks import lock
from tongxin.core.refusals import Refusal

MANAGE = "access.account.manage"


@transaction.atomic
def open_account(
    *,
    username: str,
    name: str,
    password: str,
    by: Actor,
    at: datetime,
    is_demo: bool = False,
    language: str = "zh-hans",
) -> Account:
    """Make an account (开户). The same user name again returns the account that is there."""
    by.must("access.account.manage")
    if is_demo and not installation().is_demo:
        raise Refusal("register_not_demo")
    if account := Account.objects.filter(username=username).first():
        return account
    account = Account.objects.create_user(username, password, name=name, is_demo=is_demo, language=language)
    journal.record("access.account.opened", by=by, area_path=by.home, on=account, at=at)
    return account


def grant(
    *, account: Account, role: str, area_path: str, by: Actor, at: datetime, valid_to: datetime | None = None
) -> Grant:
    """Give a role in an area (授权). A grant that already holds is returned as it is."""
    by.must("access.account.manage", within=area_path)
    with scope.scoped([area_path, *scope.current_scope()] if by.account_id else ["/"]):
        held = Grant.objects.in_force(at).filter(account=account, role=role, area_path=area_path).first()
        if held:
            return held
        given = Grant.objects.create(
            account=account,
            role=role,
            area_path=area_path,
            valid_from=at,
            valid_to=valid_to,
            given_by_id=by.account_id,
        )
        journal.record(
            "access.grant.given", by=by, area_path=area_path, on=given, at=at, facts={"role": role}
        )
    return given


@transaction.atomic
def end_grant(*, grant_id: UUID, by: Actor, at: datetime, why: str) -> Grant:
    """Take a role back (收回授权). It is ended, not deleted; ending it twice is ending it once."""
    given = lock(Grant, grant_id)
    by.must(MANAGE, within=given.area_path)
    if given.valid_to is None or given.valid_to > at:
        # A grant of this very moment still ends after its start.
        given.valid_to = max(at, given.valid_from + timedelta(microseconds=1))
        given.save(update_fields=["valid_to"])
        journal.record(
            "access.grant.ended",
            by=by,
            area_path=given.area_path,
            on=given,
            at=at,
            why=why,
            facts={"role": given.role},
        )
    return given


@transaction.atomic
def renew_password(*, account_id: UUID, by: Actor, at: datetime) -> str:
    """Give an account a new password (重设密码), told this once; its open sessions end."""
    account = managed(account_id, by, at)
    password = secrets.token_urlsafe(9)
    account.set_password(password)
    account.save(update_fields=["password"])
    journal.record("access.account.renewed", by=by, area_path=by.home, on=account, at=at)
    return password


@transaction.atomic
def close_account(*, account_id: UUID, by: Actor, at: datetime, why: str) -> Account:
    """Close an account (停用): nobody logs in with it any more, and its roles end."""
    account = managed(account_id, by, at)
    if account.pk == by.account_id:
        raise Refusal("not_oneself")
    if account.is_active:
        account.is_active = False
        account.save(update_fields=["is_active"])
        with scope.everywhere():
            for given in Grant.objects.in_force(at).filter(account=account):
                end_grant(grant_id=given.pk, by=by, at=at, why=why)
        journal.record("access.account.closed", by=by, area_path=by.home, on=account, at=at, why=why)
    return account


def managed(account_id: UUID, by: Actor, at: datetime) -> Account:
    """The account, if every role it holds lies where the actor manages: nobody is reached above one's area."""
    by.must(MANAGE)
    account = lock(Account, account_id)
    with scope.everywhere():
        held = list(Grant.objects.in_force(at).filter(account=account).values_list("area_path", flat=True))
    for path in held:
        by.must(MANAGE, within=path)
    return account


@transaction.atomic
def mark_installation(*, is_demo: bool, area_path: str) -> Installation:
    """Say what this register is, once: an empty one may be marked demo, a real one never becomes a demo."""
    row, made = Installation.objects.get_or_create(
        pk=1, defaults={"is_demo": is_demo, "area_path": area_path}
    )
    if not made and is_demo and not row.is_demo:
        raise Refusal("register_not_demo")
    return row
