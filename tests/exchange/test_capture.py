"""The capture door: every event kept, each counted once, a word for each (docs/algorithms/capture.md)."""

import gzip
import json
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.utils import timezone

from tests import cast, factories, lane
from tongxin.core import ciphers
from tongxin.core.ids import new_id
from tongxin.core.refusals import Refusal
from tongxin.exchange.models import Batch, SetAside
from tongxin.exchange.services import capture, parcels, projection
from tongxin.people.models import Person
from tongxin.testing.enums import RoundState
from tongxin.testing.models import (
    Expected,
    FoundPerson,
    Round,
    Sample,
    SampleRejection,
    Tube,
    TubeEvent,
)

pytestmark = pytest.mark.usefixtures("db_everywhere")
TOKEN = "token-of-A1"


def body(events: list[Any], batch: str = "", device_at: Any = None) -> bytes:
    at = device_at or cast.NOON
    return json.dumps(
        {"batch": batch or str(uuid4()), "device_at": at.isoformat(), "app": "0.1.0", "events": events}
    ).encode()


def send(events: list[Any], *, token: str = TOKEN, at: Any = cast.NOON, **more: Any) -> dict[str, tuple]:
    reply = capture.receive(token=token, sent=body(events, **more), at=at)
    return {str(each.id): (each.verdict, each.code) for each in reply.receipts}


@pytest.fixture
def station() -> lane.Station:
    return lane.station()


def test_a_lane_opens_a_tube_takes_two_and_closes_it(station: lane.Station) -> None:
    phone, town = station.phone, station.town
    phone.open("L1T1")
    phone.sample("L1T1", 1, town.chen_wei.pk)
    phone.sample("L1T1", 2, town.chen_fang.pk)
    phone.close("L1T1", 2)

    words = send(phone.written)
    projection.project()

    assert words == {event["id"]: ("applied", None) for event in phone.written}
    tube = Tube.objects.get(code="L1T1")
    assert (tube.state, tube.held_count, tube.spoken_count, tube.close_reason, tube.frozen_at) == (
        "closed",
        2,
        2,
        "end_of_shift",
        None,
    )
    assert (tube.opened_at, tube.first_swab_at, tube.closed_at) == (
        lane.OPENED + timedelta(seconds=20),
        lane.OPENED + timedelta(seconds=40),
        lane.OPENED + timedelta(seconds=80),
    )
    assert dict(Expected.objects.values_list("person__name", "klass")) == {
        "陈伟": "here",
        "陈芳": "here",
        "张伟": "unknown",
    }


def test_a_row_carries_its_device_its_batch_and_both_times(station: lane.Station) -> None:
    event = station.phone.sample("L1T1", 1, station.town.chen_wei.pk, how="search")
    batch = str(uuid4())

    send([event], batch=batch)

    row = Sample.objects.get()
    assert (str(row.pk), row.device_id, row.sequence, str(row.batch_id)) == (
        event["id"],
        station.device.pk,
        1,
        batch,
    )
    assert (row.occurred_at, row.recorded_at, row.is_clock_off, row.is_late) == (
        lane.OPENED + timedelta(seconds=20),
        cast.NOON,
        False,
        False,
    )
    assert (row.area_path, row.how, row.tube_code, row.position) == (cast.SHUANGXI, "search", "L1T1", 1)


def test_the_bytes_are_kept_sealed_as_they_were_sent(station: lane.Station) -> None:
    sent = gzip.compress(body([station.phone.sample("L1T1", 1, station.town.chen_wei.pk)]))

    capture.receive(token=TOKEN, sent=sent, at=cast.NOON)

    row = Batch.objects.get()
    assert ciphers.decrypt_bytes(row.sealed, purpose="exchange.batch") == sent
    assert (row.event_count, row.device_id, row.projected_at) == (1, station.device.pk, None)


def test_the_same_batch_three_times_is_the_same_batch(station: lane.Station) -> None:  # STYLE, Truth
    phone = station.phone
    phone.open("L1T1")
    phone.sample("L1T1", 1, station.town.chen_wei.pk)
    phone.found("刘洋", "990001199001010032")
    phone.reject(phone.written[1])
    batch = str(uuid4())

    first = send(phone.written, batch=batch)
    words = [send(phone.written, batch=batch) for _ in range(2)]

    assert set(first.values()) == {("applied", None)}
    assert words == [{event["id"]: ("duplicate", None) for event in phone.written}] * 2
    assert Batch.objects.count() == Sample.objects.count() == SampleRejection.objects.count() == 1
    assert (FoundPerson.objects.count(), Person.objects.filter(name="刘洋").count()) == (1, 1)


