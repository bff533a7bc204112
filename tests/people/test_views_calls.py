"""The list of calls and one call."""

from datetime import timedelta
from uuid import UUID

import pytest
from django.test import Client
from django.urls import reverse

from tests import cast
from tests.cast import Town
from tongxin.core import clock, scope
from tongxin.people.enums import CallPurpose
from tongxin.people.models import CallTask, CallTry
from tongxin.people.services import calls

pytestmark = pytest.mark.usefixtures("db")


@pytest.fixture
def town(db: None) -> Town:
    with scope.everywhere():
        return cast.town()


@pytest.fixture
def task(town: Town) -> CallTask:
    at = clock.now()
    with scope.everywhere():
        for person, minutes in ((town.chen_wei, 30), (town.zhang_wei, 90)):
            calls.owe(
                purpose=CallPurpose.NOT_YET,
                about_id=UUID(int=10),
                person_ids=[person.pk],
                due_at=at + timedelta(minutes=minutes),
                at=at,
            )
        return CallTask.objects.get(person=town.chen_wei)


def enter(town: Town, name: str) -> Client:
    client = Client()
    client.force_login(town.accounts[name])
    return client


def test_the_most_urgent_stands_first_and_is_taken_first(town: Town, task: CallTask) -> None:  # CT-20
    client = enter(town, "qin")

    listed = client.get(reverse("people:calls")).context["table"].rows
    taken = client.post(reverse("people:call_next"))

    assert [row.person.name for row in listed] == ["陈伟", "张伟"]
    assert taken["Location"] == reverse("people:call", args=[task.pk])
    assert [each.pk for each in client.get(reverse("people:calls")).context["mine"]] == [task.pk]


def test_a_call_shows_the_tail_alone_until_it_is_taken(town: Town, task: CallTask) -> None:
    client = enter(town, "qin")

    page = client.get(reverse("people:call", args=[task.pk]))
    untaken = client.post(reverse("people:call_phones", args=[task.pk]))

    assert "*******0001" in page.content.decode()
    assert "13800000001" not in page.content.decode()
    assert untaken.status_code == 409


def test_a_call_that_another_has_offers_no_outcome(town: Town, task: CallTask) -> None:
    enter(town, "qin").post(reverse("people:call_taken", args=[task.pk]))
    client = enter(town, "tang")

    page = client.get(reverse("people:call", args=[task.pk]))
    refused = client.post(reverse("people:call_taken", args=[task.pk]))

    assert (page.context["is_mine"], page.context["is_held"]) == (False, True)
    assert refused.status_code == 409
    assert "秦红" in refused.content.decode()


def test_an_outcome_must_be_named(town: Town, task: CallTask) -> None:
    client = enter(town, "qin")
    client.post(reverse("people:call_taken", args=[task.pk]))

    without = client.post(reverse("people:call_answered", args=[task.pk]), {"note": "x"})
    done = client.post(reverse("people:call_answered", args=[task.pk]), {"outcome": "reached"})

    assert (without.status_code, done.status_code) == (422, 302)
    with scope.everywhere():
        assert [(each.outcome, each.by_name) for each in CallTry.objects.all()] == [("reached", "秦红")]


def test_the_way_back_never_leads_elsewhere(town: Town, task: CallTask) -> None:
    client = enter(town, "qin")
    client.post(reverse("people:call_taken", args=[task.pk]))

    response = client.post(
        reverse("people:call_answered", args=[task.pk]),
        {"outcome": "reached", "back": "https://evil.example/"},
    )

    assert response["Location"] == reverse("people:calls")


def test_the_next_community_finds_no_call(town: Town, task: CallTask) -> None:
    client = enter(town, "gao")

    statuses = {
        client.get(reverse("people:call", args=[task.pk])).status_code,
        client.post(reverse("people:call_taken", args=[task.pk])).status_code,
        client.post(reverse("people:call_phones", args=[task.pk])).status_code,
        client.post(reverse("people:call_answered", args=[task.pk]), {"outcome": "reached"}).status_code,
    }

    assert statuses == {404}
    assert client.get(reverse("people:calls")).context["table"].rows == []


def test_the_list_costs_the_same_for_one_and_for_two(town: Town, task: CallTask, queries: list[str]) -> None:
    client = enter(town, "qin")
    client.get(reverse("people:calls"))

    def cost() -> int:
        queries.clear()
        client.get(reverse("people:calls"))
        return len(queries)

    two = cost()
    with scope.everywhere():
        CallTask.objects.exclude(pk=task.pk).update(closed_at=clock.now())
    one = cost()

    assert one == two


def test_the_shown_number_is_dialled_by_a_tap(town: Town, task: CallTask) -> None:
    client = enter(town, "qin")
    client.post(reverse("people:call_taken", args=[task.pk]))

    text = client.post(reverse("people:call_phones", args=[task.pk])).content.decode()

    assert 'href="tel:13800000001"' in text


def test_what_a_call_left_stands_on_the_list_until_it_is_done(town: Town, task: CallTask) -> None:
    client = enter(town, "qin")
    client.cookies["django_language"] = "en"
    client.post(reverse("people:call_taken", args=[task.pk]))
    client.post(reverse("people:call_answered", args=[task.pk]), {"outcome": "wrong_number", "note": ""})
    before = client.get(reverse("people:calls"))
    row = before.context["follow_ups"][0]

    client.post(reverse("people:follow_up_done", args=[row.pk]))

    assert "find the right number" in before.content.decode()
    assert list(client.get(reverse("people:calls")).context["follow_ups"]) == []
