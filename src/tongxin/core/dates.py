"""Days as people write them in sheets: serials, every spelling of y-m-d, days without a year."""

import re
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from tongxin.core.sheets import Value
from tongxin.core.text import DASHES, NUMERAL_CHARS, chinese_number, clean, without_blanks

SERIAL_ZERO = date(1899, 12, 30)
SERIALS = range(1_000, 80_000)  # 1902 to 2119: below it, a number is not a day that was typed
LONGEST = 40
SHANGHAI = ZoneInfo("Asia/Shanghai")

BLANKS = re.compile(r"\s*([-/.年月])\s*")
FULL = re.compile(r"(?<!\d)(\d{4})[-/.年 ](\d{1,2})[-/.月 ](\d{1,2})(?!\d)")
COMPACT = re.compile(r"^(\d{4})(\d{2})(\d{2})(?:\d{4}|\d{6})?(?!\d)")
SHORT_YEAR = re.compile(r"^(\d{2})[-/.年](\d{1,2})[-/.月](\d{1,2})(?!\d)")
YEAR_LAST = re.compile(r"^(\d{1,2})[-/.](\d{1,2})[-/.](\d{4})(?!\d)")
NO_YEAR = re.compile(r"^(\d{1,2})(?:月(\d{1,2})(?:[日号]|(?!\d))|[-/.](\d{1,2})(?![\d./-]))")
CLOCK = re.compile(r"(?<!\d)(\d{1,2})[:时点](\d{1,2})(?:[:分](\d{1,2}))?")
TITLE_YEAR = re.compile(r"(?<!\d)((?:19|20)\d{2})(?!\d)")
TITLE_DAY = re.compile(r"(?<!\d)((?:19|20)\d{2})[-/.年](\d{1,2})[-/.月](\d{1,2})(?!\d)")
NUMERALS = re.compile(f"[{NUMERAL_CHARS}]+(?=[年月日号])")


def a_day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def read_day(value: Value, *, on: date, year: int | None = None) -> date | None:
    """The day a cell means, or None.

    `on` is the day of the list: it settles the century of a short year. `year` is the year that is not written
    (the year of the title; without one, the year of `on`).
    """
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    if isinstance(value, int | float) and not isinstance(value, bool):
        return _day_of_number(value, year or on.year)
    return _day_of_text(value, on, year or on.year) if isinstance(value, str) else None


def _day_of_number(value: int | float, year: int) -> date | None:
    if not 1 <= value < 1e9:
        return None
    whole = int(value)
    if whole in SERIALS:
        return SERIAL_ZERO + timedelta(days=whole)
    if whole == value:
        return a_day(whole // 10_000, whole // 100 % 100, whole % 100)
    return _day_without_year(repr(value), year)  # 3.15 typed into a number cell


def _day_of_text(value: str, on: date, year: int) -> date | None:
    text = clean(value)[:LONGEST].translate(DASHES)
    if not text:
        return None
    text = NUMERALS.sub(lambda found: str(chinese_number(found[0])), BLANKS.sub(r"\1", text))
    if found := FULL.search(text) or COMPACT.match(text):
        return a_day(*map(int, found.groups()))
    if found := SHORT_YEAR.match(text):
        return _latest_century(int(found[1]), int(found[2]), int(found[3]), on)
    if found := YEAR_LAST.match(text):
        first, second, last = map(int, found.groups())
        return a_day(last, first, second) or a_day(last, second, first)
    if len(text) == 5 and text.isdecimal():
        return _day_of_number(int(text), year)
    return _day_without_year(text, year)


def _day_without_year(text: str, year: int) -> date | None:
    found = NO_YEAR.match(text)
    return a_day(year, int(found[1]), int(found[2] or found[3])) if found else None


def _latest_century(short: int, month: int, day: int, on: date) -> date | None:
    """85.3.5 is 1985 when 2085 is still to come."""
    year = 2000 + short
    return a_day(year if year <= on.year else year - 100, month, day)


def read_moment(value: Value, *, on: date, year: int | None = None) -> datetime | None:
    """The instant a cell means, in Shanghai time; a day without a time is its midnight."""
    if isinstance(value, datetime):
        return value.replace(tzinfo=value.tzinfo or SHANGHAI)
    day = read_day(value, on=on, year=year)
    if day is None:
        return None
    if isinstance(value, int | float) and value < SERIALS.stop:
        seconds = round(value % 1 * 86_400)
        return datetime.combine(day, time(), SHANGHAI) + timedelta(seconds=seconds)
    found = CLOCK.search(clean(value)[:LONGEST]) if isinstance(value, str) else None
    if not found:
        return datetime.combine(day, time(), SHANGHAI)
    hour, minute, second = (int(part or 0) for part in found.groups())
    if hour > 23 or minute > 59 or second > 59:
        return None
    return datetime.combine(day, time(hour, minute, second), SHANGHAI)


def day_in_title(texts: list[str]) -> date | None:
    """The day that a sheet's title lines name, if any names one."""
    for text in texts:
        for found in TITLE_DAY.finditer(without_blanks(text)):
            if day := a_day(*map(int, found.groups())):
                return day
    return None


def year_in_title(texts: list[str]) -> int | None:
    """The year that a sheet's title lines name."""
    for text in texts:
        if found := TITLE_YEAR.search(without_blanks(text)):
            return int(found[1])
    return None
