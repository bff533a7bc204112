"""Days in every spelling of CONTRACT."""

from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tongxin.core.dates import SHANGHAI, day_in_title, read_day, read_moment, year_in_title

LIST_DAY = date(2022, 3, 20)
MARCH_5 = date(2022, 3, 5)


@pytest.mark.parametrize(
    "written",
    [
        "2022-3-5",
        "2022/03/05",
        "2022.3.5",
        "2022年3月5日",
        "２０２２．３．５",
        "2022 年 3 月 5 日",
        "20220305",
        20220305,
        20220305.0,
        "22.3.5",
        "3月5日",
        "3.5",
        "3/5",
        "2022/03/05 08:13:39",
        "20220305081339",
        "2022-03-05T08:13",
        "二〇二二年三月五日",
        "3/5/2022",
        44625,
        44625.35,
        "44625",
        date(2022, 3, 5),
        datetime(2022, 3, 5, 8, 13),
    ],
)
def test_the_same_day_in_every_spelling(written: object) -> None:
    assert read_day(written, on=LIST_DAY) == MARCH_5  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "written",
    ["", "一直在张", "2022年3月", "1985", "1985.5", "2022-02-30", "35", None, True, 12, -5.5, "13月1日"],
)
def test_what_names_no_day(written: object) -> None:
    assert read_day(written, on=LIST_DAY) is None  # type: ignore[arg-type]


def test_a_short_year_is_the_latest_that_has_come() -> None:
    assert read_day("85.3.5", on=LIST_DAY) == date(1985, 3, 5)
    assert read_day("22.3.5", on=LIST_DAY) == MARCH_5


def test_a_year_that_is_not_written_is_the_year_of_the_title() -> None:
    assert read_day("3月5日", on=LIST_DAY, year=2021) == date(2021, 3, 5)


def test_titles_name_a_day_or_a_year() -> None:
    titles = ["崇文街道住户登记表", "填表日期：2022年3月20日"]

    assert day_in_title(titles) == LIST_DAY
    assert day_in_title(["填表日期：2022年3月"]) is None
    assert year_in_title(["填表日期：2022年3月"]) == 2022
    assert year_in_title(["联系电话 07448222333"]) is None


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("2022/03/19 01:12:00", datetime(2022, 3, 19, 1, 12, tzinfo=SHANGHAI)),
        ("2022-03-19 01:34", datetime(2022, 3, 19, 1, 34, tzinfo=SHANGHAI)),
        ("03月18日21时15分", datetime(2022, 3, 18, 21, 15, tzinfo=SHANGHAI)),
        (44639.5, datetime(2022, 3, 19, 12, 0, tzinfo=SHANGHAI)),
        ("2022-03-19", datetime(2022, 3, 19, tzinfo=SHANGHAI)),
        ("2022-03-19 25:00", None),
        ("未知", None),
    ],
)
def test_moments_are_shanghai_time(written: object, expected: datetime | None) -> None:
    assert read_moment(written, on=LIST_DAY) == expected  # type: ignore[arg-type]


@given(st.one_of(st.text(), st.floats(), st.integers(), st.none(), st.booleans()))
def test_no_cell_breaks_the_reading_of_a_day(value: str | float | int | None) -> None:
    day = read_day(value, on=LIST_DAY)

    assert day is None or read_day(day.isoformat(), on=LIST_DAY) == day
