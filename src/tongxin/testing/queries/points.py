"""The point board: lanes and their pace, tubes and their clocks, phones and what they still owe."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import connection
from django.db.models import Count, Q, QuerySet

from tongxin.access.actors import Actor
from tongxin.access.models import Account, Device, Grant
from tongxin.access.queries import actor_of
from tongxin.access.roles import ROLES
from tongxin.core import areas, clock, scope
from tongxin.places.queries.rules import rules
from tongxin.planner.lanes import expected_wait, lanes_needed
from tongxin.testing.enums import LaneKind, PoolKind, RoundState, TubeState
from tongxin.testing.models import Lane, QueueCount, Round, Tube

QUARTER, HOUR = timedelta(minutes=15), timedelta(hours=1)
# Not yet at the laboratory: the clock of MT-31 runs from the first swab.
ON_THE_WAY = (TubeState.OPEN, TubeState.CLOSED, TubeState.BOXED, TubeState.IN_TRANSIT)
ALARMS_SHOWN = 20
PLAN_RATE, LONGEST_WAIT = "testing.lane.plan_rate", "testing.queue.wait_minutes"
SECOND_PERSON_MAY = frozenset({"testing.tube.void", "testing.lane.run"})


@dataclass(frozen=True, slots=True)
class LaneRow:
    """A lane: how many its tubes hold, its pace an hour over 15 and 60 minutes, its open tube, its stock."""

    id: UUID
    number: int
    site_id: UUID
    site: str
    kind: LaneKind
    pool: PoolKind
    capacity: int
    sampled: int
    rate_15: int
    rate_60: int
    last_at: datetime | None
    stock: int
    open_tube: str
    open_held: int
    closed_at: datetime | None


@dataclass(frozen=True, slots=True)
class TubeClock:
    """A tube that is not yet at the laboratory, and whether its time is short or over (MT-31)."""

    code: str
    lane: int | None
    state: TubeState
    held: int
    first_swab_at: datetime
    breach_at: datetime
    is_breach: bool


@dataclass(frozen=True, slots=True)
class TubeClocks:
    alarms: int
    breaches: int
    rows: list[TubeClock]


@dataclass(frozen=True, slots=True)
class Forecast:
    """When the unknown are done at the pace of the last hour, and how many lanes the time that is left wants."""

    done_at: datetime | None
    lanes_open: int
    lanes_wanted: int | None
    is_late: bool


def lanes(round_: Round, at: datetime) -> list[LaneRow]:
    """The lanes of a round in the order of their points and numbers."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT l.id, l.number, p.id, p.name, l.kind, l.pool, l.capacity, coalesce(t.sampled, 0),
                      coalesce(s.quarter, 0), coalesce(s.hour, 0), coalesce(s.last_at, t.last_at),
                      coalesce(t.stock, 0), coalesce(t.code, ''), coalesce(t.held, 0), l.closed_at
               FROM testing_lane l JOIN places_site p ON p.id = l.site_id
               LEFT JOIN (
                   SELECT s.lane_id, count(*) AS hour, max(s.occurred_at) AS last_at,
                          count(*) FILTER (WHERE s.occurred_at > %(quarter)s) AS quarter
                   FROM testing_sample s
                   WHERE s.round_id = %(round)s AND s.occurred_at > %(hour)s AND s.occurred_at <= %(at)s
                     AND NOT EXISTS (SELECT 1 FROM testing_samplerejection x WHERE x.sample_id = s.id)
                   GROUP BY s.lane_id) AS s ON s.lane_id = l.id
               LEFT JOIN (
                   SELECT t.lane_id, sum(t.held_count) AS sampled, max(t.first_swab_at) AS last_at,
                          count(*) FILTER (WHERE t.state = 'issued') AS stock,
                          max(t.code) FILTER (WHERE t.state = 'open') AS code,
                          max(t.held_count) FILTER (WHERE t.state = 'open') AS held
                   FROM testing_tube t WHERE t.round_id = %(round)s GROUP BY t.lane_id) AS t ON t.lane_id = l.id
               WHERE l.round_id = %(round)s ORDER BY p.name, l.number""",
            {"round": round_.pk, "at": at, "quarter": at - QUARTER, "hour": at - HOUR},
        )
        return [_lane(*values) for values in cursor.fetchall()]


def _lane(
    key: UUID,
    number: int,
    site_id: UUID,
    site: str,
    kind: str,
    pool: str,
    capacity: int,
    sampled: int,
    quarter: int,
    hour: int,
    last_at: datetime | None,
    stock: int,
    code: str,
    held: int,
    closed_at: datetime | None,
) -> LaneRow:
    return LaneRow(
        id=key,
        number=number,
        site_id=site_id,
        site=site,
        kind=LaneKind(kind),
        pool=PoolKind(pool),
        capacity=capacity,
        sampled=sampled,
        rate_15=quarter * 4,
        rate_60=hour,
        last_at=last_at,
        stock=stock,
        open_tube=code,
        open_held=held,
        closed_at=closed_at,
    )


def tubes_by_state(round_id: UUID) -> list[tuple[TubeState, int]]:
    """How many tubes are in each state, in the order of their life."""
    counted = dict(Tube.objects.filter(round_id=round_id).values_list("state").annotate(count=Count("pk")))
    return [(state, counted[state]) for state in TubeState if state in counted]


def tubes_of(round_id: UUID, *, state: str = "", lane: str = "") -> QuerySet[Tube]:
    found = Tube.objects.filter(round_id=round_id).select_related("lane__site")
    if state in TubeState.values:
        found = found.filter(state=state)
    if lane:
        found = found.filter(lane_id=lane)
    return found.order_by("code")


def tube_clocks(round_: Round, at: datetime) -> TubeClocks:
    """Tubes past two hours, and past four, since their first swab (MT-31); the oldest first."""
    alarm, breach = _minutes(round_, at)
    waiting = Tube.objects.filter(
        round=round_, state__in=ON_THE_WAY, first_swab_at__lte=at - timedelta(minutes=alarm)
    )
    counted = waiting.aggregate(
        alarms=Count("pk"),
        breaches=Count("pk", filter=Q(first_swab_at__lte=at - timedelta(minutes=breach))),
    )
    rows = waiting.select_related("lane").order_by("first_swab_at", "code")[:ALARMS_SHOWN]
    return TubeClocks(
        alarms=counted["alarms"],
        breaches=counted["breaches"],
        rows=[_clock(tube, breach, at) for tube in rows],
    )


def _clock(tube: Tube, breach: int, at: datetime) -> TubeClock:
    first = tube.first_swab_at or at
    ends = first + timedelta(minutes=breach)
    return TubeClock(
        code=tube.code,
        lane=tube.lane.number if tube.lane else None,
        state=TubeState(tube.state),
        held=tube.held_count,
        first_swab_at=first,
        breach_at=ends,
        is_breach=ends <= at,
    )


@dataclass(frozen=True, slots=True)
class PointRow:
    """A point: how many wait there, since when that is known, and how long the last of them stands (MT-03)."""

    site_id: UUID
    name: str
    lanes: int
    rate: int
    waiting: int | None
    counted_at: datetime | None
    counted_by: str
    wait: timedelta | None
    is_long: bool


def points(round_: Round, rows: Iterable[LaneRow], at: datetime) -> list[PointRow]:
    """The points of a round with their queues. The pace is that of the last quarter, else the planned one of a lane."""
    by_site: dict[UUID, list[LaneRow]] = {}
    for row in rows:
        by_site.setdefault(row.site_id, []).append(row)
    newest = {
        count.site_id: count
        for count in QueueCount.objects.filter(round=round_).order_by("site_id", "-at").distinct("site_id")
    }
    found = rules([PLAN_RATE, LONGEST_WAIT], path=round_.area_path, on=clock.day_of(at))
    planned = float(found[PLAN_RATE].value) if PLAN_RATE in found else 0.0
    longest = timedelta(minutes=int(found[LONGEST_WAIT].value)) if LONGEST_WAIT in found else None
    return [_point(lanes, newest.get(site_id), planned, longest) for site_id, lanes in by_site.items()]


def _point(
    lanes: list[LaneRow], count: QueueCount | None, planned: float, longest: timedelta | None
) -> PointRow:
    working = [lane for lane in lanes if lane.closed_at is None]
    pace = sum(lane.rate_15 for lane in working)
    rate = pace / len(working) if pace else planned
    wait = None
    if count is not None and working and rate:
        hours = expected_wait(count.waiting, lanes=len(working), rate=rate)
        wait = None if hours is None else timedelta(hours=hours)
    return PointRow(
        site_id=lanes[0].site_id,
        name=lanes[0].site,
        lanes=len(working),
        rate=pace,
        waiting=count.waiting if count else None,
        counted_at=count.at if count else None,
        counted_by=count.by_name if count else "",
        wait=wait,
        is_long=wait is not None and longest is not None and wait > longest,
    )


def frozen_codes(round_: Round) -> list[str]:
    """Tubes that two phones opened and that wait for the point chief (MT-26)."""
    frozen = Tube.objects.filter(round=round_).exclude(frozen_at=None).exclude(state=TubeState.VOIDED)
    return list(frozen.order_by("frozen_at", "code").values_list("code", flat=True)[:ALARMS_SHOWN])


def devices_at(round_: Round, site_id: UUID | None = None) -> QuerySet[Device]:
    """The phones that work in the round's area (or at one point), those that owe most first."""
    devices = Device.objects.filter(area_path__startswith=round_.area_path, revoked_at=None)
    if site_id is not None:
        devices = devices.filter(Q(post_id=site_id) | Q(post_id=None))
    return devices.order_by("-owed_count", "owed_since", "seen_at", "pk")


