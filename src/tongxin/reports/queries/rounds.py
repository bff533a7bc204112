"""The report of a round (轮次报告): figures beside those of the round before, and why the base changed (MT-43)."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count
from django.utils.functional import Promise

from tongxin.reports import figures
from tongxin.reports.figures import FIGURES, Scope, Value
from tongxin.reports.queries.rows import has_rows
from tongxin.testing.enums import Coverage
from tongxin.testing.models import Closing, Expected, Round
from tongxin.testing.queries import coverage, rounds
from tongxin.testing.queries.coverage import BuildingCounts, ClassCounts


@dataclass(frozen=True, slots=True)
class Line:
    """One figure as it is shown, beside the same figure of before."""

    key: str
    title: str | Promise
    unit: str | Promise
    value: Value
    before: Value

    @property
    def text(self) -> str:
        return FIGURES[self.key].text(self.value)

    @property
    def before_text(self) -> str:
        return FIGURES[self.key].text(self.before)

    @property
    def change(self) -> str:
        return FIGURES[self.key].change(self.value, self.before)

    @property
    def is_door(self) -> bool:
        return self.value is not None and has_rows(self.key)


@dataclass(frozen=True, slots=True)
class Section:
    title: str | Promise
    lines: list[Line]


@dataclass(frozen=True, slots=True)
class Report:
    """Everything a round report shows, as of one instant."""

    round: Round
    before: Round | None
    as_of: datetime
    sections: list[Section]
    counts: ClassCounts
    buildings: list[BuildingCounts]
    has_more: bool
    removals: list[tuple[str, int]]
    closing: Closing | None

    @property
    def is_corrected(self) -> bool:
        """Something came after the closing: the closed figures stand, the present ones are shown beside (MT-46)."""
        return self.closing is not None and self.counts.as_dict() != self.closing.classes

    @property
    def closed_classes(self) -> list[tuple[str, str, int, int]]:
        """Code, word, count at closing and now."""
        if self.closing is None:
            return []
        classes = self.closing.classes
        return [(k.value, str(k.label), classes.get(k.value, 0), self.counts.of(k)) for k in Coverage]


SHOWN = 50
INLINE = 20_000  # of a larger base the comparison with the round before has a page of its own


def report(round_: Round, at: datetime, *, whole: bool = True) -> Report:
    """The report of a round as it stands now; a fixed number of queries.

    Not `whole`, it names the SHOWN buildings with the most unknown people; `has_more` tells that there are others.
    """
    before = rounds.before(round_)
    keys = figures.ALL_ROUND_KEYS
    now = figures.values(keys, Scope(round_.area_path, at, round_))
    then = figures.values(keys, Scope(round_.area_path, at, before)) if before else {}
    is_large = not whole and (round_.base_count or 0) > INLINE
    buildings = (
        [] if is_large else coverage.by_building(round_.pk, at, most_unknown=0 if whole else SHOWN + 1)
    )
    has_more = is_large or (not whole and len(buildings) > SHOWN)
    if not whole:
        buildings = sorted(buildings, key=lambda each: each.path) if not has_more else buildings[:SHOWN]
    sections = [
        Section(figures.ROUND_TITLES[group], lines_of(group_keys, now, then))
        for group, group_keys in figures.ROUND_KEYS
    ]
    if before is not None and (whole or (round_.base_count or 0) <= INLINE):
        sections.insert(1, since(round_, at))
    return Report(
        round=round_,
        before=before,
        as_of=at,
        sections=sections,
        counts=ClassCounts(**{klass: int(now[f"class_{klass}"] or 0) for klass in Coverage.values}),  # type: ignore[arg-type]
        buildings=buildings,
        has_more=has_more,
        removals=_removals(round_),
        closing=coverage.closing_of(round_.pk),
    )


def since(round_: Round, at: datetime) -> Section:
    """From the round before to this one, person by person: what 2,621 -> 2,718 is made of (A4, MT-43)."""
    found = figures.values(figures.SINCE_KEYS, Scope(round_.area_path, at, round_))
    return Section(figures.ROUND_TITLES["since"], lines_of(figures.SINCE_KEYS, found, {}))


def lines_of(keys: tuple[str, ...], now: figures.Values, then: figures.Values) -> list[Line]:
    return [Line(key, FIGURES[key].title, FIGURES[key].unit, now.get(key), then.get(key)) for key in keys]


def _removals(round_: Round) -> list[tuple[str, int]]:
    removed = Expected.objects.filter(round=round_).exclude(removed_at=None)
    counted = removed.values_list("removed_reason").annotate(count=Count("pk")).order_by("-count")
    return [(reason or "—", count) for reason, count in counted]
