"""Results keyed by hand twice (双人双录): the second pass is keyed blind and must say the same, tube by tube.

The first pass waits in the cache, not among the results: nothing that was keyed once is anybody's result.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.core.cache import cache
from django.db import transaction

from tongxin.access.actors import Actor
from tongxin.core.refusals import Refusal
from tongxin.testing.models import Result, Round, Tube
from tongxin.testing.rules.results import read_ct
from tongxin.testing.services.results import Report, enter_results

CAPABILITY = "testing.result.enter"
KEPT_SECONDS = 4 * 3600


@dataclass(frozen=True, slots=True)
class Keyed:
    """One line as it was keyed."""

    tube: str
    word: str
    ct: str = ""

    @property
    def same_as(self) -> tuple[str, str, float | None]:
        return self.tube, self.word, read_ct(self.ct)


@dataclass(frozen=True, slots=True)
class FirstPass:
    """What was keyed first, by whom and when."""

    lines: tuple[Keyed, ...]
    laboratory: str
    by_id: UUID | None
    by_name: str
    at: datetime


def waiting(round_: Round) -> FirstPass | None:
    """The first pass that waits for its second."""
    kept: Mapping[str, Any] | None = cache.get(_key(round_.pk))
    if kept is None:
        return None
    lines = tuple(Keyed(**line) for line in kept["lines"])
    return FirstPass(lines, kept["laboratory"], kept["by_id"], kept["by_name"], kept["at"])


def key_first(
    *, round_: Round, lines: Sequence[Keyed], laboratory: str, by: Actor, at: datetime
) -> FirstPass:
    """Key a list for the first time (初录). It is nobody's result yet; a new first pass replaces the old."""
    by.must(CAPABILITY, within=round_.area_path)
    _must_be_dealt(round_, lines)
    kept = {
        "lines": [asdict(line) for line in lines],
        "laboratory": laboratory,
        "by_id": by.account_id,
        "by_name": by.name,
        "at": at,
    }
    cache.set(_key(round_.pk), kept, KEPT_SECONDS)
    return FirstPass(tuple(lines), laboratory, by.account_id, by.name, at)


@transaction.atomic
def key_second(*, round_: Round, lines: Sequence[Keyed], by: Actor, at: datetime) -> list[Result]:
    """Key the list again (复录): the same in every tube, result and Ct, or refused with what differs."""
    by.must(CAPABILITY, within=round_.area_path)
    first = waiting(round_)
    if first is None:
        raise Refusal("keying_gone")
    if differ := differences(first.lines, lines):
        raise Refusal("keying_differs", tubes="、".join(differ))
    made = enter_results(
        reports=[Report(line.tube, line.word, line.ct, first.laboratory) for line in lines], by=by, at=at
    )
    transaction.on_commit(lambda: cache.delete(_key(round_.pk)))
    return made


def forget(*, round_: Round, by: Actor) -> None:
    """Put the first pass away (作废初录)."""
    by.must(CAPABILITY, within=round_.area_path)
    cache.delete(_key(round_.pk))


def differences(first: Sequence[Keyed], second: Sequence[Keyed]) -> list[str]:
    """The tubes that the two passes do not say the same of, in order; one keyed in only one of them differs too."""
    one = {line.tube: line.same_as for line in first}
    two = {line.tube: line.same_as for line in second}
    return sorted(tube for tube in one.keys() | two.keys() if one.get(tube) != two.get(tube))


def _must_be_dealt(round_: Round, lines: Sequence[Keyed]) -> None:
    codes = {line.tube for line in lines}
    known = set(Tube.objects.filter(round=round_, code__in=codes).values_list("code", flat=True))
    if missing := sorted(codes - known):
        raise Refusal("tube_unknown", tube=missing[0])


def _key(round_id: UUID) -> str:
    return f"testing.keying.{round_id}"
