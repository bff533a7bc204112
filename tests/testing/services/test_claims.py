"""Reasons for not sampled, and changes of the base: each with its evidence, its journal line, its consequence."""

from datetime import date, timedelta
from typing import Any

import pytest

from tests import cast
from tests.cast import NOON, SHUANGXI, Town
from tests.factories import lanes
from tongxin.access.models import Entry
from tongxin.core import scope
from tongxin.core.refusals import Refusal
from tongxin.people.enums import CallOutcome, CallPurpose
from tongxin.people.models import CallTask
from tongxin.people.queries import calls as call_queries
from tongxin.people.services import calls
from tongxin.testing.enums import Coverage, RemovalReason, RoundState, VisitOutcome
from tongxin.testing.models import Claim, Expected, Round, Signature, Visit
from tongxin.testing.queries import coverage as figures
from tongxin.testing.services import claims, coverage

pytestmark = pytest.mark.usefixtures("db_everywhere")

C = Coverage


@pytest.fixture
def town(db_everywhere: None) -> Town:
    return cast.town()


@pytest.fixture
def round_(town: Town) -> Round:
    return lanes.running_round(town.point, NOON)


def claim(town: Town, round_: Round, klass: str, *, by: str = "lin", **more: Any) -> Claim:
    wanted: dict[str, Any] = {"person_id": town.chen_wei.pk, "at": NOON}
    return claims.claim(round_id=round_.pk, klass=klass, by=town.actor(by), **wanted | more)


def class_of(town: Town) -> str:
    return Expected.objects.get(person=town.chen_wei).klass


@pytest.mark.parametrize(
    ("klass", "evidence"),
    [
        (C.ELSEWHERE, {"proof": "市医院 0817"}),
        (C.ISOLATED, {"place": "悦来酒店"}),
        (C.AWAY, {"place": "长沙", "until_on": date(2021, 9, 1)}),
        (C.EXEMPT, {"note": "术后，王医生"}),
        (C.REFUSED, {"note": "两次上门：9时林志强，14时唐书记"}),
        (C.UNREACHABLE, {"note": "上门两次无人"}),
    ],
)
def test_a_reason_with_its_evidence_moves_the_person(
    town: Town, round_: Round, klass: Coverage, evidence: dict[str, Any]
) -> None:  # MT-40
    made = claim(town, round_, klass, **evidence)

    assert (class_of(town), made.by_name, made.area_path) == (klass, "林志强", town.chen_wei.area_path)
    assert figures.by_class(round_.pk).base == 3
    assert Entry.objects.filter(act="testing.coverage.claimed", account_name="林志强").count() == 1


def test_what_is_missing_is_named_in_words(town: Town, round_: Round) -> None:
    with pytest.raises(Refusal) as refused:
        claim(town, round_, C.AWAY, place="长沙")

    assert refused.value.code == "claim_needs"
    assert refused.value.facts == {"klass": C.AWAY.label, "what": claims.NEEDS["until_on"]}
    assert class_of(town) == C.UNKNOWN


def test_three_calls_at_different_hours_make_somebody_unreachable(town: Town, round_: Round) -> None:
    calls.owe(
        purpose=CallPurpose.NOT_YET, about_id=round_.pk, person_ids=[town.chen_wei.pk], due_at=NOON, at=NOON
    )
    task = CallTask.objects.get()
    for hours in (0, 2):
        at = NOON + timedelta(hours=hours)
        calls.answer(task_id=task.pk, outcome=CallOutcome.NO_ANSWER, by=town.actor("lin"), at=at)
    with pytest.raises(Refusal):
        claim(town, round_, C.UNREACHABLE)
    calls.answer(task_id=task.pk, outcome=CallOutcome.OFF, by=town.actor("lin"), at=NOON + timedelta(hours=4))

    claim(town, round_, C.UNREACHABLE)

    assert class_of(town) == C.UNREACHABLE


def test_two_visits_carry_a_refusal(town: Town, round_: Round) -> None:  # MT-45
    for hours in (0, 3):
        claims.visit(
            round_id=round_.pk,
            person_id=town.chen_wei.pk,
            outcome=VisitOutcome.REFUSES,
            by=town.actor("lin"),
            at=NOON + timedelta(hours=hours),
        )
        if hours == 0:
            with pytest.raises(Refusal):
                claim(town, round_, C.REFUSED)

    claim(town, round_, C.REFUSED)

    assert class_of(town) == C.REFUSED
    assert [visit.by_name for visit in Visit.objects.all()] == ["林志强", "林志强"]
    assert Entry.objects.filter(act="testing.visit.made").count() == 2


