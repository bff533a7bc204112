"""The machine doors over HTTP: words, statuses, headers."""

import gzip
import json
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection, transaction
from django.test import Client

from tests import cast, lane
from tests.exchange.contract import DEFINITIONS, violations
from tongxin.access.models import Device
from tongxin.access.services.devices import offer_enrolment
from tongxin.core import clock
from tongxin.exchange.services import capture
from tongxin.testing.models import Sample

pytestmark = pytest.mark.usefixtures("db_everywhere")
DOOR = "/api/v1/capture"


@pytest.fixture
def station() -> lane.Station:
    return lane.station()


def batch(events: list[Any]) -> dict[str, Any]:
    return {
        "batch": str(uuid4()),
        "device_at": clock.now().isoformat(),
        "app": "0.1.0",
        "events": events,
    }


def post(sent: Any, *, token: str = "token-of-A1", **headers: str) -> Any:
    raw = sent if isinstance(sent, bytes) else json.dumps(sent).encode()
    return Client(enforce_csrf_checks=True).post(
        DOOR,
        raw,
        content_type="application/json",
        headers={"Authorization": f"Device {token}", **headers},
    )


def test_a_batch_is_answered_as_the_contract_says(station: lane.Station) -> None:
    sent = batch([station.phone.open("L1T1"), station.phone.sample("L1T1", 1, station.town.chen_wei.pk)])
    assert violations("CaptureBatch", sent) == []

    answer = post(sent)

    assert answer.status_code == 200
    assert violations("CaptureReply", answer.json()) == []
    assert [(each["id"], each["verdict"], each["code"]) for each in answer.json()["receipts"]] == [
        (event["id"], "applied", None) for event in sent["events"]
    ]


def test_every_kind_of_the_contract_is_understood(station: lane.Station) -> None:
    phone = station.phone
    phone.found("刘洋", "990001199001010032")
    taken = phone.sample("L1T1", 1, station.town.chen_wei.pk)
    phone.open("L1T1")
    phone.reject(taken)
    phone.close("L1T1", 0)
    phone.sample("L1T2", 1, station.town.chen_fang.pk, repeat="doubtful_swab", allowed_by="赵敏")
    phone.elsewhere(station.town.zhang_wei.pk)
    box = phone.seal(["L1T1"])["box"]
    phone.hand(box)
    phone.bind(station.town.chen_wei.pk, "CARD-OF-0017")
    sent = batch(phone.written) | {"owed": 3, "owed_since": phone.written[0]["at"]}
    kinds = {each["$ref"].rsplit("/", 1)[1] for each in DEFINITIONS["CaptureEvent"]["oneOf"]}
    assert {event["kind"] for event in phone.written} == {
        DEFINITIONS[kind]["properties"]["kind"]["const"] for kind in kinds
    }
    assert violations("CaptureBatch", sent) == []

    assert {each["verdict"] for each in post(sent).json()["receipts"]} == {"applied"}


def test_the_examples_of_the_description_keep_the_contract(client: Client) -> None:
    described = client.get("/api/v1/openapi.json").json()
    operation = described["paths"]["/api/v1/capture"]["post"]

    sent = operation["requestBody"]["content"]["application/json"]["example"]
    answered = operation["responses"]["200"]["content"]["application/json"]["examples"]
    enrolled = described["paths"]["/api/v1/enrol"]["post"]
    pack = described["paths"]["/api/v1/pack"]["get"]["responses"]["200"]["content"]["application/json"]

    assert violations("CaptureBatch", sent) == []
    assert {event["kind"] for event in sent["events"]} == {
        DEFINITIONS[each["$ref"].rsplit("/", 1)[1]]["properties"]["kind"]["const"]
        for each in DEFINITIONS["CaptureEvent"]["oneOf"]
    }
    assert [violations("CaptureReply", each["value"]) for each in answered.values()] == [[], []]
    assert violations("EnrolAsk", enrolled["requestBody"]["content"]["application/json"]["example"]) == []
    assert (
        violations("EnrolReply", enrolled["responses"]["200"]["content"]["application/json"]["example"]) == []
    )
    assert violations("Pack", pack["example"]) == []
    assert set(json.loads(Path("contracts/capture.schema.json").read_text("utf-8"))["$defs"]) <= set(
        described["components"]["schemas"]
    )


