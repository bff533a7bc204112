"""The second factor: who must have one, how it is set up and used, and how it is lost (DOMAIN 12)."""

import re

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.conf import LazySettings
from django.test import Client
from django.urls import reverse

from tests import cast, factories
from tests.cast import Town
from tongxin.access.models import Entry, Installation
from tongxin.access.services import second_factor
from tongxin.core import clock, scope
from tongxin.core.refusals import Refusal

pytestmark = pytest.mark.usefixtures("db")
PASSWORD = "langes-und-stilles-wort"


@pytest.fixture
def town(db: None, settings: LazySettings) -> Town:
    settings.TONGXIN_SECOND_FACTOR_ROLES = ("health_officer", "auditor")
    with scope.everywhere():
        town = cast.town()
        town.accounts["mo"] = factories.account(
            "mo", "莫医生", ("health_officer", cast.SHUANGXI), password=PASSWORD
        )
    return town


def entered(town: Town, name: str) -> Client:
    client = Client()
    client.force_login(town.accounts[name], backend="allauth.account.auth_backends.AuthenticationBackend")
    client.cookies["django_language"] = "en"
    return client


def code_of(secret: str) -> str:
    before, now, _after = yield_hotp_counters_from_time()
    assert now == before + 1
    return str(format_hotp_value(hotp_value(secret, now)))


def set_up(client: Client) -> str:
    page = client.get(reverse("mfa_activate_totp")).content.decode()
    found = re.search(r'value="([A-Z2-7]{32})"', page)
    assert found is not None
    client.post(reverse("mfa_activate_totp"), {"code": code_of(found[1])})
    return found[1]


def logged_in(client: Client) -> None:
    client.post(reverse("account_login"), {"login": "mo", "password": PASSWORD})


def test_a_role_that_needs_one_sets_it_up_before_anything_else(town: Town) -> None:
    client = Client()
    logged_in(client)
    client.cookies["django_language"] = "en"  # after the login: that one speaks the account's language

    sent = client.get(reverse("containment:restrictions"))
    part = client.get(reverse("containment:restrictions"), headers={"HX-Request": "true"})
    page = client.get(sent["Location"])

    assert sent["Location"] == reverse("mfa_activate_totp")
    assert part["HX-Redirect"] == reverse("mfa_activate_totp")
    assert "Your role needs a second factor" in page.content.decode()
    assert "data:image/svg+xml" in page.content.decode()


def test_once_set_up_pages_open_and_the_next_login_asks_for_it(town: Town) -> None:
    client = Client()
    logged_in(client)
    secret = set_up(client)
    opened = client.get(reverse("containment:restrictions"))
    again = Client()

    asked = again.post(reverse("account_login"), {"login": "mo", "password": PASSWORD})
    without = again.get(reverse("containment:restrictions"))
    wrong = again.post(reverse("mfa_authenticate"), {"code": "000000"})
    Authenticator.objects.filter(type="totp").update(last_used_at=None)
    right = again.post(reverse("mfa_authenticate"), {"code": code_of(secret)})

    assert opened.status_code == 200
    assert asked["Location"] == reverse("mfa_authenticate")
    assert without["Location"].startswith(reverse("account_login"))
    assert (wrong.status_code, right.status_code) == (200, 302)


def test_a_recovery_code_opens_once(town: Town) -> None:
    client = Client()
    logged_in(client)
    set_up(client)
    client.post(reverse("mfa_generate_recovery_codes"))
    codes = client.get(reverse("mfa_download_recovery_codes")).content.decode().split()
    word = next(each for each in codes if re.fullmatch(r"[0-9a-zA-Z]{8,}", each))
    outcomes = []
    for _time in range(2):
        again = Client()
        logged_in(again)
        outcomes.append(again.post(reverse("mfa_authenticate"), {"code": word}).status_code)

    assert outcomes == [302, 200]


def test_the_secret_lies_sealed(town: Town) -> None:
    client = Client()
    logged_in(client)
    secret = set_up(client)

    kept = Authenticator.objects.get(type="totp").data["secret"]

    assert secret not in kept
    assert TOTP(Authenticator.objects.get(type="totp")).instance.wrap().instance.data["secret"] == kept


def test_who_must_have_one_cannot_take_it_off_alone(town: Town) -> None:
    client = Client()
    logged_in(client)
    set_up(client)

    client.post(reverse("mfa_deactivate_totp"))

    assert Authenticator.objects.filter(type="totp").count() == 1


def test_other_roles_and_a_demo_register_need_none(town: Town) -> None:
    assert entered(town, "qin").get("/").status_code == 200
    Installation.objects.create(pk=1, is_demo=True)

    assert entered(town, "he").get(reverse("containment:restrictions")).status_code == 200


def test_an_operator_takes_a_lost_one_off_with_a_reason_and_not_their_own(town: Town) -> None:
    client = Client()
    logged_in(client)
    set_up(client)
    operator = entered(town, "operator")
    address = reverse("access:second_factor", args=[town.accounts["mo"].pk])

    bare = operator.post(address, {"why": ""})
    done = operator.post(address, {"why": "手机丢失，当面核对本人"})

    assert (bare.status_code, done.status_code) == (422, 302)
    assert Authenticator.objects.count() == 0
    with scope.everywhere():
        assert Entry.objects.get(act="access.account.second_factor_reset").why == "手机丢失，当面核对本人"
        by = town.actor("operator", clock.now())
        with pytest.raises(Refusal, match="not_oneself"):
            second_factor.reset(
                account_id=town.accounts["operator"].pk, by=by, at=clock.now(), why="丢失手机"
            )
        with pytest.raises(Refusal, match="not_allowed"):
            second_factor.reset(
                account_id=town.accounts["mo"].pk, by=town.actor("tang"), at=clock.now(), why="丢失手机"
            )