def test_an_event_twice_in_one_batch_is_one_event(station: lane.Station) -> None:
    event = station.phone.sample("L1T1", 1, station.town.chen_wei.pk)

    reply = capture.receive(token=TOKEN, sent=body([event, event]), at=cast.NOON)

    assert [each.verdict for each in reply.receipts] == ["applied", "duplicate"]
    assert Sample.objects.count() == 1


def test_new_events_under_a_known_batch_key_keep_their_bytes_too(station: lane.Station) -> None:
    batch = str(uuid4())
    send([station.phone.open("L1T1")], batch=batch)

    words = send([station.phone.sample("L1T1", 1, station.town.chen_wei.pk)], batch=batch)

    assert list(words.values()) == [("applied", None)]
    assert Batch.objects.count() == 2


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"tube": "NOSUCH"}, "tube_unknown"),
        ({"tube": "坏\u0007码"}, "tube_unknown"),
        ({"tube": "L2T1"}, "tube_other_lane"),
        ({"round": "0190a000-0000-7000-8000-000000000000"}, "round_unknown"),
        ({"round": "six"}, "round_unknown"),
        ({"lane": "0190a000-0000-7000-8000-000000000000"}, "lane_unknown"),
        ({"person": "0190a000-0000-7000-8000-000000000000"}, "person_unknown"),
        ({"position": 0}, "malformed"),
        ({"position": 41}, "malformed"),
        ({"how": "guess"}, "malformed"),
        ({"at": "2021-08-20T12:00:00"}, "malformed"),
        ({"seq": "one"}, "malformed"),
        ({"person": "<script>"}, "malformed"),
    ],
)
def test_what_does_not_count_is_kept_with_its_reason(station: lane.Station, fields: dict, code: str) -> None:
    good = station.phone.sample("L1T1", 1, station.town.chen_wei.pk)
    bad = station.phone.sample("L1T1", 2, station.town.chen_fang.pk) | fields

    words = send([bad, good])

    assert words == {good["id"]: ("applied", None), bad["id"]: ("refused", code)}
    row = SetAside.objects.get()
    assert (str(row.pk), row.code, row.verdict, row.kind, row.area_path) == (
        bad["id"],
        code,
        "refused",
        "sample",
        cast.SHUANGXI,
    )
    assert json.loads(ciphers.decrypt_bytes(row.sealed, purpose="exchange.set_aside")) == bad


def test_a_kind_of_a_newer_phone_is_kept_whole(station: lane.Station) -> None:
    event = station.phone.write("temperature_taken", person=str(station.town.chen_wei.pk), celsius=37.4)

    words = send([event])

    assert words == {event["id"]: ("kept", "unknown_kind")}
    row = SetAside.objects.get()
    assert (row.kind, row.code) == ("temperature_taken", "unknown_kind")
    assert json.loads(ciphers.decrypt_bytes(row.sealed, purpose="exchange.set_aside"))["celsius"] == 37.4


def test_a_field_of_a_newer_phone_does_not_disturb(station: lane.Station) -> None:
    event = station.phone.sample("L1T1", 1, station.town.chen_wei.pk) | {"mask": True}

    assert send([event]) == {event["id"]: ("applied", None)}


@pytest.mark.parametrize("poison", [17, None, "text", [], {}, {"id": "x"}, {"kind": "sample"}])
def test_an_event_that_is_none_never_blocks_the_others(station: lane.Station, poison: Any) -> None:
    good = station.phone.sample("L1T1", 1, station.town.chen_wei.pk)

    words = send([poison, good])
    again = send([poison, good])

    assert words[good["id"]] == ("applied", None)
    assert [word for key, word in words.items() if key != good["id"]] == [("refused", "malformed")]
    assert again.keys() == words.keys()
    assert SetAside.objects.count() == 1


