"""Lines of "my work today" that apps above the page, or beside it, put there: it asks here and knows none of them.

An app registers in its `ready`: what waits, for whom, and the page where it is done.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

from django.utils.functional import Promise


class Who(Protocol):
    """What a line asks of an actor."""

    def may(self, capability: str, within: str | None = None) -> bool: ...


Count = Callable[[Any], int]


@dataclass(frozen=True, slots=True)
class Work:
    """One line: how many of what (`unit`) wait for those who hold one of the capabilities."""

    url_name: str
    title: str | Promise
    unit: str
    capability: str
    count: Count
    meaning: str = "attention"


_lines: dict[str, Work] = {}


def register_work(
    url_name: str, title: str | Promise, unit: str, capability: str, count: Count, meaning: str = "attention"
) -> None:
    """Add a line. `count(actor)` is one cheap query."""
    _lines[url_name] = Work(url_name, title, unit, capability, count, meaning)


def waiting(actor: Who) -> list[tuple[Work, int]]:
    """What waits for this person, with how many."""
    mine = [line for line in _lines.values() if any(actor.may(each) for each in line.capability.split())]
    return [(line, count) for line in mine if (count := line.count(actor))]