def test_packed_both_ways(station: lane.Station) -> None:
    sent = batch([station.phone.sample("L1T1", each, uuid4()) for each in range(1, 40)])

    answer = post(
        gzip.compress(json.dumps(sent).encode()), **{"Content-Encoding": "gzip", "Accept-Encoding": "gzip"}
    )

    assert answer.headers["Content-Encoding"] == "gzip"
    assert len(json.loads(gzip.decompress(answer.content))["receipts"]) == 39


@pytest.mark.parametrize("token", ["", "nobody", "Token-Of-A1"])
def test_a_phone_that_is_not_enrolled_is_declined(station: lane.Station, token: str) -> None:
    answer = post(batch([station.phone.open("L1T1")]), token=token)

    assert (answer.status_code, answer.json()) == (401, {"code": "device_unknown"})


def test_a_revoked_phone_is_told_to_wipe(station: lane.Station) -> None:
    Device.objects.update(revoked_at=clock.now())

    given = post(batch([station.phone.open("L1T1")]))
    asked = pack()

    assert (given.status_code, given.json()["wipe"]) == (200, True)
    assert violations("CaptureReply", given.json()) == []
    assert [(each["verdict"], each["code"]) for each in given.json()["receipts"]] == [
        ("kept", "device_revoked")
    ]
    assert (asked.status_code, asked.json()) == (403, {"code": "device_revoked", "wipe": True})


def test_too_much_is_declined(station: lane.Station) -> None:
    answers = [
        post(batch([{}] * 501)),
        post(gzip.compress(b" " * 9 * 1024 * 1024)),
        post(b" " * 17 * 1024 * 1024),
    ]

    assert [(each.status_code, each.json()["code"]) for each in answers] == [(413, "batch_too_large")] * 3


def test_what_is_no_batch_is_told_what_and_where(station: lane.Station) -> None:
    answer = post({"batch": "seven", "device_at": "2021-08-20T12:00:00Z", "events": []})

    assert (answer.status_code, answer.json()) == (
        422,
        {"code": "batch_malformed", "detail": "Invalid UUID - at `$.batch`"},
    )


def test_who_cannot_be_served_now_comes_later(station: lane.Station, monkeypatch: Any) -> None:
    """Every place at the database is taken: an answer in time, never a wait into the void."""
    monkeypatch.setattr(capture, "WAIT_SECONDS", 0.01)
    for _ in range(capture.AT_ONCE):
        capture._waiting.acquire()
    try:
        answer = post(batch([station.phone.open("L1T1")]))
    finally:
        for _ in range(capture.AT_ONCE):
            capture._waiting.release()

    assert (answer.status_code, answer.json()) == (503, {"code": "later"})
    assert capture.RETRY_SECONDS[0] <= int(answer.headers["Retry-After"]) <= capture.RETRY_SECONDS[1]
    assert post(batch([station.phone.open("L1T1")])).status_code == 200


def test_a_statement_that_takes_too_long_is_later_not_a_fault(
    station: lane.Station, monkeypatch: Any
) -> None:
    def slow(cursor: Any, *_: Any) -> None:
        cursor.execute("SET LOCAL statement_timeout = 20")
        cursor.execute("SELECT pg_sleep(5)")

    monkeypatch.setattr(capture, "recognise", slow)

    answer = post(batch([station.phone.open("L1T1")]))

    assert (answer.status_code, answer.json()) == (503, {"code": "later"})


def test_enrolling_gives_a_token_once(station: lane.Station, client: Client) -> None:
    zhao = station.town.actor("zhao", clock.now())
    code = offer_enrolment(area_path=cast.SHUANGXI, post_id=station.town.point.pk, by=zhao, at=clock.now())
    ask = {"code": code, "name": "A点2号机"}

    first = client.post("/api/v1/enrol", ask, content_type="application/json")
    second = client.post("/api/v1/enrol", ask, content_type="application/json")

    assert (first.status_code, violations("EnrolReply", first.json())) == (200, [])
    assert first.json()["area"] == {"path": cast.SHUANGXI, "name": "双溪社区"}
    assert (second.status_code, second.json()) == (410, {"code": "enrolment_expired"})
    words = post(
        batch([station.phone.sample("L1T1", 1, station.town.chen_wei.pk)]), token=first.json()["token"]
    )
    assert words.json()["receipts"][0]["verdict"] == "applied"


