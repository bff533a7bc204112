"""Demo accounts: one of each role, on registers of invented people only."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from django.db import transaction

from tongxin.access.actors import SYSTEM
from tongxin.access.models import Account
from tongxin.access.queries import installation
from tongxin.access.services.accounts import grant, open_account
from tongxin.core import scope
from tongxin.core.refusals import Refusal

# One password for all, printed by `make run`: it opens nothing but invented people.
PASSWORD = "tongxin-demo-2022"  # noqa: S105


class DemoAccount(NamedTuple):
    """Who can log in to the demo, and as what."""

    username: str
    password: str
    role: str
    name: str


# username, role, name, where: the community, its county, one grid, the whole country or the neighbour
_CAST = (
    ("tang", "community_head", "唐书记", "area"),
    ("qin", "clerk", "秦红", "area"),
    ("lin", "grid_worker", "林志强", "grid"),
    ("zhao", "point_chief", "赵敏", "area"),
    ("registrar", "registrar", "许登记", "area"),
    ("carrier", "carrier", "云转运", "area"),
    ("lab", "lab_liaison", "罗检验", "area"),
    ("he", "health_officer", "何医生", "area"),
    ("lv", "legal_officer", "吕法制", "county"),
    ("commander", "commander", "彭指挥", "county"),
    ("auditor", "auditor", "沈审计", "county"),
    ("operator", "operator", "韦运维", "everywhere"),
    ("gao", "community_head", "高远", "neighbour"),
)


@transaction.atomic
def make_demo_accounts(
    *, area_path: str, county_path: str, grid_path: str, at: datetime, neighbour_path: str = ""
) -> Sequence[DemoAccount]:
    """One account of each role, and Gao of the next community, who must see nothing here. Safe to repeat.

    Without a neighbour, Gao has an account and no area.

    Refused `register_not_demo` where the register is not marked demo.
    """
    where = {
        "area": area_path, "county": county_path, "grid": grid_path, "neighbour": neighbour_path, "everywhere": "/",
    }  # fmt: skip
    with scope.everywhere():
        if not installation().is_demo:
            raise Refusal("register_not_demo")
        for username, role, name, place in _CAST:
            account = open_account(
                username=username, name=name, password=PASSWORD, by=SYSTEM, at=at, is_demo=True
            )
            _must_be_demo(account)
            if where[place]:
                grant(account=account, role=role, area_path=where[place], by=SYSTEM, at=at)
    return demo_accounts()


def _must_be_demo(account: Account) -> None:
    """A user name of a real person is never given a known password's rights."""
    if not account.is_demo:
        raise Refusal("register_not_demo")


def demo_accounts() -> Sequence[DemoAccount]:
    """The accounts to print beside the address."""
    return [DemoAccount(username, PASSWORD, role, name) for username, role, name, _place in _CAST]
