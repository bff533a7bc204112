"""The choice of columns: kept for one table of one person, and never able to hide which row it is."""

import pytest
from django.test import Client
from django.urls import reverse

from tests import cast
from tests.cast import Town
from tongxin.core import scope

pytestmark = pytest.mark.usefixtures("db")
CHOOSE = {"table": "tubes", "count": "5", "shown": ["3", "5"]}


@pytest.fixture
def town(db: None) -> Town:
    with scope.everywhere():
        return cast.town()


def enter(town: Town, name: str) -> Client:
    client = Client()
    client.force_login(town.accounts[name])
    return client


def kept(client: Client) -> list[str]:
    return [each.value for name, each in client.cookies.items() if name.startswith("columns")]


def test_what_is_not_ticked_is_put_away_and_the_first_stays(town: Town) -> None:
    client = enter(town, "tang")

    answer = client.post(reverse("columns"), CHOOSE | {"next": "/testing/rounds/"})

    assert (answer.status_code, answer.url) == (302, "/testing/rounds/")  # type: ignore[attr-defined]
    assert kept(client) == ["tubes-2.4"]


def test_two_tables_are_kept_apart_and_one_can_be_whole_again(town: Town) -> None:
    client = enter(town, "tang")
    client.post(reverse("columns"), CHOOSE)
    client.post(reverse("columns"), {"table": "results", "count": "3", "shown": ["2"]})

    client.post(reverse("columns"), {"table": "tubes", "count": "3", "shown": ["2", "3"]})

    assert kept(client) == ["results-3"]


@pytest.mark.parametrize("next_", ["https://elsewhere.example/", "//elsewhere.example/", "javascript:x"])
def test_it_never_leads_out_of_the_house(town: Town, next_: str) -> None:
    answer = enter(town, "tang").post(reverse("columns"), CHOOSE | {"next": next_})

    assert answer.url == "/"  # type: ignore[attr-defined]


@pytest.mark.parametrize("table", ["", "a b", "x;y", "<b>", "a_b"])
def test_a_strange_name_is_not_kept(town: Town, table: str) -> None:
    client = enter(town, "tang")

    client.post(reverse("columns"), CHOOSE | {"table": table})

    assert kept(client) == []