@pytest.mark.parametrize(
    ("raw", "where"),
    [
        (b"", "truncated"),
        (b"{", "truncated"),
        (b"[]", "object"),
        (b"\xff\xfe", "byte 0"),
        (b'{"device_at": "2021-08-20T12:00:00Z", "events": [1]}', "batch"),
        (b'{"batch": "six", "device_at": "2021-08-20T12:00:00Z", "events": [1]}', "$.batch"),
        (b'{"batch": "%s", "device_at": "noon", "events": [1]}' % str(new_id()).encode(), "$.device_at"),
        (
            b'{"batch": "%s", "device_at": "2021-08-20T12:00:00", "events": [1]}' % str(new_id()).encode(),
            "time",
        ),
        (
            b'{"batch": "%s", "device_at": "2021-08-20T12:00:00Z", "events": 4}' % str(new_id()).encode(),
            "$.events",
        ),
        (
            b'{"batch": "%s", "device_at": "2021-08-20T12:00:00Z", "events": []}' % str(new_id()).encode(),
            "$.events",
        ),
        (b"\x1f\x8bnot gzip", "gzip"),
        (gzip.compress(b"{}")[:-9], "gzip"),
    ],
)
def test_what_is_no_batch_is_declined_with_the_place(station: lane.Station, raw: bytes, where: str) -> None:
    with pytest.raises(parcels.Malformed, match=where.replace("$", r"\$")):
        capture.receive(token=TOKEN, sent=raw, at=cast.NOON)

    assert Batch.objects.count() == 0


def test_a_batch_holds_at_most_five_hundred(station: lane.Station) -> None:
    with pytest.raises(parcels.TooLarge):
        send([station.phone.open("L1T1") for _ in range(501)])


def test_a_packed_body_that_swells_is_stopped(station: lane.Station) -> None:
    bomb = gzip.compress(b" " * 64 * 1024 * 1024)

    with pytest.raises(parcels.TooLarge):
        capture.receive(token=TOKEN, sent=bomb, at=cast.NOON)


def test_an_unknown_token_is_refused(station: lane.Station) -> None:
    with pytest.raises(Refusal, match="device_unknown"):
        send([station.phone.open("L1T1")], token="somebody else's")

    assert Batch.objects.count() == 0


def test_a_second_swab_is_kept_named_and_counted_once(station: lane.Station) -> None:  # MT-22, MT-26
    first = station.phone.sample("L1T1", 1, station.town.chen_wei.pk)
    second = station.phone.sample("L1T2", 1, station.town.chen_wei.pk)
    third = station.phone.sample("L1T2", 2, station.town.chen_wei.pk)

    assert send([first]) == {first["id"]: ("applied", None)}
    assert send([second, third]) == {
        second["id"]: ("applied", "already_sampled"),
        third["id"]: ("applied", "already_sampled"),
    }
    projection.project()

    assert Sample.objects.count() == 3
    assert Expected.objects.filter(klass="here").count() == 1


def test_a_swab_after_one_that_was_taken_back_is_the_first(station: lane.Station) -> None:  # MT-24
    first = station.phone.sample("L1T1", 1, station.town.chen_wei.pk)
    back = station.phone.reject(first)
    again = station.phone.sample("L1T1", 1, station.town.chen_wei.pk)

    send([first])
    words = send([back, again])

    assert words == {back["id"]: ("applied", None), again["id"]: ("applied", None)}


def test_two_in_one_position_are_both_kept_and_named(station: lane.Station) -> None:
    """Both swabs are in the glass: leaving one out could send a contact of a positive pool home."""
    send([station.phone.sample("L1T1", 1, station.town.chen_wei.pk)])
    second = station.phone.sample("L1T1", 1, station.town.chen_fang.pk)

    assert send([second]) == {second["id"]: ("applied", "position_taken")}
    projection.project()

    assert Tube.objects.get(code="L1T1").held_count == 2


@pytest.mark.parametrize("state", [RoundState.CLOSED, RoundState.RESULTS_COMPLETE, RoundState.ARCHIVED])
def test_what_comes_after_closing_is_late_and_kept(station: lane.Station, state: str) -> None:  # MT-46
    phone = station.phone
    phone.open("L1T1")
    taken = phone.sample("L1T1", 1, station.town.chen_wei.pk)
    phone.reject(taken)
    phone.close("L1T1", 0)
    phone.found("刘洋")
    Round.objects.update(state=state)

    words = send(phone.written)

    assert set(words.values()) == {("applied", "late")}
    assert Sample.objects.get().is_late


@pytest.mark.parametrize("state", [RoundState.SAMPLING_CLOSED, RoundState.RECONCILING])
def test_what_comes_while_the_round_is_reconciled_counts(station: lane.Station, state: str) -> None:
    Round.objects.update(state=state)

    words = send([station.phone.sample("L1T1", 1, station.town.chen_wei.pk)])

    assert list(words.values()) == [("applied", None)]


@pytest.mark.parametrize(
    "state", [RoundState.DRAFT, RoundState.APPROVED, RoundState.ANNOUNCED, RoundState.CANCELLED]
)
def test_a_round_that_is_not_at_work_takes_nothing_and_loses_nothing(
    station: lane.Station, state: str
) -> None:
    Round.objects.update(state=state)
    event = station.phone.sample("L1T1", 1, station.town.chen_wei.pk)

    assert send([event]) == {event["id"]: ("refused", "round_not_open")}
    assert SetAside.objects.count() == 1


