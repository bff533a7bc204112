"""What a round needs, counted from the dated rules: each figure with its reason (MT-01, MT-03; A3, A5)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tongxin.core import clock, formats
from tongxin.places.queries.rules import Rule
from tongxin.places.queries.rules import rules as rules_of
from tongxin.planner import lanes as planner
from tongxin.testing.enums import PoolKind
from tongxin.testing.models import Lane, Round, Tube
from tongxin.testing.queries.rounds import person_count

NAMES = [
    "testing.point.people",
    "testing.lane.people",
    "testing.lane.rate",
    "testing.lane.plan_rate",
    "testing.sampler.people",
    "testing.pool.capacity",
    "testing.tube.reserve",
    "testing.queue.wait_minutes",
    "testing.box.tubes",
]


@dataclass(frozen=True, slots=True)
class Need:
    """One thing that a round needs: how much at least (and at most, where the rule gives a span), and why."""

    name: str
    least: int
    unit: str
    why: str
    most: int | None = None
    held: int | None = None

    @property
    def amount(self) -> str:
        least = formats.number(self.least)
        return least if self.most in (None, self.least) else f"{least}–{formats.number(self.most or 0)}"

    @property
    def is_short(self) -> bool:
        """Planned so far is less than needed."""
        return self.held is not None and self.held < self.least


@dataclass(frozen=True, slots=True)
class Plan:
    persons: int
    is_counted: bool
    needs: list[Need]


def plan_of(round_: Round, at: datetime) -> Plan:
    """The needs of a round: for its base, or before it opens for those who live there now."""
    persons = round_.base_count if round_.base_count is not None else person_count(round_.area_path)
    found = rules_of(NAMES, path=round_.area_path, on=clock.day_of(round_.opens_at))
    lanes = Lane.objects.filter(round=round_, closed_at=None)
    held = {
        "lanes": lanes.count(),
        "points": lanes.values("site").distinct().count(),
        "tubes": Tube.objects.filter(round=round_).count(),
    }
    hours = (round_.closes_at - round_.opens_at).total_seconds() / 3600
    return Plan(
        persons, round_.base_count is not None, needs(persons, hours, PoolKind(round_.pool), found, held)
    )


def needs(
    persons: int, hours: float, pool: PoolKind, found: Mapping[str, Rule], held: Mapping[str, int]
) -> list[Need]:
    """The figures one by one; a rule that is not there leaves its figure out."""
    people = formats.number(persons)
    made: list[Need] = []

    def value(name: str) -> Any:
        return found[f"testing.{name}"].value if f"testing.{name}" in found else None

    if each := value("sampler.people"):
        why = _("%(people)s persons ÷ %(each)s, rounded up") % {"people": people, "each": each}
        made.append(
            Need(_("Samplers"), planner.samplers_needed(persons, a_sampler=int(each)), _("persons"), why)
        )
    for name, title, unit in (
        ("point.people", _("Points"), _("points")),
        ("lane.people", _("Tables"), _("tables")),
    ):
        if span := value(name):
            counted = (planner.points_needed(persons, a_point=int(span[end])) for end in ("most", "least"))
            least, most = counted
            why = _("one for %(least)s to %(most)s persons") % {
                "least": formats.number(span["least"]),
                "most": formats.number(span["most"]),
            }
            made.append(
                Need(title, least, unit, why, most, held.get("points") if name == "point.people" else None)
            )
    if rate := value("lane.plan_rate"):
        why = _("%(people)s persons at %(rate)s an hour and lane in %(hours)s h") % {
            "people": people,
            "rate": rate,
            "hours": f"{hours:g}",
        }
        made.append(
            Need(
                _("Lanes"),
                planner.lanes_needed(persons, rate=float(rate), hours=hours),
                _("lanes"),
                why,
                held=held.get("lanes"),
            )
        )
    if rate := value("lane.rate"):
        why = _("%(people)s persons at %(rate)s an hour and lane, as observed") % {
            "people": people,
            "rate": rate,
        }
        made.append(
            Need(_("Lane-hours"), round(planner.lane_hours(persons, rate=float(rate))), _("hours"), why)
        )
    if capacities := value("pool.capacity"):
        capacity, reserve = int(capacities[pool]), float(value("tube.reserve") or 1)
        bare = planner.tubes_needed(persons, capacity=capacity)
        why = _("%(people)s persons ÷ %(capacity)s a tube = %(bare)s; with the reserve %(reserve)s") % {
            "people": people,
            "capacity": capacity,
            "bare": formats.number(bare),
            "reserve": f"× {reserve:g}",
        }
        tubes = planner.tubes_needed(persons, capacity=capacity, reserve=reserve)
        made.append(Need(_("Tubes"), bare, _("tubes"), why, tubes, held.get("tubes")))
        if boxes := value("box.tubes"):
            size = int(boxes["medium"])
            why = ngettext("%(size)s tube a box", "%(size)s tubes a box", size) % {"size": size}
            made.append(Need(_("Boxes"), planner.tubes_needed(bare, capacity=size), _("boxes"), why))
    return made
