"""What is settled after a batch: tubes, make-ups, classes; and what a projector does with a batch it cannot read."""

import json
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from tests import cast, lane
from tongxin.access.models import Device, Entry
from tongxin.exchange.models import Batch
from tongxin.exchange.services import capture, projection
from tongxin.testing.models import MakeUp, Tube
from tongxin.testing.queries.coverage import by_class

pytestmark = pytest.mark.usefixtures("db_everywhere")


@pytest.fixture
def station() -> lane.Station:
    return lane.station()


def post(events: list[lane.Event], token: str = "token-of-A1") -> None:
    body = {"batch": str(uuid4()), "device_at": cast.NOON.isoformat(), "events": events}
    capture.receive(token=token, sent=json.dumps(body).encode(), at=cast.NOON)


def test_two_devices_in_one_tube_freeze_it(station: lane.Station) -> None:  # MT-26
    lane.device(station.town, "A2")
    ours, theirs = station.phone, lane.Phone(station.round.pk, station.lanes[0].pk)
    ours.open("L1T1")
    ours.sample("L1T1", 1, station.town.chen_wei.pk)
    theirs.sample("L1T1", 2, station.town.chen_fang.pk)

    post(ours.written)
    projection.project()
    assert tube("L1T1") == ("open", None)
    post(theirs.written, token="token-of-A2")
    projection.project()

    assert tube("L1T1") == ("open", lane.OPENED + timedelta(seconds=20))
    assert by_class(station.round.pk).here == 2
    assert Entry.objects.filter(act="testing.tube.frozen").count() == 1


def tube(code: str) -> tuple[Any, ...]:
    return Tube.objects.values_list("state", "frozen_at").get(code=code)


@pytest.mark.parametrize("state", ["testing", "resulted", "archived", "rejected", "voided"])
def test_a_late_lane_never_takes_a_tube_back(station: lane.Station, state: str) -> None:  # DOMAIN 3.5
    Tube.objects.filter(code="L1T1").update(state=state)
    post([station.phone.open("L1T1"), station.phone.sample("L1T1", 1, station.town.chen_wei.pk)])

    projection.project()

    assert Tube.objects.values_list("state", "held_count").get(code="L1T1") == (state, 1)


def test_a_late_swab_in_a_voided_tube_is_owed_again(station: lane.Station) -> None:  # MT-30
    Tube.objects.filter(code="L1T1").update(state="voided", voided_at=cast.NOON)
    post([station.phone.sample("L1T1", 1, station.town.chen_wei.pk)])

    projection.project()

    assert MakeUp.objects.values_list("person__name", "reason", "done_at").get() == ("陈伟", "voided", None)
    assert by_class(station.round.pk).here == 0


def test_a_batch_that_cannot_be_settled_leaves_the_others_alone(station: lane.Station) -> None:
    post([station.phone.sample("L1T1", 1, station.town.chen_wei.pk)])
    Batch.objects.update(sealed=b"broken")
    post([station.phone.sample("L1T1", 2, station.town.chen_fang.pk)])
    projector = projection.Projector()

    assert [projector.run_once(), projector.run_once()] == [1, 0]

    assert by_class(station.round.pk).here == 1
    assert len(projector.left_alone) == 1


def test_there_is_nothing_to_settle_twice(station: lane.Station) -> None:
    post([station.phone.sample("L1T1", 1, station.town.chen_wei.pk)])

    assert [projection.project(), projection.project()] == [1, 0]
    assert Device.objects.get().seen_at == cast.NOON
