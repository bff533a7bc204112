"""Accounts and grants."""

from datetime import datetime

from django.db import transaction

from tongxin.access.actors import Actor
from tongxin.access.models import Account, Grant, Installation
from tongxin.access.queries import installation
from tongxin.access.services import journal
from tongxin.core import scope
from tongxin.core.refusals import Refusal


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
    journal.record("access.account.opened", by=by, area_path="/", on=account, at=at)
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
def mark_installation(*, is_demo: bool, area_path: str) -> Installation:
    """Say what this register is, once: an empty one may be marked demo, a real one never becomes a demo."""
    row, made = Installation.objects.get_or_create(
        pk=1, defaults={"is_demo": is_demo, "area_path": area_path}
    )
    if not made and is_demo and not row.is_demo:
        raise Refusal("register_not_demo")
    return row
