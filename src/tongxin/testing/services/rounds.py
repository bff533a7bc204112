"""Acts on a round (轮次): plan it, give it points and lanes, move it from state to state."""

from contextlib import AbstractContextManager
from datetime import datetime
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Max

from tongxin.access.actors import Actor
from tongxin.access.services import journal
from tongxin.core import clock, scope
from tongxin.core.locks import advisory, lock
from tongxin.core.refusals import Refusal
from tongxin.core.verdicts import Verdict
from tongxin.people.services.codes import issue_codes
from tongxin.places.enums import SiteKind
from tongxin.places.models import Site
from tongxin.places.queries.rules import Rule
from tongxin.places.queries.rules import rules as rules_of
from tongxin.testing.enums import Coverage, LaneKind, Origin, PoolKind, RoundState
from tongxin.testing.models import Lane, Round, RoundStep
from tongxin.testing.queries import rounds as queries
from tongxin.testing.rules import rounds as rules

# A UUIDv7 as core.ids makes them, for rows that one statement makes by the thousand.
NEW_ID = (
    "encode(set_bit(set_bit(overlay(uuid_send(gen_random_uuid()) PLACING "
    "substring(int8send((extract(epoch FROM clock_timestamp()) * 1000)::bigint) FROM 3) FROM 1 FOR 6), 52, 1), "
    "53, 1), 'hex')::uuid"
)


@transaction.atomic
def plan_round(
    *,
    area_path: str,
    opens_at: datetime,
    closes_at: datetime,
    by: Actor,
    at: datetime,
    number: int | None = None,
    pool: PoolKind | None = None,
) -> Round:
    """Draft a round (拟定轮次) under the dated rules that hold at its opening, which it keeps."""
    by.must("testing.round.plan", within=area_path)
    if closes_at <= opens_at:
        raise Refusal("round_window")
    advisory(f"testing.round:{area_path}")
    known = Round.objects.filter(area_path=area_path)
    if number is None:
        number = (known.aggregate(last=Max("number"))["last"] or 0) + 1
    elif known.filter(number=number).exists():
        raise Refusal("round_number_taken", number=number)
    kind, capacity, row = _pool(area_path, opens_at, pool)
    planned = Round.objects.create(
        area_path=area_path,
        number=number,
        opens_at=opens_at,
        closes_at=closes_at,
        pool=kind,
        capacity=capacity,
        rule_id=row.row_id,
        made_at=at,
    )
    _step(planned, ground="", by=by, at=at)
    journal.record(
        "testing.round.planned",
        by=by,
        area_path=area_path,
        on=planned,
        at=at,
        facts={"number": number, "pool": kind, "capacity": capacity, "document": row.document},
    )
    return planned


@transaction.atomic
def add_point(
    *,
    round_id: UUID,
    site_name: str,
    lanes: int,
    by: Actor,
    at: datetime,
    kind: LaneKind = LaneKind.FIXED,
    pool: PoolKind | None = None,
) -> list[Lane]:
    """Give a round a sampling point (采样点) with lanes, or more lanes at one that it has."""
    round_ = lock(Round, round_id)
    _must_plan_or_run(by, round_.area_path)
    if round_.state not in rules.BEFORE_OPEN | {RoundState.OPEN}:
        refuse(Verdict.no("round_state", number=round_.number, state=round_.state))
    site, _made = Site.objects.get_or_create(
        area_path=round_.area_path, kind=SiteKind.SAMPLING_POINT, name=site_name.strip()
    )
    lane_pool, capacity, _row = (
        _pool(round_.area_path, round_.opens_at, pool) if pool else (round_.pool, round_.capacity, None)
    )
    last = round_.lanes.filter(site=site).aggregate(last=Max("number"))["last"] or 0
    made = Lane.objects.bulk_create(
        Lane(
            area_path=round_.area_path,
            round=round_,
            site=site,
            number=number,
            kind=kind,
            pool=lane_pool,
            capacity=capacity,
        )
        for number in range(last + 1, last + 1 + lanes)
    )
    journal.record(
        "testing.lanes.added",
        by=by,
        area_path=round_.area_path,
        on=round_,
        at=at,
        facts={"site": str(site.pk), "lanes": [lane.number for lane in made], "kind": kind},
    )
    return made


@transaction.atomic
def close_lane(*, lane_id: UUID, by: Actor, at: datetime) -> Lane:
    """Take a lane out of work (撤道); what it took stays."""
    lane = lock(Lane, lane_id)
    _must_plan_or_run(by, lane.area_path)
    if lane.closed_at is None:
        lane.closed_at = at
        lane.save(update_fields=["closed_at"])
        journal.record("testing.lane.closed", by=by, area_path=lane.area_path, on=lane, at=at)
    return lane


