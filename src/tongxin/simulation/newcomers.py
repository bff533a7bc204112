"""Invented people who come to a lane and stand in no list yet: newborn, tenant, back from work elsewhere."""

from datetime import date, timedelta
from random import Random
from typing import Any

from tongxin.core.ids import new_id
from tongxin.people.rules.documents import check_character

SURNAMES = "覃向田彭黎龙石吴杨李张王刘陈周谭卓朱邓熊"
GIVEN = "晓文志海小明春秀国建红梅丽平云华安雨天一子轩宇浩思佳欣怡子涵梓"
WHENCE = ("外地务工返乡", "新租户，上月入住", "投亲，前日到", "随子女来住", "返校学生", "新婚入户")


def newcomers(round_number: int, count: int, doors: list[tuple[str, str, str]]) -> list[dict[str, Any]]:
    """So many people of one round, each behind one of these doors. Their documents begin with 99 (ID-15)."""
    rng = Random(f"newcomers {round_number}")
    return [_newcomer(round_number, number, rng, rng.choice(doors)) for number in range(count)]


def _newcomer(round_number: int, number: int, rng: Random, door: tuple[str, str, str]) -> dict[str, Any]:
    born = date(1948, 1, 1) + timedelta(days=rng.randrange(365 * 70))
    body = f"9907{round_number:02d}{born:%Y%m%d}{number:03d}"
    building, unit, room = door
    return {
        "person": str(new_id()),
        "name": rng.choice(SURNAMES) + "".join(rng.sample(GIVEN, 2)),
        "document": body + check_character(body),
        "phone": f"139009{round_number:02d}{number:03d}",
        "building": building,
        "unit": unit,
        "room": room,
        "note": rng.choice(WHENCE),
    }