def test_a_reason_ends_the_calls_that_are_owed(town: Town, round_: Round) -> None:
    calls.owe(
        purpose=CallPurpose.NOT_YET, about_id=round_.pk, person_ids=[town.chen_wei.pk], due_at=NOON, at=NOON
    )

    claim(town, round_, C.ISOLATED, place="悦来酒店")

    assert call_queries.owed(NOON).count() == 0


def test_the_newest_reason_counts(town: Town, round_: Round) -> None:
    claim(town, round_, C.ISOLATED, place="悦来酒店")

    claim(town, round_, C.EXEMPT, note="术后，王医生", at=NOON + timedelta(minutes=1))

    assert class_of(town) == C.EXEMPT
    assert Claim.objects.filter(withdrawn_at=None).count() == 2


def test_a_withdrawn_reason_leaves_the_person_unknown(town: Town, round_: Round) -> None:
    claim(town, round_, C.ISOLATED, place="悦来酒店")
    claim(town, round_, C.EXEMPT, note="术后，王医生")

    taken_back = claims.withdraw(
        round_id=round_.pk, person_id=town.chen_wei.pk, why="弄错了人", by=town.actor("lin"), at=NOON
    )

    assert (taken_back, class_of(town)) == (2, C.UNKNOWN)
    assert Entry.objects.get(act="testing.coverage.withdrawn").why == "弄错了人"


def test_who_has_a_swab_needs_no_reason(town: Town, round_: Round) -> None:
    lanes.filled_tube(lanes.lane(round_, town.point), "T1", [town.chen_wei], NOON)
    coverage.settle(round_.pk)

    with pytest.raises(Refusal) as refused:
        claim(town, round_, C.AWAY, place="长沙", until_on=date(2021, 9, 1))

    assert (refused.value.code, refused.value.facts) == ("already_covered", {"name": "陈伟"})


def test_a_swab_outweighs_a_reason(town: Town, round_: Round) -> None:
    claim(town, round_, C.AWAY, place="长沙", until_on=date(2021, 9, 1))

    lanes.filled_tube(lanes.lane(round_, town.point), "T1", [town.chen_wei], NOON)
    coverage.settle(round_.pk)

    assert class_of(town) == C.HERE


@pytest.mark.parametrize("state", [RoundState.DRAFT, RoundState.CLOSED, RoundState.CANCELLED])
def test_reasons_belong_to_a_round_at_work(town: Town, round_: Round, state: RoundState) -> None:  # MT-46
    Round.objects.filter(pk=round_.pk).update(state=state)

    with pytest.raises(Refusal) as refused:
        claim(town, round_, C.ISOLATED, place="悦来酒店")

    assert refused.value.code == "round_state"


@pytest.mark.parametrize(("by", "code"), [("zhao", "not_allowed"), ("gao", "not_allowed")])
def test_who_may_not_say_it_does_not(town: Town, round_: Round, by: str, code: str) -> None:
    with pytest.raises(Refusal) as refused:
        claim(town, round_, C.ISOLATED, by=by, place="悦来酒店")

    assert refused.value.code == code


def test_the_next_community_finds_nobody(town: Town, round_: Round) -> None:
    gao = town.actor("gao")

    with scope.scoped(gao.paths), pytest.raises(Refusal) as refused:
        claim(town, round_, C.ISOLATED, by="gao", place="悦来酒店")

    assert refused.value.code == "not_found"


def test_a_grid_worker_with_his_own_sight_settles_the_right_class(town: Town, round_: Round) -> None:
    lin = town.actor("lin")

    with scope.scoped(lin.paths):
        claims.claim(
            round_id=round_.pk,
            person_id=town.chen_wei.pk,
            klass=C.ISOLATED,
            place="悦来酒店",
            by=lin,
            at=NOON,
        )
        assert scope.current_scope() == lin.paths

    assert class_of(town) == C.ISOLATED