def forecast(round_: Round, *, unknown: int, rows: list[LaneRow], at: datetime) -> Forecast:
    """Is the time enough? From the pace of the last hour, and by the planned rate of a lane (MT-03)."""
    working = [row for row in rows if row.closed_at is None]
    pace = sum(row.rate_60 for row in working)
    done_at = at + timedelta(hours=unknown / pace) if pace and unknown else None
    hours = (round_.closes_at - at).total_seconds() / 3600
    wanted = None
    if hours > 0 and unknown:
        rate = rules(["testing.lane.plan_rate"], path=round_.area_path, on=clock.day_of(at))
        planned = rate.get("testing.lane.plan_rate")
        wanted = lanes_needed(unknown, rate=float(planned.value), hours=hours) if planned else None
    return Forecast(
        done_at=done_at,
        lanes_open=len(working),
        lanes_wanted=wanted,
        is_late=round_.state == RoundState.OPEN and done_at is not None and done_at > round_.closes_at,
    )


def second_persons(by: Actor, area_path: str, at: datetime) -> list[Actor]:
    """Who may stand beside the one who voids a tube: others who void tubes or run lanes here."""
    roles = [role.name for role in ROLES.values() if role.capabilities & SECOND_PERSON_MAY]
    with scope.everywhere():
        grants = Grant.objects.in_force(at).filter(role__in=roles, area_path__in=areas.chain(area_path))
        others = grants.values("account_id")
        accounts = Account.objects.filter(pk__in=others, is_active=True).order_by("name", "pk")
        return [actor_of(account, at) for account in accounts if account.pk != by.account_id]


def points_of(round_id: UUID) -> list[str]:
    """The names of the points that have lanes in this round."""
    names = Lane.objects.filter(round_id=round_id).order_by("site__name").values_list("site__name", flat=True)
    return list(dict.fromkeys(names))


def _minutes(round_: Round, at: datetime) -> tuple[int, int]:
    names = ["testing.tube.alarm_minutes", "testing.tube.breach_minutes"]
    found = rules(names, path=round_.area_path, on=clock.day_of(at))
    alarm, breach = (found[name].value for name in names)
    return int(alarm), int(breach)
