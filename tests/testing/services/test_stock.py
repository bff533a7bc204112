"""Tube stock: batches with their expiry, issued to one lane, given back unused (DOMAIN.md 3.5, MT-25)."""

from datetime import date
from typing import Any

import pytest

from tests import cast
from tests.cast import NOON, TODAY
from tests.exchange.test_capture import send
from tests.lane import Station
from tests.lane import station as make_station
from tongxin.access.models import Entry
from tongxin.core.refusals import Refusal
from tongxin.exchange.services import projection
from tongxin.testing.enums import PoolKind, RoundState, TubeState
from tongxin.testing.models import Tube, TubeBatch
from tongxin.testing.services import stock

pytestmark = pytest.mark.usefixtures("db_everywhere")
LATER = date(2022, 6, 30)


@pytest.fixture
def station(db_everywhere: None) -> Station:
    return make_station()


def register(station: Station, **more: Any) -> TubeBatch:
    facts: dict[str, Any] = {
        "area_path": cast.SHUANGXI,
        "label": "B-0817",
        "pool": PoolKind.POOL10,
        "expires_on": LATER,
        "prefix": "N",
        "count": 3,
        "by": station.town.actor("zhao"),
        "at": NOON,
    }
    return stock.register_batch(**facts | more)


def issue(station: Station, number: int = 0, **more: Any) -> list[str]:
    lane = station.lanes[number]
    return [
        tube.code
        for tube in stock.issue_tubes(lane_id=lane.pk, by=station.town.actor("zhao"), at=NOON, **more)
    ]


def state(code: str) -> tuple[str, Any]:
    return Tube.objects.values_list("state", "lane_id").get(code=code)


def test_a_batch_is_in_stock_with_its_expiry(station: Station) -> None:
    batch = register(station)

    assert (batch.label, batch.tube_count, batch.capacity, batch.by_name) == ("B-0817", 3, 10, "赵敏")
    tubes = Tube.objects.filter(batch=batch).order_by("code")
    assert [(tube.code, tube.state, tube.lane_id, tube.expires_on) for tube in tubes] == [
        (f"N000{number}", TubeState.REGISTERED, None, LATER) for number in (1, 2, 3)
    ]


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"expires_on": date(2021, 8, 19)}, "batch_expired"),
        ({"label": " "}, "batch_label_needed"),
        ({"count": 0}, "no_tube_codes"),
        ({"codes": ["L1T1"]}, "tube_taken"),
    ],
)
def test_what_cannot_go_into_stock_is_refused_whole(
    station: Station, more: dict[str, Any], code: str
) -> None:
    with pytest.raises(Refusal) as refused:
        register(station, **more)

    assert (refused.value.code, Tube.objects.filter(state=TubeState.REGISTERED).count()) == (code, 0)


def test_a_batch_is_registered_once(station: Station) -> None:
    register(station)

    with pytest.raises(Refusal) as refused:
        register(station, prefix="M")

    assert (refused.value.code, TubeBatch.objects.count()) == ("batch_taken", 1)


def test_what_expires_first_is_issued_first(station: Station) -> None:  # MT-25
    register(station)
    register(station, label="B-0701", prefix="A", count=2, expires_on=TODAY)

    assert issue(station, count=3) == ["A0001", "A0002", "N0001"]
    assert state("A0001") == (TubeState.ISSUED, station.lanes[0].pk)
    assert state("N0002") == (TubeState.REGISTERED, None)


def test_an_expired_tube_is_issued_to_nobody(station: Station) -> None:
    register(station)
    Tube.objects.filter(code="N0002").update(expires_on=date(2021, 8, 19))

    with pytest.raises(Refusal) as by_code:
        issue(station, codes=["N0001", "N0002"])
    with pytest.raises(Refusal) as by_count:
        issue(station, count=3)

    assert (by_code.value.code, by_code.value.facts["tube"]) == ("tube_expired", "N0002")
    assert (by_count.value.code, by_count.value.facts) == ("stock_short", {"count": 2, "wanted": 3})
    assert state("N0001") == (TubeState.REGISTERED, None)


def test_a_vial_of_another_pool_kind_is_refused(station: Station) -> None:  # MT-06
    register(station, pool=PoolKind.SINGLE)

    with pytest.raises(Refusal) as refused:
        issue(station, codes=["N0001"])

    assert refused.value.code == "tube_other_pool"


def test_a_tube_has_one_owner(station: Station) -> None:  # MT-25
    register(station)
    issue(station, codes=["N0001"])

    with pytest.raises(Refusal) as refused:
        issue(station, 1, codes=["N0001"])

    assert (refused.value.code, state("N0001")[1]) == ("tube_taken", station.lanes[0].pk)


def test_a_round_that_is_over_gets_no_tubes(station: Station) -> None:  # guard of `issued`
    register(station)
    station.round.state = RoundState.CLOSED
    station.round.save(update_fields=["state"])

    with pytest.raises(Refusal) as refused:
        issue(station, count=1)

    assert refused.value.code == "round_state"


def test_unused_tubes_come_back_and_go_out_again(station: Station) -> None:
    lane, zhao = station.lanes[0], station.town.actor("zhao")
    send([station.phone.open("L1T1"), station.phone.sample("L1T1", 1, station.town.chen_wei.pk)])
    projection.project()

    back = stock.return_tubes(lane_id=lane.pk, by=zhao, at=NOON)
    again = stock.return_tubes(lane_id=lane.pk, by=zhao, at=NOON)

    assert (back, again) == (["L1T2", "L1T3", "L1T4", "L1T5"], [])
    assert Entry.objects.filter(act="testing.tubes.returned").count() == 1
    assert issue(station, 1, codes=["L1T2"]) == ["L1T2"]
    assert state("L1T2") == (TubeState.ISSUED, station.lanes[1].pk)


def test_a_tube_that_was_opened_does_not_come_back(station: Station) -> None:
    send([station.phone.open("L1T1")])
    projection.project()

    with pytest.raises(Refusal) as refused:
        stock.return_tubes(
            lane_id=station.lanes[0].pk, by=station.town.actor("zhao"), at=NOON, codes=["L1T1"]
        )

    assert (refused.value.code, state("L1T1")[0]) == ("tube_state", TubeState.OPEN)


def test_a_returned_tube_that_an_offline_phone_had_opened_is_its_lanes_again(station: Station) -> None:
    stock.return_tubes(lane_id=station.lanes[0].pk, by=station.town.actor("zhao"), at=NOON)

    send([station.phone.open("L1T1"), station.phone.sample("L1T1", 1, station.town.chen_wei.pk)])
    projection.project()

    assert state("L1T1") == (TubeState.OPEN, station.lanes[0].pk)


@pytest.mark.parametrize("who", ["lin", "qin", "gao"])
def test_who_does_not_issue_tubes_changes_no_stock(station: Station, who: str) -> None:
    actor = station.town.actor(who)

    for act in (
        lambda: register(station, by=actor),
        lambda: stock.issue_tubes(lane_id=station.lanes[0].pk, by=actor, at=NOON, count=1),
        lambda: stock.return_tubes(lane_id=station.lanes[0].pk, by=actor, at=NOON),
    ):
        with pytest.raises(Refusal) as refused:
            act()
        assert refused.value.code == "not_allowed"
