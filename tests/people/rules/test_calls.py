"""Tries at different hours, whatever the order they are told in (CT-20)."""

from datetime import datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from tests.cast import NOON
from tongxin.people.rules.calls import tries_at_different_hours

HOUR = timedelta(hours=1)
moments = st.lists(st.integers(min_value=0, max_value=600).map(lambda each: NOON + timedelta(minutes=each)))


@given(moments)
def test_counted_tries_lie_an_hour_apart_and_none_is_missed(tried: list[datetime]) -> None:
    counted = tries_at_different_hours(tried, apart=HOUR)

    span = max(tried) - min(tried) if tried else timedelta()
    assert counted <= span // HOUR + (1 if tried else 0)
    assert counted >= (1 if tried else 0)
    assert tries_at_different_hours(list(reversed(tried)), apart=HOUR) == counted
    assert tries_at_different_hours([*tried, *tried], apart=HOUR) == counted
