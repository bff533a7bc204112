"""The second half of story A's round: everybody accounted for, results, a positive pool at night, the closing."""

import time
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import Q

from tongxin.access.actors import Actor
from tongxin.containment.models import Restriction
from tongxin.core import clock, scope
from tongxin.people.enums import CallOutcome, CallPurpose
from tongxin.people.models import CallTask
from tongxin.people.services import calls
from tongxin.people.services.residency import end_residences
from tongxin.simulation.cast import Parts, Visitor
from tongxin.simulation.lanes import CARRIER
from tongxin.simulation.shuangxi import Play
from tongxin.simulation.stage import Stage
from tongxin.testing.enums import (
    BoxState,
    Coverage,
    RecheckState,
    RemovalReason,
    ResultWord,
    RoundState,
    TubeState,
)
from tongxin.testing.models import Box, Claim, Lane, PositivePool, Recheck, Result, Round, Tube
from tongxin.testing.queries import coverage as figures
from tongxin.testing.services import boxes, claims, closing, coverage, pools, results, rounds, stock
from tongxin.testing.services.results import Report

LABORATORY = "区疾控中心核酸实验室"
ROAD = timedelta(hours=1)
NIGHT = 19  # the story opens at 08:00, so this is 03:00 (X4)
HOTEL = "区集中隔离点（锦江酒店）"
LEFT = (
    (RemovalReason.MOVED, "搬到永定街道，已与对方社区核对"),
    (RemovalReason.MOVED, "租约到期，已离开"),
    (RemovalReason.DIED, "家属报告，派出所已核"),
)
PATIENCE = 30.0
# Whole hours apart: calls count by the hour of the clock they were made in, and a story begins at any minute.
CALLED_AT = (7.9, 8.9, 9.9)


class StoryStuck(Exception):
    """Something that must follow by itself did not follow in time."""


def let_go(stage: Stage, round_id: UUID, parts: Parts) -> None:
    """Who has left the community leaves the base with a reason, and the register with a day (MT-43)."""
    head = stage.actor("tang")
    for number, person in enumerate(parts.leaving):
        reason, note = LEFT[number % len(LEFT)]
        person_id, at = UUID(str(person["id"])), stage.hour(1)
        claims.remove_from_base(
            round_id=round_id, person_id=person_id, reason=reason, note=note, by=head, at=at
        )
        end_residences(
            person_ids=[person_id], on=clock.day_of(at), why=note, area_path=head.home, by=head, at=at
        )


def account_for_everybody(play: Play) -> None:
    """Every person without a swab gets a class with its evidence; who cannot be reached was called first."""
    head = play.stage.actor("tang")
    with scope.scoped([head.home]):
        _call_in_vain(play, head, [UUID(str(person["id"])) for person in play.parts.unreachable])
        said = reasons(play.stage, play.parts)
        claims.claim_list(round_id=play.round_id, said=said, by=head, at=play.stage.hour(10))


def reasons(stage: Stage, parts: Parts) -> list[claims.Said]:
    """What is said of everybody who is not swabbed, each class with the evidence it needs (MT-40)."""
    returns = clock.day_of(stage.hour(10)) + timedelta(days=9)
    said: tuple[tuple[Coverage, list[Visitor], dict[str, Any]], ...] = (
        (Coverage.ELSEWHERE, parts.elsewhere, {"proof": "省平台采样记录截图，当日"}),
        (Coverage.ISOLATED, parts.isolated, {"place": HOTEL}),
        (Coverage.EXEMPT, parts.exempt, {"note": "婴幼儿，社区医生何某评估暂免"}),
        (Coverage.REFUSED, parts.refused, {"note": "网格员林志强上门两次，仍不愿采样"}),
        (Coverage.AWAY, parts.away, {"place": "长沙市", "until_on": returns, "note": "亲属电话确认"}),
        (Coverage.UNREACHABLE, parts.unreachable, {"note": "三个时段电话无人接，上门两次无人应门"}),
    )
    return [
        claims.Said(UUID(str(person["id"])), klass, **words)
        for klass, people, words in said
        for person in people
    ]


def _call_in_vain(play: Play, caller: Actor, people: list[UUID]) -> None:
    """Three calls at different hours, nobody answers (CT-20)."""
    calls.owe(
        purpose=CallPurpose.NOT_YET,
        about_id=play.round_id,
        person_ids=people,
        due_at=play.stage.hour(10),
        at=play.stage.hour(CALLED_AT[0]),
    )
    owed = CallTask.objects.filter(about_id=play.round_id, person_id__in=people).values_list("pk", flat=True)
    for hour in CALLED_AT:
        for task_id in list(owed):
            calls.lease(task_id=task_id, by=caller, at=play.stage.hour(hour))
            calls.answer(task_id=task_id, outcome=CallOutcome.NO_ANSWER, by=caller, at=play.stage.hour(hour))


