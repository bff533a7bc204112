"""A round from its draft to its base."""

from datetime import timedelta
from uuid import uuid4

import pytest

from tests import cast, factories
from tests.cast import NOON, SHUANGXI, Town
from tongxin.access.models import Entry
from tongxin.core import scope
from tongxin.core.refusals import Refusal
from tongxin.people.models import Code, Residence
from tongxin.places.models import RuleRow
from tongxin.testing.enums import Coverage, Origin, PoolKind, RoundState
from tongxin.testing.models import Expected, Lane, Round, RoundStep, Sample
from tongxin.testing.services import rounds

pytestmark = pytest.mark.usefixtures("db_everywhere")

S = RoundState


@pytest.fixture
def town(db_everywhere: None) -> Town:
    return cast.town()


def plan(town: Town, **more: object) -> Round:
    wanted = {
        "area_path": SHUANGXI,
        "opens_at": NOON,
        "closes_at": NOON + timedelta(hours=8),
        "by": town.actor("tang"),
        "at": NOON,
    }
    return rounds.plan_round(**wanted | more)  # type: ignore[arg-type]


def bring_to(round_: Round, state: RoundState, town: Town) -> Round:
    rounds.add_point(round_id=round_.pk, site_name="A点", lanes=2, by=town.actor("tang"), at=NOON)
    by = {S.APPROVED: "commander", S.ANNOUNCED: "tang"}
    for step in (S.APPROVED, S.ANNOUNCED, S.OPEN, S.SAMPLING_CLOSED, S.RECONCILING):
        actor = town.actor(by.get(step, "zhao"))
        round_ = rounds.advance(round_id=round_.pk, to=step, ground="〔2021〕10号", by=actor, at=NOON)
        if step == state:
            return round_
    raise AssertionError(state)


def test_a_round_keeps_the_pool_and_the_rule_it_was_planned_under(town: Town) -> None:  # MT-05, PO-01
    planned = plan(town)

    default = RuleRow.objects.get(name="testing.pool.default")
    assert (planned.number, planned.state, planned.pool, planned.capacity) == (1, "draft", "pool10", 10)
    assert planned.rule_id == default.pk
    assert list(RoundStep.objects.values_list("state", "by_name")) == [("draft", "唐书记")]


def test_another_pool_has_its_own_capacity(town: Town) -> None:
    planned = plan(town, pool=PoolKind.POOL20, number=10)

    assert (planned.number, planned.pool, planned.capacity) == (10, "pool20", 20)


def test_the_next_number_follows_the_last(town: Town) -> None:
    plan(town, number=9)

    assert plan(town).number == 10


@pytest.mark.parametrize(
    ("more", "code"),
    [({"number": 9}, "round_number_taken"), ({"closes_at": NOON}, "round_window")],
)
def test_a_plan_that_cannot_be_is_refused(town: Town, more: dict[str, object], code: str) -> None:
    plan(town, number=9)

    with pytest.raises(Refusal) as refused:
        plan(town, **more)

    assert refused.value.code == code


def test_the_point_chief_plans_no_round(town: Town) -> None:
    with pytest.raises(Refusal) as refused:
        plan(town, by=town.actor("zhao"))

    assert refused.value.code == "not_allowed"


def test_lanes_number_on_at_their_point(town: Town) -> None:
    round_ = plan(town)
    rounds.add_point(round_id=round_.pk, site_name="A点", lanes=2, by=town.actor("tang"), at=NOON)

    more = rounds.add_point(round_id=round_.pk, site_name="A点", lanes=1, by=town.actor("zhao"), at=NOON)

    assert [(lane.number, lane.pool, lane.capacity, lane.site_id) for lane in more] == [
        (3, "pool10", 10, town.point.pk)
    ]
    assert Lane.objects.count() == 3


def test_a_lane_is_taken_out_once(town: Town) -> None:
    (lane,) = rounds.add_point(
        round_id=plan(town).pk, site_name="A点", lanes=1, by=town.actor("tang"), at=NOON
    )

    for minutes in (0, 5):
        rounds.close_lane(lane_id=lane.pk, by=town.actor("zhao"), at=NOON + timedelta(minutes=minutes))

    lane.refresh_from_db()
    assert lane.closed_at == NOON
    assert Entry.objects.filter(act="testing.lane.closed").count() == 1


def test_opening_takes_everybody_who_lives_here_as_the_base(town: Town) -> None:  # MT-40
    opened = bring_to(plan(town), S.OPEN, town)

    rows = Expected.objects.filter(round=opened).order_by("person__name")
    assert opened.base_count == 3
    assert [(row.person.name, row.origin, row.klass, row.area_path, row.dwelling_id) for row in rows] == [
        (person.name, Origin.BASE, Coverage.UNKNOWN, person.area_path, home.dwelling_id)
        for person in sorted((town.chen_wei, town.chen_fang, town.zhang_wei), key=lambda each: each.name)
        for home in Residence.objects.filter(person=person)
    ]
    assert all(row.pk.version == 7 for row in rows)


def test_who_moved_out_died_or_lives_elsewhere_is_not_in_the_base(town: Town) -> None:  # DOMAIN 1.1
    Residence.objects.filter(person=town.zhang_wei).update(to_on=cast.TODAY, is_current=False)
    town.chen_wei.voided_at = NOON
    town.chen_wei.save(update_fields=["voided_at"])
    separated = factories.person("李娜", town.door_302)
    Residence.objects.filter(person=separated).update(kind="apart")

    opened = bring_to(plan(town), S.OPEN, town)

    assert opened.base_count == 1
    assert Expected.objects.get(round=opened).person == town.chen_fang


