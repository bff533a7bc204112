"""What must add up before a briefing is sent (CM-32)."""

import pytest

from tongxin.reports.rules import CLASSES, differences

SOUND = {
    "base_opening": 3000,
    "base_added": 12,
    "base_removed": 2,
    "base_closing": 3010,
    **dict.fromkeys((f"class_{name}" for name in CLASSES), 0),
    "class_here": 2700,
    "class_mobile": 18,
    "class_away": 292,
    "covered": 2718,
    "should_test": 2718,
    "swabs": 2725,
    "tubes_used": 280,
    "tubes_resulted": 280,
    "pools_opened": 2,
    "pools_cleared": 1,
    "pools_confirmed": 1,
}


def test_sums_that_hold_are_no_difference() -> None:
    assert differences(SOUND) == []


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"base_added": 11}, "base_moves"),
        ({"class_unknown": 1}, "classes_sum"),
        ({"swabs": 2717}, "persons_within_times"),
        ({"covered": 2731}, "covered_within_should"),
        ({"tubes_resulted": 281}, "resulted_within_used"),
        ({"pools_cleared": 2}, "pools_within_opened"),
    ],
)
def test_a_sum_that_does_not_hold_is_named(changed: dict[str, int], code: str) -> None:
    assert differences(SOUND | changed) == [code]


def test_what_nobody_knows_is_not_compared() -> None:
    assert differences({}) == []
    assert differences({"tubes_used": 0, "tubes_resulted": None}) == []
