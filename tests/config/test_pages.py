"""Every page of the office is in the list that `make shots` photographs: a new one cannot be forgotten."""

import importlib.util
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.test import Client
from django.urls import NoReverseMatch, URLPattern, URLResolver, get_resolver, reverse

from tests import cast, factories
from tests.cast import SHUANGXI
from tests.testing.views.test_results_and_pools import logged_in
from tongxin.access.roles import ROLES

TOOL = Path(__file__).resolve().parents[2] / "tools" / "pages.py"
# Machines speak here, or allauth has its own pages that we leave shut.
LEFT_OUT = ("healthz", "api.", "set_language", "columns", "certificate", "account_", "mfa_", "field.")
FILL = {
    "code": "five", "key": "covered", "kind": "register", "to": "open", "inside": SHUANGXI.strip("/"),
    "name": "testing.pool.capacity", "day": date(2021, 8, 20),
}  # fmt: skip


def listed() -> Any:
    spec = importlib.util.spec_from_file_location("pages", TOOL)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def patterns(resolver: Any, space: str = "") -> Iterator[tuple[str, URLPattern]]:
    for each in resolver.url_patterns:
        if isinstance(each, URLResolver):
            yield from patterns(each, f"{space}{each.namespace}." if each.namespace else space)
        elif each.name and not f"{space}{each.name}".startswith(LEFT_OUT):
            yield f"{space}{each.name}", each


def address(name: str, pattern: URLPattern) -> str:
    converters = pattern.pattern.converters
    facts = {
        key: FILL.get(key, UUID(int=1)) if type(kind).__name__ != "UUIDConverter" else UUID(int=1)
        for key, kind in converters.items()
    }
    return reverse(name.replace(".", ":"), kwargs=facts)


@pytest.mark.usefixtures("db_everywhere")
def test_every_page_that_can_be_opened_is_in_the_list(client: Client) -> None:
    town = cast.town()
    town.accounts["all"] = factories.account("all", "全权", *((role, SHUANGXI) for role in ROLES))
    everybody = logged_in(client, town, "all")

    opened = set()
    for name, pattern in patterns(get_resolver()):
        try:
            status = everybody.get(address(name, pattern)).status_code
        except NoReverseMatch:
            status = 200
        if status != 405:
            opened.add(name)

    told = listed()
    assert opened - told.PAGES - told.FILES == set(), "new pages: name them in tools/pages.py"
    assert (told.PAGES | told.FILES) - opened == set(), "gone: take them out of tools/pages.py"