def test_who_moved_away_leaves_the_base_with_a_reason(town: Town, round_: Round) -> None:  # MT-43
    gone = claims.remove_from_base(
        round_id=round_.pk,
        person_id=town.chen_wei.pk,
        reason=RemovalReason.MOVED,
        note="8月3日搬到永定区",
        by=town.actor("lin"),
        at=NOON,
    )

    change = figures.base_change(round_)
    assert (change.opening, change.added, change.removed, change.closing) == (3, 0, 1, 2)
    assert gone.removed_reason == "moved: 8月3日搬到永定区"
    assert figures.by_class(round_.pk).base == 2
    assert Entry.objects.get(act="testing.base.removed").why == "8月3日搬到永定区"


def test_a_removal_says_how_it_is_known(town: Town, round_: Round) -> None:
    with pytest.raises(Refusal) as refused:
        claims.remove_from_base(
            round_id=round_.pk,
            person_id=town.chen_wei.pk,
            reason=RemovalReason.MOVED,
            note=" ",
            by=town.actor("lin"),
            at=NOON,
        )

    assert refused.value.code == "removal_needs"


def test_who_was_sampled_cannot_be_removed(town: Town, round_: Round) -> None:  # MT-40
    lanes.filled_tube(lanes.lane(round_, town.point), "T1", [town.chen_wei], NOON)
    coverage.settle(round_.pk)

    with pytest.raises(Refusal) as refused:
        claims.remove_from_base(
            round_id=round_.pk,
            person_id=town.chen_wei.pk,
            reason=RemovalReason.MOVED,
            note="搬走了",
            by=town.actor("lin"),
            at=NOON,
        )

    assert refused.value.code == "already_covered"


def test_who_was_removed_wrongly_is_put_back(town: Town, round_: Round) -> None:
    facts = {"round_id": round_.pk, "person_id": town.chen_wei.pk, "by": town.actor("lin"), "at": NOON}
    claims.remove_from_base(reason=RemovalReason.MOVED, note="搬走了", **facts)

    claims.put_back(why="还住在这里", **facts)

    assert figures.by_class(round_.pk).unknown == 3
    with pytest.raises(Refusal) as refused:
        claims.put_back(why="又一次", **facts)
    assert refused.value.code == "not_found"


def test_a_change_takes_the_signatures_off_the_figures(town: Town, round_: Round) -> None:  # MT-44
    Signature.objects.create(
        area_path=SHUANGXI,
        round=round_,
        role="point_chief",
        by_id=town.accounts["zhao"].pk,
        by_name="赵敏",
        at=NOON,
    )

    claim(town, round_, C.ISOLATED, place="悦来酒店")

    assert Signature.objects.get().withdrawn_at == NOON
    assert Entry.objects.filter(act="testing.round.unsigned").count() == 1


def test_a_list_of_reasons_is_one_act(town: Town, round_: Round) -> None:
    said = [
        claims.Said(town.chen_wei.pk, C.AWAY, place="长沙", until_on=date(2021, 9, 1)),
        claims.Said(town.chen_fang.pk, C.EXEMPT, note="术后，王医生"),
    ]

    made = claims.claim_list(round_id=round_.pk, said=said, by=town.actor("tang"), at=NOON)

    counts = figures.by_class(round_.pk)
    assert (counts.away, counts.exempt, counts.unknown) == (1, 1, 1)
    assert {each.by_name for each in made} == {"唐书记"}
    assert Entry.objects.filter(act="testing.coverage.listed").count() == 1


@pytest.mark.parametrize(
    ("second", "code"),
    [
        ({"klass": C.AWAY, "place": "长沙"}, "claim_needs"),
        ({"klass": C.HERE}, "claim_class"),
    ],
)
def test_one_incomplete_reason_refuses_the_whole_list(
    town: Town, round_: Round, second: dict[str, Any], code: str
) -> None:
    said = [
        claims.Said(town.chen_wei.pk, C.ISOLATED, place="悦来酒店"),
        claims.Said(town.chen_fang.pk, **second),
    ]

    with pytest.raises(Refusal) as refused:
        claims.claim_list(round_id=round_.pk, said=said, by=town.actor("tang"), at=NOON)

    assert refused.value.code == code
    assert Claim.objects.count() == 0


def test_a_list_of_the_next_community_is_refused(town: Town, round_: Round) -> None:
    said = [claims.Said(town.chen_wei.pk, C.ISOLATED, place="悦来酒店")]

    with pytest.raises(Refusal) as refused:
        claims.claim_list(round_id=round_.pk, said=said, by=town.actor("gao"), at=NOON)

    assert refused.value.code == "not_allowed"
