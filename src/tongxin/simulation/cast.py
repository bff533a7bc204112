"""Who plays what in the story of Shuangxi: the split of its people into the nine classes (story A4)."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

Visitor = dict[str, Any]

# Story A: round 6 sampled 2,621 and round 10 2,718 of about 3,000; who was not is accounted for (MT-40).
ABOUT = 3000  # "about 3,000, with the floating population" (A1)
REGISTER = 2858
SAMPLED_FIRST = 2621
ELSEWHERE = 21
ISOLATED = 20
EXEMPT = 14
REFUSED = 4
UNREACHABLE = 8
MOBILE = 60


@dataclass(frozen=True, slots=True)
class Chapter:
    """A round of the story: how many came into its base, and how many left it (MT-43)."""

    number: int
    came: int
    went: int


# +131 −34 = +97 between the rounds, which is the whole of 2,621 -> 2,718.
BEFORE = (Chapter(6, 0, 0), Chapter(7, 43, 10), Chapter(8, 40, 12), Chapter(9, 39, 10))
LAST = Chapter(10, 9, 2)


@dataclass(frozen=True, slots=True)
class Parts:
    """The people by what becomes of them. Every person is in exactly one list."""

    here: list[Visitor]
    mobile: list[Visitor]
    elsewhere: list[Visitor]
    isolated: list[Visitor]
    exempt: list[Visitor]
    refused: list[Visitor]
    unreachable: list[Visitor]
    away: list[Visitor]
    leaving: list[Visitor]


def cast_of(people: Sequence[Visitor], *, registered: int, leaving: int = 0) -> Parts:
    """Deal the people to their parts: the old are visited, infants exempt, the rest by a lot that never changes.

    A person keeps the same part in every round, because the lot hangs on the person alone; who came at a lane
    (`is_found`) is sampled here, and who leaves was at the end of the lot. `registered` is how many the register
    brought: a small one keeps the same shares.
    """
    left = sorted((person for person in people if not person.get("is_found")), key=_lot)
    came = [person for person in people if person.get("is_found")]
    share = min(1.0, registered / REGISTER)

    def draw(count: int, wanted: Callable[[Visitor], bool] | None = None) -> list[Visitor]:
        chosen = [person for person in left if wanted is None or wanted(person)][:count]
        chosen += [person for person in left if person not in chosen][: count - len(chosen)]
        taken = {person["id"] for person in chosen}
        left[:] = [person for person in left if person["id"] not in taken]
        return chosen

    def scaled(count: int) -> int:
        return max(1, round(count * share))

    mobile = draw(scaled(MOBILE), lambda person: (person["age"] or 0) >= 78)
    exempt = draw(scaled(EXEMPT), lambda person: person["age"] is not None and person["age"] <= 2)
    elsewhere, isolated = draw(scaled(ELSEWHERE)), draw(scaled(ISOLATED))
    refused, unreachable = draw(scaled(REFUSED)), draw(scaled(UNREACHABLE))
    accounted = len(isolated) + len(exempt) + len(refused) + len(unreachable)
    away = draw(max(1, registered - round(SAMPLED_FIRST * share) - accounted))
    stay = len(left) - leaving
    return Parts(
        [*left[:stay], *came],
        mobile,
        elsewhere,
        isolated,
        exempt,
        refused,
        unreachable,
        away,
        left[stay:],
    )


def _lot(person: Visitor) -> bytes:
    return sha256(str(person["id"]).encode()).digest()
