"""A small register of invented people, as an office would send it: two of its rows cannot be taken as they are."""

import csv
import io
from collections.abc import Iterator

from tongxin.people.rules.documents import check_character

HEADINGS = ("楼栋", "单元", "房号", "姓名", "与户主关系", "性别", "身份证号", "联系电话")
# building, unit, room, name, relation, birth, order number (odd = male)
PEOPLE = (
    ("3", "1", "401", "张伟", "户主", "19760312", 1),
    ("3", "1", "401", "李娜", "配偶", "19780921", 2),
    ("3", "1", "401", "张小北", "之子", "20110603", 3),
    ("3", "1", "402", "王强", "户主", "19690114", 5),
    ("3", "1", "402", "陈芳", "配偶", "19711130", 4),
    ("3", "2", "201", "覃淑贤", "户主", "19380505", 6),
    ("3", "2", "201", "覃海", "之子", "19651017", 7),
    ("5", "1", "302", "向明", "户主", "19880422", 9),
    ("5", "1", "302", "向天一", "之子", "20210818", 11),
    ("5", "1", "303", "田秀英", "户主", "19540227", 8),
    ("5", "2", "101", "彭亮", "户主", "19930709", 13),
    ("5", "2", "101", "黎小燕", "配偶", "19951201", 10),
    ("5", "2", "102", "欧阳文", "户主", "19820516", 15),
)
SWABBED_IN_FIRST_TUBE = ("张伟", "李娜", "王强", "陈芳", "覃海")
SWABBED_IN_SECOND_TUBE = ("张小北", "向明")


def number_of(birth: str, order: int) -> str:
    """An identity number of nobody: no district begins with 99."""
    body = f"990001{birth}{order:03d}"
    return body + check_character(body)


def register_csv() -> bytes:
    file = io.StringIO()
    sheet = csv.writer(file)
    sheet.writerow(HEADINGS)
    sheet.writerows(_rows())
    return file.getvalue().encode("utf-8-sig")


def _rows() -> Iterator[tuple[str, ...]]:
    for at, (building, unit, room, name, relation, birth, order) in enumerate(PEOPLE):
        sex = "男" if order % 2 else "女"
        number = number_of(birth, order)
        yield building, unit, room, name, relation, sex, number, f"139000000{at:02d}"
    good = number_of("19900101", 21)
    wrong = good[:-1] + ("0" if good[-1] != "0" else "1")
    yield "5", "2", "103", "错校验", "户主", "男", wrong, "13900000098"
    yield "5", "2", "104", "", "户主", "女", number_of("19900102", 22), "13900000099"
