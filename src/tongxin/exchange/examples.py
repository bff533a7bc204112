"""Examples of every call of the field API, for its description. Invented, and held to the contract by a test."""

from typing import Any

ROUND, LANE, PERSON = (
    "0197a000-0000-7000-8000-000000000006",
    "0197a000-0000-7000-8000-000000000002",
    "0197a000-0000-7000-8000-000000000302",
)
CARD = "TX1.QWERTYUIOPASDFGH"
DEVICE, BOX = "0197a000-0000-7000-8000-0000000000d1", "0197a5c0-0f00-7000-8000-0000000000b1"


def _event(number: int, kind: str, at: str, **said: Any) -> dict[str, Any]:
    return {
        "id": f"0197a5c0-0f00-7000-8000-0000000000{number:02d}",
        "seq": 30 + number,
        "kind": kind,
        "at": f"2021-08-20T{at}+08:00",
        "round": ROUND,
        "lane": LANE,
        **said,
    }


EVENTS: list[dict[str, Any]] = [
    _event(11, "tube_opened", "11:59:20", tube="SX060412", pool="pool10", capacity=10),
    _event(12, "sample", "11:59:41", tube="SX060412", position=1, person=PERSON, how="scan"),
    _event(13, "sample_rejected", "11:59:58", sample="0197a5c0-0f00-7000-8000-000000000012", reason="nausea"),
    _event(
        14, "sample", "12:00:10", tube="SX060412", position=1, person=PERSON, how="scan",
        repeat="doubtful_swab", allowed_by="赵敏",
    ),
    _event(
        15, "person_found", "12:01:00", person="0197a5c0-0f00-7000-8000-000000000901", name="刘洋",
        document="", phone="", building="3", unit="1", room="401", note="",
    ),
    _event(
        16, "sampled_elsewhere", "12:01:40", person=PERSON, place="市人民医院", proof="报告 8812",
        taken_on="2021-08-20",
    ),
    _event(17, "code_bound", "12:02:00", person=PERSON, token=CARD),
    _event(18, "tube_closed", "12:03:00", tube="SX060412", reason="end_of_shift", spoken=1),
    _event(19, "box_sealed", "12:05:00", box=BOX, seal="F-001", tubes=["SX060412"], ice=True, temperature=4.5),
    _event(
        20, "box_handed", "12:10:00", box=BOX, giver="赵敏", taker="周师傅", vehicle="湘G12345", temperature=5,
    ),
]  # fmt: skip
BATCH: dict[str, Any] = {
    "batch": "0197a5c0-0f00-7000-8000-000000000001",
    "device_at": "2021-08-20T12:10:05+08:00",
    "app": "0.1.0",
    "owed": 0,
    "owed_since": None,
    "events": EVENTS,
}
REPLY: dict[str, Any] = {
    "batch": BATCH["batch"],
    "server_at": "2021-08-20T04:10:06.120000Z",
    "receipts": [
        {"id": event["id"], "verdict": "applied", "code": "repeat" if "repeat" in event else None}
        for event in EVENTS
    ],
}
REPLY_TO_REVOKED: dict[str, Any] = {
    "batch": BATCH["batch"],
    "server_at": REPLY["server_at"],
    "receipts": [{"id": event["id"], "verdict": "kept", "code": "device_revoked"} for event in EVENTS],
    "wipe": True,
}
ENROL_ASK: dict[str, Any] = {"code": "q3Zr1fW2n8sXk0aP", "name": "A点1号机"}
ENROL_REPLY: dict[str, Any] = {
    "token": "pYH2mC1bq0cK9o3t7VdX5w8Zr4uLnE6sGxAjB1iF2hQ",
    "device": DEVICE,
    "area": {"path": "/43/08/02/L01/001/", "name": "双溪社区"},
    "demo": True,
    "recovery": "Rk3mV0s8yQ1zT6bN4cX7wE2uI5oP9aLd",
}
PACK: dict[str, Any] = {
    "version": "5d1b0c9f2a4e7d8b61c3f0a2",
    "made_at": "2021-08-20T03:30:00Z",
    "round": {
        "id": ROUND, "number": 6, "state": "open", "closes_at": "2021-08-20T11:00:00Z", "area": "/43/08/02/L01/001/",
        "tube_minutes": 60, "alarm_minutes": 120, "breach_minutes": 240, "clock_seconds": 120,
        "box_tubes": {"small": 24, "medium": 48, "large": 96},
    },
    "point": {"id": "0197a000-0000-7000-8000-0000000000a1", "name": "A点"},
    "lanes": [{"id": LANE, "number": 2, "pool": "pool10", "capacity": 10}],
    "tubes": [{"code": "SX060412", "lane": LANE, "pool": "pool10", "capacity": 10, "state": "issued"}],
    "people": [
        {
            "id": PERSON, "token": "ABCDEFGHIJKLMNOP", "name": "陈芳", "initials": "cf", "pinyin": "chenfang",
            "sex": "女", "age": 72, "masked": "9900**********0016", "tail": "0016", "address": "3栋1单元302",
            "building": "3", "unit": "1", "room": "302", "flags": ["priority"], "sampled": False,
            "sampled_at": None, "household": "9f1c2d3e4a",
        }
    ],
}  # fmt: skip
ERRORS: dict[int, dict[str, Any]] = {
    401: {"code": "device_unknown"},
    403: {"code": "device_revoked", "wipe": True},
    410: {"code": "enrolment_expired"},
    413: {"code": "batch_too_large"},
    422: {"code": "batch_malformed", "detail": "Object missing required field `device_at`"},
    503: {"code": "later"},
}


def error(status: int, says: str) -> dict[str, Any]:
    """A refusal in the description, with its example."""
    schema = {"$ref": "#/components/schemas/ErrorReply"}
    return {
        "description": says,
        "content": {"application/json": {"schema": schema, "example": ERRORS[status]}},
    }
