"""Rounds 6 to 9 of Shuangxi, played at once: through the same services, without phones, a day each (story A4)."""

import json
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from django.db import transaction

from tongxin.access.services.devices import enrol, offer_enrolment
from tongxin.core import scope
from tongxin.exchange.services import capture, projection
from tongxin.simulation import evening, ledgers, shuangxi
from tongxin.simulation.cast import BEFORE, Chapter, Parts, cast_of
from tongxin.simulation.client import Event, Phone
from tongxin.simulation.lanes import VirtualLane, lanes_in
from tongxin.simulation.newcomers import newcomers
from tongxin.simulation.places import Shuangxi
from tongxin.simulation.stage import Stage
from tongxin.testing.enums import Coverage, ResultWord, RoundState, TubeState
from tongxin.testing.models import Lane, Round, Sample, Tube
from tongxin.testing.queries import coverage as figures
from tongxin.testing.services import claims, closing, coverage, results, rounds
from tongxin.testing.services.results import Report

BATCH = 500
SWABBED = ("here", "mobile")


@dataclass(slots=True)
class Courier(Phone):
    """A phone whose batches are taken by the same service as the door's, in this process."""

    def send(self, events: list[Event], at: datetime) -> list[dict[str, Any]]:
        body = {"batch": str(uuid4()), "device_at": at.isoformat(), "app": "simulation", "events": events}
        reply = capture.receive(token=self.token, sent=json.dumps(body).encode(), at=at)
        for receipt in reply.receipts:
            self.acknowledged.setdefault(UUID(str(receipt.id)), (receipt.verdict, receipt.code))
        return []


def play_before(stage: Stage, ground: Shuangxi) -> None:
    """The rounds before the one that is played at the lanes. What is there already is not played again."""
    path = ground.community.path
    for chapter in BEFORE:
        days = BEFORE[-1].number + 1 - chapter.number
        day = replace(stage, opened_at=stage.opened_at - timedelta(days=days), area_path=path)
        with scope.scoped([path]):
            held = Round.objects.filter(area_path=path, number=chapter.number).first()
        if held is None or held.state != RoundState.ARCHIVED:
            _play(day, ground, chapter)


def _play(stage: Stage, ground: Shuangxi, chapter: Chapter) -> None:
    """One round of a day before. Interrupted at any place it goes on where it stood."""
    path = ground.community.path
    ledgers.freeze_yesterday(stage)
    round_ = shuangxi.open_round(stage, ground, number=chapter.number)
    stage.opened_at = round_.opens_at
    with scope.scoped([path]):
        people, registered = shuangxi.everybody(path, stage.opened_at), shuangxi.registered(path)
        change = figures.base_change(round_)
        parts = cast_of(people, registered=registered, leaving=chapter.went - change.removed)
        if round_.state == RoundState.OPEN:
            evening.let_go(stage, round_.pk, parts)
            ledgers.keep(stage, parts, chapter.number - BEFORE[0].number)
            doors = shuangxi.doors(path)
            found = newcomers(chapter.number, chapter.came, doors)[change.added :]
            _sample(_lanes(stage, round_), _not_yet(round_, parts), found)
    evening.wait_for(_all_settled, "the settling of an earlier round", seconds=60)
    with transaction.atomic(), scope.scoped([path]):
        _end(stage, round_, parts)


def _not_yet(round_: Round, parts: Parts) -> Parts:
    """Without those who have a swab of this round already."""
    sampled = set(map(str, Sample.objects.filter(round_id=round_.pk).values_list("person_id", flat=True)))
    left = {name: [each for each in getattr(parts, name) if each["id"] not in sampled] for name in SWABBED}
    return replace(parts, **left)


def _all_settled() -> bool:
    """Settles what waits here and now; the worker may be at it too."""
    projection.project()
    return not shuangxi.unsettled()


def _lanes(stage: Stage, round_: Round) -> list[VirtualLane]:
    chief, at = stage.actor("zhao"), stage.hour(-0.5)
    made = []
    for lane in Lane.objects.filter(round=round_).order_by("site", "number"):
        code = offer_enrolment(area_path=round_.area_path, post_id=lane.site_id, by=chief, at=at)
        _device, token = enrol(code=code, name=f"第{round_.number}轮 {lane.number}通道", at=at)
        made.append(lanes_in(lane, Courier("", token, ""), stage.opened_at))
    return made


