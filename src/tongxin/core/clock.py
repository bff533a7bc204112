"""Time: stored in UTC, a day is the day in Asia/Shanghai (DOMAIN.md, Conventions)."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.utils import timezone

SHANGHAI = ZoneInfo("Asia/Shanghai")


def now() -> datetime:
    """The present instant, aware."""
    return timezone.now()


def day_of(at: datetime) -> date:
    """The reporting day an instant belongs to."""
    return at.astimezone(SHANGHAI).date()


def today() -> date:
    return day_of(now())


def start_of(day: date) -> datetime:
    """00:00 Shanghai time of a day."""
    return datetime.combine(day, time(), SHANGHAI)


def span_of(day: date) -> tuple[datetime, datetime]:
    """The half-open span [00:00, next 00:00) of a reporting day."""
    return start_of(day), start_of(day + timedelta(days=1))
