"""How days, spans and shares are written in both languages."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from django.utils import translation

from tongxin.core import formats

NOW = datetime(2026, 11, 22, 6, 5, tzinfo=UTC)  # 14:05 in Shanghai


@pytest.fixture(autouse=True)
def at_five_past_two() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.mark.parametrize(
    ("language", "this_year", "another_year", "as_of"),
    [
        ("zh-hans", "11月22日 周日 14:05", "2021年8月20日 周五 12:00", "截至 14:05"),
        ("en", "22 Nov, 14:05", "20 Aug 2021, 12:00", "as of 14:05"),
    ],
)
def test_an_instant_is_written_in_shanghai_time(
    language: str, this_year: str, another_year: str, as_of: str
) -> None:
    with translation.override(language):
        assert formats.moment(NOW) == this_year
        assert formats.moment(datetime(2021, 8, 20, 4, 0, tzinfo=UTC)) == another_year
        assert formats.as_of(NOW) == as_of


@pytest.mark.parametrize(("language", "written"), [("zh-hans", "11月1日 周日"), ("en", "Sun 1 Nov")])
def test_a_day_says_its_weekday(language: str, written: str) -> None:
    with translation.override(language):
        assert formats.day(date(2026, 11, 1)) == written


@pytest.mark.parametrize(
    ("seconds", "chinese", "english"),
    [
        (0, "不到 1 分", "under 1 min"),
        (59, "不到 1 分", "under 1 min"),
        (60, "1 分", "1 min"),
        (72 * 60, "1 小时 12 分", "1 h 12 min"),
        (3600, "1 小时", "1 h"),
        (26 * 3600 + 300, "1 天 2 小时", "1 d 2 h"),
        (-72 * 60, "1 小时 12 分", "1 h 12 min"),
    ],
)
def test_a_span_is_said_in_its_two_largest_units(seconds: int, chinese: str, english: str) -> None:
    with translation.override("zh-hans"):
        assert formats.duration(timedelta(seconds=seconds)) == chinese
    with translation.override("en"):
        assert formats.duration(seconds) == english


@pytest.mark.parametrize(
    ("language", "left", "over", "ago"),
    [
        ("zh-hans", "还剩 1 小时 12 分", "已超 3 分", "3 分前"),
        ("en", "1 h 12 min left", "3 min over", "3 min ago"),
    ],
)
def test_a_clock_says_what_is_left_or_over(language: str, left: str, over: str, ago: str) -> None:
    with translation.override(language):
        assert formats.time_left(NOW + timedelta(minutes=72)) == left
        assert formats.time_left(NOW - timedelta(minutes=3)) == over
        assert formats.ago(NOW - timedelta(minutes=3)) == ago


@pytest.mark.parametrize(
    ("part", "whole", "written"),
    [
        (2871, 2871, "100.0%"),
        (9999, 10000, "99.9%"),  # never rounded up to all
        (99_999_999, 100_000_000, "99.9%"),
        (1, 100_000, "<0.1%"),  # never rounded down to none
        (0, 10, "0.0%"),
        (985, 1000, "98.5%"),
        (1, 0, "—"),
    ],
)
def test_a_share_is_neither_all_nor_none_before_it_is(part: int, whole: int, written: str) -> None:
    assert formats.percent(part, whole) == written


@pytest.mark.parametrize(
    ("number", "written"),
    [
        ("990001194901010016", "9900**********0016"),
        ("13800000001", "*******0001"),
        ("0016", "****"),
        ("", ""),
    ],
)
def test_a_masked_number_keeps_its_ends_and_nothing_else(number: str, written: str) -> None:
    assert formats.masked(number) == written


def test_figures_are_grouped() -> None:
    assert formats.number(2871) == "2,871"
    assert formats.spaced("04121234567") == "0412 1234 567"
