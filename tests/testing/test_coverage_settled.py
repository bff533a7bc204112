"""The projector's statement gives every person of a round one class, and always the same one."""

import json
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests import cast, factories, lane
from tongxin.core.ids import new_id
from tongxin.testing.enums import Coverage, LaneKind, Origin
from tongxin.testing.models import Claim, Expected, FoundPerson, MakeUp, Sample, SampleRejection, Tube
from tongxin.testing.queries.coverage import by_class
from tongxin.testing.services import coverage

pytestmark = pytest.mark.usefixtures("db_everywhere")
CASES = json.loads(Path("contracts/coverage_cases.json").read_text("utf-8"))["cases"]


def key(letter: str) -> UUID:
    return UUID(int=ord(letter))


def take(station: lane.Station, person, facts: dict, number: int) -> Sample:
    kind = facts.get("lane", LaneKind.FIXED)
    at_lane = lane.lane(station.round, station.town.point, 10 + number, kind)
    tube = lane.tube(at_lane, f"case-{number}", facts.get("tube", "open"), facts.get("result", ""))
    at = lane.OPENED + timedelta(minutes=facts["at"])
    fields = {"area_path": at_lane.area_path, "round_id": station.round.pk, "lane_id": at_lane.pk}
    made = Sample.objects.create(
        id=key(facts["id"]),
        person_id=person.pk,
        tube_code=tube.code,
        position=1,
        occurred_at=at,
        recorded_at=at,
        **fields,
    )
    if facts.get("rejected"):
        SampleRejection.objects.create(
            id=new_id(), sample_id=made.pk, reason="nausea", occurred_at=at, recorded_at=at, **fields
        )
    return made


def say(station: lane.Station, person, facts: dict) -> Claim:
    at = lane.OPENED + timedelta(minutes=facts["at"])
    return Claim.objects.create(
        id=key(facts["id"]),
        area_path=person.area_path,
        round=station.round,
        person=person,
        klass=facts["klass"],
        by_id=new_id(),
        by_name="林志强",
        occurred_at=at,
        withdrawn_at=at if facts.get("withdrawn") else None,
    )


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_the_statement_answers_as_the_contract_says(case: dict) -> None:  # MT-40
    station = lane.station()
    person = station.town.chen_wei
    for number, facts in enumerate(case["samples"]):
        take(station, person, facts, number)
    for facts in case["claims"]:
        say(station, person, facts)

    coverage.settle(station.round.pk)

    row = Expected.objects.get(round=station.round, person=person)
    assert (row.klass, row.evidence_id) == (
        case["klass"],
        key(case["evidence"]) if case["evidence"] else None,
    )


def test_settling_again_changes_nothing() -> None:
    station = lane.station()
    take(station, station.town.chen_wei, {"id": "a", "at": 1}, 1)

    assert coverage.settle(station.round.pk) == 1
    assert coverage.settle(station.round.pk) == 0


def test_only_the_people_named_are_settled() -> None:
    station = lane.station()
    take(station, station.town.chen_wei, {"id": "a", "at": 1}, 1)
    take(station, station.town.chen_fang, {"id": "b", "at": 1}, 2)

    coverage.settle(station.round.pk, [station.town.chen_wei.pk])

    assert by_class(station.round.pk).here == 1


def test_a_person_who_was_not_in_the_base_raises_it() -> None:  # MT-43
    station = lane.station()
    late = factories.person("刘洋", station.town.door_302, "990001199001010032")
    take(station, late, {"id": "a", "at": 1}, 1)

    coverage.settle(station.round.pk)

    row = Expected.objects.get(round=station.round, person=late)
    assert (row.origin, row.klass, row.dwelling_id) == (Origin.FOUND, "here", station.town.door_302.pk)


def test_a_found_person_raises_the_base_before_any_swab() -> None:  # MT-43
    station = lane.station()
    late = factories.person("刘洋", station.town.door_302)
    FoundPerson.objects.create(
        id=new_id(),
        person_id=late.pk,
        made_id=late.pk,
        area_path=cast.SHUANGXI,
        round_id=station.round.pk,
        lane_id=station.lanes[0].pk,
        occurred_at=lane.OPENED,
        recorded_at=lane.OPENED,
    )

    coverage.settle(station.round.pk, [late.pk])

    assert by_class(station.round.pk).as_dict() == {**dict.fromkeys(Coverage.values, 0), "unknown": 4}


def test_a_guest_from_next_door_does_not_raise_the_base() -> None:
    station = lane.station()
    building = factories.building(station.town.next_door, "9")
    guest = factories.person("外人", factories.dwelling(building, "9", "1", "101"))
    take(station, guest, {"id": "a", "at": 1}, 1)

    coverage.settle(station.round.pk)

    assert not Expected.objects.filter(person=guest).exists()


def test_a_make_up_is_done_by_the_next_swab_and_owed_again_when_that_falls() -> None:  # MT-30
    station = lane.station()
    person = station.town.chen_wei
    take(station, person, {"id": "a", "at": 1, "tube": "voided"}, 1)
    owed = MakeUp.objects.create(
        area_path=person.area_path,
        round=station.round,
        person=person,
        tube_code="case-1",
        reason="voided",
        made_at=lane.OPENED,
        due_at=lane.OPENED,
    )
    again = take(station, person, {"id": "b", "at": 30}, 2)

    coverage.settle(station.round.pk)
    owed.refresh_from_db()
    assert owed.done_at == again.occurred_at

    Tube.objects.filter(code="case-2").update(result="invalid")
    coverage.settle(station.round.pk)
    owed.refresh_from_db()
    assert owed.done_at is None


facts = st.fixed_dictionaries(
    {
        "who": st.integers(0, 2),
        "at": st.integers(0, 5),
        "lane": st.sampled_from(LaneKind.values),
        "tube": st.sampled_from(["open", "closed", "voided", "rejected", "resulted"]),
        "result": st.sampled_from(["", "neg", "invalid"]),
        "rejected": st.booleans(),
    }
)
words = st.fixed_dictionaries(
    {
        "who": st.integers(0, 2),
        "at": st.integers(0, 5),
        "klass": st.sampled_from(Coverage.values),
        "withdrawn": st.booleans(),
    }
)


@given(st.lists(facts, max_size=6), st.lists(words, max_size=4))
@settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
def test_the_nine_classes_always_sum_to_the_base(taken, said) -> None:  # MT-40
    from django.db import transaction

    with transaction.atomic():
        station = lane.station()
        people = [station.town.chen_wei, station.town.chen_fang, station.town.zhang_wei]
        for number, each in enumerate(taken):
            take(station, people[each["who"]], each | {"id": chr(ord("a") + number)}, number)
        for number, each in enumerate(said):
            say(station, people[each["who"]], each | {"id": chr(ord("p") + number)})

        coverage.settle(station.round.pk)

        assert by_class(station.round.pk).base == 3
        assert by_class(station.round.pk).here + by_class(station.round.pk).mobile == recount(
            station.round.pk
        )
        transaction.set_rollback(True)


def recount(round_id: UUID) -> int:
    """The same figure from the raw rows, written another way."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT count(DISTINCT s.person_id) FROM testing_sample s
               LEFT JOIN testing_samplerejection x ON x.sample_id = s.id
               JOIN testing_tube t ON t.code = s.tube_code
               WHERE s.round_id = %s AND x.id IS NULL AND t.state NOT IN ('voided', 'rejected')
                 AND t.result <> 'invalid'""",
            [round_id],
        )
        return cursor.fetchone()[0]