def test_opening_gives_a_code_to_those_without(town: Town) -> None:
    Code.objects.filter(person=town.chen_wei).update(revoked_at=NOON)
    kept = Code.objects.get(person=town.chen_fang).token

    bring_to(plan(town), S.OPEN, town)

    in_force = dict(Code.objects.filter(revoked_at=None).values_list("person__name", "token"))
    assert set(in_force) == {"陈伟", "陈芳", "张伟"}
    assert in_force["陈芳"] == kept
    assert len(in_force["陈伟"]) == 16


def test_no_lane_no_round(town: Town) -> None:
    round_ = plan(town)
    for step, by in ((S.APPROVED, "commander"), (S.ANNOUNCED, "tang")):
        rounds.advance(round_id=round_.pk, to=step, ground="10号", by=town.actor(by), at=NOON)

    with pytest.raises(Refusal) as refused:
        rounds.advance(round_id=round_.pk, to=S.OPEN, ground="10号", by=town.actor("zhao"), at=NOON)

    assert refused.value.code == "no_lane"


def test_an_area_without_people_opens_no_round(town: Town) -> None:
    Residence.objects.update(to_on=cast.TODAY, is_current=False)

    with pytest.raises(Refusal) as refused:
        bring_to(plan(town), S.OPEN, town)

    assert refused.value.code == "base_empty"
    assert Expected.objects.count() == 0


def test_one_round_at_a_time_runs_in_an_area(town: Town) -> None:
    bring_to(plan(town, number=9), S.RECONCILING, town)

    with pytest.raises(Refusal) as refused:
        bring_to(plan(town, number=10), S.OPEN, town)

    assert (refused.value.code, refused.value.facts) == ("round_running", {"number": 9})


def test_each_step_is_kept_with_person_time_and_document(town: Town) -> None:  # MT-46
    round_ = bring_to(plan(town), S.ANNOUNCED, town)

    steps = RoundStep.objects.filter(round=round_).values_list("state", "by_name", "ground", "at")
    assert list(steps) == [
        ("draft", "唐书记", "", NOON),
        ("approved", "彭指挥", "〔2021〕10号", NOON),
        ("announced", "唐书记", "〔2021〕10号", NOON),
    ]
    assert Entry.objects.filter(act="testing.round.announced", subject_id=round_.pk).count() == 1


@pytest.mark.parametrize(
    ("to", "by"), [(S.APPROVED, "tang"), (S.APPROVED, "qin"), (S.APPROVED, "lin"), (S.APPROVED, "he")]
)
def test_who_may_not_approve_does_not(town: Town, to: RoundState, by: str) -> None:  # MT-46
    round_ = plan(town)

    with pytest.raises(Refusal) as refused:
        rounds.advance(round_id=round_.pk, to=to, ground="10号", by=town.actor(by), at=NOON)

    assert refused.value.code == "not_allowed"


def test_a_state_in_a_refusal_is_said_in_words(town: Town) -> None:
    round_ = plan(town, number=10)

    with pytest.raises(Refusal) as refused:
        rounds.advance(round_id=round_.pk, to=S.OPEN, ground="10号", by=town.actor("zhao"), at=NOON)

    assert refused.value.facts == {"number": 10, "state": S.DRAFT.label}


def test_a_round_with_a_swab_is_not_cancelled(town: Town) -> None:  # MT-46
    round_ = bring_to(plan(town, number=10), S.OPEN, town)
    Sample.objects.create(
        id=uuid4(),
        area_path=SHUANGXI,
        occurred_at=NOON,
        recorded_at=NOON,
        round_id=round_.pk,
        lane_id=uuid4(),
        person_id=town.chen_wei.pk,
        tube_code="T1",
        position=1,
    )

    with pytest.raises(Refusal) as refused:
        rounds.cancel(round_id=round_.pk, ground="暴雨", by=town.actor("commander"), at=NOON)

    assert (refused.value.code, refused.value.facts["count"]) == ("round_has_swabs", 1)


def test_a_round_without_a_swab_is_cancelled_and_frees_the_area(town: Town) -> None:  # MT-46
    first = bring_to(plan(town, number=9), S.OPEN, town)

    cancelled = rounds.cancel(round_id=first.pk, ground="暴雨", by=town.actor("commander"), at=NOON)

    assert cancelled.state == S.CANCELLED
    assert bring_to(plan(town, number=10), S.OPEN, town).state == S.OPEN


def test_the_next_community_can_neither_see_nor_move_it(town: Town) -> None:
    round_ = plan(town)
    gao = town.actor("gao")

    with scope.scoped(gao.paths), pytest.raises(Refusal) as refused:
        rounds.add_point(round_id=round_.pk, site_name="B点", lanes=1, by=gao, at=NOON)

    assert refused.value.code == "not_found"


def test_a_grid_worker_reads_the_round_above_him_and_no_more(town: Town) -> None:
    round_ = bring_to(plan(town), S.OPEN, town)

    with scope.scoped(town.actor("lin").paths):
        assert list(Round.objects.values_list("pk", flat=True)) == [round_.pk]
        assert Round.objects.update(number=99) == 0
        assert Lane.objects.count() == 0
