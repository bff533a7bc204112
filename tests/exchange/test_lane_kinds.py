"""What a lane sends beside swabs and tubes: repeats, proofs, boxes, carried codes (contracts/capture.schema.json)."""

from typing import Any
from uuid import UUID

import pytest

from tests import cast, lane
from tests.exchange.test_capture import send
from tongxin.core.ids import new_id
from tongxin.exchange.models import SetAside
from tongxin.exchange.services import projection
from tongxin.people.models import Code
from tongxin.testing.enums import BoxState, Coverage, RoundState, TubeState
from tongxin.testing.models import Box, BoxSealing, Claim, Expected, Handover, Repeat, Sample, Tube

pytestmark = pytest.mark.usefixtures("db_everywhere")


@pytest.fixture
def station() -> lane.Station:
    return lane.station()


def verdicts(events: list[Any], **more: Any) -> list[tuple[str, str | None]]:
    told = send(events, **more)
    projection.project()
    return [told[event["id"]] for event in events]


def klass(station: lane.Station, person: Any) -> str:
    return Expected.objects.get(round=station.round, person=person).klass


def states(*codes: str) -> list[str]:
    known = dict(Tube.objects.filter(code__in=codes).values_list("code", "state"))
    return [known[code] for code in codes]


# ---- a swab again, and what is not worth a word (MT-22, MT-24)


def test_an_allowed_repeat_is_kept_with_its_reason_and_counts_once(station: lane.Station) -> None:  # MT-22
    phone, wei = station.phone, station.town.chen_wei
    first = phone.sample("L1T1", 1, wei.pk)
    again = phone.sample("L1T2", 1, wei.pk, repeat="spoiled_tube", allowed_by="赵敏")

    assert verdicts([first, again]) == [("applied", None), ("applied", "repeat")]

    assert Repeat.objects.values_list("id", "person_id", "reason", "allowed_by").get() == (
        UUID(again["id"]), wei.pk, "spoiled_tube", "赵敏",
    )  # fmt: skip
    assert (Sample.objects.count(), klass(station, wei)) == (2, Coverage.HERE)
    assert verdicts([first, again]) == [("duplicate", None)] * 2
    assert Repeat.objects.count() == 1


def test_a_repeat_without_a_known_reason_is_kept_for_the_desk(station: lane.Station) -> None:  # MT-22
    odd = station.phone.sample("L1T1", 1, station.town.chen_wei.pk, repeat="for_fun", allowed_by="赵敏")

    assert verdicts([odd]) == [("refused", "malformed")]
    assert SetAside.objects.values_list("code", flat=True).get() == "malformed"


def test_a_position_given_back_and_used_again_in_one_batch_is_not_taken(
    station: lane.Station,
) -> None:  # MT-24
    phone, town = station.phone, station.town
    first = phone.sample("L1T1", 1, town.chen_wei.pk)
    back = phone.reject(first)
    same = phone.sample("L1T1", 1, town.chen_wei.pk)

    assert verdicts([first, back, same]) == [("applied", None)] * 3
    assert Tube.objects.get(code="L1T1").held_count == 1


def test_two_that_stand_in_one_position_are_still_told(station: lane.Station) -> None:
    phone, town = station.phone, station.town
    gone = phone.sample("L1T1", 1, town.zhang_wei.pk)
    back = phone.reject(gone)
    one, other = phone.sample("L1T1", 1, town.chen_wei.pk), phone.sample("L1T1", 1, town.chen_fang.pk)

    assert verdicts([gone, back, one, other]) == [
        ("applied", None), ("applied", None), ("applied", None), ("applied", "position_taken"),
    ]  # fmt: skip


# ---- sampled elsewhere (MT-22, MT-40)


def test_a_proof_from_elsewhere_is_a_reason_and_no_swab(station: lane.Station) -> None:  # MT-22, MT-40
    shown = station.phone.elsewhere(station.town.chen_wei.pk)

    assert verdicts([shown]) == [("applied", None)]

    made = Claim.objects.get()
    assert (made.pk, made.klass, made.place, made.proof, made.note, made.by_name) == (
        UUID(shown["id"]), Coverage.ELSEWHERE, "市人民医院", "报告 8812", "2021-08-20", "A1",
    )  # fmt: skip
    assert (klass(station, station.town.chen_wei), Sample.objects.count()) == (Coverage.ELSEWHERE, 0)
    assert verdicts([shown]) == [("duplicate", None)]
    assert Claim.objects.count() == 1


def test_a_swab_outweighs_a_proof_whichever_comes_first(station: lane.Station) -> None:  # MT-40
    phone, wei = station.phone, station.town.chen_wei
    swab = phone.sample("L1T1", 1, wei.pk)
    shown = phone.elsewhere(wei.pk)

    verdicts([shown])
    verdicts([swab])

    assert klass(station, wei) == Coverage.HERE


def test_a_proof_of_somebody_unknown_is_kept(station: lane.Station) -> None:
    assert verdicts([station.phone.elsewhere(new_id())]) == [("refused", "person_unknown")]
    assert Claim.objects.count() == 0