def _sample(lanes: list[VirtualLane], parts: Parts, found: list[dict[str, Any]]) -> None:
    *fixed, mobile = lanes
    every = max(1, len(parts.here) // (len(found) + 1))
    for number, person in enumerate(parts.here):
        lane = min(fixed, key=lambda each: each.elapsed)
        lane.take(str(person["id"]))
        if number % every == every - 1 and found:
            lane.take_found(found.pop())
    for left in found:
        fixed[0].take_found(left)
    for person in parts.mobile:
        mobile.take(str(person["id"]), how="search")
    for lane in lanes:
        lane.end_shift()
        lane.flush(lane.at, size=BATCH)


def _end(stage: Stage, round_: Round, parts: Parts) -> None:
    """Reasons, signatures, closing, results: all negative; then the round is laid aside."""
    head, chief = stage.actor("tang"), stage.actor("zhao")
    coverage.settle(round_.pk)
    claims.claim_list(round_id=round_.pk, said=evening.reasons(stage, parts), by=head, at=stage.hour(10))
    for state, hour in ((RoundState.SAMPLING_CLOSED, 10.2), (RoundState.RECONCILING, 10.3)):
        rounds.advance(round_id=round_.pk, to=state, ground="现场采样结束", by=chief, at=stage.hour(hour))
    closing.sign(round_id=round_.pk, role="community_head", by=head, at=stage.hour(10.5))
    closing.sign(round_id=round_.pk, role="point_chief", by=chief, at=stage.hour(10.6))
    closing.close(round_id=round_.pk, by=head, at=stage.hour(10.7))
    _report(stage, round_)
    for state, hour, ground in (
        (RoundState.RESULTS_COMPLETE, 13, "检测结果全部回报"),
        (RoundState.ARCHIVED, 13.5, "本轮资料归档"),
    ):
        rounds.advance(round_id=round_.pk, to=state, ground=ground, by=head, at=stage.hour(hour))
    evening.put_away(stage, round_, at=stage.hour(13.6))
    stage.tell(f"round {round_.number} of the days before is archived")


def _report(stage: Stage, round_: Round) -> None:
    evening.receive_boxes(stage, round_.pk, until=stage.hour(12))
    codes = list(
        Tube.objects.filter(round=round_, state=TubeState.TESTING)
        .order_by("code")
        .values_list("code", flat=True)
    )
    reports = [Report(code=code, word=ResultWord.NEGATIVE, laboratory=evening.LABORATORY) for code in codes]
    results.enter_results(reports=reports, by=stage.actor("lab"), at=stage.hour(12))
    results.release_results(tube_codes=codes, by=stage.actor("he"), at=stage.hour(12.5))


def rounds_so_far(area_path: str) -> list[dict[str, Any]]:
    """Each closed round as it closed: its base, what came and went, how many were covered."""
    with scope.scoped([area_path]):
        closed = Round.objects.filter(area_path=area_path).exclude(closing=None).select_related("closing")
        return [
            {
                "number": each.number,
                "base_opening": each.closing.base_opening,
                "added": each.closing.added,
                "removed": each.closing.removed,
                "base_closing": each.closing.base_closing,
                "covered": sum(
                    each.closing.classes[k] for k in (Coverage.HERE, Coverage.ELSEWHERE, Coverage.MOBILE)
                ),
                "state": each.state,
            }
            for each in closed.order_by("number")
        ]


def growth(so_far: list[dict[str, Any]]) -> dict[str, int]:
    """From the first round to the last: how many more were covered, and what came into the base and left it."""
    return {
        "covered_first": so_far[0]["covered"],
        "covered_last": so_far[-1]["covered"],
        "net": so_far[-1]["covered"] - so_far[0]["covered"],
        "added": sum(each["added"] for each in so_far),
        "removed": sum(each["removed"] for each in so_far),
    }
