"""Pages about roles, the journal, phones and oneself."""

import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils import translation

import tongxin
from tests import cast
from tongxin.access import acts, roles
from tongxin.access.models import Account, Device, Enrolment, Entry, Grant
from tongxin.access.services import devices, journal
from tongxin.core import clock, scope
from tongxin.core.refusals import Refusal
from tongxin.places.enums import SiteKind
from tongxin.places.services.sites import open_site

pytestmark = pytest.mark.usefixtures("db")


@pytest.fixture
def town() -> cast.Town:
    with scope.everywhere():
        return cast.town()


def as_(town: cast.Town, name: str) -> Client:
    client = Client()
    client.cookies.load({"django_language": "en"})
    client.force_login(town.accounts[name])
    return client


def phone(town: cast.Town, name: str = "A1") -> Device:
    with scope.everywhere():
        by = town.actor("tang")
        code = devices.offer_enrolment(area_path=cast.SHUANGXI, post_id=None, by=by, at=clock.now())
        return devices.enrol(code=code, name=name, at=clock.now())[0]


def rows(response: Any) -> list[Any]:
    return list(response.context["table"].rows)


# ---- login


def test_login_lets_in_and_speaks_the_account_s_language(town: cast.Town) -> None:
    account = town.accounts["lin"]
    account.set_password("a-long-password")
    account.language = "en"
    account.save()
    client = Client()

    response = client.post("/accounts/login/", {"login": "lin", "password": "a-long-password"})

    assert response.status_code == 302
    assert response.cookies["django_language"].value == "en"
    assert "林志强" in client.get("/access/account").content.decode()


def test_a_wrong_password_is_said_without_saying_which_part(town: cast.Town) -> None:
    pages = [
        Client().post("/accounts/login/", {"login": name, "password": "wrong"}).content.decode()
        for name in ("lin", "nobody")
    ]

    assert all('role="alert"' in page for page in pages)


def test_too_many_wrong_passwords_are_stopped_even_before_the_right_one(town: cast.Town) -> None:
    account = town.accounts["lin"]
    account.set_password("a-long-password")
    account.save()
    client = Client()
    for _try in range(5):
        client.post("/accounts/login/", {"login": "lin", "password": "wrong"})

    response = client.post("/accounts/login/", {"login": "lin", "password": "a-long-password"})

    assert response.status_code in (200, 429)
    assert "_auth_user_id" not in client.session


def test_nobody_signs_up_and_no_mail_is_asked_for(town: cast.Town) -> None:
    client = as_(town, "lin")
    wanted = {"username": "new", "password1": "a-long-password", "password2": "a-long-password"}

    assert client.get("/accounts/password/reset/").headers["Location"] == "/accounts/login/"
    assert client.get("/accounts/email/").headers["Location"] == "/access/account"
    Client().post("/accounts/signup/", wanted)
    assert not Account.objects.filter(username="new").exists()


def test_logging_out_needs_a_post_and_ends_the_session(town: cast.Town) -> None:
    client = as_(town, "lin")

    client.get("/accounts/logout/")
    assert client.get("/access/account").status_code == 200
    client.post("/accounts/logout/")
    assert client.get("/access/account").status_code == 302


# ---- roles, account, area


def test_the_roles_page_shows_every_role_and_capability(town: cast.Town) -> None:
    page = as_(town, "lin").get("/access/roles").content.decode()

    with translation.override("en"):
        assert all(str(role.title) in page for role in roles.ROLES.values())
    assert all(f'title="{capability}"' in page for capability in roles.CAPABILITIES)


def test_every_capability_has_words() -> None:
    assert set(roles.CAPABILITIES) - set(roles.TITLES) == set()


def test_the_language_is_kept_with_the_account(town: cast.Town) -> None:
    response = as_(town, "lin").post("/access/account", {"language": "en"})

    assert response.cookies["django_language"].value == "en"
    assert Account.objects.get(username="lin").language == "en"


