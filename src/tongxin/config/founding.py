"""The first day of a register (开册): which area it is for, and who opens the accounts of everybody else."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.contrib.auth.password_validation import validate_password
from django.db import transaction

from tongxin.access.actors import SYSTEM
from tongxin.access.models import Account, Installation
from tongxin.access.services import journal
from tongxin.access.services.accounts import grant, mark_installation, open_account
from tongxin.core import scope
from tongxin.core.locks import advisory
from tongxin.core.refusals import Refusal
from tongxin.places.enums import AreaLevel
from tongxin.places.models import Area
from tongxin.places.queries.areas import find
from tongxin.places.rules.ground import REGION_WIDTHS, region_key
from tongxin.places.services.areas import add_local_area

OPERATOR = "operator"
# Who may be made beside the operator on the first day: everybody else is opened on the page "Accounts".
HEADS = ("community_head", "commander")
_LEVELS = (AreaLevel.PROVINCE, AreaLevel.CITY, AreaLevel.COUNTY, AreaLevel.STREET, AreaLevel.COMMUNITY)


@dataclass(frozen=True, slots=True)
class FirstAccount:
    """One of the first people who can log in."""

    username: str
    name: str
    role: str = OPERATOR
    password: str = field(default="", repr=False)

    def check(self) -> None:
        """Raises ValidationError when the password is weak for this person."""
        validate_password(self.password, Account(username=self.username, name=self.name))


def is_founded() -> bool:
    """Somebody can log in. Until then no page but the first is served."""
    return Account.objects.exists()


def is_demo() -> bool:
    return Installation.objects.filter(is_demo=True).exists()


@transaction.atomic
def found(*, area_path: str, accounts: Sequence[FirstAccount], at: datetime) -> None:
    """Set up an empty register (开册) for an area, with its operator and perhaps its head. Once; never a demo."""
    with scope.everywhere():
        advisory("config.founding")
        if is_founded():
            raise Refusal("register_founded")
        if is_demo():
            raise Refusal("register_is_demo")
        if not any(account.role == OPERATOR for account in accounts):
            raise Refusal("operator_needed")
        for account in accounts:
            account.check()
        mark_installation(is_demo=False, area_path=area_path)
        journal.record("access.register.founded", by=SYSTEM, area_path=area_path, at=at)
        for account in accounts:
            made = open_account(
                username=account.username, name=account.name, password=account.password, by=SYSTEM, at=at
            )
            grant(account=made, role=account.role, area_path=area_path, by=SYSTEM, at=at)


@transaction.atomic
def area_for(text: str, names: Sequence[str], at: datetime) -> Area:
    """The area of a code or name. A local code that is not there yet is made, when its names are given (ID-03).

    `430802L01001` with the names 阳湖坪街道 and 双溪社区 makes the street and the community below the county.
    """
    try:
        return find(text)
    except Refusal as refusal:
        key = region_key(text)
        if refusal.code != "area_unknown" or not any(letter.isalpha() and letter.isascii() for letter in key):
            raise
    above, missing = _nearest(key)
    if above is None or not missing:
        raise Refusal("area_unknown", area=text)
    if len(names) != len(missing):
        raise Refusal("area_needs_name", key=key, above=above.name, count=len(missing))
    with scope.everywhere():
        for (segment, level), name in zip(missing, names, strict=True):
            above = add_local_area(parent=above, segment=segment, name=name, level=level, by=SYSTEM, at=at)
    return above


def _nearest(key: str) -> tuple[Area | None, list[tuple[str, str]]]:
    """The smallest area of the key's chain that is there, and the segments (with levels) that are not."""
    missing: list[tuple[str, str]] = []
    widths = list(REGION_WIDTHS)
    while widths and sum(widths) > len(key):
        widths.pop()
    if sum(widths) != len(key):
        return None, []
    while widths:
        if area := Area.objects.filter(key=key[: sum(widths)]).order_by("path").first():
            return area, missing
        width = widths.pop()
        start = sum(widths)
        missing.insert(0, (key[start : start + width], _LEVELS[len(widths)]))
    return None, missing