def test_what_was_set_aside_counts_once_its_cause_is_gone(station: lane.Station) -> None:
    event = station.phone.sample("LATER", 1, station.town.chen_wei.pk)
    assert send([event]) == {event["id"]: ("refused", "tube_unknown")}
    projection.project()

    lane.tube(station.lanes[0], "LATER")
    assert projection.reconsider_all() == 1

    assert Sample.objects.get().occurred_at == lane.OPENED + timedelta(seconds=20)
    assert Expected.objects.get(person=station.town.chen_wei).klass == "here"
    assert SetAside.objects.get().settled_at is not None
    assert projection.reconsider_all() == 0


def test_a_swab_before_its_person_counts_when_the_person_comes(station: lane.Station) -> None:
    found = station.phone.found("刘洋", "990001199001010032", building="3", unit="1", room="302")
    swab = station.phone.sample("L1T1", 1, found["person"], how="typed")

    assert send([swab]) == {swab["id"]: ("refused", "person_unknown")}
    assert send([found]) == {found["id"]: ("applied", None)}
    projection.project()

    assert str(Sample.objects.get().person_id) == found["person"]
    assert Expected.objects.get(person__name="刘洋").klass == "here"


@pytest.mark.parametrize("hours", [-30, -1, 1, 30])
def test_a_clock_that_is_off_is_corrected_and_marked(station: lane.Station, hours: int) -> None:  # MT-26
    event = station.phone.sample("L1T1", 1, station.town.chen_wei.pk)
    wrong = timedelta(hours=hours)
    taken = lane.OPENED + timedelta(seconds=20)
    event["at"] = (taken + wrong).isoformat()

    send([event], device_at=cast.NOON + wrong)

    row = Sample.objects.get()
    assert (row.occurred_at, row.is_clock_off) == (taken, True)


def test_a_clock_within_the_rule_is_believed(station: lane.Station) -> None:  # MT-26
    send(
        [station.phone.sample("L1T1", 1, station.town.chen_wei.pk)],
        device_at=cast.NOON + timedelta(seconds=119),
    )

    assert not Sample.objects.get().is_clock_off


@pytest.mark.parametrize("at", ["2031-01-01T00:00:00Z", "9999-12-31T23:59:59Z"])
@pytest.mark.parametrize("skew", [0, 7200])
def test_a_time_that_is_still_to_come_becomes_the_servers(station: lane.Station, at: str, skew: int) -> None:
    event = station.phone.sample("L1T1", 1, station.town.chen_wei.pk) | {"at": at}

    send([event], device_at=cast.NOON - timedelta(seconds=skew))

    row = Sample.objects.get()
    assert (row.occurred_at, row.is_clock_off) == (cast.NOON, True)


def test_what_a_revoked_phone_owes_is_kept_once(station: lane.Station) -> None:
    before = station.phone.sample("L1T1", 1, station.town.chen_wei.pk)
    send([before])
    station.device.revoked_at = timezone.now()
    station.device.save(update_fields=["revoked_at"])
    owed = station.phone.sample("L1T1", 2, station.town.chen_fang.pk)

    told = [send([before, owed], batch="0190a000-0000-7000-8000-000000000001") for _ in range(3)]
    projection.project()

    assert told == [{before["id"]: ("duplicate", None), owed["id"]: ("kept", "device_revoked")}] * 3
    assert list(Sample.objects.values_list("id", flat=True)) == [UUID(before["id"])]
    assert SetAside.objects.values_list("id", "code", "verdict", "settled_at").get() == (
        UUID(owed["id"]), "device_revoked", "kept", None,
    )  # fmt: skip


def test_a_phone_of_another_point_does_not_write_into_this_lane(station: lane.Station) -> None:
    other = factories.site(station.town.community, "B点")
    lane.device(station.town, "A2", post_id=other.pk)
    event = station.phone.sample("L1T1", 1, station.town.chen_wei.pk)

    assert send([event], token="token-of-A2") == {event["id"]: ("refused", "lane_unknown")}


