"""Pools that were not negative: which are at work, who is in them, and whose clock runs (DOMAIN.md 3.6)."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from django.db import connection
from django.db.models import Count, Q, QuerySet

from tongxin.core import clock
from tongxin.people.enums import CallOutcome, CallPurpose
from tongxin.people.models import CallTask, Document, Phone, Residence
from tongxin.places.queries.rules import rule, rules
from tongxin.testing.enums import RecheckState
from tongxin.testing.models import PositivePool, Recheck


@dataclass(frozen=True, slots=True)
class Clock:
    """A step of the pool with its limit: how many are done, and the time that is left."""

    name: str
    due_at: datetime
    done: int
    total: int
    at: datetime

    @property
    def is_done(self) -> bool:
        return self.done >= self.total

    @property
    def left(self) -> timedelta:
        return self.due_at - self.at

    @property
    def is_late(self) -> bool:
        return not self.is_done and self.left < timedelta()

    @property
    def late_by(self) -> timedelta:
        return -self.left


@dataclass(slots=True)
class MemberRow:
    """A member as the health officer needs them: where, how to reach, how far the recheck is."""

    person_id: UUID
    name: str
    age: int | None
    sex: str
    masked: str
    phone: str
    address: str
    recheck: Recheck
    call: CallTask | None
    tries: int = 0
    co_residents: list[str] = field(default_factory=list)

    @property
    def is_reached(self) -> bool:
        return self.call is not None and self.call.outcome == CallOutcome.REACHED


@dataclass(frozen=True, slots=True)
class LookAt:
    """Somebody swabbed just before or after a member in the same lane: watched, not held (MT-37)."""

    person_id: UUID
    name: str
    tube_code: str
    taken_at: datetime
    lane: int | None


def pools_at_work() -> QuerySet[PositivePool]:
    """Pools that are open, or confirmed with results still owed; the newest first."""
    return with_counts(PositivePool.objects.filter(closed_at=None))


def with_counts(pools: QuerySet[PositivePool]) -> QuerySet[PositivePool]:
    return (
        pools.select_related("tube", "tube__round")
        .annotate(
            member_count=Count("rechecks"),
            negative_count=Count("rechecks", filter=Q(rechecks__state=RecheckState.NEGATIVE)),
            positive_count=Count("rechecks", filter=Q(rechecks__state=RecheckState.POSITIVE)),
            due_count=Count("rechecks", filter=Q(rechecks__state=RecheckState.DUE)),
        )
        .order_by("-opened_at", "-id")
    )


def members(pool: PositivePool, at: datetime) -> list[MemberRow]:
    """The members by building and door, each with the people behind the same door; a fixed number of queries."""
    rechecks = list(Recheck.objects.filter(pool=pool).select_related("person"))
    people = [recheck.person_id for recheck in rechecks]
    homes = {
        home.person_id: home
        for home in Residence.objects.filter(person__in=people, is_current=True, to_on=None).select_related(
            "dwelling"
        )
    }
    doors = {home.dwelling_id for home in homes.values() if home.dwelling_id}
    beside: dict[UUID | None, list[tuple[UUID, str]]] = {}
    for home in (
        Residence.objects.filter(dwelling__in=doors, is_current=True, to_on=None, person__voided_at=None)
        .select_related("person")
        .order_by("person__birth_on", "id")
    ):
        beside.setdefault(home.dwelling_id, []).append((home.person_id, home.person.name))
    documents = {
        each.person_id: each.masked for each in Document.objects.filter(person__in=people, is_primary=True)
    }
    phones: dict[UUID, str] = {}
    for each in Phone.objects.filter(person__in=people).order_by("-position"):
        phones[each.person_id] = each.masked
    calls = {
        task.person_id: task
        for task in CallTask.objects.filter(about_id=pool.pk, purpose=CallPurpose.POOL).annotate(
            try_count=Count("tries")
        )
    }
    rows = []
    for recheck in rechecks:
        person, lives = recheck.person, homes.get(recheck.person_id)
        call = calls.get(person.pk)
        rows.append(
            MemberRow(
                person_id=person.pk,
                name=person.name,
                age=person.age_on(clock.day_of(at)),
                sex=person.sex,
                masked=documents.get(person.pk, ""),
                phone=phones.get(person.pk, ""),
                address=lives.dwelling.label if lives and lives.dwelling else "",
                recheck=recheck,
                call=call,
                tries=getattr(call, "try_count", 0),
                co_residents=[name for other, name in beside.get(_door(lives), []) if other != person.pk],
            )
        )
    return sorted(rows, key=lambda row: (row.address, row.name))


def _door(home: Residence | None) -> UUID | None:
    return home.dwelling_id if home else None


def clocks(pool: PositivePool, rows: list[MemberRow], at: datetime) -> list[Clock]:
    """The three clocks: told to stay, swabbed at the door, resulted."""
    counted = {
        "calls": (pool.calls_due_at, sum(1 for row in rows if row.is_reached)),
        "team": (pool.team_due_at, sum(1 for row in rows if row.recheck.state != RecheckState.DUE)),
        "results": (
            pool.results_due_at,
            sum(1 for row in rows if row.recheck.state in {RecheckState.NEGATIVE, RecheckState.POSITIVE}),
        ),
    }
    return [Clock(name, due, done, len(rows), at) for name, (due, done) in counted.items()]


def police_at(pool: PositivePool) -> datetime | None:
    """From when on the police is asked to help with those who were not reached (DOMAIN 3.6, step 2)."""
    name, on = "testing.pool.police_minutes", clock.day_of(pool.opened_at)
    found = rules([name], path=pool.area_path, on=on).get(name)
    return pool.opened_at + timedelta(minutes=int(found.value)) if found else None


def waiting_count(actor: object) -> int:
    """Pools at work, for the navigation: the database shows those of the person's areas."""
    return PositivePool.objects.filter(closed_at=None).count()


def look_at(pool: PositivePool, at: datetime) -> list[LookAt]:
    """Who was swabbed one before or after a member in the same lane, and is not in the tube (MT-37)."""
    reach = rule("testing.pool.neighbours_look_at", path=pool.area_path, on=clock.day_of(at)).value
    sql = """
        WITH lanes AS (SELECT DISTINCT round_id, lane_id FROM testing_sample WHERE tube_code = %(code)s),
        queue AS (
            SELECT s.person_id, s.tube_code, s.occurred_at, s.round_id, s.lane_id,
                   row_number() OVER (PARTITION BY s.round_id, s.lane_id ORDER BY s.occurred_at, s.id) AS place
            FROM testing_sample s JOIN lanes USING (round_id, lane_id)
            WHERE NOT EXISTS (SELECT 1 FROM testing_samplerejection x WHERE x.sample_id = s.id)),
        inside AS (SELECT * FROM queue WHERE tube_code = %(code)s)
        SELECT DISTINCT ON (q.person_id) q.person_id, p.name, q.tube_code, q.occurred_at, l.number
        FROM queue q JOIN inside i ON i.round_id = q.round_id AND i.lane_id = q.lane_id
                                  AND abs(i.place - q.place) <= %(reach)s
        JOIN people_person p ON p.id = q.person_id LEFT JOIN testing_lane l ON l.id = q.lane_id
        WHERE q.tube_code <> %(code)s AND q.person_id NOT IN (SELECT person_id FROM inside)
        ORDER BY q.person_id, q.occurred_at"""
    with connection.cursor() as cursor:
        cursor.execute(sql, {"code": pool.tube.code, "reach": reach})
        found = [LookAt(*row) for row in cursor.fetchall()]
    return sorted(found, key=lambda row: row.taken_at)
