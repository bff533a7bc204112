"""Pages of results and pools: who may, what changes, what an outsider sees, what they cost."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from tests import cast
from tests.factories import lanes
from tests.testing.services.test_pools import Night, night_of
from tongxin.access.models import Entry
from tongxin.core import clock, scope
from tongxin.people.models import CallTask
from tongxin.testing.models import Lane, PositivePool, Recheck, Round, Tube
from tongxin.testing.services import results
from tongxin.testing.services.results import Report

pytestmark = pytest.mark.usefixtures("db_everywhere")


def logged_in(client: Client, town: cast.Town, name: str) -> Client:
    client.force_login(town.accounts[name], backend="allauth.account.auth_backends.AuthenticationBackend")
    client.cookies["django_language"] = "en"
    return client


@pytest.fixture
def town() -> cast.Town:
    return cast.town()


@pytest.fixture
def lane(town: cast.Town) -> Lane:
    return lanes.lane(lanes.running_round(town.point, cast.NOON), town.point)


@pytest.fixture
def round_(town: cast.Town, lane: Lane) -> Round:
    lanes.filled_tube(lane, "T0001", [town.zhang_wei], cast.NOON)
    lanes.filled_tube(lane, "T0002", [], cast.NOON)
    return lane.round


def enter(town: cast.Town, code: str, word: str, ct: str = "") -> None:
    results.enter_results(
        reports=[Report(code, word, ct, "市疾控")], by=town.actor("lab"), at=cast.NOON + timedelta(hours=5)
    )


def test_the_liaison_enters_a_result_typed_twice(client: Client, town: cast.Town, round_: Round) -> None:
    page = logged_in(client, town, "lab")
    address = reverse("testing:result_enter", args=[round_.pk])

    once = {"tube": "T0001", "word": "neg", "ct": "", "laboratory": "市疾控"}
    twice = {"again": "t0001 ", "word_again": "neg", "ct_again": ""}

    bad = [
        page.post(address, once | twice | slip).status_code
        for slip in ({"again": "T0011"}, {"word_again": "pos"}, {"word_again": ""}, {"ct_again": "31"})
    ]
    good = page.post(address, once | twice)

    assert (bad, good.status_code) == ([422] * 4, 302)
    with scope.everywhere():
        assert Tube.objects.get(code="T0001").results.count() == 1


def test_all_negatives_are_released_by_one_button(client: Client, town: cast.Town, round_: Round) -> None:
    for code in ("T0001", "T0002"):
        enter(town, code, "neg")

    answer = logged_in(client, town, "he").post(reverse("testing:results_negatives", args=[round_.pk]))

    assert answer.status_code == 302
    with scope.everywhere():
        assert set(Tube.objects.values_list("result", flat=True)) == {"neg"}


def test_a_positive_release_leads_to_its_pool(client: Client, town: cast.Town, round_: Round) -> None:
    enter(town, "T0001", "pos", "22")

    answer = logged_in(client, town, "he").post(
        reverse("testing:results_release", args=[round_.pk]), {"tube": ["T0001"]}
    )

    with scope.everywhere():
        pool = PositivePool.objects.get()
    assert answer.headers["Location"] == reverse("testing:pool", args=[pool.pk])


def test_a_doubtful_tube_is_decided_with_a_reason(client: Client, town: cast.Town, round_: Round) -> None:
    enter(town, "T0001", "neg", "35.5")
    page = logged_in(client, town, "he")
    address = reverse("testing:results_grey", args=[round_.pk])

    without = page.post(address, {"tube_code": "T0001", "why": ""})
    with_reason = page.post(address, {"tube_code": "T0001", "why": "Ct 35.5"})

    assert (without.status_code, with_reason.status_code) == (422, 302)


def test_who_may_not_release_gets_no_button_and_a_refusal(
    client: Client, town: cast.Town, round_: Round
) -> None:
    enter(town, "T0001", "neg")
    page = logged_in(client, town, "tang")

    shown = page.get(reverse("testing:results", args=[round_.pk]))
    tried = page.post(reverse("testing:results_negatives", args=[round_.pk]))

    assert "T000" in shown.content.decode()
    assert "Release" not in shown.content.decode().replace("Released", "")
    assert tried.status_code == 403


def test_the_next_community_finds_no_round_and_no_pool(client: Client, town: cast.Town) -> None:
    night = night_of(town)
    page = logged_in(client, town, "gao")

    results_page = page.get(reverse("testing:results", args=[night.round.pk]))
    pool_page = page.get(reverse("testing:pool", args=[night.pool.pk]))
    pool_list = page.get(reverse("testing:pools"))

    assert (results_page.status_code, pool_page.status_code) == (404, 404)
    assert "T0412" not in pool_list.content.decode()


def test_a_passer_by_is_sent_to_the_log_in(client: Client, town: cast.Town, round_: Round) -> None:
    assert client.get(reverse("testing:results", args=[round_.pk])).status_code == 302


def test_the_pool_page_shows_masked_members_and_records_who_looked(client: Client, town: cast.Town) -> None:
    night = night_of(town)

    shown = logged_in(client, town, "he").get(reverse("testing:pool", args=[night.pool.pk]))

    text = shown.content.decode()
    assert "9900**********0026" in text
    assert "990001198808080026" not in text
    assert "13800000001" not in text
    with scope.everywhere():
        seen = Entry.objects.get(act="access.pool.seen")
        assert seen.facts_row.facts["count"] == 10


def test_the_desk_walks_one_member_to_negative(client: Client, town: cast.Town) -> None:
    night = night_of(town)
    page = logged_in(client, town, "he")
    key = [night.pool.pk, night.town.chen_wei.pk]

    page.post(reverse("testing:pool_call", args=key), {"outcome": "reached"})
    page.post(reverse("testing:recheck_swab", args=key), {"tube": "s001"})
    page.post(reverse("testing:recheck_result", args=key), {"word": "neg"})

    with scope.everywhere():
        assert CallTask.objects.get(person=night.town.chen_wei).outcome == "reached"
        assert Recheck.objects.get(person=night.town.chen_wei).state == "negative"


def test_an_empty_swab_or_result_says_what_to_do(client: Client, town: cast.Town) -> None:
    night = night_of(town)
    page = logged_in(client, town, "he")
    key = [night.pool.pk, night.town.chen_wei.pk]

    no_tube = page.post(reverse("testing:recheck_swab", args=key), {"tube": ""}, follow=True)
    no_word = page.post(reverse("testing:recheck_result", args=key), {"word": "pending"}, follow=True)

    assert "Scan or type the number" in no_tube.content.decode()
    assert "Choose the result" in no_word.content.decode()


def test_results_cost_the_same_queries_for_one_tube_and_for_three(
    client: Client, town: cast.Town, lane: Lane, queries: list[str]
) -> None:
    lanes.filled_tube(lane, "T0001", [], cast.NOON)
    page = logged_in(client, town, "he")
    counts = []
    for more in ([], ["T0002", "T0003"]):
        for code in more:
            lanes.filled_tube(lane, code, [], cast.NOON)
        queries.clear()
        page.get(reverse("testing:results", args=[lane.round_id]))
        counts.append(len(queries))
        scope.set_scope(["/"])

    assert counts[0] == counts[1]


def test_the_pages_stand_with_nothing_to_show(client: Client, town: cast.Town) -> None:
    page = logged_in(client, town, "he")

    assert "No round has been opened" in page.get(reverse("testing:results_latest")).content.decode()
    assert "No pool has been positive" in page.get(reverse("testing:pools")).content.decode()


def test_a_late_clock_says_so(client: Client, town: cast.Town) -> None:
    night: Night = night_of(town)
    PositivePool.objects.filter(pk=night.pool.pk).update(calls_due_at=clock.now() - timedelta(minutes=12))

    shown = logged_in(client, town, "he").get(reverse("testing:pool", args=[night.pool.pk]))

    assert "12 min over" in shown.content.decode()
