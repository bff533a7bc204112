"""What must add up before a briefing is sent (DOMAIN.md CM-32). Unknown figures are not compared."""

from collections.abc import Callable, Mapping
from typing import Any

CLASSES = (
    "here",
    "elsewhere",
    "mobile",
    "isolated",
    "away",
    "exempt",
    "refused",
    "unreachable",
    "unknown",
)


def differences(figures: Mapping[str, Any]) -> list[str]:
    """Codes of the sums that do not hold."""
    differ = []
    for code, (keys, holds) in _CHECKS.items():
        found = [figures.get(key) for key in keys]
        if all(value is not None for value in found) and not holds([int(value or 0) for value in found]):
            differ.append(code)
    return differ


_CHECKS: Mapping[str, tuple[tuple[str, ...], Callable[[list[int]], bool]]] = {
    "base_moves": (
        ("base_opening", "base_added", "base_removed", "base_closing"),
        lambda n: n[0] + n[1] - n[2] == n[3],
    ),
    "classes_sum": (
        ("base_closing", *(f"class_{name}" for name in CLASSES)),
        lambda n: sum(n[1:]) == n[0],
    ),
    # Persons covered by a swab here never exceed the swabs taken.
    "persons_within_times": (("swabs", "class_here", "class_mobile"), lambda n: n[1] + n[2] <= n[0]),
    "covered_within_should": (("covered", "should_test", "base_added"), lambda n: n[0] <= n[1] + n[2]),
    "resulted_within_used": (("tubes_used", "tubes_resulted"), lambda n: n[1] <= n[0]),
    "pools_within_opened": (
        ("pools_opened", "pools_cleared", "pools_confirmed"),
        lambda n: n[1] + n[2] <= n[0],
    ),
}
