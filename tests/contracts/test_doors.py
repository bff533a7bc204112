"""Every address and what it asks for, as one table; every role is tried at every one of them, and so is an outsider.

`contracts/doors.json` is the table. After a new address: `python -m tests.contracts.test_doors`.
"""

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

TABLE = Path(__file__).resolve().parents[2] / "contracts" / "doors.json"
OURS = "tongxin."
# What opens without a name: the way in, the sign of life, the phone's shell and its own tokens.
OPEN = "open"
LOGGED_IN = "logged in"
WITHOUT_NAME = {
    "columns",  # which columns a browser shows, kept in its cookie
    "healthz",
    "set_language",
    "first_run",  # opens while there is no account at all, and never again
    "trust",
    "certificate",
    "field:shell",
    "field:service_worker",
    "field:manifest",
}
# The people of a round: the register and the round are both asked for.
ASKS_MORE = {"testing:people": "testing.round.read", "testing:standing": "testing.round.read"}
SAMPLES: dict[str, Any] = {
    "UUIDConverter": UUID(int=7),
    "IntConverter": 7,
    "StringConverter": "x",
    "SlugConverter": "x",
    "PathConverter": "x",
    "Day": date(2021, 8, 20),
}


def doors() -> dict[str, list[str] | str]:
    """Name of each address of ours -> the capabilities of which one is needed, `logged in`, or `open`."""
    return {name: _asked(name, pattern) for name, pattern in _patterns() if _is_ours(pattern)}


def _asked(name: str, pattern: URLPattern) -> list[str] | str:
    capabilities = getattr(pattern.callback, "capabilities", None)
    if capabilities is None:
        return OPEN
    return sorted(capabilities) or LOGGED_IN


def _patterns(resolver: URLResolver | None = None, space: str = "") -> Iterator[tuple[str, URLPattern]]:
    for each in (resolver or get_resolver()).url_patterns:
        if isinstance(each, URLResolver):
            inner = f"{space}{each.namespace}:" if each.namespace else space
            yield from _patterns(each, inner)
        elif each.name:
            yield space + each.name, each


def _is_ours(pattern: URLPattern) -> bool:
    return str(getattr(pattern.callback, "__module__", "")).startswith(OURS)


def _address(name: str, pattern: URLPattern) -> str:
    converters = pattern.pattern.converters
    arguments = {word: SAMPLES[type(each).__name__] for word, each in converters.items()}
    return reverse(name, kwargs=arguments)


def written() -> dict[str, list[str] | str]:
    table: dict[str, list[str] | str] = json.loads(TABLE.read_text(encoding="utf-8"))
    return table


def test_the_table_is_what_the_code_asks() -> None:
    assert written() == doors()


def test_only_the_way_in_and_the_phones_shell_open_without_a_name() -> None:
    assert {name for name, asked in doors().items() if asked == OPEN} == WITHOUT_NAME


def test_every_capability_that_is_asked_is_given_to_some_role() -> None:
    from tongxin.access import roles

    asked = {each for needed in doors().values() if isinstance(needed, list) for each in needed}

    assert asked - set(roles.CAPABILITIES) == set()


def test_every_machine_door_asks_for_a_token(db: None) -> None:
    from tongxin.exchange.api import api

    answers = {}
    for _prefix, router in api._routers:
        for path, operations in router.path_operations.items():
            for operation in operations.operations:
                for method in operation.methods:
                    send = getattr(Client(), method.lower())
                    answers[f"{method} {path}"] = send(f"/api/v1{path}").status_code

    # Enrolling is how a phone gets its token (it shows a one-time code instead: an empty one is malformed), and the
    # description of the doors is no secret.
    without = {"POST /enrol", "GET /openapi.json"}
    assert {door for door, status in answers.items() if status != 401} == without
    assert len(answers) > len(without)


@pytest.fixture
def clients(db: None) -> dict[str, Client]:
    from tests import cast, factories
    from tongxin.access import roles
    from tongxin.core import scope

    with scope.everywhere():
        cast.town()
        accounts = {
            role: factories.account(f"role-{role}", role, (role, cast.SHUANGXI)) for role in roles.ROLES
        }
        accounts["nobody"] = factories.account("role-nobody", "nobody")
    made = {"outsider": Client()}
    for name, account in accounts.items():
        made[name] = Client()
        made[name].force_login(account, backend="allauth.account.auth_backends.AuthenticationBackend")
    return made


def test_every_role_meets_every_door_as_the_table_says(clients: dict[str, Client]) -> None:
    wrong = []
    for name, pattern in _patterns():
        asked = _asked(name, pattern) if _is_ours(pattern) else OPEN
        if asked == OPEN:
            continue
        address = _address(name, pattern)
        let_in = {who for who in clients if _may(who, name, asked)}
        # Everybody who must stay outside, and one of those who may come in.
        for who in [*(who for who in clients if who not in let_in), *sorted(let_in)[:1]]:
            for method in ("get", "post"):
                # Asked for as a part of a page: an answer without the page around it is quicker.
                status = getattr(clients[who], method)(address, headers={"HX-Request": "true"}).status_code
                if not _fits(status, who=who, may=who in let_in):
                    wrong.append((name, method, who, who in let_in, status))

    assert wrong == []


def _may(who: str, name: str, asked: list[str] | str) -> bool:
    from tongxin.access import roles

    if who == "outsider":
        return False
    held = roles.ROLES[who].capabilities if who in roles.ROLES else frozenset()
    return (asked == LOGGED_IN or bool(held & set(asked))) and ASKS_MORE.get(name, "") in held | {""}


def _fits(status: int, *, who: str, may: bool) -> bool:
    """405 tells nothing: the address wants the other method, whoever asks."""
    if status == 405:
        return True
    if who == "outsider":
        return status == 204  # with the way to the login
    return status != 403 if may else status == 403


if __name__ == "__main__":
    import django

    django.setup()
    TABLE.write_text(
        json.dumps(doors(), indent=1, ensure_ascii=False, sort_keys=True) + "\n", encoding="utf-8"
    )
