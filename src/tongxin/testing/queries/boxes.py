"""Boxes as pages show them: where each is, how old its first swab is, how warm it was (MT-31, MT-32)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Count, Min, Q, QuerySet, Sum

from tongxin.access.actors import Actor
from tongxin.core import clock
from tongxin.places.queries.rules import rules
from tongxin.testing.enums import BoxState, TubeState
from tongxin.testing.models import Box, BoxSealing, Handover, Laboratory, Tube, TubeBatch

CARRY, RECEIVE = "testing.box.carry", "testing.box.receive"
ALARM, BREACH, DEGREES = (
    "testing.tube.alarm_minutes",
    "testing.tube.breach_minutes",
    "testing.box.degrees",
)
ARRIVED_SHOWN = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class BoxRow:
    """A box with the clock of its first swab and the limits that hold for it."""

    box: Box
    tubes: int
    persons: int
    first_swab_at: datetime | None
    alarm_at: datetime | None
    breach_at: datetime | None
    is_late: bool
    is_breach: bool
    is_warm: bool

    @property
    def is_short(self) -> bool:
        """Fewer tubes stand in it than its list names: a tube is not of this round, or in another box."""
        return self.tubes != self.box.tube_count


def of_round(round_id: UUID, at: datetime) -> list[BoxRow]:
    """The boxes of a round, those on the way first, the oldest first."""
    order = {BoxState.SEALED: 0, BoxState.IN_TRANSIT: 1, BoxState.RECEIVED: 2}
    found = rows_of(Box.objects.filter(round_id=round_id).order_by("sealed_at", "pk"), at)
    return sorted(found, key=lambda row: order[BoxState(row.box.state)])


def on_the_way(actor: Actor, at: datetime) -> list[BoxRow]:
    """What waits to be carried, is on its way, or arrived within a day, in the sight of this person."""
    waiting = Q(state__in=[BoxState.SEALED, BoxState.IN_TRANSIT]) | Q(received_at__gte=at - ARRIVED_SHOWN)
    found = rows_of(Box.objects.filter(waiting).order_by("sealed_at", "pk")[:200], at)
    return sorted(found, key=lambda row: row.box.state == BoxState.RECEIVED)


def waiting_count(actor: Actor) -> int:
    """Boxes that wait for this person: to be carried, or to be received."""
    states = []
    if actor.may(CARRY):
        states.append(BoxState.SEALED)
    if actor.may(RECEIVE):
        states.append(BoxState.IN_TRANSIT)
    return Box.objects.filter(state__in=states).count() if states else 0


def rows_of(boxes: Iterable[Box], at: datetime) -> list[BoxRow]:
    """These boxes with their clocks: two questions, whatever their number."""
    chosen = list(boxes)
    counted: dict[UUID | None, dict[str, Any]] = {
        row["box_id"]: dict(row)
        for row in Tube.objects.filter(box_id__in=[box.pk for box in chosen])
        .values("box_id")
        .annotate(tubes=Count("pk"), persons=Sum("held_count"), first=Min("first_swab_at"))
    }
    limits = {path: _limits(path, at) for path in {box.area_path for box in chosen}}
    return [_row(box, counted.get(box.pk, {}), *limits[box.area_path], at) for box in chosen]


def one(box_id: UUID, at: datetime) -> BoxRow | None:
    box = Box.objects.select_related("round").filter(pk=box_id).first()
    return rows_of([box], at)[0] if box else None


def _row(
    box: Box,
    counted: dict[str, Any],
    alarm: timedelta | None,
    breach: timedelta | None,
    degrees: dict[str, float],
    at: datetime,
) -> BoxRow:
    first: datetime | None = counted.get("first")
    end = box.received_at or at
    alarm_at = first + alarm if first and alarm else None
    breach_at = first + breach if first and breach else None
    warm = box.temperature is not None and not (
        degrees.get("least", -99) <= float(box.temperature) <= degrees.get("most", 99)
    )
    return BoxRow(
        box=box,
        tubes=counted.get("tubes") or 0,
        persons=counted.get("persons") or 0,
        first_swab_at=first,
        alarm_at=alarm_at,
        breach_at=breach_at,
        is_late=alarm_at is not None and alarm_at <= end,
        is_breach=breach_at is not None and breach_at <= end,
        is_warm=warm,
    )


def _limits(path: str, at: datetime) -> tuple[timedelta | None, timedelta | None, dict[str, float]]:
    found = rules([ALARM, BREACH, DEGREES], path=path, on=clock.day_of(at))
    minutes = [
        timedelta(minutes=int(found[name].value)) if name in found else None for name in (ALARM, BREACH)
    ]
    return minutes[0], minutes[1], found[DEGREES].value if DEGREES in found else {}


def waiting_tubes(round_id: UUID) -> QuerySet[Tube]:
    """Closed tubes that are in no box yet, the oldest first swab first; empty ones go nowhere."""
    closed = Tube.objects.filter(round_id=round_id, state=TubeState.CLOSED, held_count__gt=0)
    return closed.select_related("lane__site").order_by("first_swab_at", "code")


def tubes_in(box_id: UUID) -> QuerySet[Tube]:
    return Tube.objects.filter(box_id=box_id).select_related("lane__site").order_by("code")


def missing_codes(box_id: UUID) -> list[str]:
    """What the newest list of the box names and no tube in it is."""
    newest = BoxSealing.objects.filter(box_id=box_id).order_by("-occurred_at", "-pk").first()
    if newest is None:
        return []
    here = set(Tube.objects.filter(box_id=box_id).values_list("code", flat=True))
    return [code for code in newest.tube_codes if code not in here]


def handovers_of(box_id: UUID) -> QuerySet[Handover]:
    return Handover.objects.filter(box_id=box_id).order_by("occurred_at", "pk")


def sealings_of(box_id: UUID) -> QuerySet[BoxSealing]:
    return BoxSealing.objects.filter(box_id=box_id).order_by("occurred_at", "pk")


def laboratories() -> QuerySet[Laboratory]:
    return Laboratory.objects.filter(closed_at=None).order_by("name", "pk")


# ---- stock


@dataclass(frozen=True, slots=True)
class StockRow:
    batch: TubeBatch
    left: int
    issued: int
    is_expired: bool


def stock(area_path: str, at: datetime) -> Sequence[StockRow]:
    """The batches of an area with what is left of each, the first to expire first."""
    left = Q(tubes__state__in=[TubeState.REGISTERED, TubeState.RETURNED])
    counted = TubeBatch.objects.filter(area_path__startswith=area_path).annotate(
        left=Count("tubes", filter=left), all=Count("tubes")
    )
    day = clock.day_of(at)
    return [
        StockRow(batch, batch.left, batch.all - batch.left, batch.expires_on < day)
        for batch in counted.order_by("expires_on", "label")
    ]


def in_stock(area_path: str, pool: str, at: datetime) -> int:
    """How many good vials of this kind a lane of this area could get."""
    good = Tube.objects.filter(
        area_path=area_path, pool=pool, state__in=[TubeState.REGISTERED, TubeState.RETURNED]
    )
    return good.exclude(expires_on__lt=clock.day_of(at)).count()