def test_a_phone_of_the_next_community_changes_nothing_here(station: lane.Station) -> None:
    """Its events are kept on its own side; here nobody has heard of them."""
    lane.device(
        station.town,
        "N1",
        area_path=cast.NEXT_DOOR,
        post_id=None,
        enrolled_by=station.town.accounts["gao"],
    )
    phone = station.phone
    phone.open("L1T1")
    phone.sample("L1T1", 1, station.town.chen_wei.pk)
    phone.found("刘洋")

    words = send(phone.written, token="token-of-N1")

    assert set(words.values()) == {("refused", "round_unknown")}
    assert Sample.objects.count() == TubeEvent.objects.count() == FoundPerson.objects.count() == 0
    assert set(SetAside.objects.values_list("area_path", flat=True)) == {cast.NEXT_DOOR}
    assert set(Batch.objects.values_list("area_path", flat=True)) == {cast.NEXT_DOOR}


def test_a_key_of_another_area_is_not_answered_as_known(station: lane.Station) -> None:
    theirs = lane.open_round(cast.NEXT_DOOR)
    site = factories.site(station.town.next_door, "邻点")
    at_lane = lane.lane(theirs, site)
    lane.tube(at_lane, "THEIRS")
    lane.device(station.town, "N1", area_path=cast.NEXT_DOOR, post_id=site.pk)
    building = factories.building(station.town.next_door, "9")
    neighbour = factories.person("邻居", factories.dwelling(building, "9", "1", "101"))
    mine = station.phone.sample("L1T1", 1, station.town.chen_wei.pk)
    send([mine])
    phone = lane.Phone(theirs.pk, at_lane.pk)
    forged = phone.sample("THEIRS", 1, neighbour.pk) | {"id": mine["id"]}

    words = send([forged], token="token-of-N1")

    assert words == {mine["id"]: ("conflict", "sample_key_taken")}
    assert Sample.objects.get().person_id == station.town.chen_wei.pk


def test_a_found_person_is_registered_with_all_that_was_said(station: lane.Station) -> None:  # MT-23
    event = station.phone.found(
        " 刘 洋 ",
        "99000119900101003x".upper(),
        phone="13900000003",
        building="3栋",
        unit="1",
        room="302",
        note="租客\u0000",
    )

    send([event])

    person = Person.objects.get(pk=event["person"])
    assert (person.name, person.source, person.area_path) == (
        "刘洋",
        "lane",
        station.town.buildings["3"].path,
    )
    assert person.residences.get().kind == "found"
    assert person.residences.get().dwelling == station.town.door_302
    assert [phone.reveal() for phone in person.phones.all()] == ["13900000003"]
    assert person.codes.count() == 1
    row = FoundPerson.objects.get()
    assert (row.person_id, row.made_id, row.note) == (person.pk, person.pk, "3栋1单元302 租客")


def test_somebody_without_a_document_gets_a_temporary_number(station: lane.Station) -> None:  # DOMAIN 2.3
    events = [station.phone.found("刘洋"), station.phone.found("无名氏")]
    events[1]["person"] = str(UUID(int=UUID(events[0]["person"]).int + 10_000))

    send(events)

    numbers = [Person.objects.get(pk=event["person"]).documents.get() for event in events]
    assert [number.kind for number in numbers] == ["temporary", "temporary"]
    assert [number.reveal()[:15] for number in numbers] == ["T43080220210820"] * 2
    assert numbers[0].reveal() != numbers[1].reveal()


def test_a_found_person_whom_the_register_holds_is_that_person(station: lane.Station) -> None:  # ID-20
    found = station.phone.found("陈伟", "990001198808080026")
    swab = station.phone.sample("L1T1", 1, found["person"], how="typed")

    words = send([found, swab])
    projection.project()

    assert words == {found["id"]: ("conflict", "person_known"), swab["id"]: ("applied", None)}
    assert Sample.objects.get().person_id == station.town.chen_wei.pk
    assert Expected.objects.get(person=station.town.chen_wei).klass == "here"
    assert Person.objects.count() == 3
    assert SetAside.objects.get().code == "person_known"
    assert send([found, swab]) == {found["id"]: ("duplicate", None), swab["id"]: ("duplicate", None)}


def test_the_document_of_another_name_is_another_person_with_a_mark(station: lane.Station) -> None:
    """Taking the wrong person for covered is the worse fault."""
    found = station.phone.found("王五", "990001198808080026")

    assert send([found]) == {found["id"]: ("applied", None)}
    assert Person.objects.get(pk=found["person"]).marks == ["document_of_another_name"]


def test_a_number_that_fails_its_check_is_kept_with_a_mark(station: lane.Station) -> None:  # ID-13
    found = station.phone.found("刘洋", "990001195106150048")

    send([found])

    person = Person.objects.get(pk=found["person"])
    assert (person.marks, person.documents.get().reveal()) == (["document_unproven"], "990001195106150048")
