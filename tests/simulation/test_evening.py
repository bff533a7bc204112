"""What the played evening must hold whenever it is played."""

from datetime import datetime, timedelta

import pytest

from tongxin.core.clock import SHANGHAI
from tongxin.simulation.evening import CALLED_AT


@pytest.mark.parametrize("minute", range(60))
def test_calls_in_vain_fall_into_three_hours_of_the_clock(minute: int) -> None:  # CT-20
    opened = datetime(2022, 3, 20, 0, minute, tzinfo=SHANGHAI)

    hours = {(opened + timedelta(hours=after)).hour for after in CALLED_AT}

    assert len(hours) == 3
