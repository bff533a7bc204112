"""Pages about rules: what holds, writing, the second person, the flags."""

from datetime import timedelta

import pytest
from django.test import Client

from tests import cast
from tongxin.core import clock
from tongxin.places.models import RuleDraft, RuleRow

INSIDE = cast.SHUANGXI.strip("/")
HOURS = "containment.hold.hours"


@pytest.fixture
def town(db_everywhere: None) -> cast.Town:
    return cast.town()


def _client(town: cast.Town, name: str) -> Client:
    client = Client()
    client.force_login(town.accounts[name])
    client.cookies["django_language"] = "en"
    return client


def _sent(**more: str) -> dict[str, str]:
    today = clock.today()
    return {
        "value": "48",
        "valid_from": today.isoformat(),
        "document": "永定区关于调整混管等待时限的通知",
        "note": "等待延长",
        "reason": "传播链未明",
        "review_on": (today + timedelta(days=2)).isoformat(),
        **more,
    }


def test_a_rule_is_written_by_one_and_published_by_another_on_pages(town: cast.Town) -> None:  # PO-03
    author, approver = _client(town, "he"), _client(town, "commander")

    form = author.get(f"/places/rule/{HOURS}/new/{INSIDE}")
    written = author.post(f"/places/rule/{HOURS}/new/{INSIDE}", _sent())
    draft = RuleDraft.objects.get()
    own = author.get(f"/places/drafts/{draft.pk}").content.decode()
    other = approver.get(f"/places/drafts/{draft.pk}").content.decode()
    refused = author.post(f"/places/drafts/{draft.pk}/publish")
    published = approver.post(f"/places/drafts/{draft.pk}/publish")

    assert form.status_code == 200
    assert written.headers["Location"] == f"/places/drafts/{draft.pk}"
    assert ("/publish" in own, "/publish" in other) == (False, True)
    assert refused.status_code == 409
    assert published.headers["Location"] == f"/places/rule/{HOURS}/at/{INSIDE}"
    page = author.get(f"/places/rule/{HOURS}/at/{INSIDE}").content.decode()
    assert all(
        word in page for word in ("48", "stricter than national", "传播链未明", "何医生, 彭指挥", "24")
    )
    listed = _client(town, "auditor").get(f"/places/rules/{INSIDE}?only=stricter").content.decode()
    assert "stricter than national" in listed
    assert "testing.pool.default" not in listed


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"value": ""}, "New value"),
        ({"value": "9999"}, "less than or equal to 168"),
        ({"reason": ""}, "stricter than the national rule. Give the reason"),
        ({"review_on": ""}, "Name a day within 3 days"),
        ({"document": ""}, "Document"),
        ({"valid_from": "2020-02-30"}, "Holds from"),
        ({"valid_from": "2020-02-28"}, "that day has passed"),
    ],
)
def test_a_wrong_draft_comes_back_with_what_was_typed(
    town: cast.Town, change: dict[str, str], says: str
) -> None:
    answer = _client(town, "he").post(f"/places/rule/{HOURS}/new/{INSIDE}", _sent(**change))

    page = answer.content.decode()
    assert answer.status_code == 422
    assert says in page
    assert "等待延长" in page
    assert not RuleDraft.objects.exists()


def test_parts_of_a_value_have_a_field_each(town: cast.Town) -> None:
    sent = {**_sent(), "value_sampler": "2", "value_registrar": "1"}

    _client(town, "he").post(f"/places/rule/testing.lane.staff/new/{INSIDE}", sent)

    assert RuleDraft.objects.get().value == {"sampler": 2, "registrar": 1}


def test_a_list_is_typed_with_commas(town: cast.Town) -> None:
    client, page = _client(town, "he"), f"/places/rule/containment.warn_hours/new/{INSIDE}"

    wrong = client.post(page, _sent(value="24 hours"))
    client.post(page, _sent(value="12，3, 1"))

    assert wrong.status_code == 422
    assert RuleDraft.objects.get().value == [12, 3, 1]


@pytest.mark.parametrize("who", ["tang", "lin", "auditor", "operator"])
def test_who_may_not_write_sees_the_rule_and_no_form(town: cast.Town, who: str) -> None:
    client = _client(town, who)

    page = client.get(f"/places/rule/{HOURS}/at/{INSIDE}").content.decode()

    assert "/new/" not in page
    assert client.get(f"/places/rule/{HOURS}/new/{INSIDE}").status_code == 403
    assert client.post(f"/places/rule/{HOURS}/new/{INSIDE}", _sent()).status_code == 403


def test_a_draft_of_another_community_is_not_shown(town: cast.Town) -> None:
    _client(town, "commander").post(f"/places/rule/{HOURS}/new/{cast.NEXT_DOOR.strip('/')}", _sent())

    assert _client(town, "he").get(f"/places/drafts/{RuleDraft.objects.get().pk}").status_code == 403


def test_a_draft_is_declined_with_a_reason_on_the_page(town: cast.Town) -> None:
    author, approver = _client(town, "he"), _client(town, "commander")
    author.post(f"/places/rule/{HOURS}/new/{INSIDE}", _sent())
    draft = RuleDraft.objects.get()

    short = approver.post(f"/places/drafts/{draft.pk}/decline", {"why": "不"})
    done = approver.post(f"/places/drafts/{draft.pk}/decline", {"why": "依据不足"})

    assert (short.status_code, done.status_code) == (422, 302)
    assert "依据不足" in author.get(f"/places/drafts/{draft.pk}").content.decode()


def test_the_rules_page_costs_the_same_for_many_rows(town: cast.Town, queries: list[str]) -> None:
    client = _client(town, "he")
    client.get(f"/places/rules/{INSIDE}")
    queries.clear()
    client.get(f"/places/rules/{INSIDE}")
    few = len(queries)
    for number in range(30):
        RuleRow.objects.create(
            name=f"testing.extra.{number}",
            path=cast.SHUANGXI,
            value=number,
            valid_from=cast.TODAY,
            document="x",
        )
    queries.clear()

    client.get(f"/places/rules/{INSIDE}")

    assert len(queries) == few
