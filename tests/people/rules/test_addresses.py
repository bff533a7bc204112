"""Addresses in every spelling of CONTRACT come to building, unit, room (ID-04)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tongxin.people.rules.addresses import (
    building_named,
    building_of_sheet,
    joined,
    label,
    read_address,
    read_part,
)
from tongxin.people.rules.register import NOWHERE, Door

HOME = Door("3", "2", "401")


@pytest.mark.parametrize(
    "written",
    [
        "3栋2单元401",
        "3-2-401",
        "3#-2-401",
        "3#2-401",
        "三栋二单元401室",
        "三栋二单元四〇一室",
        "3幢2单元0401号",
        "03-02-0401",
        "锦绣花园小区3号楼2单元401室",
        "湖南省张家界市永定区崇文街道和平社区锦绣花园小区3号楼2单元401室",
        "建设路12号3栋2单元401",
        "建设路12号3-2-401",
        "三元里小区3栋2单元401",
        "锦绣花园3-2-401",
        "３栋２单元４０１",
        "３－２－４０１室",
        " 3 栋 2 单元 401 室 ",
        "3—2—401",
        "3/2/401",
        "3.2.401",
        "3#楼2单元401",
        "3号楼二单元401房",
        "3栋-2-401",
        "3栋2门401",
        "3栋2单元4楼401",
        "3-2-4-401",
        "第3栋第2单元第401室",
        "3栋2单元401（出租）",
        "3号2单元401",
        "\u200b3栋2单元401\n",
    ],
)
def test_one_door_in_every_spelling(written: str) -> None:
    assert read_address(written) == HOME


@pytest.mark.parametrize(
    ("written", "door"),
    [
        ("B12A栋1单元302", Door("B12A", "1", "302")),
        ("b12a-1-302", Door("B12A", "1", "302")),
        ("A座1203", Door("A", "", "1203")),
        ("3栋401", Door("3", "", "401")),
        ("3-401", Door("3", "", "401")),
        ("十二栋三单元一〇〇二", Door("12", "3", "1002")),
        ("112-4-1001", Door("112", "4", "1001")),
        ("3栋2单元401-1", Door("3", "2", "401-1")),
        ("3栋2单元401A", Door("3", "2", "401A")),
        ("3栋乙单元401", Door("3", "乙", "401")),
        ("3栋2单元", Door("3", "2", "")),
    ],
)
def test_other_doors(written: str, door: Door) -> None:
    assert read_address(written) == door


@pytest.mark.parametrize("written", ["", "不详", "地址不详", "无", "-", "村委会旁"])
def test_an_unknown_address_is_nowhere(written: str) -> None:
    assert read_address(written) == NOWHERE


def test_where_the_sheet_says_the_building_two_numbers_are_unit_and_room() -> None:
    assert read_address("2-401", True) == Door("", "2", "401")
    assert read_address("3-2-401", True) == HOME


@pytest.mark.parametrize(
    ("place", "written", "door"),
    [
        ("building", "3栋", Door("3")),
        ("building", "3号楼", Door("3")),
        ("building", "三幢", Door("3")),
        ("building", "03", Door("3")),
        ("building", "B12A", Door("B12A")),
        ("building", "3#", Door("3")),
        ("building", "3栋2单元", Door("3", "2")),
        ("unit", "2单元", Door("", "2")),
        ("unit", "二单元", Door("", "2")),
        ("unit", "2", Door("", "2")),
        ("unit", "无", NOWHERE),
        ("room", "401室", Door("", "", "401")),
        ("room", "0401", Door("", "", "401")),
        ("room", "401号", Door("", "", "401")),
        ("room", "2-401", Door("", "2", "401")),
        ("room", "2单元401", Door("", "2", "401")),
        ("room", "401-1", Door("", "", "401-1")),
    ],
)
def test_columns_of_their_own(place: str, written: str, door: Door) -> None:
    assert read_part(written, place) == door


@pytest.mark.parametrize(
    ("name", "building"),
    [
        ("3栋", "3"),
        ("3号楼", "3"),
        ("三栋", "3"),
        ("3#", "3"),
        ("B12A栋", "B12A"),
        ("锦绣花园3栋", "3"),
        ("3栋住户", "3"),
        ("3", "3"),
        ("Sheet1", ""),
        ("居民台账", ""),
        ("1-3栋", ""),
        ("1栋、2栋", ""),
    ],
)
def test_a_sheet_named_after_its_building(name: str, building: str) -> None:
    assert building_of_sheet(name) == building


def test_a_title_names_a_building_in_words_only() -> None:
    assert building_named("崇文街道和平社区13栋住户信息登记表") == "13"
    assert building_named("2022年3月20日") == ""


def test_the_first_of_each_part_counts() -> None:
    assert joined(Door("3"), Door("9", "2"), Door("", "1", "401")) == HOME


def test_doors_are_said_in_chinese() -> None:
    assert label(HOME) == "3栋2单元401"
    assert label(Door("3", "", "401")) == "3栋401"


@given(
    st.from_regex(r"\A[A-Z]?[1-9][0-9]{0,2}[A-Z]?\Z"),
    st.integers(1, 12),
    st.from_regex(r"\A[1-9][0-9]{2,3}\Z"),
)
def test_a_door_that_is_written_out_is_read_back(building: str, unit: int, room: str) -> None:
    door = Door(building, str(unit), room)

    assert read_address(label(door)) == door
    assert read_address(f"{building}-{unit}-{room}") == door


@given(st.text(max_size=200))
def test_no_text_breaks_the_reading(written: str) -> None:
    for door in (read_address(written), read_address(written, True), read_part(written, "room")):
        assert all(len(part) <= 8 for part in door)
