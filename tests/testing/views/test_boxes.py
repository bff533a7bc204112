"""Pages of boxes, stock and queues: what they show and change, for whom, and at what cost."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from tests import factories, lane
from tests.cast import SHUANGXI
from tests.exchange.test_capture import send
from tongxin.core import clock, scope
from tongxin.exchange.services import projection
from tongxin.testing.enums import BoxState, TubeState
from tongxin.testing.models import Box, Laboratory, MakeUp, QueueCount, Tube, TubeBatch

pytestmark = pytest.mark.usefixtures("db")


@pytest.fixture
def station(db: None) -> lane.Station:
    """Two closed tubes at lane 1, a carrier, and the time of the phone is now."""
    with scope.everywhere():
        made = lane.station()
        made.town.accounts["zhou"] = factories.account("zhou", "周师傅", ("carrier", SHUANGXI))
        phone, town = made.phone, made.town
        phone.at = clock.now() - timedelta(hours=3)
        phone.open("L1T1")
        phone.sample("L1T1", 1, town.chen_wei.pk)
        phone.sample("L1T1", 2, town.chen_fang.pk)
        phone.close("L1T1", 2)
        phone.open("L1T2")
        phone.sample("L1T2", 1, town.zhang_wei.pk)
        phone.close("L1T2", 1)
        send(phone.written, at=clock.now(), device_at=clock.now())
        projection.project()
    return made


def enter(station: lane.Station, name: str) -> Client:
    client = Client()
    client.force_login(station.town.accounts[name])
    return client


def seal(station: lane.Station, **more: Any) -> Any:
    facts = {"codes": "L1T1\nL1T2", "seal": "F-001", "kind": "small", "temperature": "4.5", "has_ice": "on"}
    url = reverse("testing:boxes", args=[station.round.pk])
    return enter(station, "zhao").post(url, facts | more)


def the_box() -> Box:
    with scope.everywhere():
        return Box.objects.get()


def hand(station: lane.Station, who: str = "zhou") -> Any:
    facts = {"giver": "赵敏", "taker": "周师傅", "vehicle": "湘G12345", "temperature": "5.0"}
    return enter(station, who).post(reverse("testing:box", args=[the_box().pk]), facts)


def receive(station: lane.Station, **more: Any) -> Any:
    facts = {"giver": "周师傅", "taker": "罗检验", "counted": "2", "temperature": "6"}
    return enter(station, "lab").post(reverse("testing:box", args=[the_box().pk]), facts | more)


def states() -> list[str]:
    with scope.everywhere():
        codes = Tube.objects.filter(code__in=["L1T1", "L1T2"]).order_by("code")
        return list(codes.values_list("state", flat=True))


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_a_box_goes_its_way_on_pages(station: lane.Station, language: str) -> None:  # DOMAIN 3.5
    answered = seal(station)
    assert (answered.status_code, the_box().state) == (302, BoxState.SEALED)

    assert (hand(station).status_code, the_box().state) == (302, BoxState.IN_TRANSIT)
    assert (receive(station).status_code, states()) == (302, [TubeState.RECEIVED] * 2)

    rejected = enter(station, "lab").post(reverse("testing:tube_rejected", args=["L1T1"]), {"reason": "leak"})
    plated = enter(station, "lab").post(reverse("testing:box_plate", args=[the_box().pk]))
    assert (rejected.status_code, plated.status_code) == (302, 302)
    assert states() == [TubeState.REJECTED, TubeState.TESTING]
    with scope.everywhere():
        assert MakeUp.objects.count() == 2
    reader = enter(station, "lab")
    reader.cookies["django_language"] = language
    for address in (
        reverse("testing:box", args=[the_box().pk]),
        reverse("testing:box_slip", args=[the_box().pk]),
        reverse("testing:boxes", args=[station.round.pk]),
        reverse("testing:transport"),
    ):
        assert "F-001" in reader.get(address).content.decode()


def test_the_chosen_tubes_stand_on_the_list(station: lane.Station) -> None:
    url = reverse("testing:boxes", args=[station.round.pk])

    page = enter(station, "zhao").post(url, {"tube": ["L1T2"]}).content.decode()

    assert ">\nL1T2</textarea>" in page
    with scope.everywhere():
        assert Box.objects.count() == 0


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"codes": "L1T9"}, "L1T9"),
        ({"codes": "L1T3"}, "L1T3"),
        ({"seal": ""}, "is-invalid"),
        ({"temperature": "1000"}, "is-invalid"),
    ],
)
def test_a_list_that_is_wrong_comes_back_with_its_fault(
    station: lane.Station, more: dict[str, str], said: str
) -> None:
    answered = seal(station, **more)

    assert (answered.status_code, said in answered.content.decode()) == (422, True)
    assert states() == [TubeState.CLOSED] * 2


def test_a_count_that_differs_asks_for_a_note(station: lane.Station) -> None:
    seal(station)

    assert receive(station, counted="1").status_code == 422
    assert receive(station, counted="1", note="L1T2 不在箱内").status_code == 302


def test_the_carrier_sees_boxes_and_nobodys_name(station: lane.Station) -> None:
    seal(station)
    client = enter(station, "zhou")

    pages = [
        client.get(reverse("testing:transport")),
        client.get(reverse("testing:box", args=[the_box().pk])),
        client.get(reverse("testing:box_slip", args=[the_box().pk])),
    ]

    texts = [page.content.decode() for page in pages]
    assert [page.status_code for page in pages] == [200] * 3
    assert all("F-001" in text for text in texts)
    assert [name for name in ("陈伟", "陈芳", "张伟") for text in texts if name in text] == []


@pytest.mark.parametrize("who", ["gao", "lin"])
def test_who_is_of_elsewhere_or_another_trade_moves_no_box(station: lane.Station, who: str) -> None:
    seal(station)
    box = the_box()
    client = enter(station, who)

    client.post(reverse("testing:box", args=[box.pk]), {"giver": "a", "taker": "b"})
    client.post(reverse("testing:box_plate", args=[box.pk]))
    client.post(reverse("testing:tube_rejected", args=["L1T1"]), {"reason": "leak"})

    assert (the_box().state, states()) == (BoxState.SEALED, [TubeState.BOXED] * 2)


def test_the_next_community_sees_no_box_of_ours(station: lane.Station) -> None:
    seal(station)
    client = enter(station, "gao")

    answered = [
        client.get(reverse("testing:box", args=[the_box().pk])),
        client.get(reverse("testing:box_slip", args=[the_box().pk])),
        client.get(reverse("testing:boxes", args=[station.round.pk])),
    ]

    assert [each.status_code for each in answered] == [404] * 3
    assert "F-001" not in client.get(reverse("testing:transport")).content.decode()


def test_the_pages_of_boxes_cost_the_same_for_one_and_for_three(
    station: lane.Station, django_assert_max_num_queries: Any
) -> None:
    seal(station, codes="L1T1")
    client = enter(station, "lab")
    client.get(reverse("testing:transport"))

    with django_assert_max_num_queries(40) as one:
        client.get(reverse("testing:transport"))
    with scope.everywhere():
        for number in range(2):
            Box.objects.create(
                area_path=SHUANGXI, round=station.round, seal=f"X{number}", sealed_at=clock.now()
            )
    with django_assert_max_num_queries(len(one.captured_queries)):
        client.get(reverse("testing:transport"))


def test_a_laboratory_is_named_and_can_be_chosen(station: lane.Station) -> None:
    enter(station, "lab").post(reverse("testing:laboratory"), {"name": "区疾控实验室", "phone": ""})
    seal(station)

    page = enter(station, "zhou").get(reverse("testing:box", args=[the_box().pk])).content.decode()

    with scope.everywhere():
        assert Laboratory.objects.get().name == "区疾控实验室"
    assert "区疾控实验室</option>" in page


# ---- stock, frozen tubes, queues


def test_a_batch_is_registered_issued_and_taken_back(station: lane.Station) -> None:
    chief = enter(station, "zhao")
    batch = {
        "label": "B-1",
        "pool": "pool10",
        "expires_on": "2099-01-01",
        "running_prefix": "N",
        "count": "4",
    }

    registered = chief.post(reverse("testing:stock"), batch)
    lane_id = station.lanes[1].pk
    dealt = chief.post(reverse("testing:deal", args=[lane_id]), {"from_stock": "on", "count": "3"})
    short = chief.post(reverse("testing:deal", args=[lane_id]), {"from_stock": "on", "count": "3"})
    back = chief.post(reverse("testing:tubes_returned", args=[lane_id]))

    assert [each.status_code for each in (registered, dealt, short, back)] == [302, 302, 422, 302]
    with scope.everywhere():
        assert TubeBatch.objects.get().tube_count == 4
        assert Tube.objects.filter(code__startswith="N", state=TubeState.RETURNED).count() == 3
    assert "B-1" in chief.get(reverse("testing:stock")).content.decode()
    assert enter(station, "lin").get(reverse("testing:stock")).status_code == 403


def test_an_expired_batch_comes_back_with_its_fault(station: lane.Station) -> None:
    batch = {
        "label": "B-1",
        "pool": "pool10",
        "expires_on": "2020-01-01",
        "running_prefix": "N",
        "count": "4",
    }

    assert enter(station, "zhao").post(reverse("testing:stock"), batch).status_code == 422


def test_a_frozen_tube_is_decided_on_its_page(station: lane.Station) -> None:  # MT-26
    with scope.everywhere():
        lane.device(station.town, "A2")
        other = lane.Phone(station.round.pk, station.lanes[0].pk, at=clock.now() - timedelta(hours=2))
        send([other.sample("L1T2", 2, station.town.chen_fang.pk)], token="token-of-A2", at=clock.now(), device_at=clock.now())  # fmt: skip
        projection.project()
    chief = enter(station, "zhao")
    assert (
        reverse("testing:tube_sides", args=["L1T2"])
        in chief.get(reverse("testing:tube", args=["L1T2"])).content.decode()
    )

    board = chief.get(reverse("testing:board", args=[station.round.pk])).content.decode()
    assert reverse("testing:tube_sides", args=["L1T2"]) in board
    shown = chief.get(reverse("testing:tube_sides", args=["L1T2"])).content.decode()
    decided = chief.post(
        reverse("testing:tube_sides", args=["L1T2"]), {"side": str(station.device.pk), "why": "两支管"}
    )

    assert ("A1" in shown, "A2" in shown, decided.status_code) == (True, True, 302)
    with scope.everywhere():
        tube = Tube.objects.get(code="L1T2")
        assert (tube.frozen_at, tube.held_count) == (None, 1)


def test_a_queue_is_counted_and_its_wait_is_shown(station: lane.Station) -> None:  # MT-03
    chief = enter(station, "zhao")
    url = reverse("testing:queue", args=[station.round.pk, station.town.point.pk])

    counted = chief.post(url, {"waiting": "150"})
    wrong = chief.post(url, {"waiting": "many"})

    assert (counted.status_code, wrong.status_code) == (302, 302)
    with scope.everywhere():
        assert QueueCount.objects.values_list("waiting", "by_name").get() == (150, "赵敏")
    page = chief.get(reverse("testing:board", args=[station.round.pk])).content.decode()
    assert "150" in page
    assert "#hourglass" in page
    assert (
        'is-attention"><svg class="icon " aria-hidden="true"><use href="/static/tongxin/icons.svg#hourglass"'
        in page
    )
    assert enter(station, "lin").post(url, {"waiting": "3"}).status_code == 403


def test_the_board_shows_one_point_when_asked(station: lane.Station) -> None:
    with scope.everywhere():
        other = factories.site(station.town.community, "B点")
        lane.lane(station.round, other)
        device = station.device
        device.owed_count, device.owed_since = 7, clock.now() - timedelta(hours=1)
        device.save(update_fields=["owed_count", "owed_since"])
    url = reverse("testing:board", args=[station.round.pk])

    page = enter(station, "zhao").get(
        url, {"point": str(other.pk)}, headers={"hx-request": "true", "hx-target": "live"}
    )
    whole = enter(station, "zhao").get(url).content.decode()

    assert ("B点 1" in page.content.decode(), "A点 1" in page.content.decode()) == (True, False)
    assert "A点 1" in whole
    assert "7" in whole


def test_who_was_sampled_twice_is_listed(station: lane.Station) -> None:  # MT-26
    with scope.everywhere():
        wei = station.town.chen_wei.pk
        station.phone.sample("L1T3", 1, wei)
        station.phone.sample("L1T3", 2, station.town.zhang_wei.pk, repeat="doubtful_swab", allowed_by="赵敏")
        send(station.phone.written, at=clock.now(), device_at=clock.now())

    page = enter(station, "zhao").get(reverse("testing:twice", args=[station.round.pk])).content.decode()

    assert ("陈伟" in page, "L1T1 · L1T3" in page, "张伟" in page) == (True, True, False)