def test_a_late_proof_is_marked_late(station: lane.Station) -> None:  # MT-46
    station.round.state = RoundState.CLOSED
    station.round.save(update_fields=["state"])

    assert verdicts([station.phone.elsewhere(station.town.chen_wei.pk)]) == [("applied", "late")]


# ---- boxes (DOMAIN.md 3.5, MT-32)


def a_box(station: lane.Station) -> tuple[list[lane.Event], lane.Event, lane.Event]:
    """Two closed tubes, the sealing and the handover of their box."""
    phone, town = station.phone, station.town
    phone.open("L1T1")
    phone.sample("L1T1", 1, town.chen_wei.pk)
    phone.close("L1T1", 1)
    phone.open("L1T2")
    phone.sample("L1T2", 1, town.chen_fang.pk)
    phone.close("L1T2", 1)
    tubes = list(phone.written)
    sealed = phone.seal(["L1T1", "L1T2"])
    return tubes, sealed, phone.hand(sealed["box"])


def test_sealed_tubes_are_boxed_and_travel_with_their_box(station: lane.Station) -> None:
    tubes, sealed, handed = a_box(station)

    assert verdicts([*tubes, sealed])[-1] == ("applied", None)
    assert states("L1T1", "L1T2", "L1T3") == [TubeState.BOXED, TubeState.BOXED, TubeState.ISSUED]
    assert verdicts([handed]) == [("applied", None)]

    box = Box.objects.get()
    assert states("L1T1", "L1T2") == [TubeState.IN_TRANSIT] * 2
    assert (box.pk, box.seal, box.state, box.tube_count, box.has_ice, float(box.temperature or 0)) == (
        UUID(sealed["box"]), "F-001", BoxState.IN_TRANSIT, 2, True, 4.5,
    )  # fmt: skip
    assert Handover.objects.values_list("giver", "taker", "vehicle").get() == ("赵敏", "司机老周", "湘G12345")


@pytest.mark.parametrize("order", [(2, 1, 0), (1, 2, 0), (2, 0, 1), (0, 2, 1)])
def test_a_box_ends_the_same_in_any_order(station: lane.Station, order: tuple[int, ...]) -> None:
    tubes, sealed, handed = a_box(station)
    parts = [tubes, [sealed], [handed]]

    for index in (*order, *order):
        verdicts(parts[index])

    box = Box.objects.get()
    assert (box.state, box.tube_count, states("L1T1", "L1T2")) == (
        BoxState.IN_TRANSIT, 2, [TubeState.IN_TRANSIT] * 2,
    )  # fmt: skip
    assert (BoxSealing.objects.count(), Handover.objects.count()) == (1, 1)


def test_a_corrected_list_of_the_same_box_takes_a_tube_out(station: lane.Station) -> None:
    tubes, sealed, _handed = a_box(station)
    fewer = station.phone.seal(["L1T1"], box=UUID(sealed["box"]))

    verdicts([*tubes, sealed])
    verdicts([fewer])

    assert (states("L1T1", "L1T2"), Box.objects.get().tube_count) == ([TubeState.BOXED, TubeState.CLOSED], 1)


def test_a_code_of_no_tube_here_is_told_and_the_box_stands(station: lane.Station) -> None:
    sealed = station.phone.seal(["L1T1", "NOBODYS"])

    assert verdicts([sealed]) == [("applied", "box_differs")]
    assert Box.objects.get().tube_count == 2


def test_a_voided_tube_stays_void_in_its_box(station: lane.Station) -> None:
    tubes, sealed, handed = a_box(station)
    verdicts(tubes)
    Tube.objects.filter(code="L1T1").update(state=TubeState.VOIDED)

    verdicts([sealed, handed])

    assert states("L1T1", "L1T2") == [TubeState.VOIDED, TubeState.IN_TRANSIT]


def test_a_phone_of_the_next_community_boxes_nothing_of_ours(station: lane.Station) -> None:
    verdicts(a_box(station)[0])
    lane.device(station.town, "B1", area_path=cast.NEXT_DOOR, post_id=None)
    theirs = lane.open_round(cast.NEXT_DOOR, 3)
    their_lane = lane.lane(theirs, station.town.point)
    phone = lane.Phone(theirs.pk, their_lane.pk)

    told = verdicts([phone.seal(["L1T1"])], token="token-of-B1")

    assert told == [("applied", "box_differs")]
    assert states("L1T1") == [TubeState.CLOSED]


# ---- codes that are carried already


def test_a_carried_code_is_bound_and_once(station: lane.Station) -> None:
    bound = station.phone.bind(station.town.chen_wei.pk, "CARD-OF-0017")

    assert verdicts([bound]) == [("applied", None)]
    assert verdicts([bound]) == [("duplicate", None)]

    assert Code.objects.filter(person=station.town.chen_wei, is_bound=True).count() == 1


def test_a_code_of_somebody_else_is_refused_and_kept(station: lane.Station) -> None:
    phone, town = station.phone, station.town
    mine, theirs = phone.bind(town.chen_wei.pk, "CARD-OF-0017"), phone.bind(town.chen_fang.pk, "CARD-OF-0017")

    assert verdicts([mine, theirs]) == [("applied", None), ("refused", "code_taken")]
    assert SetAside.objects.values_list("id", "code").get() == (UUID(theirs["id"]), "code_taken")
