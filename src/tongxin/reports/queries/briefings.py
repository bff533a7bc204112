"""Briefings as they are read: frozen figures in their sections, beside those of yesterday and of a week ago."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import QuerySet

from tongxin.core.refusals import Refusal
from tongxin.reports import figures
from tongxin.reports.models import Briefing
from tongxin.reports.queries.rounds import Line, Section, lines_of


@dataclass(frozen=True, slots=True)
class BriefingSection:
    """One of the ten sections; each line carries the figure of a week ago beside that of yesterday."""

    section: Section
    week: list[Line]

    @property
    def is_known(self) -> bool:
        return any(line.value is not None for line in self.section.lines)

    @property
    def pairs(self) -> list[tuple[Line, Line]]:
        return list(zip(self.section.lines, self.week, strict=True))


def one(briefing_id: Any) -> Briefing:
    found = Briefing.objects.select_related("corrects").filter(pk=briefing_id).first()
    if found is None:
        raise Refusal("not_found", what=str(Briefing._meta.verbose_name))
    return found


def latest_first() -> QuerySet[Briefing]:
    return Briefing.objects.order_by("-day", "-number", "-id")


def waiting() -> QuerySet[Briefing]:
    """Drafts with a text that nobody has signed."""
    return Briefing.objects.filter(approved_at=None).exclude(text="")


def sections(briefing: Briefing) -> list[BriefingSection]:
    """The ten sections of CM-30 with the frozen figures of this briefing, of yesterday's and of seven days ago."""
    now = values_of(briefing)
    yesterday = _frozen_on(briefing, briefing.day - timedelta(days=1))
    week = _frozen_on(briefing, briefing.day - timedelta(days=7))
    return [
        BriefingSection(Section(title, lines_of(keys, now, yesterday)), lines_of(keys, now, week))
        for title, keys in figures.BRIEFING
    ]


def values_of(briefing: Briefing) -> figures.Values:
    """The frozen figures as values."""
    return {
        key: tuple(each["value"]) if isinstance(each["value"], list) else each["value"]
        for key, each in briefing.figures.items()
    }


def _frozen_on(briefing: Briefing, day: date) -> figures.Values:
    """What the signed briefing of a day said; empty when there was none."""
    rows = Briefing.objects.filter(area_path=briefing.area_path, day=day).exclude(approved_at=None)
    found = rows.order_by("-number").first()
    return values_of(found) if found else {}
