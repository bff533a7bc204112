"""Whatever stands in one event, the others of its batch are taken and the server goes on."""

import json
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import transaction
from django.test import Client
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from tests import cast, lane
from tongxin.core import scope
from tongxin.exchange.services import capture, projection

pytestmark = pytest.mark.usefixtures("db_everywhere")

words = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(max_size=60),
    st.sampled_from(
        [
            "", "\u0000", "\u202e", "'; DROP TABLE testing_sample; --", "<script>alert(1)</script>", "{\"}", "\\",
            "0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:59", "2021-08-20T12:00:00Z", str(UUID(int=0)),
            "sample", "person_found", "𬭎" * 60, 10**30, -1, [], {}, [[[]]], {"$ref": "#"},
        ]
    ),
)  # fmt: skip
kinds = st.sampled_from(["tube_opened", "sample", "sample_rejected", "tube_closed", "person_found"])
FIELDS = [
    "id", "seq", "kind", "at", "round", "lane", "tube", "pool", "capacity", "position", "person", "how", "sample",
    "reason", "spoken", "name", "document", "phone", "building", "unit", "room", "note",
]  # fmt: skip


def event(phone: lane.Phone, kind: str, town: cast.Town) -> lane.Event:
    match kind:
        case "tube_opened":
            return phone.open("L1T1")
        case "tube_closed":
            return phone.close("L1T1", 1)
        case "sample_rejected":
            return phone.reject({"id": str(uuid4())})
        case "person_found":
            return phone.found("刘洋", "990001199001010032", building="3", unit="1", room="302")
    return phone.sample("L1T1", 2, town.chen_fang.pk)


@given(kind=kinds, change=st.dictionaries(st.sampled_from(FIELDS), words, max_size=4))
@example(kind="person_found", change={"name": "\u0000", "note": "\u0000"})
@example(kind="tube_opened", change={"pool": "池"})
@example(kind="sample", change={"at": "0001-01-01T00:00:00-20:00"})
@example(kind="sample", change={"at": "0001-01-01T00:00:00+20:00", "how": "guess"})
@example(kind="sample", change={"tube": '"},{'})
@settings(max_examples=80, deadline=None, suppress_health_check=list(HealthCheck))
def test_a_strange_event_harms_nobody(kind: str, change: dict[str, Any]) -> None:
    with transaction.atomic():
        station = lane.station()
        good = station.phone.sample("L1T1", 1, station.town.chen_wei.pk)
        strange = event(station.phone, kind, station.town) | change
        body = {"batch": str(uuid4()), "device_at": cast.NOON.isoformat(), "events": [strange, good]}

        reply = capture.receive(
            token="token-of-A1", sent=json.dumps(body).encode("utf-8", "surrogatepass"), at=cast.NOON
        )
        projection.project()

        assert len(reply.receipts) == 2
        assert (str(reply.receipts[1].id), reply.receipts[1].verdict) == (good["id"], "applied")
        transaction.set_rollback(True)
    scope.set_scope(["/"])


@given(raw=st.binary(max_size=200))
@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
def test_any_bytes_get_a_plain_answer(raw: bytes) -> None:
    answer = Client().post(
        "/api/v1/capture", raw, content_type="application/json", headers={"Authorization": "Device nobody"}
    )

    assert answer.status_code == 422
    assert answer.json()["code"] == "batch_malformed"


@pytest.mark.parametrize("name", ["\u0000", "手机\u0007", "x" * 60])
def test_any_name_enrols_or_is_declined(name: str) -> None:
    answer = Client().post("/api/v1/enrol", {"code": "none", "name": name}, content_type="application/json")

    assert (answer.status_code, answer.json()["code"]) == (410, "enrolment_expired")
