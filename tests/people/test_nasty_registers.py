"""Registers as other offices make them: what the given samples do not show, and must come out right all the same."""

from datetime import date, datetime

from tests.factories.sheets import csv, xlsx
from tongxin.people.rules.register import Door, Outcome
from tongxin.people.sheets import RegisterReading, read_register

ON = date(2022, 3, 20)
ID = "990001194901010016"
ID_2 = "990001198808080026"
ID_X = "99000119510615009X"


def people(reading: RegisterReading) -> list[tuple[str, str, str]]:
    return [
        (person.name, person.document, "-".join(part for part in person.door[:3] if part))
        for person in reading.persons
    ]


def test_two_sides_of_a_place_hold_two_buildings_of_one_number() -> None:
    book = csv("姓名,身份证号,地址\n张伟," + ID + ",东区3栋1单元401\n李娜," + ID_2 + ",西区3栋1单元401\n")

    reading = read_register(book, on=ON)

    assert [person.door for person in reading.persons] == [
        Door("3", "1", "401", "东区"),
        Door("3", "1", "401", "西区"),
    ]
    assert len(reading.households) == 2


def test_one_place_in_several_spellings_stays_one_building() -> None:
    book = csv(
        "姓名,身份证号,地址\n"
        f"张伟,{ID},阳光小区3栋1单元401\n"
        f"李娜,{ID_2},永定区崇文街道和平社区阳光小区3号楼1单元401室\n"
        f"王强,{ID_X},3-1-401\n"
    )

    reading = read_register(book, on=ON)

    assert {person.door for person in reading.persons} == {Door("3", "1", "401")}


def test_a_column_of_compounds_tells_buildings_apart() -> None:
    rows = "".join(
        f"赵{number},,{name},3,1,{number}01\n" for name in ("东苑", "金色家园") for number in range(1, 5)
    )
    book = csv("姓名,身份证号,小区,楼栋,单元,房号\n" + rows)

    reading = read_register(book, on=ON)

    assert {(person.door.compound, person.door.building) for person in reading.persons} == {
        ("东苑", "3"),
        ("金色家园", "3"),
    }
    assert len(reading.households) == 8


def test_gb18030_with_semicolons_titles_totals_and_footers() -> None:
    text = (
        "某某社区居民底册（2022年3月20日）;;;\n"
        ";;;\n"
        "序号;姓名;身份证号码;住址\n"
        f"1;张　伟;{ID};3栋2单元401\n"
        f"示例;李四;{ID_2};1栋1单元101\n"
        f"2;李娜（组长）;{ID_2};3栋2单元402\n"
        "小计;2人;;\n"
        "序号;姓名;身份证号码;住址\n"
        f"3;王𠮷;{ID_X};3栋2单元403\n"
        "合计;3人;;\n"
        "填表人：秦红;;审核：唐;\n"
    )

    reading = read_register(csv(text, encoding="gb18030"))

    assert people(reading) == [("张伟", ID, "3-2-401"), ("李娜", ID_2, "3-2-402"), ("王𠮷", ID_X, "3-2-403")]
    assert reading.on == ON
    assert reading.counts[Outcome.REJECT] == 0


def test_two_header_rows_merged_cells_hidden_sheets_and_dates_as_serials() -> None:
    book = xlsx(
        {
            "3号楼": [
                ["居民登记表", None, None, None, None, None],
                ["基本信息", None, None, "住址", None, "备注"],
                ["姓名", "身份证号", "出生日期", "单元", "房号", None],
                ["张伟", None, 17899, "2", "401", "独居"],
                ["李娜", ID_2, datetime(1988, 8, 8), None, None, None],
            ],
            "旧数据": [["姓名"], ["不该读"]],
        },
        merges={"3号楼": ["A1:F1", "A2:C2", "D2:E2", "F2:F3", "D4:D5", "E4:E5"]},
        hidden=["旧数据"],
    )

    reading = read_register(book, on=ON)

    assert people(reading) == [("张伟", "", "3-2-401"), ("李娜", ID_2, "3-2-401")]
    assert reading.persons[0].birth == date(1949, 1, 1)
    assert reading.persons[0].tags == ["独居老人"]
    assert reading.hidden_sheets == ("旧数据",)


def test_numbers_of_every_sort_in_one_column() -> None:
    book = xlsx(
        {
            "s": [
                ["姓名", "证件号码", "电话", "住址"],
                ["甲", 990001510615004, 13800000001.0, "3-1-101"],
                ["乙", "'9900 0119-4901 0100 16", "+86 138 0000 0002", "3-1-102"],
                ["丙", "９９０００１１９８８０８０８００２６", "0744-8222333", "3-1-103"],
                ["丁", 9.90802e17, "无", "3-1-104"],
                ["戊", "H0123456701", "13800000003/13800000004", "3-1-105"],
                ["己", "99000119510615009x", "1380000", "3-1-106"],
                ["庚", "#N/A", None, "3-1-107"],
            ]
        }
    )

    reading = read_register(book, on=ON)

    assert people(reading) == [
        ("甲", "990001195106150049", "3-1-101"),
        ("乙", ID, "3-1-102"),
        ("丙", ID_2, "3-1-103"),
        ("戊", "H0123456701", "3-1-105"),
        ("己", ID_X, "3-1-106"),
        ("庚", "", "3-1-107"),
    ]
    assert [row.reason for row in reading.rejected] == ["id_precision_lost"]
    assert reading.persons[3].phones == ["13800000003", "13800000004"]


def test_formulas_as_names_are_people_of_odd_names_and_nothing_else() -> None:
    book = csv('姓名,身份证号,住址\n"=1+1",' + ID + ",3-1-101\n@SUM," + ID_2 + ",3-1-102\n")

    reading = read_register(book, on=ON)

    assert [person.name for person in reading.persons] == ["=1+1", "@SUM"]
