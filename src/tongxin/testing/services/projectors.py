"""Settling what lanes captured (结算): tubes, make-up tests, pools and classes, after the batch has committed.

Everything is computed anew from rows for the tubes and people that a batch touches, so that order, splits and
repetitions do not matter. Shared rows are locked in key order; nobody captures while holding them.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from tongxin.access.actors import SYSTEM
from tongxin.access.services import journal
from tongxin.core.capture import Event
from tongxin.testing.enums import MakeUpReason, ResultWord, TubeState
from tongxin.testing.models import FoundPerson, Round, Sample, Tube
from tongxin.testing.services import coverage, pools
from tongxin.testing.services.lane_events import LaneEvent, PersonFound, SampleRejected, SampleTaken
from tongxin.testing.services.tubes import owe_make_ups

# Lanes move a tube between these; what the desk and the laboratory did later is theirs (DOMAIN.md 3.5).
LANE_STATES = [TubeState.REGISTERED, TubeState.ISSUED, TubeState.OPEN, TubeState.CLOSED]


@dataclass(slots=True)
class Touched:
    """Whom and what some events are about: keys only, to be computed anew."""

    tubes: set[str] = field(default_factory=set)
    people: dict[UUID, set[UUID]] = field(default_factory=lambda: defaultdict(set))
    taken_back: set[UUID] = field(default_factory=set)

    def add(self, events: Iterable[Event]) -> None:
        for event in events:
            if isinstance(event, LaneEvent):
                self._add(event)

    def _add(self, event: LaneEvent) -> None:
        if event.tube_code:
            self.tubes.add(event.tube_code)
        if isinstance(event, SampleTaken | PersonFound) and (round_id := _key(event.round)):
            self.people[round_id].add(event.person)
        if isinstance(event, SampleRejected):
            self.taken_back.add(event.sample)


@transaction.atomic
def settle(touched: Touched, *, at: datetime) -> None:
    """Bring tubes, make-ups, pools and classes up to the rows. Needs sight of every area; safe to repeat."""
    _add_taken_back(touched)
    _add_those_they_stand_for(touched)
    codes = sorted(touched.tubes)
    settle_tubes(codes, at=at)
    _owe_make_ups(codes, at)
    pools.complete_members(tube_codes=codes, by=SYSTEM, at=at)
    for round_id in sorted(touched.people):
        coverage.settle(round_id, touched.people[round_id])


def _add_taken_back(touched: Touched) -> None:
    rows = Sample.objects.filter(pk__in=touched.taken_back).values_list("round_id", "person_id", "tube_code")
    for round_id, person_id, code in rows:
        touched.people[round_id].add(person_id)
        touched.tubes.add(code)


def _add_those_they_stand_for(touched: Touched) -> None:
    """Keys made at a lane for people who were known: it is these who are covered."""
    for people in touched.people.values():
        known = FoundPerson.objects.filter(made_id__in=people).exclude(person_id__in=people)
        people.update(known.values_list("person_id", flat=True))


# Two devices in one tube freeze it until the point chief decides (MT-26), since the second one's first event.
_SETTLE_TUBES = """
    WITH chosen AS (SELECT id, code FROM testing_tube WHERE code = ANY (%(codes)s)),
    acts AS (
        SELECT e.tube_code, e.device_id, e.occurred_at, e.id, e.act, e.reason, e.spoken
        FROM testing_tubeevent e WHERE e.tube_code = ANY (%(codes)s)),
    swabs AS (
        SELECT s.tube_code, s.device_id, s.occurred_at,
               NOT EXISTS (SELECT 1 FROM testing_samplerejection x WHERE x.sample_id = s.id) AS is_held
        FROM testing_sample s WHERE s.tube_code = ANY (%(codes)s)),
    opened AS (SELECT tube_code, min(occurred_at) AS at FROM acts WHERE act = 'opened' GROUP BY tube_code),
    closed AS (
        SELECT DISTINCT ON (tube_code) tube_code, occurred_at AS at, reason, spoken FROM acts
        WHERE act = 'closed' ORDER BY tube_code, occurred_at DESC, id DESC),
    held AS (
        SELECT tube_code, count(*) FILTER (WHERE is_held) AS count,
               min(occurred_at) FILTER (WHERE is_held) AS first_at, min(occurred_at) AS begun_at
        FROM swabs GROUP BY tube_code),
    devices AS (
        SELECT tube_code, device_id, min(occurred_at) AS at
        FROM (SELECT tube_code, device_id, occurred_at FROM acts
              UNION ALL SELECT tube_code, device_id, occurred_at FROM swabs) AS either
        WHERE device_id IS NOT NULL GROUP BY tube_code, device_id),
    frozen AS (SELECT tube_code, max(at) AS at FROM devices GROUP BY tube_code HAVING count(*) > 1),
    present AS (
        SELECT c.id,
               CASE WHEN closed.at IS NOT NULL THEN 'closed'
                    WHEN opened.at IS NOT NULL OR held.begun_at IS NOT NULL THEN 'open' END AS state,
               coalesce(opened.at, held.begun_at) AS opened_at, held.first_at, closed.at AS closed_at,
               coalesce(closed.reason, '') AS close_reason, closed.spoken, coalesce(held.count, 0) AS held_count,
               frozen.at AS frozen_at
        FROM chosen c
        LEFT JOIN opened ON opened.tube_code = c.code
        LEFT JOIN closed ON closed.tube_code = c.code
        LEFT JOIN held ON held.tube_code = c.code
        LEFT JOIN frozen ON frozen.tube_code = c.code)
    UPDATE testing_tube t
    SET state = CASE WHEN t.state = ANY (%(lane_states)s) THEN coalesce(p.state, t.state) ELSE t.state END,
        opened_at = p.opened_at, first_swab_at = p.first_at, closed_at = p.closed_at,
        close_reason = p.close_reason, spoken_count = p.spoken, held_count = p.held_count,
        frozen_at = p.frozen_at
    FROM present p
    WHERE t.id = p.id AND (t.state = ANY (%(lane_states)s) AND t.state <> p.state OR
          (t.opened_at, t.first_swab_at, t.closed_at, t.close_reason, t.spoken_count, t.held_count, t.frozen_at)
          IS DISTINCT FROM
          (p.opened_at, p.first_at, p.closed_at, p.close_reason, p.spoken, p.held_count, p.frozen_at))"""


@transaction.atomic
def settle_tubes(codes: Iterable[str], *, at: datetime) -> int:
    """Give these tubes the state, times and counts of their events (DOMAIN.md 3.5). Returns how many changed."""
    wanted = sorted(set(codes))
    if not wanted:
        return 0
    before = dict(
        Tube.objects.select_for_update().filter(code__in=wanted).order_by("pk").values_list("pk", "frozen_at")
    )
    with connection.cursor() as cursor:
        cursor.execute(_SETTLE_TUBES, {"codes": wanted, "lane_states": LANE_STATES})
        changed = cursor.rowcount
    unfrozen = [key for key, frozen_at in before.items() if frozen_at is None]
    for tube in Tube.objects.filter(pk__in=unfrozen).exclude(frozen_at=None).order_by("pk"):
        journal.record("testing.tube.frozen", by=SYSTEM, area_path=tube.area_path, on=tube, at=at)
    return int(changed)


def _owe_make_ups(codes: list[str], at: datetime) -> None:
    """Somebody whom a late phone reports for a tube that came to nothing must be sampled again too (MT-30)."""
    lost: dict[tuple[UUID, MakeUpReason], list[str]] = defaultdict(list)
    rows = Tube.objects.filter(code__in=codes, round__isnull=False)
    for code, round_id, state, result in rows.values_list("code", "round_id", "state", "result"):
        if (reason := _why_lost(state, result)) and round_id:
            lost[round_id, reason].append(code)
    for (round_id, reason), tubes in lost.items():
        round_ = Round.objects.get(pk=round_id)
        owe_make_ups(round_=round_, tube_codes=tubes, reason=reason, at=at)


def _why_lost(state: str, result: str) -> MakeUpReason | None:
    if state == TubeState.VOIDED:
        return MakeUpReason.VOIDED
    if state == TubeState.REJECTED:
        return MakeUpReason.REJECTED
    return MakeUpReason.INVALID if result == ResultWord.INVALID else None


def _key(text: Any) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
