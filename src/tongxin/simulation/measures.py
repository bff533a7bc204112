"""What a played round is measured by: persons an hour at each lane, and the clocks kept and missed."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Max, Min
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from tongxin.core import clock
from tongxin.people.models import CallTry
from tongxin.places.queries.rules import rule
from tongxin.testing.models import Box, BoxSealing, Lane, MakeUp, PositivePool, Recheck, Round, Sample, Tube

TITLES: dict[str, str | Promise] = {
    "carrier": _("tube taken over by the carrier, from the first swab"),
    "laboratory": _("tube at the laboratory, from the first swab"),
    "result": _("result of a tube, from the first swab"),
    "make_up": _("make-up test, from the loss of the tube"),
    "pool_told": _("member of a positive pool told to stay"),
    "pool_swabbed": _("member swabbed at the door"),
    "pool_resulted": _("result of a member"),
}


def lane_rates(round_: Round) -> list[dict[str, Any]]:
    """Persons an hour at each lane, from the times of the scans (C10)."""
    counted = {
        row["lane_id"]: row
        for row in Sample.objects.filter(round_id=round_.pk)
        .order_by()
        .values("lane_id")
        .annotate(count=Count("pk"), first=Min("occurred_at"), last=Max("occurred_at"))
    }
    return [
        {
            "lane": lane.number,
            "kind": lane.kind,
            "persons": counted[lane.pk]["count"],
            "per_hour": _per_hour(**{key: counted[lane.pk][key] for key in ("count", "first", "last")}),
        }
        for lane in Lane.objects.filter(round=round_).order_by("number")
        if lane.pk in counted
    ]


def _per_hour(count: int, first: datetime, last: datetime) -> float | None:
    hours = (last - first) / timedelta(hours=1)
    return round((count - 1) / hours, 1) if hours else None


def clocks(round_: Round) -> dict[str, dict[str, int]]:
    """Each clock of DOMAIN 3.5 and 3.6 by how often it was kept and missed."""
    found = {
        **_tubes(round_),
        "make_up": [(each.done_at, each.due_at) for each in MakeUp.objects.filter(round=round_)],
        **_pools(round_),
    }
    return {name: _counted(pairs) for name, pairs in found.items()}


Pairs = list[tuple[datetime | None, datetime]]


def _counted(pairs: Iterable[tuple[datetime | None, datetime]]) -> dict[str, int]:
    held = [done is not None and done <= due for done, due in pairs]
    return {"kept": sum(held), "missed": len(held) - sum(held)}


def _tubes(round_: Round) -> dict[str, Pairs]:
    day = clock.day_of(round_.opens_at)

    def limit(name: str, unit: timedelta) -> timedelta:
        return float(rule(name, path=round_.area_path, on=day).value) * unit

    alarm = limit("testing.tube.alarm_minutes", timedelta(minutes=1))
    breach = limit("testing.tube.breach_minutes", timedelta(minutes=1))
    result = limit("testing.result.hours", timedelta(hours=1))
    boxes = Box.objects.in_bulk(
        list(BoxSealing.objects.filter(round_id=round_.pk).values_list("box_id", flat=True))
    )
    box_of = {
        code: boxes[sealing.box_id]
        for sealing in BoxSealing.objects.filter(round_id=round_.pk)
        for code in sealing.tube_codes
    }
    pairs: dict[str, Pairs] = {"carrier": [], "laboratory": [], "result": []}
    for tube in Tube.objects.filter(round=round_, voided_at=None).exclude(first_swab_at=None):
        first, box = tube.first_swab_at, box_of.get(tube.code)
        if first is None:
            continue
        pairs["carrier"].append((box.handed_at if box else None, first + alarm))
        pairs["laboratory"].append((box.received_at if box else None, first + breach))
        pairs["result"].append((tube.result_at, first + result))
    return pairs


def _pools(round_: Round) -> dict[str, Pairs]:
    pairs: dict[str, Pairs] = {"pool_told": [], "pool_swabbed": [], "pool_resulted": []}
    for pool in PositivePool.objects.filter(tube__round=round_):
        told = dict(
            CallTry.objects.filter(task__about_id=pool.pk)
            .order_by("-occurred_at")
            .values_list("task__person_id", "occurred_at")
        )
        for each in Recheck.objects.filter(pool=pool):
            pairs["pool_told"].append((told.get(each.person_id), pool.calls_due_at))
            pairs["pool_swabbed"].append((each.sampled_at, pool.team_due_at))
            pairs["pool_resulted"].append((each.result_at, pool.results_due_at))
    return pairs
