"""Who plays what: everybody once, the same part in every round, and the figures of the story."""

from collections.abc import Sequence
from typing import Any

import pytest

from tongxin.simulation import cast
from tongxin.simulation.cast import Parts, cast_of
from tongxin.simulation.newcomers import newcomers


def people(count: int, found: int = 0) -> list[dict[str, Any]]:
    lived = [{"id": f"person {n}", "age": n % 90, "is_found": False} for n in range(count)]
    return lived + [{"id": f"found {n}", "age": 30, "is_found": True} for n in range(found)]


def names(rows: Sequence[dict[str, Any]]) -> set[str]:
    return {row["id"] for row in rows}


def covered(parts: Parts) -> int:
    return len(parts.here) + len(parts.mobile) + len(parts.elsewhere)


@pytest.mark.parametrize("count", [60, 300, 2858])
def test_everybody_has_exactly_one_part(count: int) -> None:
    parts = cast_of(people(count, found=4), registered=count, leaving=3)

    dealt = [row["id"] for field in Parts.__slots__ for row in getattr(parts, field)]
    assert sorted(dealt) == sorted(names(people(count, found=4)))
    assert len(parts.leaving) == 3


def test_the_rounds_of_the_story_cover_as_many_as_it_says() -> None:  # A4
    living, found, counts = people(cast.REGISTER), 0, []

    for chapter in (*cast.BEFORE, cast.LAST):
        parts = cast_of(living + people(0, found), registered=cast.REGISTER, leaving=chapter.went)
        counts.append(covered(parts) + chapter.came)
        gone, found = names(parts.leaving), found + chapter.came
        living = [row for row in living if row["id"] not in gone]

    assert (counts[0], counts[-1]) == (2621, 2718)


def test_a_person_keeps_the_part_when_others_leave() -> None:
    first = cast_of(people(2858), registered=2858, leaving=10)
    gone = names(first.leaving)
    living = [row for row in people(2858, found=43) if row["id"] not in gone]

    second = cast_of(living, registered=2858, leaving=12)

    for part in ("mobile", "elsewhere", "isolated", "exempt", "refused", "unreachable", "away"):
        assert names(getattr(second, part)) == names(getattr(first, part))


def test_newcomers_are_nobody_else() -> None:
    came = [each for number in (7, 8, 9, 10) for each in newcomers(number, 45, [("1", "1", "101")])]

    assert len({each["document"] for each in came}) == len(came)
    assert {each["document"][:2] for each in came} == {"99"}  # ID-15
