"""Household registers as files (CONTRACT, "Reading" and "Household registers")."""

import importlib.util
import os
import random
import subprocess
import sys
import time
from datetime import date
from pathlib import Path
from types import ModuleType

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.factories.sheets import csv, xlsx
from tongxin.core.headers import Mapping, with_columns
from tongxin.core.sheets import Row, Sheet, Workbook
from tongxin.exchange.exports import write_register_export
from tongxin.exchange.reading import read_path
from tongxin.people.rules.documents import check_character
from tongxin.people.rules.matching import KnownPerson, Matcher
from tongxin.people.rules.register import Outcome
from tongxin.people.sheets import RegisterReading, propose_mapping, read_register

ON = date(2022, 3, 20)
MESSY = Path(__file__).parents[1] / "data" / "messy"
SHARED = os.environ.get("TONGXIN_TEST_DATA", "")
HEAD = "姓名,身份证号,联系电话,楼栋,单元,房号,与户主关系,备注\n"


def _scorer() -> ModuleType:
    spec = importlib.util.spec_from_file_location("score_import", MESSY / "score_import.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _score(path: Path, out: Path) -> dict[str, object]:
    reading = read_register(read_path(path), on=ON)
    stem = path.name.split(".")[0]
    write_register_export(out, stem, reading.persons, reading.households, reading.rows)
    return dict(_scorer().score(str(path.parent / stem), "household", str(out / f"{stem}.csv")))


@pytest.mark.parametrize("name", ["A1_registry_3k_by_building.xlsx", "A2_registry_30k_gbk.csv.xz"])
def test_messy_registers_are_read_without_one_fault(name: str, tmp_path: Path) -> None:
    score = _score(MESSY / name, tmp_path)

    assert (score["bar"], score["pass"]) == (1.0, True), score


@pytest.mark.skipif(not SHARED, reason="TONGXIN_TEST_DATA names no folder of test material")
def test_a_hundred_thousand_rows_are_read_without_one_fault(tmp_path: Path) -> None:
    path = Path(SHARED) / "messy" / "household" / "A3_registry_100k_utf8bom.csv.xz"

    assert _score(path, tmp_path)["pass"]


@pytest.mark.skipif(not SHARED, reason="TONGXIN_TEST_DATA names no folder of test material")
def test_a_hundred_thousand_rows_take_less_than_40_s_and_1_gb() -> None:
    path = Path(SHARED) / "messy" / "household" / "A3_registry_100k_utf8bom.csv.xz"
    code = (
        "import resource, sys; from datetime import date; from pathlib import Path\n"
        "from tongxin.exchange.reading import read_path; from tongxin.people.sheets import read_register\n"
        "people = read_register(read_path(Path(sys.argv[1])), on=date(2022, 3, 20)).persons\n"
        "print(len(people), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)"
    )

    started = time.monotonic()
    run = subprocess.run([sys.executable, "-c", code, path], capture_output=True, text=True, check=True)
    people, kilobytes = map(int, run.stdout.split())

    assert people == 99_184
    assert time.monotonic() - started < 40
    assert kilobytes < 1_000_000


def _read(text: str, **kwargs: object) -> RegisterReading:
    return read_register(csv(text), on=ON, **kwargs)  # type: ignore[arg-type]


def _outcomes(reading: RegisterReading) -> list[tuple[int, str, str]]:
    return [(row.row, str(row.outcome), str(row.reason)) for row in reading.rows]


# ---- what is no data


def test_rows_that_are_no_data_are_ignored() -> None:
    text = (
        "和平社区居民台账,,,,,,,\n填表日期：2022年3月20日,,,,,,,\n"
        + HEAD
        + "示例,990001198808080026,13800000000,1,1,101,户主,示例\n"
        + "张伟,,13800000000,1,1,101,户主,\n"
        + ",,,,,,,\n"
        + "小 计,1人,,,,,,\n"
        + HEAD
        + "本页小计,1,,,,,,\n合计：1户,,,,,,,\n"
        + "填表人：王主任,,,,,,,\n注：请妥善保管,,,,,,,\n备注：无,,,,,,,\n审核人：李,,,,,,,\n"
    )

    reading = _read(text)

    assert _outcomes(reading) == [
        (1, "ignore", "title"),
        (2, "ignore", "title"),
        (3, "ignore", "header"),
        (4, "ignore", "example"),
        (5, "accept", ""),
        (7, "ignore", "subtotal"),
        (8, "ignore", "header"),
        (9, "ignore", "subtotal"),
        (10, "ignore", "subtotal"),
        (11, "ignore", "footer"),
        (12, "ignore", "footer"),
        (13, "ignore", "footer"),
        (14, "ignore", "footer"),
    ]


def test_hidden_sheets_are_named_and_notes_sheets_ignored() -> None:
    rows = [["姓名", "身份证号", "房号"], ["张伟", "990001198808080026", "101"]]
    book = xlsx({"旧数据": rows, "填表说明": [["1. 每户第一行填写户主。"]], "3栋": rows}, hidden=["旧数据"])

    reading = read_register(book, on=ON)

    assert reading.hidden_sheets == ("旧数据",)
    assert [(row.sheet, row.row, str(row.outcome), str(row.reason)) for row in reading.rows] == [
        ("填表说明", 1, "ignore", "notes_sheet"),
        ("3栋", 1, "ignore", "header"),
        ("3栋", 2, "accept", ""),
    ]
    assert reading.persons[0].door[:3] == ("3", "", "101")


# ---- headers


@pytest.mark.parametrize(
    "header",
    [
        "姓名,身份证号,手机号,楼栋,单元,房号",
        "名字,证件号码,联系方式,栋号,单元号,门牌号",
        "居民姓名,公民身份号码,联系电话,楼号,单元号,室号",
        "人员姓名,身份证号码,电话,幢,单元,房间号",
        "1、您的姓名,2、您的身份证号码,3、您的手机号码,4、楼栋,5、单元,6、房号",
        "姓 名,身份证\u3000号,手机,楼 栋,单 元,房 号",
        "姓名*,身份证号（必填）,联系电话（11位）,楼栋（如3栋）,单元,房号（室）",
        "【姓名】姓名,居民身份证号码,本人手机号,几栋,第几单元,门牌号码",
    ],
)
def test_headings_are_synonyms(header: str) -> None:
    reading = _read(f"{header}\n张伟,990001198808080026,13800000000,3,2,401\n")

    person = reading.persons[0]
    assert (person.name, person.id, person.phones, person.door[:3]) == (
        "张伟",
        "990001198808080026",
        ["13800000000"],
        ("3", "2", "401"),
    )


def test_columns_of_other_people_and_places_are_left_alone() -> None:
    reading = _read(
        "户主姓名,紧急联系人电话,户籍地址,姓名,证件类型,身份证号,工作单位,身份证地址,现住址,联系电话\n"
        "李娜,13900000001,湖南3栋9单元999,张伟,身份证,990001198808080026,一中,北京9-9-909,3-2-401,13800000000\n"
    )

    person = reading.persons[0]
    assert (person.name, person.phones, person.door[:3]) == ("张伟", ["13800000000"], ("3", "2", "401"))


def test_a_list_of_heads_only_is_read_too() -> None:
    reading = _read("户主姓名,户主身份证号,户主电话,住址\n张伟,990001198808080026,13800000000,3-2-401\n")

    assert (reading.persons[0].name, reading.persons[0].phones) == ("张伟", ["13800000000"])


def test_a_header_of_two_rows_with_merged_cells() -> None:
    rows = [
        ["和平社区3栋住户登记表", None, None, None, None],
        ["序号", "家庭住址", None, "居民姓名", "证件号码"],
        [None, "单元号", "门牌号", None, None],
        [1, 2, 401, "张伟", "990001198808080026"],
        [2, None, None, "李娜", "990001202002290031"],
    ]
    book = xlsx(
        {"3号楼": rows}, merges={"3号楼": ["A1:E1", "B2:C2", "A2:A3", "D2:D3", "E2:E3", "B4:B5", "C4:C5"]}
    )

    reading = read_register(book, on=ON)

    assert [person.door[:3] for person in reading.persons] == [("3", "2", "401")] * 2
    assert (reading.households[0].people, reading.households[0].vacant) == (2, False)


def test_a_header_of_two_rows_in_a_csv_and_again_on_the_next_page() -> None:
    head = "序号,家庭住址,,,人员信息,\n,楼栋,单元,房号,姓名,身份证号\n"

    reading = _read(f"{head}1,3,2,401,张伟,990001198808080026\n{head}2,,,,李娜,990001202002290031\n")

    assert [person.name for person in reading.persons] == ["张伟", "李娜"]
    assert [person.door[:3] for person in reading.persons] == [("3", "2", "401")] * 2


def test_an_address_heading_over_three_columns_is_their_parts() -> None:
    rows = [["姓名", "现住址", None, None], ["张伟", "3栋", "2单元", "401室"]]

    reading = read_register(xlsx({"Sheet1": rows}, merges={"Sheet1": ["B1:D1"]}), on=ON)

    assert reading.persons[0].door[:3] == ("3", "2", "401")


def test_hidden_columns_are_read_like_others() -> None:
    rows = [["姓名", "联系电话", "现住址"], ["张伟", "13800000000", "3-2-401"]]

    reading = read_register(xlsx({"Sheet1": rows}, hidden_columns=["B"]), on=ON)

    assert reading.persons[0].phones == ["13800000000"]


# ---- addresses of rows


def test_blank_address_cells_of_a_csv_repeat_the_row_above() -> None:
    reading = _read("姓名,现住址\n张伟,3-2-401\n李娜,\n,\n小计,1户\n王强,\n赵敏,不详\n")

    assert [person.door[:3] for person in reading.persons] == [("3", "2", "401")] * 3 + [("", "", "")]
    assert [str(warning) for warning in reading.rows[-1].warnings] == ["id_missing", "address_missing"]


def test_blank_address_cells_of_a_workbook_do_not() -> None:
    book = xlsx({"S": [["姓名", "现住址"], ["张伟", "3-2-401"], ["李娜", None], ["王强", "同上"]]})

    reading = read_register(book, on=ON)

    assert [person.door.is_known for person in reading.persons] == [True, False, False]


def test_the_row_above_may_have_been_rejected() -> None:
    reading = _read("姓名,身份证号,现住址\n张伟,123,3-2-401\n李娜,,\n")

    assert reading.persons[0].door[:3] == ("3", "2", "401")


def test_ditto_is_the_row_above() -> None:
    book = xlsx({"S": [["姓名", "现住址"], ["张伟", "3-2-401"], ["李娜", "同上"]]})

    assert read_register(book, on=ON).persons[1].door[:3] == ("3", "2", "401")


# ---- verdicts


def test_reasons_are_tested_in_order() -> None:
    reading = _read(
        HEAD
        + ",123,13800000000,1,1,101,户主,\n"
        + "张伟,123,,1,1,101,户主,\n"
        + "张伟,990001198808080026,,1,1,101,户主,\n"
        + "李娜,990001198808080026,,1,1,101,户主,\n"
    )

    assert _outcomes(reading)[1:] == [
        (2, "reject", "name_missing"),
        (3, "reject", "id_length"),
        (4, "accept", ""),
        (5, "reject", "id_conflict"),
    ]
    assert [row.column for row in reading.rejected] == [0, 1, 1]
    assert reading.rejected[1].values[1] == "123"
    assert all(row.warnings == () for row in reading.rejected)


def test_number_cells_that_lost_digits_are_rejected_by_that_reason() -> None:
    rows = [
        ["姓名", "身份证号"],
        ["张伟", 990802199104167812],
        ["李娜", 990001510615004],
        ["王强", "9.90802E+17"],
    ]

    reading = read_register(xlsx({"S": rows}), on=ON)

    assert [row[1:] for row in _outcomes(reading)[1:]] == [
        ("reject", "id_precision_lost"),
        ("accept", ""),
        ("reject", "id_precision_lost"),
    ]


def test_sex_and_birth_come_from_the_number_and_differences_are_seen() -> None:
    reading = _read(
        "姓名,性别,身份证号,出生日期\n张伟,男,990001198808080026,1988.8.9\n李娜,女,,1990年1月2日\n王强,男,,\n"
    )

    first, second, third = reading.persons
    assert (first.sex, first.birth) == ("女", date(1988, 8, 8))
    assert {str(warning) for warning in reading.rows[1].warnings} >= {"sex_mismatch", "birth_mismatch"}
    assert (second.sex, second.birth, third.birth) == ("女", date(1990, 1, 2), None)


def test_vacant_dwellings_make_no_person() -> None:
    reading = _read(
        HEAD + "空置,,,1,1,101,,\n,,,1,1,102,,空房\n无人居住,,,1,1,103,,\n张伟,,,1,1,104,户主,空房\n"
    )

    assert reading.counts[Outcome.HOUSEHOLD_ONLY] == 3
    assert [(home.room, home.people, home.vacant) for home in reading.households] == [
        ("101", 0, True),
        ("102", 0, True),
        ("103", 0, True),
        ("104", 1, False),
    ]


def test_a_merged_row_makes_its_door_a_household_without_people() -> None:
    reading = _read(HEAD + "张伟,990001198808080026,,1,1,101,户主,\n张伟,990001198808080026,,2,1,101,户主,\n")

    assert [(home.building, home.people) for home in reading.households] == [("1", 1), ("2", 0)]


def test_yes_under_a_tag_is_the_tag() -> None:
    reading = _read("姓名,是否独居,党员,现住址\n张伟,是,√,1-1-101\n李娜,否,,1-1-102\n")

    assert [person.tags for person in reading.persons] == [["独居老人", "党员"], []]


# ---- the day of the list


@pytest.mark.parametrize(
    ("title", "on", "day"),
    [
        ("统计日期：2022年3月21日", None, date(2022, 3, 21)),
        ("统计日期：2022年3月21日", date(2022, 3, 20), date(2022, 3, 20)),
    ],
)
def test_the_day_of_the_list_is_told_or_named_in_the_title(title: str, on: date | None, day: date) -> None:
    head = "99000120220321001"
    text = f"{title},\n姓名,身份证号\n张伟,{head}{check_character(head)}\n"

    reading = read_register(csv(text), on=on)

    assert reading.on == day
    assert reading.counts[Outcome.ACCEPT] == (day == date(2022, 3, 21))


# ---- the wizard


def test_a_mapping_is_proposed_stored_corrected_and_read_again() -> None:
    book = csv("甲,乙,丙\n张伟,3-2-401,13800000000\n")
    assert propose_mapping(book).sheets[0].skipped

    first = propose_mapping(csv("姓名,乙,手机\n张伟,3-2-401,13800000000\n"))
    corrected = Mapping((with_columns(first.sheets[0], {0: "name", 1: "address", 2: "phones"}),))
    stored = Mapping.from_plain(corrected.to_plain())

    reading = read_register(book, on=ON, mapping=stored)

    assert stored == corrected
    assert (reading.persons[0].door[:3], reading.persons[0].phones) == (("3", "2", "401"), ["13800000000"])


def test_a_reading_is_the_same_from_the_same_bytes_and_mapping() -> None:
    book = read_path(MESSY / "A1_registry_3k_by_building.xlsx")

    first = read_register(book, on=ON)
    again = read_register(book, on=ON, mapping=Mapping.from_plain(first.mapping.to_plain()))

    assert again.rows == first.rows
    assert again.persons == first.persons


def test_the_same_register_read_again_against_what_was_stored_changes_nothing() -> None:
    book = read_path(MESSY / "A1_registry_3k_by_building.xlsx")
    first = read_register(book, on=ON)
    known = [
        KnownPerson(
            id=index,
            name=person.name,
            document=person.document or None,
            door=person.door,
            phones=frozenset(person.phones),
            sex=person.sex,
            birth=person.birth,
            relation=person.relation,
            tags=frozenset(person.tags),
        )
        for index, person in enumerate(first.persons)
    ]

    again = read_register(book, on=ON, existing=Matcher(known))

    assert again.counts[Outcome.ACCEPT] == 0
    assert again.counts[Outcome.MERGE] == first.counts[Outcome.ACCEPT] + first.counts[Outcome.MERGE]
    assert again.matcher.absent() == []
    changes = {frozenset(again.matcher.changes(index)) for index in range(len(again.persons))}
    assert changes == {frozenset()}
    found = [again.matcher.known(index) for index in range(len(again.persons))]
    assert sorted(person.id for person in found if person) == list(range(len(first.persons)))


# ---- any file


VALUES = st.one_of(
    st.none(),
    st.text(max_size=20),
    st.sampled_from(["张伟", "990001198808080026", "3-2-401", "小计", "姓名", "示例", "空置", "13800000000"]),
    st.floats(),
    st.integers(),
    st.dates(),
    st.booleans(),
)


@settings(max_examples=150)
@given(st.lists(st.lists(VALUES, max_size=6), max_size=8))
def test_no_sheet_breaks_the_reading(rows: list[list[object]]) -> None:
    header = ("姓名", "身份证号", "现住址", "电话", "出生日期", "备注")
    table = (Row(1, header), *(Row(number, tuple(row)) for number, row in enumerate(rows, 2)))  # type: ignore[arg-type]

    reading = read_register(Workbook("x", "xlsx", (Sheet("S", table),)), on=ON)

    assert len(reading.rows) == len(rows) + 1
    assert [row.person is not None for row in reading.rows] == [
        row.outcome in (Outcome.ACCEPT, Outcome.MERGE) for row in reading.rows
    ]


def test_columns_may_stand_in_any_order() -> None:
    cells = {
        "姓名": "张伟",
        "身份证号": "990001198808080026",
        "联系电话": "13800000000",
        "楼栋": "3",
        "单元": "2",
        "房号": "401",
        "备注": "低保",
        "关系": "本人",
        "性别": "女",
    }
    shuffle = random.Random(7)

    for _ in range(20):
        names = list(cells)
        shuffle.shuffle(names)
        person = _read(f"{','.join(names)}\n{','.join(cells[name] for name in names)}\n").persons[0]
        assert (person.name, person.door[:3], person.tags, person.relation) == (
            "张伟",
            ("3", "2", "401"),
            ["低保"],
            "户主",
        )