def test_another_area_of_one_s_grants_can_be_chosen_and_no_other(town: cast.Town) -> None:
    with scope.everywhere():
        Grant.objects.create(
            account=town.accounts["tang"], role="auditor", area_path=cast.NEXT_DOOR, valid_from=cast.NOON
        )
    client = as_(town, "tang")

    client.post("/access/area", {"area": cast.NEXT_DOOR})
    assert client.get("/access/account").context["actor"].home == cast.NEXT_DOOR
    client.post("/access/area", {"area": "/"})
    assert client.get("/access/account").context["actor"].home == cast.SHUANGXI


# ---- journal


def written(town: cast.Town) -> None:
    with scope.everywhere():
        for name, act in (("tang", "people.register.imported"), ("lin", "people.document.revealed")):
            journal.record(act, by=town.actor(name), area_path=cast.SHUANGXI, at=cast.NOON, why="为了测试")


def test_the_journal_shows_the_latest_first_and_filters(town: cast.Town) -> None:
    written(town)
    phone(town)
    auditor = as_(town, "auditor")
    lin = town.accounts["lin"].pk

    assert [row.act for row in rows(auditor.get("/access/journal"))] == [
        "access.device.enrolled",
        "people.document.revealed",
        "people.register.imported",
    ]
    assert [row.act for row in rows(auditor.get("/access/journal?app=access"))] == ["access.device.enrolled"]
    assert [row.act for row in rows(auditor.get(f"/access/journal?by={lin}"))] == ["people.document.revealed"]
    assert len(rows(auditor.get("/access/journal?by=nonsense&app=nonsense"))) == 3


def test_the_journal_of_the_next_community_is_not_shown(town: cast.Town) -> None:
    written(town)

    assert rows(as_(town, "gao").get("/access/journal")) == []


def test_the_journal_is_not_for_everybody(town: cast.Town) -> None:
    assert as_(town, "lin").get("/access/journal").status_code == 403


def test_the_journal_costs_the_same_at_one_and_at_three_rows(town: cast.Town, queries: list[str]) -> None:
    client = as_(town, "auditor")
    costs = []
    for count in (1, 2):
        with scope.everywhere():
            for _entry in range(count):
                journal.record("places.area.added", by=town.actor("tang"), area_path=cast.SHUANGXI)
        queries.clear()
        found = len(rows(client.get("/access/journal")))
        costs.append((found, len(queries)))

    assert [found for found, _cost in costs] == [1, 3]
    assert costs[0][1] == costs[1][1]


# ---- phones


def test_phones_say_what_they_owe_and_when_they_were_heard(town: cast.Town) -> None:
    heard, silent = phone(town, "A1"), phone(town, "A2")
    with scope.everywhere():
        Device.objects.filter(pk=heard.pk).update(seen_at=clock.now(), owed_count=0)
        Device.objects.filter(pk=silent.pk).update(seen_at=clock.now() - timedelta(hours=2), owed_count=0)

    page = as_(town, "zhao").get("/access/devices")

    assert {row["device"].name: row["is_silent"] for row in rows(page)} == {"A1": False, "A2": True}
    assert "in contact" in page.content.decode()
    assert "silent" in page.content.decode()


def test_the_phones_of_the_next_community_are_not_there(town: cast.Town) -> None:
    device = phone(town)
    gao = as_(town, "gao")

    assert rows(gao.get("/access/devices")) == []
    assert gao.post(f"/access/devices/{device.pk}/revocation", {"why": "想吊销它"}).status_code == 404
    with scope.everywhere():
        assert Device.objects.get().revoked_at is None


def test_an_enrolment_code_is_shown_once_as_a_square_and_an_address(town: cast.Town) -> None:
    client = as_(town, "zhao")

    response = client.post("/access/devices/enrolment", {"area": cast.SHUANGXI})

    page = response.content.decode()
    code = response.context["code"]
    assert response.status_code == 200
    assert f"http://testserver/field/#enrol={code}" in page
    assert "<svg" in response.context["qr"]
    assert "no-store" in response.headers["Cache-Control"]
    with scope.everywhere():
        (offer,) = Enrolment.objects.all()
        assert bytes(offer.code_digest) == devices.digest(code)
        assert offer.expires_at - offer.made_at <= timedelta(minutes=15, seconds=1)
    assert code not in client.get("/access/devices").content.decode()


