"""WGS-84 and GCJ-02, and what can be drawn."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tongxin.places.rules import positions

LATITUDES = st.floats(18.5, 50.0)
LONGITUDES = st.floats(80.0, 130.0)


@given(LATITUDES, LONGITUDES)
def test_there_and_back_is_within_a_decimetre(latitude: float, longitude: float) -> None:
    back = positions.to_wgs84(*positions.to_gcj02(latitude, longitude))

    assert abs(back[0] - latitude) < 1e-6
    assert abs(back[1] - longitude) < 1e-6


def test_the_shift_is_some_hundred_metres() -> None:
    # Tian'anmen: the usual published pair of positions.
    shown = positions.to_gcj02(39.907333, 116.391083)

    assert shown == pytest.approx((39.908735, 116.397326), abs=2e-5)


@pytest.mark.parametrize(
    ("spot", "code"),
    [
        ((29.1, 110.4), ""),
        ((110.4, 29.1), "position_exchanged"),
        ((0.0, 0.0), "position_outside"),
        ((29.1, float("nan")), "position_outside"),
    ],
)
def test_a_position_lies_in_the_country(spot: tuple[float, float], code: str) -> None:
    assert positions.may_lie_at(*spot).code == code
