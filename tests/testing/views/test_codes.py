"""Cards of sampling codes on paper."""

import pytest
from django.test import Client
from django.urls import reverse

from tests import cast
from tests.cast import Town
from tongxin.access.models import EntryFacts
from tongxin.core import scope
from tongxin.people.models import Code
from tongxin.testing.views.codes import picture_of

pytestmark = pytest.mark.usefixtures("db")


@pytest.fixture
def town(db: None) -> Town:
    with scope.everywhere():
        made = cast.town()
        Code.objects.all().delete()
    return made


def enter(town: Town, name: str) -> Client:
    client = Client()
    client.force_login(town.accounts[name])
    return client


def print_cards(town: Town, name: str, which: str = "new", building: str = "3"):  # type: ignore[no-untyped-def]
    form = {"building": town.buildings[building].path, "which": which}
    return enter(town, name).post(reverse("testing:cards"), form)


def test_the_buildings_say_how_many_cards_they_need(town: Town) -> None:
    rows = enter(town, "qin").get(reverse("testing:codes")).context["table"].rows

    assert [(row.name, row.people, row.printed) for row in rows] == [("1栋", 1, 0), ("3栋", 2, 0)]


def test_cards_are_made_marked_and_recorded(town: Town) -> None:
    response = print_cards(town, "qin")

    assert [each.card.name for each in response.context["cards"]] == ["陈伟", "陈芳"]
    with scope.everywhere():
        assert Code.objects.filter(printed_at=None).count() == 0
        assert EntryFacts.objects.get(entry__act="access.codes.seen").facts["count"] == 2


def test_who_has_a_card_gets_none_again_unless_asked(town: Town) -> None:
    first = [each.card.token for each in print_cards(town, "qin").context["cards"]]

    again = print_cards(town, "qin").context["cards"]
    everybody = [each.card.token for each in print_cards(town, "qin", "all").context["cards"]]

    assert (again, everybody) == ([], first)


def test_only_those_without_a_phone(town: Town) -> None:
    with scope.everywhere():
        town.chen_fang.phones.all().delete()

    found = print_cards(town, "qin", "without_phone").context["cards"]

    assert [each.card.name for each in found] == ["陈芳"]


def test_the_picture_is_the_smallest_that_scanners_read() -> None:
    picture = picture_of("ABCDEFGHIJKLMNOP")

    assert 'viewBox="0 0 100 100"' in picture  # 21 modules and the quiet zone, four units each
    assert "style=" not in picture


def test_the_page_never_shows_a_number(town: Town) -> None:
    page = print_cards(town, "qin").content.decode()

    assert "13800000001" not in page
    assert "99000119880808" not in page


@pytest.mark.parametrize(("name", "status"), [("gao", 404), ("lin", 403), ("auditor", 403)])
def test_who_may_not_print_does_not(town: Town, name: str, status: int) -> None:
    assert print_cards(town, name).status_code == status
    with scope.everywhere():
        assert Code.objects.count() == 0