def test_a_phone_whose_pin_is_forgotten_gets_its_old_recovery_again(
    station: lane.Station, client: Client
) -> None:
    zhao = station.town.actor("zhao", clock.now())

    def enrol(**more: str) -> Any:
        code = offer_enrolment(area_path=cast.SHUANGXI, post_id=None, by=zhao, at=clock.now())
        ask = {"code": code, "name": "A点2号机", **more}
        return client.post("/api/v1/enrol", ask, content_type="application/json")

    first = enrol().json()
    second = enrol(previous=first["device"])
    stranger = enrol(previous="0197a5c0-0f00-7000-8000-000000000001")

    assert violations("EnrolReply", second.json()) == []
    assert "recovers" not in first
    assert second.json()["recovers"] == first["recovery"] != second.json()["recovery"]
    assert (stranger.status_code, stranger.json()) == (410, {"code": "previous_elsewhere"})


def test_an_enrolment_without_a_name_says_what_is_missing(client: Client) -> None:
    answer = client.post("/api/v1/enrol", {"code": "x"}, content_type="application/json")

    assert (answer.status_code, answer.json()["code"]) == (422, "malformed")
    assert "name" in answer.json()["detail"]


def pack(token: str = "token-of-A1", **headers: str) -> Any:
    return Client().get("/api/v1/pack", headers={"Authorization": f"Device {token}", **headers})


def test_a_pack_holds_what_a_lane_needs(station: lane.Station) -> None:
    answer = pack()

    assert violations("Pack", answer.json()) == []
    assert answer.json()["round"]["id"] == str(station.round.pk)
    assert answer.json()["round"]["tube_minutes"] == 60
    assert answer.json()["point"] == {"id": str(station.town.point.pk), "name": "A点"}
    assert [each["number"] for each in answer.json()["lanes"]] == [1, 2]
    assert [each["code"] for each in answer.json()["tubes"]] == station.tube_codes(1) + station.tube_codes(2)
    chen = next(each for each in answer.json()["people"] if each["name"] == "陈芳")
    assert (chen["masked"], chen["tail"], chen["address"], chen["flags"], chen["sampled"]) == (
        "9900**********0016",
        "0016",
        "3栋1单元302",
        ["priority"],
        False,
    )
    assert chen["token"] == station.town.chen_fang.codes.get().token


def test_no_full_number_and_no_phone_is_in_a_pack(station: lane.Station) -> None:
    text = pack().content.decode()

    assert "990001194901010016" not in text
    assert "13800000001" not in text


def test_a_pack_that_has_not_changed_is_not_sent_again(station: lane.Station) -> None:
    first = pack()

    second = pack(**{"If-None-Match": first.headers["ETag"]})

    assert (second.status_code, second.content, second.headers["ETag"]) == (304, b"", first.headers["ETag"])


@pytest.mark.parametrize("change", ["sample", "name", "tube", "lane", "code", "round", "moved"])
def test_a_pack_is_new_when_anything_in_it_is(station: lane.Station, change: str) -> None:
    first = pack()
    town = station.town
    with transaction.atomic():  # a change of its own, as another request makes it
        match change:
            case "sample":
                post(batch([station.phone.sample("L1T1", 1, town.chen_wei.pk)]))
            case "name":
                town.chen_wei.name = "陈威"
                town.chen_wei.save(update_fields=["name"])
            case "tube":
                lane.tube(station.lanes[0], "MORE")
            case "lane":
                lane.lane(station.round, town.point, 3)
            case "code":
                town.chen_wei.codes.update(token="NEW")
            case "round":
                station.round.closes_at += timedelta(hours=1)
                station.round.save(update_fields=["closes_at"])
            case "moved":
                town.chen_wei.residences.update(is_current=False)

    second = pack(**{"If-None-Match": first.headers["ETag"]})

    assert second.status_code == 200
    assert {**second.json(), "version": "", "made_at": ""} != {**first.json(), "version": "", "made_at": ""}


def test_a_pack_of_the_next_community_holds_nobody_of_ours(station: lane.Station) -> None:
    lane.device(
        station.town,
        "N1",
        area_path=cast.NEXT_DOOR,
        post_id=None,
        enrolled_by=station.town.accounts["gao"],
    )

    answer = pack("token-of-N1").json()

    assert (answer["round"], answer["lanes"], answer["tubes"], answer["people"]) == (None, [], [], [])


def test_a_phone_was_last_heard_of_when_it_fetched_its_pack(station: lane.Station) -> None:
    pack()

    assert Device.objects.get().seen_at is not None


def test_the_sight_of_the_request_ends_with_it(station: lane.Station) -> None:
    post(batch([station.phone.sample("L1T1", 1, station.town.chen_wei.pk)]))

    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('tongxin.scope', true)")
        assert cursor.fetchone() == ("/",)
    assert Sample.objects.count() == 1