def test_a_phone_is_enrolled_for_a_point_chosen_on_the_page(town: cast.Town) -> None:
    client = as_(town, "zhao")

    shown = client.get("/access/devices/enrolment", headers={"Accept-Language": "en"}).content.decode()
    response = client.post("/access/devices/enrolment", {"area": cast.SHUANGXI, "post": str(town.point.pk)})

    assert (town.point.name in shown, "every point of the area" in shown) == (True, True)
    assert town.point.name in response.content.decode()
    with scope.everywhere():
        assert Enrolment.objects.get().post_id == town.point.pk
        device, _token = devices.enrol(code=response.context["code"], name="A1", at=clock.now())
    assert [row["point"] for row in rows(client.get("/access/devices"))] == [town.point.name]
    assert device.post_id == town.point.pk


def test_a_point_of_the_next_community_is_no_choice(town: cast.Town) -> None:
    with scope.everywhere():
        away = open_site(
            kind=SiteKind.SAMPLING_POINT,
            name="别处点",
            area_path=cast.NEXT_DOOR,
            by=town.actor("gao"),
            at=clock.now(),
        )

    response = as_(town, "zhao").post(
        "/access/devices/enrolment", {"area": cast.SHUANGXI, "post": str(away.pk)}
    )

    assert (response.status_code, "别处点" in response.content.decode()) == (422, False)
    with scope.everywhere():
        assert not Enrolment.objects.exists()


def test_a_forgotten_pin_is_opened_by_a_code_of_the_same_area_alone(town: cast.Town) -> None:
    device = phone(town)
    at = clock.now()

    def code_in(area_path: str, by: str) -> str:
        with scope.everywhere():
            return devices.offer_enrolment(area_path=area_path, post_id=None, by=town.actor(by), at=at)

    elsewhere = code_in(cast.NEXT_DOOR, "gao")
    with pytest.raises(Refusal, match="previous_elsewhere"):
        devices.enrol(code=elsewhere, name="A1", at=at, previous=device.pk)
    again, _token = devices.enrol(code=code_in(cast.SHUANGXI, "tang"), name="A1", at=at, previous=device.pk)

    secrets = {devices.recovery_of(device.pk), devices.recovery_of(again.pk)}
    assert (len(secrets), {len(each) for each in secrets}) == (2, {32})
    with scope.everywhere():
        assert Enrolment.objects.get(code_digest=devices.digest(elsewhere)).used_by is None
        assert Entry.objects.get(act="access.device.recovered").subject_id == device.pk


def test_a_phone_is_not_enrolled_for_an_area_of_others(town: cast.Town) -> None:
    response = as_(town, "zhao").post("/access/devices/enrolment", {"area": cast.NEXT_DOOR})

    assert response.status_code == 422
    with scope.everywhere():
        assert not Enrolment.objects.exists()


def test_who_may_not_enrol_is_told_so(town: cast.Town) -> None:
    client = as_(town, "lin")

    assert client.get("/access/devices").status_code == 403
    assert client.post("/access/devices/enrolment", {"area": cast.SHUANGXI}).status_code == 403


def test_a_phone_is_revoked_with_a_reason(town: cast.Town) -> None:
    device = phone(town)
    client = as_(town, "zhao")
    address = f"/access/devices/{device.pk}/revocation"

    assert client.post(address, {"why": "丢"}).status_code == 422
    assert client.post(address, {"why": "在 A 点遗失"}).status_code == 302

    with scope.everywhere():
        assert Device.objects.get().revoked_at is not None
        assert Entry.objects.get(act="access.device.revoked").why == "在 A 点遗失"


def test_acts_say_what_was_done() -> None:
    assert acts.words_of("not.an.act") == "not.an.act"
    with translation.override("en"):
        assert acts.words_of("people.document.revealed") == "saw the whole document number"


def test_every_act_of_the_house_has_words() -> None:
    sources = [path.read_text("utf-8") for path in Path(tongxin.__file__).parent.rglob("*.py")]
    recorded = {act for text in sources for act in re.findall(r'journal\.record\(\s*"([^"]+)"', text)}
    seen = {
        f"access.{what}.seen"
        for text in sources
        for what in re.findall(r'journal\.seen\([^)]*what="([^"]+)"', text)
    }

    assert len(recorded) > 20
    assert (recorded | seen) - set(acts.ACTS) == set()
