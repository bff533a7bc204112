"""However a lane's events come: whole, split, repeated, in any order, settled early or late, the end is the same."""

import json
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests import cast, lane
from tongxin.core import scope
from tongxin.exchange.services import capture, projection
from tongxin.testing.queries.coverage import by_class

pytestmark = pytest.mark.usefixtures("db_everywhere")

# What a device did, in words of small numbers; most of it makes sense, some of it cannot be.
acts = st.lists(
    st.one_of(
        st.tuples(st.just("open"), st.integers(1, 3)),
        st.tuples(st.just("sample"), st.integers(1, 3), st.integers(1, 3), st.integers(0, 5)),
        st.tuples(st.just("reject"), st.integers(0, 30)),
        st.tuples(st.just("close"), st.integers(1, 3), st.integers(0, 3)),
        st.tuples(st.just("found"), st.integers(0, 1)),
        st.tuples(st.just("nonsense"), st.integers(0, 3)),
    ),
    max_size=14,
)

# In every log: two people found at the lane, one of them known after all, a swab taken back, a tube closed.
ALWAYS = [
    ("open", 1),
    ("found", 0),
    ("sample", 1, 1, 3),
    ("found", 1),
    ("sample", 1, 2, 4),
    ("sample", 1, 3, 0),
    ("reject", 2),
    ("close", 1, 2),
]


def write(station: lane.Station, plan: list[tuple[Any, ...]]) -> list[lane.Event]:
    """The device's log. People 3 and 4 are found at the lane, 5 is nobody; tube 3 is of the other lane."""
    phone = lane.Phone(station.round.pk, station.lanes[0].pk)
    strangers = [str(uuid4()), str(uuid4())]
    town = station.town
    people = [town.chen_wei.pk, town.chen_fang.pk, town.zhang_wei.pk, *strangers, uuid4()]
    tubes = {1: "L1T1", 2: "L1T2", 3: "L2T1"}
    samples: list[lane.Event] = []
    found: set[int] = set()
    for act, *what in plan:
        match act:
            case "open":
                phone.open(tubes[what[0]])
            case "sample":
                samples.append(phone.sample(tubes[what[0]], what[1], people[what[2]]))
            case "reject" if samples:
                phone.reject(samples[what[0] % len(samples)])
            case "close":
                phone.close(tubes[what[0]], what[1])
            case "found" if what[0] not in found:
                found.add(what[0])
                names = [("刘洋", "990001199001010032"), ("陈伟", "990001198808080026")]
                phone.found(*names[what[0]], person=strangers[what[0]])
            case "nonsense":
                phone.write(["sample", "hologram", "tube_opened", "person_found"][what[0]], odd=1)
    return phone.written


def post(events: list[lane.Event]) -> None:
    body = {
        "batch": str(uuid4()),
        "device_at": cast.NOON.isoformat(),
        "app": "0.1.0",
        "events": events,
    }
    capture.receive(token="token-of-A1", sent=json.dumps(body).encode(), at=cast.NOON)


STATE = {
    "samples": """SELECT id, person_id, tube_code, position, sequence, occurred_at, is_late FROM testing_sample""",
    "rejections": "SELECT id, sample_id, reason, occurred_at FROM testing_samplerejection",
    "tube events": "SELECT id, tube_code, act, reason, spoken, occurred_at FROM testing_tubeevent",
    "found": "SELECT id, person_id, made_id, note FROM testing_foundperson",
    "people": "SELECT id, name_folded, marks FROM people_person",
    "tubes": """SELECT code, state, opened_at, first_swab_at, closed_at, close_reason, held_count, spoken_count,
                       frozen_at FROM testing_tube""",
    "expected": "SELECT person_id, origin, klass, evidence_id FROM testing_expected",
    "aside": "SELECT id, kind, verdict, code FROM exchange_setaside WHERE settled_at IS NULL",
}


def state() -> dict[str, list[tuple[Any, ...]]]:
    found = {}
    with connection.cursor() as cursor:
        for name, statement in STATE.items():
            cursor.execute(statement)
            found[name] = sorted(cursor.fetchall(), key=str)
    return found


def end_of(station: lane.Station, deliveries: list[list[lane.Event]], settle_after: set[int]) -> dict:
    """Everything a log comes to, taken back afterwards."""
    with transaction.atomic():
        for number, events in enumerate(deliveries):
            if events:
                post(events)
            if number in settle_after:
                projection.project()
        projection.project()
        projection.reconsider_all()
        ended = state()
        counts = by_class(station.round.pk)
        transaction.set_rollback(True)
    scope.set_scope(["/"])
    assert counts.base == len(ended["expected"])
    return ended


@given(plan=acts, data=st.data())
@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
def test_any_split_order_and_repetition_ends_the_same(plan: list[Any], data: st.DataObject) -> None:
    with transaction.atomic():
        station = lane.station()
        log = write(station, ALWAYS + plan)
        plain = end_of(station, [log], set())
        copies = data.draw(st.lists(st.sampled_from(log), max_size=6)) + log
        shuffled = data.draw(st.permutations(copies))
        cuts = sorted(data.draw(st.lists(st.integers(0, len(shuffled)), max_size=5)))
        parts = [shuffled[start:end] for start, end in zip([0, *cuts], [*cuts, len(shuffled)], strict=True)]
        settled = data.draw(st.sets(st.integers(0, len(parts))))

        assert end_of(station, parts, settled) == plain
        transaction.set_rollback(True)
    scope.set_scope(["/"])
