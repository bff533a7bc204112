"""Who plays what in the story of Shuangxi: the split of its people into the nine classes (story A4)."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

Visitor = dict[str, Any]

# Story A: round 10 sampled 2,718 persons of about 3,000; those who were not are each accounted for (MT-40).
SAMPLED = 2718
ELSEWHERE = 21
ISOLATED = 20
EXEMPT = 14
REFUSED = 4
UNREACHABLE = 8
MOBILE = 60


@dataclass(frozen=True, slots=True)
class Parts:
    """The people of the pack by what becomes of them. Every person is in exactly one list."""

    here: list[Visitor]
    mobile: list[Visitor]
    elsewhere: list[Visitor]
    isolated: list[Visitor]
    exempt: list[Visitor]
    refused: list[Visitor]
    unreachable: list[Visitor]
    away: list[Visitor]


def cast_of(people: Sequence[Visitor], *, found_count: int, seed: int = 10) -> Parts:
    """Deal the people to their parts. Old people are visited, infants exempt; the rest is by lot.

    A small register keeps the same shares: what the story does not need is away.
    """
    rng = random.Random(seed)
    left = list(people)
    rng.shuffle(left)
    share = min(1.0, len(people) / 2858)

    def draw(count: int, wanted: Any = None) -> list[Visitor]:
        count = max(1, round(count * share))
        chosen = [person for person in left if wanted is None or wanted(person)][:count]
        chosen += [person for person in left if person not in chosen][: count - len(chosen)]
        taken = {person["id"] for person in chosen}
        left[:] = [person for person in left if person["id"] not in taken]
        return chosen

    mobile = draw(MOBILE, lambda person: (person["age"] or 0) >= 78)
    exempt = draw(EXEMPT, lambda person: person["age"] is not None and person["age"] <= 2)
    elsewhere, isolated = draw(ELSEWHERE), draw(ISOLATED)
    refused, unreachable = draw(REFUSED), draw(UNREACHABLE)
    here_count = round(SAMPLED * share) - len(mobile) - len(elsewhere) - found_count
    here, away = left[:here_count], left[here_count:]
    return Parts(here, mobile, elsewhere, isolated, exempt, refused, unreachable, away)
