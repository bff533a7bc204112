"""Pages of rounds: what they show, what they change, who sees nothing."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from tests import cast
from tests.cast import SHUANGXI, Town
from tests.factories import lanes
from tongxin.access.models import Entry
from tongxin.core import clock, scope
from tongxin.testing.enums import RoundState
from tongxin.testing.models import Expected, Lane, Round, Tube

pytestmark = pytest.mark.usefixtures("db")


@pytest.fixture
def town(db: None) -> Town:
    with scope.everywhere():
        return cast.town()


@pytest.fixture
def round_(town: Town) -> Round:
    with scope.everywhere():
        running = lanes.running_round(town.point, clock.now())
        lanes.lane(running, town.point)
    return running


def enter(town: Town, name: str) -> Client:
    client = Client()
    client.force_login(town.accounts[name])
    return client


def pages_of(round_: Round, town: Town) -> list[str]:
    return [
        reverse("testing:round", args=[round_.pk]),
        reverse("testing:board", args=[round_.pk]),
        reverse("testing:tubes", args=[round_.pk]),
        reverse("testing:people", args=[round_.pk]),
        reverse("testing:not_yet", args=[round_.pk]),
        reverse("testing:not_yet_sheet", args=[round_.pk]),
        reverse("testing:closing", args=[round_.pk]),
        reverse("testing:standing", args=[round_.pk, town.chen_wei.pk]),
        reverse("testing:call", args=[round_.pk, town.chen_wei.pk]),
        reverse("testing:visit", args=[round_.pk, town.chen_wei.pk]),
        reverse("testing:reason", args=[round_.pk, town.chen_wei.pk]),
        reverse("testing:removal", args=[round_.pk, town.chen_wei.pk]),
        reverse("testing:round_move", args=[round_.pk, "sampling_closed"]),
        reverse("testing:deal", args=[Lane.objects.first().pk]),  # type: ignore[union-attr]
    ]


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_every_page_of_a_round_opens_for_the_community_head(town: Town, round_: Round, language: str) -> None:
    client = enter(town, "tang")
    client.cookies["django_language"] = language
    with scope.everywhere():
        lanes.filled_tube(
            Lane.objects.get(), "T1", [town.chen_wei], clock.now() - timedelta(hours=5), state="closed"
        )
        addresses = [*pages_of(round_, town), reverse("testing:tube", args=["T1"])]

    statuses = {address: client.get(address).status_code for address in addresses}

    assert set(statuses.values()) == {200}, statuses


def test_the_next_community_finds_none_of_them(town: Town, round_: Round) -> None:
    client = enter(town, "gao")
    with scope.everywhere():
        lanes.filled_tube(Lane.objects.get(), "T1", [town.chen_wei], clock.now())
        addresses = [*pages_of(round_, town), reverse("testing:tube", args=["T1"])]

    statuses = {address: client.get(address).status_code for address in addresses}

    assert set(statuses.values()) == {404}, statuses


def test_who_is_not_logged_in_is_asked_to(town: Town, round_: Round) -> None:
    response = Client().get(reverse("testing:round", args=[round_.pk]))

    assert (response.status_code, response["Location"][:16]) == (302, "/accounts/login/")


def test_the_bar_sums_to_the_base_and_each_class_opens_to_its_people(town: Town, round_: Round) -> None:
    response = enter(town, "tang").get(reverse("testing:round", args=[round_.pk]))

    classes = response.context["classes"]
    assert sum(count for _code, _word, count, _href in classes) == 3 == response.context["counts"].base
    assert classes[0][3] == f"{reverse('testing:people', args=[round_.pk])}?class=here"
    assert classes[-1][3] == reverse("testing:not_yet", args=[round_.pk])


def test_a_grid_worker_sees_the_round_for_his_buildings_alone(town: Town, round_: Round) -> None:
    with scope.everywhere():
        elsewhere = town.zhang_wei
        elsewhere.area_path = SHUANGXI
        elsewhere.save(update_fields=["area_path"])
        Expected.objects.filter(person=elsewhere).update(area_path=SHUANGXI)

    response = enter(town, "lin").get(reverse("testing:round", args=[round_.pk]))

    assert response.context["counts"].base == 2
    assert response.context["is_whole"] is False
    assert "第1网格" in response.content.decode()
    assert "A点" not in response.content.decode()


def test_a_round_is_planned_on_its_page(town: Town) -> None:
    form = {"number": 10, "opens_at": "2021-08-21T07:00", "closes_at": "2021-08-21T20:00", "pool": ""}

    response = enter(town, "qin").post(reverse("testing:round_new"), form)

    with scope.everywhere():
        planned = Round.objects.get()
    assert response["Location"] == reverse("testing:round", args=[planned.pk])
    assert (planned.number, planned.area_path, planned.opens_at.isoformat()) == (
        10,
        SHUANGXI,
        "2021-08-20T23:00:00+00:00",
    )


@pytest.mark.parametrize("change", [{"closes_at": "2021-08-21T06:00"}, {"number": 9}, {"opens_at": ""}])
def test_a_plan_that_cannot_be_comes_back_with_its_fault(town: Town, change: dict[str, object]) -> None:
    with scope.everywhere():
        lanes.running_round(town.point, clock.now(), number=9)
    form = {"number": 10, "opens_at": "2021-08-21T07:00", "closes_at": "2021-08-21T20:00", "pool": ""}

    response = enter(town, "qin").post(reverse("testing:round_new"), form | change)

    assert response.status_code == 422
    assert len(response.context["form"].errors) == 1


def test_moving_a_round_asks_for_its_document(town: Town, round_: Round) -> None:
    client = enter(town, "zhao")
    address = reverse("testing:round_move", args=[round_.pk, "sampling_closed"])

    without = client.post(address, {"ground": ""})
    moved = client.post(address, {"ground": "〔2021〕10号"})

    assert (without.status_code, moved.status_code) == (422, 302)
    with scope.everywhere():
        assert Round.objects.get().state == RoundState.SAMPLING_CLOSED


def test_a_move_that_cannot_be_is_said_on_a_page(town: Town, round_: Round) -> None:
    response = enter(town, "zhao").post(
        reverse("testing:round_move", args=[round_.pk, "reconciling"]), {"ground": "10号"}
    )

    assert response.status_code == 409
    assert "10" in response.content.decode()


def test_a_drawer_moves_the_page_behind_it(town: Town, round_: Round) -> None:
    response = enter(town, "zhao").post(
        reverse("testing:round_move", args=[round_.pk, "sampling_closed"]),
        {"ground": "〔2021〕10号"},
        headers={"HX-Request": "true"},
    )

    assert (response.status_code, response["HX-Redirect"]) == (
        204,
        reverse("testing:round", args=[round_.pk]),
    )


def test_a_point_is_added_on_the_page(town: Town, round_: Round) -> None:
    response = enter(town, "tang").post(
        reverse("testing:points", args=[round_.pk]), {"site_name": "B点", "lanes": 2, "kind": "mobile"}
    )

    assert response.status_code == 302
    with scope.everywhere():
        assert list(Lane.objects.filter(site__name="B点").values_list("number", "kind")) == [
            (1, "mobile"),
            (2, "mobile"),
        ]


def test_tubes_are_dealt_in_a_drawer(town: Town, round_: Round) -> None:
    client = enter(town, "zhao")
    with scope.everywhere():
        address = reverse("testing:deal", args=[Lane.objects.get().pk])

    empty = client.post(address, {"codes": ""}, headers={"HX-Request": "true"})
    dealt = client.post(address, {"codes": "T1\nT2"}, headers={"HX-Request": "true"})
    again = client.post(address, {"codes": "T2"}, headers={"HX-Request": "true"})

    assert (empty.status_code, dealt.status_code, again.status_code) == (422, 204, 422)
    with scope.everywhere():
        assert Tube.objects.count() == 2


def test_a_tube_is_voided_with_a_second_person(town: Town, round_: Round) -> None:
    with scope.everywhere():
        lanes.filled_tube(Lane.objects.get(), "T1", [town.chen_wei], clock.now())
    client = enter(town, "zhao")
    address = reverse("testing:tube", args=["T1"])

    offered = [name for _key, name in client.get(address).context["form"].fields["second"].choices]
    alone = client.post(address, {"why": "破裂", "second": str(town.accounts["zhao"].pk)})
    done = client.post(address, {"why": "破裂", "second": str(town.accounts["tang"].pk)})

    assert offered == ["—", "唐书记"]
    assert (alone.status_code, done.status_code) == (422, 302)
    with scope.everywhere():
        assert Tube.objects.get(code="T1").state == "voided"


def test_the_board_shows_pace_open_tube_and_old_tubes(town: Town, round_: Round) -> None:
    with scope.everywhere():
        lane = Lane.objects.get()
        lanes.filled_tube(lane, "T1", [town.chen_wei], clock.now() - timedelta(minutes=5), state="open")
        lanes.filled_tube(lane, "T2", [town.chen_fang], clock.now() - timedelta(hours=3))
        lanes.filled_tube(lane, "T3", [town.zhang_wei], clock.now() - timedelta(hours=5))

    context = enter(town, "zhao").get(reverse("testing:board", args=[round_.pk])).context

    (row,) = context["lanes"]
    assert (row.sampled, row.rate_15, row.rate_60, row.open_tube, row.open_held) == (3, 4, 1, "T1", 1)
    assert (context["clocks"].alarms, context["clocks"].breaches) == (2, 1)  # MT-31
    assert [(tube.code, tube.is_breach) for tube in context["clocks"].rows] == [("T3", True), ("T2", False)]


@pytest.mark.parametrize(("state", "is_offered"), [(RoundState.OPEN, True), (RoundState.CLOSED, False)])
def test_the_board_offers_tubes_and_phones_of_the_point_until_the_end(
    town: Town, round_: Round, state: RoundState, is_offered: bool
) -> None:
    with scope.everywhere():
        lane = Lane.objects.get()
        Round.objects.update(state=state)

    page = enter(town, "zhao").get(reverse("testing:board", args=[round_.pk])).content.decode()

    assert (reverse("testing:deal", args=[lane.pk]) in page) is is_offered
    assert (f"{reverse('access:enrol')}?post={lane.site_id}" in page) is is_offered


@pytest.mark.parametrize("name", ["testing:round", "testing:board"])
def test_the_live_part_comes_alone(town: Town, round_: Round, name: str) -> None:
    response = enter(town, "zhao").get(
        reverse(name, args=[round_.pk]), headers={"HX-Request": "true", "HX-Target": "live"}
    )

    assert response.content.decode().lstrip().startswith('<div id="live"')


@pytest.mark.parametrize("name", ["testing:round", "testing:board", "testing:people", "testing:closing"])
def test_a_page_costs_the_same_for_one_and_for_three(
    town: Town, round_: Round, name: str, queries: list[str]
) -> None:
    client = enter(town, "tang")
    address = reverse(name, args=[round_.pk])
    with scope.everywhere():
        lanes.filled_tube(Lane.objects.get(), "T1", [town.chen_wei], clock.now() - timedelta(hours=3))
    client.get(address)

    def cost() -> int:
        queries.clear()
        assert client.get(address).status_code == 200
        return len(queries)

    one = cost()
    with scope.everywhere():
        for number in (2, 3):
            lane = lanes.lane(round_, town.point, number)
            lanes.filled_tube(lane, f"T{number}", [town.chen_fang], clock.now() - timedelta(hours=3))
    three = cost()

    assert one == three
    assert one <= 32


def test_who_looks_into_a_tube_is_written_down(town: Town, round_: Round) -> None:
    with scope.everywhere():
        lanes.filled_tube(Lane.objects.get(), "T1", [town.chen_wei], clock.now())

    enter(town, "zhao").get(reverse("testing:tube", args=["T1"]))

    with scope.everywhere():
        entry = Entry.objects.get(act="access.tube.seen")
        assert entry.facts_row.facts["people"] == [str(town.chen_wei.pk)]
