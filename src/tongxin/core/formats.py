"""How days, instants, spans and shares are written, in the active language. The only place that does it."""

from datetime import date, datetime, timedelta

from django.utils.translation import get_language

from tongxin.core import clock

WEEKDAYS = "一二三四五六日"
DAYS_SHORT = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")

MINUTE = 60
HOUR = 60 * MINUTE
DAY = 24 * HOUR


def is_chinese() -> bool:
    return (get_language() or "zh-hans").startswith("zh")


def day(value: date, *, weekday: bool = True) -> str:
    """11月22日 周日 | Sun 22 Nov; with the year when it is not this one."""
    this_year = value.year == clock.today().year
    if is_chinese():
        text = f"{value.month}月{value.day}日" if this_year else f"{value.year}年{value.month}月{value.day}日"
        return f"{text} 周{WEEKDAYS[value.weekday()]}" if weekday else text
    text = f"{value.day} {MONTHS[value.month - 1]}" + ("" if this_year else f" {value.year}")
    return f"{DAYS_SHORT[value.weekday()]} {text}" if weekday else text


def hour(value: datetime) -> str:
    """14:05, in Shanghai."""
    return f"{value.astimezone(clock.SHANGHAI):%H:%M}"


def moment(value: datetime) -> str:
    """11月22日 周日 14:05 | 22 Nov, 14:05."""
    on = clock.day_of(value)
    return f"{day(on)} {hour(value)}" if is_chinese() else f"{day(on, weekday=False)}, {hour(value)}"


def as_of(value: datetime) -> str:
    """截至 14:05 | as of 14:05; with the day when it is not today."""
    when = hour(value) if clock.day_of(value) == clock.today() else moment(value)
    return f"截至 {when}" if is_chinese() else f"as of {when}"


def number(value: int | float) -> str:
    """2,871."""
    return f"{value:,}"


def duration(span: timedelta | float) -> str:
    """1 小时 12 分 | 1 h 12 min; the two largest units, never a negative sign."""
    seconds = abs(int(span.total_seconds() if isinstance(span, timedelta) else span))
    if seconds < MINUTE:
        return "不到 1 分" if is_chinese() else "under 1 min"
    days, rest = divmod(seconds, DAY)
    hours, rest = divmod(rest, HOUR)
    minutes = rest // MINUTE
    words = ("天", "小时", "分") if is_chinese() else ("d", "h", "min")
    parts = [f"{count} {word}" for count, word in zip((days, hours, minutes), words, strict=True) if count]
    return " ".join(parts[:2])


def time_left(until: datetime, now: datetime | None = None) -> str:
    """还剩 1 小时 12 分 | 1 h 12 min left; 已超 3 分 | 3 min over."""
    span = until - (now or clock.now())
    over = span < timedelta(0)
    if is_chinese():
        return f"{'已超' if over else '还剩'} {duration(span)}"
    return f"{duration(span)} {'over' if over else 'left'}"


def ago(value: datetime, now: datetime | None = None) -> str:
    """3 分前 | 3 min ago."""
    span = (now or clock.now()) - value
    if abs(span) < timedelta(minutes=1):
        return "刚刚" if is_chinese() else "just now"
    return f"{duration(span)}前" if is_chinese() else f"{duration(span)} ago"


def percent(part: float, whole: float) -> str:
    """98.5%. One decimal; what is not all is never written 100%, what is not nothing never 0%."""
    if not whole:
        return "—"
    share = round(1000 * part / whole)
    if share >= 1000 and part < whole:
        share = 999
    if share <= 0 and part > 0:
        return "<0.1%"
    return f"{share / 10:.1f}%"


def masked(value: str) -> str:
    """9900**********0016: the first four and the last four; short numbers show the last four alone."""
    if len(value) <= 4:
        return "*" * len(value)
    if len(value) < 12:
        return "*" * (len(value) - 4) + value[-4:]
    return value[:4] + "*" * (len(value) - 8) + value[-4:]


def spaced(value: str, group: int = 4) -> str:
    """0412 1234 567: a long number as it is read aloud; a code with its own dashes stays as it is."""
    if not value.isdigit():
        return value
    return " ".join(value[start : start + group] for start in range(0, len(value), group))
