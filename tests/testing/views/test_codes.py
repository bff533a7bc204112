"""Cards of sampling codes on paper."""

import pytest
from django.test import Client
from django.urls import reverse

from tests import cast
from tests.cast import Town
from tongxin.access.models import EntryFacts
from tongxin.core import scope
from tongxin.people.models import Code
from tongxin.people.queries import codes as queries
from tongxin.people.services import codes
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


def printed_for(town: Town) -> list[str]:
    """Whose cards the last document held, in its order, as the journal has it."""
    with scope.everywhere():
        last = EntryFacts.objects.filter(entry__act="access.codes.seen").order_by("-entry__sequence").first()
        if last is None:
            return []
        names = {str(person.pk): person.name for person in (town.chen_wei, town.chen_fang, town.zhang_wei)}
        return [names[person] for person in last.facts["people"]]


def test_the_buildings_say_how_many_cards_they_need(town: Town) -> None:
    rows = enter(town, "qin").get(reverse("testing:codes")).context["table"].rows

    told = [(row["building"].name, row["building"].people, row["building"].printed) for row in rows]
    assert told == [("1栋", 1, 0), ("3栋", 2, 0)]


def test_cards_are_made_marked_and_recorded(town: Town) -> None:
    response = print_cards(town, "qin")

    assert response.headers["Content-Type"] == "application/pdf"
    assert response.content.startswith(b"%PDF-")
    assert printed_for(town) == ["陈伟", "陈芳"]
    with scope.everywhere():
        assert Code.objects.filter(printed_at=None).count() == 0
        assert EntryFacts.objects.get(entry__act="access.codes.seen").facts["count"] == 2


def test_who_has_a_card_gets_none_again_unless_asked(town: Town) -> None:
    print_cards(town, "qin")

    again = print_cards(town, "qin")
    everybody = print_cards(town, "qin", "all")

    assert again.templates[0].name == "testing/cards.html"  # a page that says that none is needed
    assert everybody.headers["Content-Type"] == "application/pdf"
    assert printed_for(town) == ["陈伟", "陈芳"]


def test_only_those_without_a_phone(town: Town) -> None:
    with scope.everywhere():
        town.chen_fang.phones.all().delete()

    print_cards(town, "qin", "without_phone")

    assert printed_for(town) == ["陈芳"]


def test_the_picture_is_the_smallest_that_scanners_read() -> None:
    picture = picture_of("ABCDEFGHIJKLMNOP")

    assert 'viewBox="0 0 25 25"' in picture  # 21 modules and the quiet zone


def test_a_card_holds_a_masked_number_alone(town: Town) -> None:
    with scope.everywhere():
        codes.issue_codes(area_path=cast.SHUANGXI, by=town.actor("qin"), at=cast.NOON)
        found = queries.card_of(town.actor("qin"), town.chen_wei.pk)

    assert found is not None
    assert (found.masked, found.door) == ("9900**********0026", "3栋1单元302")


def test_a_big_building_comes_in_parts_that_leave_nobody_out(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queries, "MOST", 1)
    rows = enter(town, "qin").get(reverse("testing:codes")).context["table"].rows

    printed = []
    for part in rows[1]["parts"]:
        print_cards(town, "qin", f"all-{part}")
        printed += printed_for(town)

    assert (rows[1]["parts"], printed) == ([1, 2], ["陈伟", "陈芳"])


def test_a_lost_card_is_void_at_once_and_a_new_one_is_given(town: Town) -> None:
    print_cards(town, "qin")
    client = enter(town, "qin")
    with scope.everywhere():
        lost = Code.objects.get(person=town.chen_wei)

    answer = client.post(reverse("testing:card_reissued", args=[town.chen_wei.pk]), {"why": "卡丢了"})

    assert answer.status_code == 302
    with scope.everywhere():
        lost.refresh_from_db()
        new = Code.objects.get(person=town.chen_wei, revoked_at=None)
    assert lost.revoked_at is not None
    assert (new.token != lost.token, new.printed_at) == (True, None)


def test_a_card_is_not_made_anew_without_a_reason(town: Town) -> None:
    print_cards(town, "qin")

    answer = enter(town, "qin").post(reverse("testing:card_reissued", args=[town.chen_wei.pk]), {"why": ""})

    assert answer.status_code == 422
    with scope.everywhere():
        assert Code.objects.get(person=town.chen_wei).revoked_at is None


@pytest.mark.parametrize(("name", "status"), [("gao", 404), ("lin", 403)])
def test_others_neither_see_nor_revoke_a_card(town: Town, name: str, status: int) -> None:
    print_cards(town, "qin")
    client = enter(town, name)

    seen = client.get(reverse("testing:card", args=[town.chen_wei.pk]))
    done = client.post(reverse("testing:card_reissued", args=[town.chen_wei.pk]), {"why": "卡丢了"})

    assert (seen.status_code, done.status_code) == (status, status)
    with scope.everywhere():
        assert Code.objects.get(person=town.chen_wei).revoked_at is None


@pytest.mark.parametrize(("name", "status"), [("gao", 404), ("lin", 403), ("auditor", 403)])
def test_who_may_not_print_does_not(town: Town, name: str, status: int) -> None:
    assert print_cards(town, name).status_code == status
    with scope.everywhere():
        assert Code.objects.count() == 0
