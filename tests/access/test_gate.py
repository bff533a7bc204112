"""The door of pages: where somebody goes who is not logged in, and the way back from a no."""

from uuid import UUID

import pytest
from django.test import Client
from django.urls import reverse

from tests import cast
from tongxin.core import scope

pytestmark = pytest.mark.usefixtures("db")

NOWHERE = reverse("testing:result_enter", args=[UUID(int=7)])
PAGE = "http://testserver/testing/results/?view=all"


def test_whoever_opens_a_page_comes_back_to_it_after_the_login() -> None:
    answer = Client().get("/people/?building=3")

    assert (answer.status_code, answer.url) == (302, "/accounts/login/?next=/people/%3Fbuilding%3D3")


def test_a_form_after_the_end_of_the_session_comes_back_to_its_page() -> None:
    answer = Client().post(NOWHERE, headers={"referer": PAGE})

    assert (answer.status_code, answer.url) == (302, "/accounts/login/?next=/testing/results/%3Fview%3Dall")


def test_a_form_from_elsewhere_comes_back_to_the_first_page() -> None:
    answer = Client().post(NOWHERE, headers={"referer": "http://elsewhere.example/trap"})

    assert answer.url == "/accounts/login/?next=/"


def test_a_live_part_sends_the_whole_page_to_the_login() -> None:
    answer = Client().get("/people/", headers={"hx-request": "true", "referer": PAGE})

    assert answer.status_code == 204
    assert answer.headers["HX-Redirect"] == "/accounts/login/?next=/testing/results/%3Fview%3Dall"


def test_a_refused_act_leads_back_to_the_page_of_its_form() -> None:
    with scope.everywhere():
        town = cast.town()
    client = Client()
    client.force_login(town.accounts["tang"])

    answer = client.post(
        "/access/devices/" + str(UUID(int=9)) + "/revocation", {"why": "lost"}, headers={"referer": PAGE}
    )

    assert answer.status_code == 404
    assert 'href="/testing/results/?view=all" data-back' in answer.content.decode()


def test_a_missing_right_is_named_in_words() -> None:
    with scope.everywhere():
        town = cast.town()
    client = Client()
    client.cookies.load({"django_language": "en"})
    client.force_login(town.accounts["lab"])

    answer = client.get("/people/")

    assert answer.status_code == 403
    assert "(see the register, numbers masked)" in answer.content.decode()
