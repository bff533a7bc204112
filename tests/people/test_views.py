"""Pages of the register: what they show, to whom, and what they cost."""

from typing import Any

import pytest
from django.test import Client

from tests import cast, factories
from tongxin.access.models import Entry
from tongxin.core import scope
from tongxin.people.models import Person

pytestmark = pytest.mark.usefixtures("db")

ENGLISH = {"django_language": "en"}


@pytest.fixture
def town() -> cast.Town:
    with scope.everywhere():
        return cast.town()


def as_(town: cast.Town, name: str) -> Client:
    client = Client()
    client.cookies.load(ENGLISH)
    client.force_login(town.accounts[name])
    return client


def names(response: Any) -> list[str]:
    return [row.name for row in response.context["table"].rows]


def test_who_is_not_logged_in_is_asked_to(town: cast.Town) -> None:
    response = Client().get("/people/")

    assert (response.status_code, response.headers["Location"]) == (302, "/accounts/login/?next=/people/")


def test_the_register_opens_with_numbers_masked(town: cast.Town) -> None:
    response = as_(town, "lin").get("/people/")

    page = response.content.decode()
    assert response.status_code == 200
    assert names(response) == ["张伟", "陈伟", "陈芳"]
    assert "9900**********0026" in page
    assert "990001198808080026" not in page
    assert "13800000001" not in page


def test_a_search_leaves_no_name_in_the_address(town: cast.Town) -> None:
    client = as_(town, "lin")

    response = client.post("/people/search", {"text": "陈芳"}, follow=True)

    ((address, _status),) = response.redirect_chain
    assert names(response) == ["陈芳"]
    assert address.startswith("/people/?search=")
    assert len(address) == len("/people/?search=") + 12
    assert names(client.get("/people/?search=unknown")) == ["张伟", "陈伟", "陈芳"]


def test_the_next_community_sees_nobody_by_list_search_or_address(town: cast.Town) -> None:
    gao = as_(town, "gao")
    with scope.everywhere():
        household = town.chen_wei.residences.get().household_id
        phone = town.chen_wei.phones.get().pk

    assert names(gao.get("/people/")) == []
    assert names(gao.post("/people/search", {"text": "990001198808080026"}, follow=True)) == []
    for address in (
        f"/people/{town.chen_wei.pk}",
        f"/people/{town.chen_wei.pk}/document",
        f"/people/{town.chen_wei.pk}/phones/{phone}",
        f"/people/{town.chen_wei.pk}/correction",
        f"/people/{town.chen_wei.pk}/seen",
        f"/people/households/{household}",
    ):
        response = gao.get(address)
        assert response.status_code == 404, address
        assert "陈" not in response.content.decode()


def test_who_may_not_read_the_register_is_told_so(town: cast.Town) -> None:
    response = as_(town, "lab").get("/people/")

    assert response.status_code == 403
    assert "Your role may not do this" in response.content.decode()


def test_a_person_opens_as_page_and_in_the_drawer(town: cast.Town) -> None:
    client = as_(town, "tang")

    page = client.get(f"/people/{town.chen_wei.pk}")
    drawer = client.get(
        f"/people/{town.chen_wei.pk}", headers={"HX-Request": "true", "HX-Target": "drawer-body"}
    )

    assert (page.status_code, drawer.status_code) == (200, 200)
    assert "<html" in page.content.decode()
    assert "<html" not in drawer.content.decode()
    assert "陈芳" in drawer.content.decode()


def test_a_whole_number_needs_a_reason_and_is_recorded(town: cast.Town) -> None:
    client = as_(town, "lin")
    address = f"/people/{town.chen_wei.pk}/document"

    asked = client.get(address)
    refused = client.post(address, {"why": "看"})
    shown = client.post(address, {"why": "核对身份证"})

    assert "990001198808080026" not in asked.content.decode()
    assert refused.status_code == 422
    assert "at least 4 characters" in refused.content.decode()
    assert "990001198808080026" in shown.content.decode()
    assert shown.headers["Cache-Control"] == "max-age=0, no-cache, no-store, must-revalidate, private"
    with scope.everywhere():
        assert [(entry.act, entry.why) for entry in Entry.objects.all()] == [
            ("people.document.revealed", "核对身份证")
        ]


def test_a_phone_of_somebody_else_is_not_shown_under_this_person(town: cast.Town) -> None:
    with scope.everywhere():
        other = town.zhang_wei.phones.get().pk

    response = as_(town, "tang").post(f"/people/{town.chen_wei.pk}/phones/{other}", {"why": "核对电话"})

    assert response.status_code == 404
    assert "13800000002" not in response.content.decode()


def test_who_has_looked_is_shown_to_the_journal_s_readers_alone(town: cast.Town) -> None:
    as_(town, "lin").post(f"/people/{town.chen_wei.pk}/document", {"why": "核对身份证"})

    head = as_(town, "tang").get(f"/people/{town.chen_wei.pk}/seen")
    worker = as_(town, "lin").get(f"/people/{town.chen_wei.pk}/seen")

    assert "林志强" in head.content.decode()
    assert "核对身份证" in head.content.decode()
    assert worker.status_code == 403
    assert "核对身份证" not in as_(town, "qin").get(f"/people/{town.chen_wei.pk}").content.decode()


def test_a_correction_returns_itself_until_it_is_right(town: cast.Town) -> None:
    client = as_(town, "lin")
    address = f"/people/{town.chen_wei.pk}/correction"

    unchanged = client.post(address, {"name": "陈伟", "phone": "", "why": "核对过了"})
    unreadable = client.post(address, {"name": "陈伟", "phone": "123", "why": "核对过了"})
    done = client.post(address, {"name": "陈卫", "phone": "", "why": "身份证上门核对"})

    assert (unchanged.status_code, unreadable.status_code) == (422, 422)
    assert "This is no phone number" in unreadable.content.decode()
    assert (done.status_code, done.headers["Location"]) == (302, f"/people/{town.chen_wei.pk}")
    with scope.everywhere():
        assert Person.objects.get(pk=town.chen_wei.pk).name == "陈卫"


def test_an_empty_register_says_why_and_offers_the_import(town: cast.Town) -> None:
    page = as_(town, "gao").get("/people/").content.decode()

    assert "Import the household lists you have" in page


def test_the_pages_cost_the_same_at_one_and_at_three_rows(town: cast.Town, queries: list[str]) -> None:
    client = as_(town, "lin")
    costs = []
    for text in ("张伟", "伟"):
        client.post("/people/search", {"text": text})
        factories_done = len(queries)
        response = client.post("/people/search", {"text": text}, follow=True)
        costs.append((len(names(response)), len(queries) - factories_done))

    assert [rows for rows, _cost in costs] == [1, 2]
    assert costs[0][1] == costs[1][1]


def test_the_list_costs_the_same_with_more_people(town: cast.Town, queries: list[str]) -> None:
    client = as_(town, "tang")
    client.get("/people/")
    queries.clear()
    client.get("/people/")
    three = len(queries)
    with scope.everywhere():
        for number in range(4, 9):
            factories.person(f"王{number}", town.door_302, phone=f"1390000000{number}")
    queries.clear()
    response = client.get("/people/")

    assert len(names(response)) == 8
    assert len(queries) == three
    assert three <= 33  # three of them say who was shown


def test_the_pages_are_chinese_first(town: cast.Town) -> None:
    client = Client()
    client.force_login(town.accounts["lin"])

    page = client.get("/people/").content.decode()

    assert '<html lang="zh-Hans">' in page
    assert "截至" in page
