"""Sessions, languages, passwords, and addresses that are no pages."""

from datetime import timedelta

import pytest
from django.conf import LazySettings
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.urls import reverse

from tests import cast, factories
from tests.cast import Town
from tongxin.access.models import Account
from tongxin.core import clock, scope

pytestmark = pytest.mark.usefixtures("db")
PASSWORD = "langes-und-stilles-wort"


@pytest.fixture
def town(db: None) -> Town:
    with scope.everywhere():
        town = cast.town()
        town.accounts["wen"] = factories.account("wen", "文静", ("clerk", cast.SHUANGXI), password=PASSWORD)
    return town


def login(client: Client, password: str = PASSWORD, language: str = "en") -> object:
    if language:
        client.cookies["django_language"] = language
    return client.post(reverse("account_login"), {"login": "wen", "password": password})


def test_a_screen_left_alone_asks_who_is_there(town: Town, settings: LazySettings) -> None:
    client = Client()
    login(client, language="")
    assert client.get("/").status_code == 200
    session = client.session
    session["seen_at"] = (clock.now() - timedelta(minutes=settings.TONGXIN_IDLE_MINUTES + 1)).timestamp()
    session.save()

    away = client.get("/", follow=True)

    assert away.redirect_chain[0][0].startswith(reverse("account_login"))
    assert "离开" in away.content.decode() or "away for a while" in away.content.decode()


def test_who_works_stays_logged_in_and_is_not_written_down_at_every_click(
    town: Town, queries: list[str]
) -> None:
    client = Client()
    login(client)
    client.get("/")
    queries.clear()

    client.get(reverse("people:register"))

    assert [sql for sql in queries if "UPDATE" in sql and "django_session" in sql] == []


def test_wrong_passwords_are_counted_in_the_database_and_stop_the_right_one_too(town: Town) -> None:
    cache.clear()
    client = Client()
    answers = [login(client, "falsches-wort-hier").status_code for _time in range(5)]  # type: ignore[attr-defined]

    stopped = login(client)

    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM access_cache")
        (kept,) = cursor.fetchone()
    assert kept > 0
    assert answers == [200] * 5
    assert stopped.status_code != 302  # type: ignore[attr-defined]
    assert "_auth_user_id" not in client.session


@pytest.mark.parametrize("password", ["kurz", "password123", "1234567890"])
def test_a_weak_password_is_not_taken(town: Town, password: str) -> None:
    client = Client()
    login(client)

    answer = client.post(
        reverse("account_change_password"),
        {"oldpassword": PASSWORD, "password1": password, "password2": password},
    )

    assert answer.status_code == 200
    account = Account.objects.get(username="wen")
    assert account.check_password(PASSWORD) == (
        password != "wenwenwenwen" or account.check_password(PASSWORD)
    )
    assert not account.check_password("kurz")


def test_a_password_is_changed_by_who_knows_the_old_one(town: Town) -> None:
    client, other = Client(), Client()
    login(client)
    login(other)
    fresh = "ein-anderes-langes-wort"

    page = client.get(reverse("account_change_password")).content.decode()
    client.post(
        reverse("account_change_password"),
        {"oldpassword": PASSWORD, "password1": fresh, "password2": fresh},
    )

    assert "Forgot" not in page
    assert Account.objects.get(username="wen").check_password(fresh)
    assert client.get("/").status_code == 200
    # Whoever else was logged in with the old one is out.
    assert other.get("/").status_code == 302


def test_the_language_chosen_on_the_way_in_is_kept_by_the_account(town: Town) -> None:
    client = Client()
    client.get(reverse("account_login"))
    client.post(reverse("set_language"), {"language": "en", "next": "/"})

    login(client, language="")

    assert Account.objects.get(username="wen").language == "en"


def test_the_switch_is_kept_by_the_account_and_spoken_on_another_browser(town: Town) -> None:
    client = Client()
    login(client, language="")
    client.post(reverse("set_language"), {"language": "en", "next": "/"})
    other = Client()
    # Whoever used this browser before spoke another language.
    other.cookies["django_language"] = "zh-hans"

    login(other, language="")

    assert other.cookies["django_language"].value == "en"


@pytest.mark.parametrize(
    "address", [reverse("people:call_next"), reverse("people:search"), reverse("access:area")]
)
def test_an_address_that_takes_a_form_says_so_when_it_is_opened(town: Town, address: str) -> None:
    client = Client()
    login(client, language="")
    client.post(reverse("set_language"), {"language": "en", "next": "/"})

    answer = client.get(address)

    assert answer.status_code == 405
    assert answer["Allow"] == "POST"
    assert "This address takes a form only" in answer.content.decode()
