"""Boxes sealed, signed over, received; tubes sent back; the plate and the archive (DOMAIN.md 3.5, MT-30 to MT-33)."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from tests import cast
from tests.cast import NOON, Town
from tests.exchange.test_capture import send
from tests.lane import Station
from tests.lane import station as make_station
from tongxin.access.models import Entry, EntryFacts
from tongxin.core.ids import new_id
from tongxin.core.refusals import Refusal
from tongxin.exchange.services import projection
from tongxin.testing.enums import BoxKind, BoxState, Coverage, LabReject, Leg, MakeUpReason, TubeState
from tongxin.testing.models import Box, BoxSealing, Expected, Handover, Laboratory, MakeUp, Result, Tube
from tongxin.testing.services import boxes, results

pytestmark = pytest.mark.usefixtures("db_everywhere")


@pytest.fixture
def station(db_everywhere: None) -> Station:
    """Two closed tubes: the Chens in one, Zhang Wei in the other."""
    made = make_station()
    phone, town = made.phone, made.town
    phone.open("L1T1")
    phone.sample("L1T1", 1, town.chen_wei.pk)
    phone.sample("L1T1", 2, town.chen_fang.pk)
    phone.close("L1T1", 2)
    phone.open("L1T2")
    phone.sample("L1T2", 1, town.zhang_wei.pk)
    phone.close("L1T2", 1)
    send(phone.written)
    projection.project()
    return made


def seal(station: Station, codes: list[str] | None = None, **more: Any) -> Box:
    facts: dict[str, Any] = {
        "round_id": station.round.pk,
        "seal": "F-001",
        "kind": BoxKind.SMALL,
        "codes": ["L1T1", "L1T2"] if codes is None else codes,
        "has_ice": True,
        "temperature": Decimal("4.5"),
        "by": station.town.actor("zhao"),
        "at": NOON,
    }
    return boxes.seal_box(**facts | more)


def hand(town: Town, box: Box, **more: Any) -> Box:
    facts: dict[str, Any] = {
        "box_id": box.pk,
        "giver": "赵敏",
        "taker": "周师傅",
        "vehicle": "湘G12345",
        "temperature": Decimal(5),
        "by": town.actor("zhao"),
        "at": NOON + timedelta(minutes=30),
    }
    return boxes.hand_box(**facts | more)


def receive(town: Town, box: Box, **more: Any) -> Box:
    facts: dict[str, Any] = {
        "box_id": box.pk,
        "giver": "周师傅",
        "taker": "罗检验",
        "temperature": Decimal(6),
        "counted": box.tube_count,
        "by": town.actor("lab"),
        "at": NOON + timedelta(hours=1),
    }
    return boxes.receive_box(**facts | more)


def tube_states() -> list[str]:
    return list(
        Tube.objects.filter(code__in=["L1T1", "L1T2"]).order_by("code").values_list("state", flat=True)
    )


def test_a_box_goes_from_the_point_to_the_plate_and_the_archive(station: Station) -> None:  # DOMAIN 3.5
    town = station.town
    box = seal(station)
    assert (box.state, tube_states()) == (BoxState.SEALED, [TubeState.BOXED] * 2)

    box = hand(town, box)
    assert (box.state, tube_states()) == (BoxState.IN_TRANSIT, [TubeState.IN_TRANSIT] * 2)

    box = receive(town, box)
    assert (box.state, tube_states()) == (BoxState.RECEIVED, [TubeState.RECEIVED] * 2)
    assert boxes.start_testing(box_id=box.pk, by=town.actor("lab"), at=NOON) == 2

    for code in ("L1T1", "L1T2"):
        results.enter_result(tube_code=code, word="neg", ct="", laboratory="", by=town.actor("he"), at=NOON)
    results.release_results(tube_codes=["L1T1", "L1T2"], by=town.actor("he"), at=NOON)
    done = boxes.archive_tubes(round_id=station.round.pk, by=town.actor("lab"), at=NOON)

    assert (done, tube_states()) == (2, [TubeState.ARCHIVED] * 2)
    legs = Handover.objects.order_by("occurred_at").values_list("leg", "giver", "taker", "vehicle")
    assert list(legs) == [
        (Leg.POINT, "赵敏", "周师傅", "湘G12345"), (Leg.LABORATORY, "周师傅", "罗检验", ""),
    ]  # fmt: skip
    acts = Entry.objects.filter(act__startswith="testing.box").values_list("act", flat=True)
    assert sorted(acts) == ["testing.box.handed", "testing.box.received", "testing.box.sealed"]


def test_each_act_twice_is_once(station: Station) -> None:
    town, key = station.town, new_id()
    box = seal(station, box_id=key)

    assert seal(station, box_id=key, seal="F-002").seal == "F-001"
    hand(town, box)
    hand(town, box)
    receive(town, box)
    receive(town, box)
    boxes.start_testing(box_id=box.pk, by=town.actor("lab"), at=NOON)

    assert boxes.start_testing(box_id=box.pk, by=town.actor("lab"), at=NOON) == 0
    assert (BoxSealing.objects.count(), Handover.objects.count(), Box.objects.count()) == (1, 2, 1)


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"codes": []}, "box_empty"),
        ({"seal": "  "}, "seal_needed"),
        ({"codes": ["L1T3"]}, "tube_not_closed"),
        ({"codes": ["L1T1", "NOBODYS"]}, "tube_unknown"),
    ],
)
def test_a_box_is_not_sealed_against_its_list(
    station: Station, more: dict[str, Any], code: str
) -> None:  # MT-32
    with pytest.raises(Refusal) as refused:
        seal(station, **more)

    assert (refused.value.code, Box.objects.count(), tube_states()) == (code, 0, [TubeState.CLOSED] * 2)


def test_a_box_holds_no_more_than_its_rule_row(station: Station) -> None:  # MT-32
    with pytest.raises(Refusal) as refused:
        seal(station, codes=[f"T{number}" for number in range(25)])

    assert (refused.value.code, refused.value.facts) == ("box_full", {"count": 25, "holds": 24})


def test_a_tube_is_in_one_box_and_a_seal_on_one(station: Station) -> None:  # MT-32
    seal(station, codes=["L1T1"])

    with pytest.raises(Refusal) as again:
        seal(station, codes=["L1T1"], seal="F-002")
    with pytest.raises(Refusal) as same:
        seal(station, codes=["L1T2"])

    assert (again.value.code, same.value.code) == ("tube_boxed", "seal_used")


def test_a_frozen_tube_goes_into_no_box(station: Station) -> None:  # MT-26
    Tube.objects.filter(code="L1T1").update(frozen_at=NOON)

    with pytest.raises(Refusal) as refused:
        seal(station)

    assert refused.value.code == "tube_frozen"


@pytest.mark.parametrize(
    ("giver", "taker", "code"),
    [("赵敏", " ", "names_needed"), ("", "周师傅", "names_needed"), ("赵敏", "赵敏 ", "names_same")],
)
def test_a_handover_has_two_names(station: Station, giver: str, taker: str, code: str) -> None:  # DOMAIN 3.5
    box = seal(station)

    with pytest.raises(Refusal) as refused:
        hand(station.town, box, giver=giver, taker=taker)

    assert (refused.value.code, Handover.objects.count()) == (code, 0)


def test_another_carrier_for_a_box_on_its_way_is_refused(station: Station) -> None:
    box = hand(station.town, seal(station))

    with pytest.raises(Refusal) as refused:
        hand(station.town, box, taker="吴师傅")

    assert (refused.value.code, Handover.objects.count()) == ("box_state", 1)


def test_a_box_whose_handover_is_unsent_is_received_and_the_handover_fits_in_later(station: Station) -> None:
    box = receive(station.town, seal(station))
    assert (box.state, box.handed_at) == (BoxState.RECEIVED, None)

    send([station.phone.hand(box.pk)])
    projection.project()

    box.refresh_from_db()
    assert (box.state, box.handed_at is not None, tube_states()) == (
        BoxState.RECEIVED, True, [TubeState.RECEIVED] * 2,
    )  # fmt: skip


def test_a_count_that_differs_needs_a_note(station: Station) -> None:
    box = hand(station.town, seal(station))

    with pytest.raises(Refusal) as refused:
        receive(station.town, box, counted=1)
    received = receive(station.town, box, counted=1, note="L1T2 不在箱内")

    assert (refused.value.code, received.state) == ("box_count", BoxState.RECEIVED)
    assert Handover.objects.values_list("counted", "note").get(leg=Leg.LABORATORY) == (1, "L1T2 不在箱内")


def test_a_rejected_tube_sends_its_people_back_within_the_hour(station: Station) -> None:  # MT-30, MT-42
    town = station.town
    receive(town, hand(town, seal(station)))

    made = boxes.reject_tube(code="L1T1", reason=LabReject.LEAK, by=town.actor("lab"), at=NOON)
    again = boxes.reject_tube(code="L1T1", reason=LabReject.LEAK, by=town.actor("lab"), at=NOON)

    assert [each.pk for each in again] == [each.pk for each in made]
    assert {(each.person_id, each.reason, each.due_at) for each in made} == {
        (person.pk, MakeUpReason.REJECTED, NOON + timedelta(hours=1))
        for person in (town.chen_wei, town.chen_fang)
    }
    classes = dict(Expected.objects.values_list("person_id", "klass"))
    assert classes == {
        town.chen_wei.pk: Coverage.UNKNOWN,
        town.chen_fang.pk: Coverage.UNKNOWN,
        town.zhang_wei.pk: Coverage.HERE,
    }
    tube = Tube.objects.get(code="L1T1")
    assert (tube.state, tube.reject_reason, tube_states()[1]) == (
        TubeState.REJECTED,
        "leak",
        TubeState.RECEIVED,
    )
    assert EntryFacts.objects.get(entry__act="testing.tube.rejected").facts["reason"] == "leak"


def test_a_rejected_tube_takes_no_result_and_does_not_go_on_the_plate(station: Station) -> None:  # MT-30
    town = station.town
    box = receive(town, hand(town, seal(station)))
    boxes.reject_tube(code="L1T1", reason=LabReject.LABEL, by=town.actor("lab"), at=NOON)

    assert boxes.start_testing(box_id=box.pk, by=town.actor("lab"), at=NOON) == 1
    results.enter_result(tube_code="L1T1", word="neg", ct="", laboratory="", by=town.actor("he"), at=NOON)
    with pytest.raises(Refusal) as refused:
        results.release_results(tube_codes=["L1T1"], by=town.actor("he"), at=NOON)

    assert (refused.value.code, Result.objects.count(), MakeUp.objects.count()) == ("tube_state", 1, 2)


def test_a_tube_that_never_left_the_point_is_not_rejected(station: Station) -> None:
    with pytest.raises(Refusal) as refused:
        boxes.reject_tube(code="L1T1", reason=LabReject.LEAK, by=station.town.actor("lab"), at=NOON)

    assert (refused.value.code, MakeUp.objects.count()) == ("tube_state", 0)


def test_a_box_is_not_put_on_the_plate_before_it_arrived(station: Station) -> None:
    box = seal(station)

    with pytest.raises(Refusal) as refused:
        boxes.start_testing(box_id=box.pk, by=station.town.actor("lab"), at=NOON)

    assert (refused.value.code, tube_states()) == ("box_state", [TubeState.BOXED] * 2)


@pytest.mark.parametrize("who", ["lin", "lab", "gao", "auditor"])
def test_who_does_not_run_lanes_seals_nothing(station: Station, who: str) -> None:
    with pytest.raises(Refusal) as refused:
        seal(station, by=station.town.actor(who))

    assert (refused.value.code, Box.objects.count()) == ("not_allowed", 0)


@pytest.mark.parametrize("who", ["lin", "zhao", "gao"])
def test_who_is_not_the_laboratorys_receives_and_rejects_nothing(station: Station, who: str) -> None:
    box = hand(station.town, seal(station))
    actor = station.town.actor(who)

    for act in (
        lambda: receive(station.town, box, by=actor),
        lambda: boxes.reject_tube(code="L1T1", reason=LabReject.LEAK, by=actor, at=NOON),
        lambda: boxes.archive_tubes(round_id=station.round.pk, by=actor, at=NOON),
    ):
        with pytest.raises(Refusal) as refused:
            act()
        assert refused.value.code == "not_allowed"

    assert tube_states() == [TubeState.IN_TRANSIT] * 2


def test_a_laboratory_is_named_once(station: Station) -> None:
    facts: dict[str, Any] = {
        "area_path": cast.SHUANGXI,
        "name": " 区疾控实验室 ",
        "phone": "0744-1234567",
        "by": station.town.actor("lab"),
        "at": NOON,
    }

    made = [boxes.add_laboratory(**facts).pk for _ in range(2)]

    assert made[0] == made[1]
    assert Laboratory.objects.values_list("name", "phone").get() == ("区疾控实验室", "0744-1234567")