def close_sampling(play: Play) -> None:
    """Sampling ends; what is left is reconciled."""
    chief = play.stage.actor("zhao")
    with scope.scoped([chief.home]):
        coverage.settle(play.round_id)
        for state, hour in ((RoundState.SAMPLING_CLOSED, 10.2), (RoundState.RECONCILING, 10.3)):
            rounds.advance(
                round_id=play.round_id, to=state, ground="现场采样结束", by=chief, at=play.stage.hour(hour)
            )


def sign_and_close(play: Play) -> dict[str, int]:
    """Two signatures under figures without an unknown, then the closing. Returns the classes it closed with."""
    head, chief = play.stage.actor("tang"), play.stage.actor("zhao")
    with scope.scoped([head.home]):
        left = figures.unknown_count(play.round_id)
        if left:
            raise StoryStuck(f"{left} people are still unknown")
        closing.sign(round_id=play.round_id, role="community_head", by=head, at=play.stage.hour(10.5))
        closing.sign(round_id=play.round_id, role="point_chief", by=chief, at=play.stage.hour(10.6))
        done = closing.close(round_id=play.round_id, by=head, at=play.stage.hour(10.7))
    play.stage.tell("round closed with two signatures")
    return dict(done.classes)


def receive_boxes(stage: Stage, round_id: UUID, *, until: datetime) -> int:
    """The laboratory takes in what the carrier brings, an hour after it left; then it is on the plate."""
    lab = stage.actor("lab")
    received = 0
    with scope.scoped([lab.home]):
        for box in Box.objects.filter(round_id=round_id, state=BoxState.IN_TRANSIT).order_by("handed_at"):
            at = (box.handed_at or until) + ROAD
            if at > until:
                continue
            boxes.receive_box(
                box_id=box.pk,
                giver=CARRIER,
                taker=lab.name,
                temperature=Decimal("5.0"),
                counted=box.tube_count,
                by=lab,
                at=at,
            )
            boxes.start_testing(box_id=box.pk, by=lab, at=at + timedelta(minutes=20))
            received += 1
    return received


def report_early_tubes(play: Play, *, before: datetime) -> int:
    """The laboratory reports the tubes closed before an instant, all negative. Returns how many."""
    lab, officer = play.stage.actor("lab"), play.stage.actor("he")
    with scope.scoped([lab.home]):
        receive_boxes(play.stage, play.round_id, until=before)
        closed = Tube.objects.filter(round_id=play.round_id, state=TubeState.TESTING, closed_at__lt=before)
        codes = list(closed.order_by("code").values_list("code", flat=True))
        reports = [Report(code=code, word=ResultWord.NEGATIVE, laboratory=LABORATORY) for code in codes]
        results.enter_results(reports=reports, by=lab, at=clock.now())
    with scope.scoped([officer.home]):
        results.release_results(tube_codes=codes, by=officer, at=clock.now())
    play.stage.tell(f"{len(codes)} results of the morning released")
    return len(codes)


def laboratory_reports(play: Play) -> str:
    """The laboratory reports every tube; one pool is positive. Returns its code."""
    lab, officer = play.stage.actor("lab"), play.stage.actor("he")
    night = play.stage.hour(NIGHT)
    with scope.scoped([lab.home]):
        receive_boxes(play.stage, play.round_id, until=play.stage.hour(15))
        used = Tube.objects.filter(round_id=play.round_id, state=TubeState.TESTING).order_by("code")
        codes = list(used.values_list("code", flat=True))
        positive = next(
            tube.code for tube in used if tube.held_count == 10 and tube.code not in {play.voided}
        )
        reports = [
            Report(
                code=code,
                word=ResultWord.POSITIVE if code == positive else ResultWord.NEGATIVE,
                ct="31.2" if code == positive else "",
                laboratory=LABORATORY,
            )
            for code in codes
        ]
        results.enter_results(reports=reports, by=lab, at=night)
    with scope.scoped([officer.home]):
        results.release_results(tube_codes=codes, by=officer, at=night)
    play.stage.tell(f"{len(codes)} results released, pool {positive} is positive")
    return positive


