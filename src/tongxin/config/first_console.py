"""The first day in the terminal: three questions, then the register serves."""

import getpass
import sys
from collections.abc import Sequence
from datetime import datetime

from django.core.exceptions import ValidationError
from rich.prompt import Prompt

from tongxin.access import roles
from tongxin.config import founding
from tongxin.config.console import _, complain, errors, said
from tongxin.config.founding import FirstAccount
from tongxin.core import areas
from tongxin.core.refusals import Refusal
from tongxin.places.models import Area
from tongxin.places.queries.areas import search_areas
from tongxin.places.queries.names import names_of

SHOWN = 12


class NothingMade(Exception):
    """The questions were not answered to the end."""


def ask(at: datetime) -> None:
    """Ask for the area and the first accounts, and set the register up."""
    errors.print(
        "\n"
        + _("This register is empty. It asks three things, then it serves. Ctrl-C stops, nothing is kept.")
    )
    try:
        area = _ask_area(at)
        accounts = [_ask_account(founding.OPERATOR, [])]
        if role := _ask_head():
            accounts.append(_ask_account(role, [account.username for account in accounts]))
    except EOFError:
        raise NothingMade(
            _("The questions were not answered: nothing was made, and nothing is served.")
        ) from None
    founding.found(area_path=area.path, accounts=accounts, at=at)
    tell(area, accounts)


def from_words(area: str, names: Sequence[str], username: str, name: str, at: datetime) -> None:
    """The same from the command line: the password is the first line of standard input."""
    password = sys.stdin.readline().rstrip("\r\n")
    account = FirstAccount(username, name or username, founding.OPERATOR, password)
    try:
        account.check()
    except ValidationError as problem:
        raise NothingMade(
            " ".join([_("The password on standard input will not do."), *problem.messages])
        ) from None
    found = founding.area_for(area, names, at)
    founding.found(area_path=found.path, accounts=[account], at=at)
    tell(found, [account])


def tell(area: Area, accounts: Sequence[FirstAccount]) -> None:
    said(_("the register is set up for %(area)s") % {"area": f"{area.name} {area.key}"})
    for account in accounts:
        said(_("%(username)s can log in: %(role)s") % {
            "username": account.username, "role": str(roles.ROLES[account.role].title),
        })  # fmt: skip


def _ask_area(at: datetime) -> Area:
    while True:
        text = _prompt(_("1. Which area is it for? Part of its name, or its code"))
        found = list(search_areas(text, limit=SHOWN))
        if not found:
            area = _ask_new(text, at)
            if area is None:
                errors.print(
                    _("   Nothing is called “%s”. Try a shorter part of the name.") % text, markup=False
                )
                continue
            return area
        _show(found)
        choice = _prompt(
            _("   Number; + for a community that is missing below one of them; Enter to search again"), ""
        )
        if choice == "+":
            if area := _ask_missing(found, at):
                return area
        elif choice.isdigit() and 1 <= int(choice) <= len(found):
            return found[int(choice) - 1]


def _show(found: Sequence[Area]) -> None:
    above = names_of([path for area in found for path in areas.chain(area.path)[1:-1]])
    for number, area in enumerate(found, 1):
        where = " ".join(above.get(path, "") for path in areas.chain(area.path)[1:-1])
        errors.print(f"   {number:>2}  {area.name}  [dim]{area.key}  {where}[/dim]")


def _ask_new(text: str, at: datetime) -> Area | None:
    """A local code typed whole: its missing names are asked for."""
    try:
        return founding.area_for(text, [], at)
    except Refusal as refusal:
        if refusal.code != "area_needs_name":
            return None
        errors.print("   " + refusal.says, markup=False)
        names = [_prompt(_("   Name")) for _number in range(int(refusal.facts["count"]))]
        return _made(text, names, at)


def _ask_missing(found: Sequence[Area], at: datetime) -> Area | None:
    number = _prompt(_("   Below which number"), "1")
    if not number.isdigit() or not 1 <= int(number) <= len(found):
        return None
    above = found[int(number) - 1]
    code = _prompt(_("   A local code of three characters with a letter"), "L01")
    return _made(above.key + code, [_prompt(_("   Name"))], at)


def _made(key: str, names: Sequence[str], at: datetime) -> Area | None:
    try:
        return founding.area_for(key, names, at)
    except Refusal as refusal:
        errors.print("   " + refusal.says, markup=False)
        return None


def _ask_head() -> str:
    errors.print(_("3. Somebody who leads the work, now? Later accounts are opened on the page “Accounts”."))
    for number, role in enumerate(founding.HEADS, 1):
        errors.print(f"   {number:>2}  {roles.ROLES[role].title}")
    answer = _prompt(_("   Number, or Enter for nobody"), "")
    return founding.HEADS[int(answer) - 1] if answer in ("1", "2") else ""


def _ask_account(role: str, taken: Sequence[str]) -> FirstAccount:
    if role == founding.OPERATOR:
        errors.print(_("2. The first account: the operator, who opens all others and sees no person's data."))
    while True:
        username = _prompt(_("   User name"))
        if username in taken or " " in username:
            complain(_("This user name is taken or has a space in it."))
            continue
        name = _prompt(_("   Name of the person"))
        account = FirstAccount(username, name, role, _ask_password())
        try:
            account.check()
        except ValidationError as problem:
            complain(" ".join(problem.messages))
            continue
        return account


def _ask_password() -> str:
    while True:
        first = getpass.getpass("   " + _("Password (at least 10 characters; it is not shown)") + ": ")
        if first == getpass.getpass("   " + _("The same again") + ": "):
            return first
        complain(_("The two are not the same."))


def _prompt(question: str, default: str | None = None) -> str:
    while True:
        answer = Prompt.ask(question, console=errors, default=default, show_default=bool(default))
        if answer is not None and (answer.strip() or default is not None):
            return answer.strip()