@transaction.atomic
def advance(*, round_id: UUID, to: RoundState, ground: str, by: Actor, at: datetime) -> Round:
    """Move a round one state on (MT-46). Closing has an act of its own (`closing.close`)."""
    round_ = lock(Round, round_id)
    by.must(rules.MOVED_BY.get(to, "testing.round.run"), within=round_.area_path)
    if to in (RoundState.CLOSED, RoundState.CANCELLED):
        raise ValueError(f"{to} has an act of its own")
    if to == RoundState.OPEN:
        advisory(f"testing.round:{round_.area_path}")
    refuse(rules.may_move(RoundState(round_.state), to, queries.facts(round_, to, ground=ground)))
    move(round_, to=to, ground=ground, by=by, at=at)
    if to == RoundState.OPEN:
        round_.base_count = _take_base(round_, at)
        round_.save(update_fields=["base_count"])
        issue_codes(area_path=round_.area_path, by=by, at=at)
    return round_


@transaction.atomic
def cancel(*, round_id: UUID, ground: str, by: Actor, at: datetime) -> Round:
    """Call a round off (取消), only before any swab."""
    round_ = lock(Round, round_id)
    by.must(rules.MOVED_BY[RoundState.CANCELLED], within=round_.area_path)
    facts = queries.facts(round_, RoundState.CANCELLED, ground=ground)
    refuse(rules.may_move(RoundState(round_.state), RoundState.CANCELLED, facts))
    return move(round_, to=RoundState.CANCELLED, ground=ground, by=by, at=at)


def move(round_: Round, *, to: RoundState, ground: str, by: Actor, at: datetime) -> Round:
    """Write the new state with its step and its line in the journal; whether it may be was asked before."""
    before, round_.state = round_.state, to
    round_.save(update_fields=["state"])
    _step(round_, ground=ground, by=by, at=at)
    journal.record(
        f"testing.round.{to}",
        by=by,
        area_path=round_.area_path,
        on=round_,
        at=at,
        why=ground,
        facts={"from": before, "to": to, "number": round_.number},
    )
    return round_


def refuse(verdict: Verdict) -> None:
    """Raise the refusal of a no, with states and classes in words."""
    if verdict.ok:
        return
    facts = dict(verdict.facts)
    if facts.get("state") in RoundState.values:
        facts["state"] = RoundState(facts["state"]).label
    if facts.get("klass") in Coverage.values:
        facts["klass"] = Coverage(facts["klass"]).label
    raise Refusal(verdict.code, **facts)


def _take_base(round_: Round, at: datetime) -> int:
    """Write the expected list (应检名单) in one statement: everybody who lives here now."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"""INSERT INTO testing_expected (id, area_path, round_id, person_id, dwelling_id, origin, klass,
                                              added_at, removed_reason)
                SELECT {NEW_ID}, p.area_path, %s, p.id, r.dwelling_id, %s, %s, %s, ''
                FROM people_person p
                JOIN people_residence r ON r.person_id = p.id AND r.is_current AND r.to_on IS NULL
                WHERE {queries.LIVES_HERE}
                ON CONFLICT (round_id, person_id) DO NOTHING""",
            [round_.pk, Origin.BASE, Coverage.UNKNOWN, at, round_.area_path, queries.LIVING_HERE],
        )
        return int(cursor.rowcount)


def _pool(area_path: str, at: datetime, pool: PoolKind | None) -> tuple[str, int, Rule]:
    day = clock.day_of(at)
    found = rules_of(["testing.pool.default", "testing.pool.capacity"], path=area_path, on=day)
    for name in ("testing.pool.default", "testing.pool.capacity"):
        if name not in found:
            raise Refusal("rule_missing", rule=name, day=day)
    default, capacities = found["testing.pool.default"], found["testing.pool.capacity"]
    kind = str(pool or default.value)
    return kind, int(capacities.value[kind]), capacities if pool else default


def _step(round_: Round, *, ground: str, by: Actor, at: datetime) -> None:
    RoundStep.objects.create(
        area_path=round_.area_path,
        round=round_,
        state=round_.state,
        ground=ground.strip()[:200],
        by_id=by.account_id,
        by_name=by.name[:60],
        at=at,
    )


def _must_plan_or_run(by: Actor, area_path: str) -> None:
    if not by.may("testing.round.plan", within=area_path):
        by.must("testing.round.run", within=area_path)


def over_round(round_: Round) -> AbstractContextManager[None]:
    """Sight of the whole round for what one grid alone cannot decide: counts, settling, signatures."""
    return scope.scoped([round_.area_path, *scope.current_scope()])
