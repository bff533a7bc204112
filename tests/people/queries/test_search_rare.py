"""Rare characters and all readings are found (ID-41, ID-42), and a permit is found by its lifelong part."""

from datetime import date
from pathlib import Path

import pytest

from tests import cast
from tongxin.exchange.services import uploads
from tongxin.people.models import Person
from tongxin.people.queries.register import search_people

pytestmark = pytest.mark.usefixtures("db_everywhere")
RARE = (Path(__file__).parents[2] / "data" / "names" / "rare_chars.txt").read_text("utf-8").strip()


def found(town: cast.Town, text: str) -> list[str]:
    return [row.name for row in search_people(town.actor("lin"), text).rows]


@pytest.fixture
def town(db_everywhere: None) -> cast.Town:
    made = cast.town()
    rows = "".join(f"张{char},,,3,1,{number + 1}01,,\n" for number, char in enumerate(RARE[:40]))
    rows += "单雄,,13800000055,3,1,901,,\n仇和,,,3,1,902,,\n曾静,H0123456701,,3,1,903,,\n"
    upload = uploads.take_in(
        file_name="rare.csv",
        content=("姓名,证件号码,电话,楼栋,单元,房号,关系,备注\n" + rows).encode("gb18030"),
        area_path=cast.SHUANGXI,
        by=made.actor("qin"),
        at=cast.NOON,
        list_day=date(2021, 8, 1),
    )
    uploads.store(upload_id=upload.pk, by=made.actor("qin"), at=cast.NOON)
    return made


def test_every_rare_name_is_stored_whole_and_found(town: cast.Town) -> None:
    for char in RARE[:40]:
        assert Person.objects.filter(name=f"张{char}").exists()
        assert f"张{char}" in found(town, f"张{char}")


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("shanxiong", "单雄"),
        ("danxiong", "单雄"),
        ("sx", "单雄"),
        ("qiuhe", "仇和"),
        ("qh", "仇和"),
        ("zengjing", "曾静"),
        ("cengjing", "曾静"),
        ("0055", "单雄"),
        ("13800000055", "单雄"),
        ("3-1-902", "仇和"),
        ("H0123456799", "曾静"),
    ],
)
def test_a_person_is_found_by_sound_number_and_door(town: cast.Town, text: str, name: str) -> None:
    assert name in found(town, text)
