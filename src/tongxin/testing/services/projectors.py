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

from django.db import transaction

from tongxin.access.actors import SYSTEM
from tongxin.core.capture import Event
from tongxin.testing.enums import MakeUpReason, ResultWord, TubeState
from tongxin.testing.models import FoundPerson, Round, Sample, Tube
from tongxin.testing.services import coverage, pools
from tongxin.testing.services.lane_events import (
    BoxHanded,
    BoxSealed,
    LaneEvent,
    PersonFound,
    SampledElsewhere,
    SampleRejected,
    SampleTaken,
)
from tongxin.testing.services.settled import settle_boxes, settle_tubes, tubes_of_boxes
from tongxin.testing.services.sides import drop_other_sides
from tongxin.testing.services.tubes import owe_make_ups


@dataclass(slots=True)
class Touched:
    """Whom and what some events are about: keys only, to be computed anew."""

    tubes: set[str] = field(default_factory=set)
    boxes: set[UUID] = field(default_factory=set)
    people: dict[UUID, set[UUID]] = field(default_factory=lambda: defaultdict(set))
    taken_back: set[UUID] = field(default_factory=set)

    def add(self, events: Iterable[Event]) -> None:
        for event in events:
            if isinstance(event, LaneEvent):
                self._add(event)

    def _add(self, event: LaneEvent) -> None:
        self.tubes.update(event.tube_codes)
        if isinstance(event, BoxSealed | BoxHanded):
            self.boxes.add(event.box)
        if isinstance(event, SampleTaken | PersonFound | SampledElsewhere) and (
            round_id := _key(event.round)
        ):
            self.people[round_id].add(event.person)
        if isinstance(event, SampleRejected):
            self.taken_back.add(event.sample)


@transaction.atomic
def settle(touched: Touched, *, at: datetime) -> None:
    """Bring tubes, make-ups, pools and classes up to the rows. Needs sight of every area; safe to repeat."""
    _add_taken_back(touched)
    _add_those_they_stand_for(touched)
    codes = sorted(touched.tubes | tubes_of_boxes(touched.boxes))
    drop_other_sides(codes, at=at)
    settle_tubes(codes, at=at)
    settle_boxes(touched.boxes)
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