def clear_the_pool(play: Play, tube_code: str) -> dict[str, int]:
    """Hold by reaction, calls, single rechecks at the door, all negative, lift by reaction (DOMAIN.md 3.6)."""
    officer = play.stage.actor("he")
    night = play.stage.hour(NIGHT)
    with scope.scoped([officer.home]):
        pool = PositivePool.objects.get(tube__code=tube_code)
        members = list(Recheck.objects.filter(pool=pool).values_list("person_id", flat=True))
    wait_for(lambda: _held(officer, pool.pk) == len(members), "the holds of the pool's members")
    held = _held(officer, pool.pk)
    with scope.scoped([officer.home]):
        _call_members(officer, pool.pk, night + timedelta(minutes=10))
        for number, person_id in enumerate(members, start=1):
            single = f"{tube_code}-{number:02d}"
            pools.record_recheck_sample(
                pool_id=pool.pk,
                person_id=person_id,
                tube_code=single,
                by=officer,
                at=night + timedelta(minutes=70),
            )
        for person_id in members:
            pools.record_recheck_result(
                pool_id=pool.pk,
                person_id=person_id,
                word=ResultWord.NEGATIVE,
                by=officer,
                at=night + timedelta(minutes=200),
            )
    wait_for(lambda: _held(officer, pool.pk) == 0, "the lifting of the pool's holds")
    play.stage.tell(f"pool {tube_code}: {held} held, rechecked one by one, lifted")
    return {"members": len(members), "held": held, "held_after": _held(officer, pool.pk)}


def _call_members(caller: Actor, pool_id: UUID, at: datetime) -> None:
    while task := calls.lease_next(by=caller, at=at, purpose=CallPurpose.POOL, about_id=pool_id):
        calls.answer(task_id=task.pk, outcome=CallOutcome.REACHED, note="已告知原地等待", by=caller, at=at)


def _held(actor: Actor, evidence_id: UUID) -> int:
    with scope.scoped([actor.home]):
        return (
            Restriction.objects.filter(evidence_id=evidence_id, lifted_at=None)
            .filter(Q(ends_at__gt=clock.now()))
            .count()
        )


def put_away(stage: Stage, round_: Round, *, at: datetime) -> None:
    """What nobody opened goes back into stock, what has its result into the archive: every tube ends somewhere."""
    chief, lab = stage.actor("zhao"), stage.actor("lab")
    for lane in Lane.objects.filter(round=round_):
        stock.return_tubes(lane_id=lane.pk, by=chief, at=at)
    boxes.archive_tubes(round_id=round_.pk, by=lab, at=at)


def complete(play: Play) -> None:
    """All results are in."""
    chief = play.stage.actor("tang")
    with scope.scoped([chief.home]):
        rounds.advance(
            round_id=play.round_id,
            to=RoundState.RESULTS_COMPLETE,
            ground="检测结果全部回报",
            by=chief,
            at=play.stage.hour(23),
        )
        put_away(play.stage, Round.objects.get(pk=play.round_id), at=play.stage.hour(23.2))


def wait_for(holds: Callable[[], bool], what: str, *, seconds: float = PATIENCE) -> None:
    """Wait for something that follows by itself. Raises `StoryStuck` when it does not."""
    deadline = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > deadline:
            raise StoryStuck(f"{what} did not follow within {seconds:.0f} s: is the worker running?")
        time.sleep(0.2)


def summary(play: Play, extra: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    """The printed figures."""
    head = play.stage.actor("tang")
    with scope.scoped([head.home]):
        round_ = Round.objects.get(pk=play.round_id)
        counts = figures.by_class(play.round_id)
        change = figures.base_change(round_)
        tubes_used = Tube.objects.filter(round=round_).exclude(state=TubeState.ISSUED).count()
        return {
            "round": round_.number,
            "state": round_.state,
            "base_opening": change.opening,
            "base_added": change.added,
            "base_removed": change.removed,
            "base_closing": change.closing,
            "classes": counts.as_dict(),
            "should_test": counts.should_test,
            "covered": counts.covered,
            "coverage": counts.coverage,
            "raw_share": counts.raw_share,
            "tubes_used": tubes_used,
            "results": Result.objects.filter(tube__round=round_).count(),
            "claims": Claim.objects.filter(round=round_, withdrawn_at=None).count(),
            "rechecks_negative": Recheck.objects.filter(
                pool__tube__round=round_, state=RecheckState.NEGATIVE
            ).count(),
            **dict(extra),
        }
