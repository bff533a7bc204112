"""One code on two devices: frozen until the point chief says which side stands (MT-26)."""

from datetime import timedelta
from typing import Any

import pytest

from tests import lane
from tests.cast import NOON
from tests.exchange.test_capture import send
from tongxin.access.models import Device, EntryFacts
from tongxin.core.refusals import Refusal
from tongxin.exchange.services import projection
from tongxin.testing.enums import Coverage, MakeUpReason, TubeState
from tongxin.testing.models import Expected, MakeUp, SampleRejection, Tube
from tongxin.testing.services import sides

pytestmark = pytest.mark.usefixtures("db_everywhere")
CODE = "L1T1"


@pytest.fixture
def station(db_everywhere: None) -> lane.Station:
    """Chen Wei at phone A1 and Chen Fang at phone A2, both under one code."""
    made = lane.station()
    lane.device(made.town, "A2")
    other = lane.Phone(made.round.pk, made.lanes[0].pk, at=made.phone.at + timedelta(minutes=5))
    send([made.phone.open(CODE), made.phone.sample(CODE, 1, made.town.chen_wei.pk)])
    send([other.open(CODE), other.sample(CODE, 1, made.town.chen_fang.pk)], token="token-of-A2")
    projection.project()
    made.other = other  # type: ignore[attr-defined]
    return made


def decide(station: lane.Station, keep: str | None, who: str = "zhao", **more: Any) -> Tube:
    device = Device.objects.get(name=keep).pk if keep else None
    facts = {"code": CODE, "keep": device, "why": "两支管同码", "at": NOON} | more
    return sides.decide_frozen(by=station.town.actor(who), **facts)


def classes(station: lane.Station) -> tuple[str, str]:
    rows = dict(Expected.objects.values_list("person_id", "klass"))
    return rows[station.town.chen_wei.pk], rows[station.town.chen_fang.pk]


def test_one_tube_all_along_is_released_with_everybody_in_it(station: lane.Station) -> None:  # MT-26
    assert Tube.objects.get(code=CODE).frozen_at is not None

    tube = decide(station, None)

    assert (tube.frozen_at, tube.state, tube.held_count) == (None, TubeState.OPEN, 2)
    assert (classes(station), MakeUp.objects.count()) == ((Coverage.HERE, Coverage.HERE), 0)
    assert EntryFacts.objects.get(entry__act="testing.tube.unfrozen").facts["dropped"] == []


def test_the_people_of_the_dropped_side_are_sampled_again(station: lane.Station) -> None:  # MT-26, MT-30
    tube = decide(station, "A1")

    assert (tube.frozen_at, tube.held_count) == (None, 1)
    assert classes(station) == (Coverage.HERE, Coverage.UNKNOWN)
    assert MakeUp.objects.values_list("person_id", "reason", "due_at").get() == (
        station.town.chen_fang.pk, MakeUpReason.DOUBLE, NOON + timedelta(hours=1),
    )  # fmt: skip


def test_what_the_dropped_phone_sends_later_is_dropped_too(station: lane.Station) -> None:
    decide(station, "A1")
    other = station.other  # type: ignore[attr-defined]

    send([other.sample(CODE, 2, station.town.zhang_wei.pk), other.close(CODE, 2)], token="token-of-A2")
    projection.project()

    tube = Tube.objects.get(code=CODE)
    assert (tube.frozen_at, tube.state, tube.held_count) == (None, TubeState.OPEN, 1)
    assert (MakeUp.objects.count(), SampleRejection.objects.filter(reason="other_side").count()) == (2, 2)
    assert Expected.objects.get(person=station.town.zhang_wei).klass == Coverage.UNKNOWN


def test_a_third_phone_freezes_it_again(station: lane.Station) -> None:
    decide(station, None)
    lane.device(station.town, "A3")
    third = lane.Phone(station.round.pk, station.lanes[0].pk, at=station.phone.at + timedelta(minutes=9))

    send([third.sample(CODE, 3, station.town.zhang_wei.pk)], token="token-of-A3")
    projection.project()

    assert Tube.objects.get(code=CODE).frozen_at is not None
    assert decide(station, None).frozen_at is None


def test_decided_is_decided(station: lane.Station) -> None:
    decide(station, "A1")

    with pytest.raises(Refusal) as refused:
        decide(station, "A2")

    assert (refused.value.code, MakeUp.objects.count()) == ("tube_not_frozen", 1)


@pytest.mark.parametrize(
    ("more", "code"), [({"why": " "}, "reason_needed"), ({"code": "NONE"}, "tube_unknown")]
)
def test_a_decision_says_why_and_of_which_tube(
    station: lane.Station, more: dict[str, Any], code: str
) -> None:
    with pytest.raises(Refusal) as refused:
        decide(station, None, **more)

    assert refused.value.code == code


def test_a_phone_that_never_touched_it_cannot_be_kept(station: lane.Station) -> None:
    lane.device(station.town, "A9")

    with pytest.raises(Refusal) as refused:
        decide(station, "A9")

    assert refused.value.code == "tube_not_of_phone"


@pytest.mark.parametrize("who", ["lin", "lab", "gao"])
def test_who_voids_no_tubes_decides_none(station: lane.Station, who: str) -> None:
    with pytest.raises(Refusal) as refused:
        decide(station, None, who)

    assert (refused.value.code, Tube.objects.get(code=CODE).frozen_at is None) == ("not_allowed", False)
