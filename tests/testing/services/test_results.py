"""Results are entered whole, told once, and what they mean follows in the same act."""

from dataclasses import dataclass
from datetime import date, timedelta

import pytest

from tests import cast
from tests.factories import lanes
from tongxin.access.models import Entry
from tongxin.core.ids import new_id
from tongxin.core.refusals import Refusal
from tongxin.exchange.services.lab import register_of
from tongxin.people.models import CallTask
from tongxin.places.models import RuleRow
from tongxin.testing.enums import ResultStatus, TubeState
from tongxin.testing.models import Expected, Lane, MakeUp, PositivePool, Result, Round, SampleRejection, Tube
from tongxin.testing.queries import results as queries
from tongxin.testing.services import results
from tongxin.testing.services.results import Report

pytestmark = pytest.mark.usefixtures("db_everywhere")
LATER = cast.NOON + timedelta(hours=5)


@dataclass
class Lab:
    town: cast.Town
    round: Round
    lane: Lane
    tubes: dict[str, Tube]

    def enter(self, code: str, word: str, ct: str = "") -> Result:
        return results.enter_result(
            tube_code=code, word=word, ct=ct, laboratory="市疾控", by=self.town.actor("lab"), at=LATER
        )

    def release(self, *codes: str, who: str = "he") -> results.Released:
        return results.release_results(tube_codes=codes, by=self.town.actor(who), at=LATER)


@pytest.fixture
def lab() -> Lab:
    town = cast.town()
    round_ = lanes.running_round(town.point, cast.NOON)
    lane = lanes.lane(round_, town.point)
    tubes = {
        "T0001": lanes.filled_tube(lane, "T0001", [town.chen_wei, town.chen_fang], cast.NOON),
        "T0002": lanes.filled_tube(lane, "T0002", [town.zhang_wei], cast.NOON + timedelta(minutes=9)),
    }
    return Lab(town, round_, lane, tubes)


def stand(code: str) -> tuple[str, str, str]:
    tube = Tube.objects.get(code=code)
    return tube.result, tube.result_status, tube.state


def test_an_entered_result_counts_for_nobody_before_its_release(lab: Lab) -> None:
    lab.enter("T0001", "neg")

    assert stand("T0001") == ("", ResultStatus.NO_RESULT, TubeState.CLOSED)


def test_a_released_negative_is_told(lab: Lab) -> None:
    lab.enter("T0001", "neg")

    done = lab.release("T0001")

    assert done.negative == ["T0001"]
    assert stand("T0001") == ("neg", ResultStatus.FINAL, TubeState.RESULTED)
    assert Result.objects.get().released_by_id == lab.town.accounts["he"].pk


def test_a_pending_result_is_followed_by_the_final_one(lab: Lab) -> None:
    lab.enter("T0001", "pending")
    lab.enter("T0001", "neg")

    lab.release("T0001")

    assert stand("T0001")[0] == "neg"
    assert Result.objects.count() == 2


def test_a_different_second_result_is_a_conflict_and_both_rows_stay(lab: Lab) -> None:
    lab.enter("T0001", "neg")
    lab.enter("T0001", "pos")

    with pytest.raises(Refusal, match="result_conflict"):
        lab.release("T0001")

    assert stand("T0001") == ("", ResultStatus.CONFLICT, TubeState.CLOSED)
    assert sorted(Result.objects.values_list("word", flat=True)) == ["neg", "pos"]


def test_a_contradiction_after_the_release_is_seen_at_once_and_overwrites_nothing(lab: Lab) -> None:
    lab.enter("T0001", "neg")
    lab.release("T0001")

    lab.enter("T0001", "pos")

    assert stand("T0001") == ("neg", ResultStatus.CONFLICT, TubeState.RESULTED)
    assert Entry.objects.filter(act="testing.result.conflicted").count() == 1


def test_a_negative_with_a_low_ct_waits_for_the_laboratory(lab: Lab) -> None:
    lab.enter("T0001", "neg", ct="35.1")

    with pytest.raises(Refusal, match="result_check_ct"):
        lab.release("T0001")


def test_a_doubtful_result_can_only_be_told_as_grey(lab: Lab) -> None:
    lab.enter("T0001", "neg", ct="35.1")

    done = results.release_as_grey(
        tube_code="T0001", why="Ct 35.1 但报阴性", by=lab.town.actor("he"), at=LATER
    )

    assert len(done.pools) == 1
    assert stand("T0001") == ("suspect", ResultStatus.FINAL, TubeState.RESULTED)


def test_a_clear_result_is_not_told_as_grey(lab: Lab) -> None:
    lab.enter("T0001", "neg")

    with pytest.raises(Refusal, match="result_not_doubtful"):
        results.release_as_grey(tube_code="T0001", why="不放心", by=lab.town.actor("he"), at=LATER)


def test_telling_as_grey_needs_a_reason(lab: Lab) -> None:
    lab.enter("T0001", "neg", ct="35.1")

    with pytest.raises(Refusal, match="reason_needed"):
        results.release_as_grey(tube_code="T0001", why=" ", by=lab.town.actor("he"), at=LATER)


def test_no_result_no_release(lab: Lab) -> None:
    lab.enter("T0001", "pending")

    with pytest.raises(Refusal, match="result_missing"):
        lab.release("T0001")
    with pytest.raises(Refusal, match="result_missing"):
        lab.release("T0002")


def test_one_doubtful_tube_stops_the_whole_release(lab: Lab) -> None:
    lab.enter("T0001", "neg")

    with pytest.raises(Refusal):
        lab.release("T0001", "T0002")

    assert stand("T0001")[0] == ""


def test_an_unknown_tube_has_no_result(lab: Lab) -> None:
    with pytest.raises(Refusal, match="tube_unknown"):
        lab.enter("T9999", "neg")


def test_a_voided_tube_is_not_released(lab: Lab) -> None:
    lab.enter("T0001", "neg")
    Tube.objects.filter(code="T0001").update(state=TubeState.VOIDED)

    with pytest.raises(Refusal, match="tube_state"):
        lab.release("T0001")


@pytest.mark.parametrize("who", ["lab", "lin", "tang", "gao"])
def test_only_the_health_officer_releases(lab: Lab, who: str) -> None:
    lab.enter("T0001", "neg")

    with pytest.raises(Refusal, match="not_allowed"):
        lab.release("T0001", who=who)


def test_a_grid_worker_enters_no_results(lab: Lab) -> None:
    with pytest.raises(Refusal, match="not_allowed"):
        results.enter_result(
            tube_code="T0001", word="neg", ct="", laboratory="", by=lab.town.actor("lin"), at=LATER
        )


def test_released_twice_is_released_once(lab: Lab) -> None:
    lab.enter("T0001", "pos")
    lab.release("T0001")

    again = lab.release("T0001")

    assert again.again == ["T0001"]
    assert PositivePool.objects.count() == 1
    assert Entry.objects.filter(act="testing.result.released").count() == 1
    assert CallTask.objects.count() == 2


def test_an_invalid_tube_sends_its_people_back_within_the_hour(lab: Lab) -> None:  # MT-30
    lab.enter("T0001", "invalid")

    lab.release("T0001")

    owed = MakeUp.objects.order_by("person__name")
    assert sorted(each.person.name for each in owed) == ["陈伟", "陈芳"]
    assert {each.due_at - LATER for each in owed} == {timedelta(hours=1)}
    classes = dict(Expected.objects.values_list("person__name", "klass"))
    assert (classes["陈伟"], classes["陈芳"]) == ("unknown", "unknown")


def test_a_positive_tube_opens_its_pool_in_the_same_act(lab: Lab) -> None:
    lab.enter("T0001", "pos", ct="27")

    done = lab.release("T0001")

    pool = PositivePool.objects.get()
    assert done.pools == [pool.pk]
    assert pool.opened_at == LATER
    assert pool.rechecks.count() == CallTask.objects.filter(about_id=pool.pk).count() == 2


def test_a_swab_taken_back_makes_nobody_a_member(lab: Lab) -> None:
    sample = lanes.swab(lab.tubes["T0002"], lab.town.chen_wei, 2, cast.NOON)
    SampleRejection.objects.create(
        id=new_id(),
        sample_id=sample.pk,
        reason="nausea",
        area_path=sample.area_path,
        round_id=sample.round_id,
        lane_id=sample.lane_id,
        occurred_at=cast.NOON,
        recorded_at=cast.NOON,
    )
    lab.enter("T0002", "suspect")

    lab.release("T0002")

    assert [each.person.name for each in PositivePool.objects.get().rechecks.all()] == ["张伟"]


def test_rows_of_one_upload_are_kept_once(lab: Lab) -> None:
    upload = lab.round.pk
    reports = [Report("T0001", "neg", source_row="结果!2"), Report("T0002", "neg", source_row="结果!3")]

    for _time in range(2):
        results.enter_results(reports=reports, by=lab.town.actor("lab"), at=LATER, upload_id=upload)

    assert Result.objects.count() == 2
    assert Entry.objects.filter(act="testing.result.entered").count() == 1


@pytest.mark.parametrize(
    ("words", "status"),
    [
        ([], "no_result"),
        ([("pending", "")], "pending"),
        ([("neg", "NoCt")], "final"),
        ([("neg", "0")], "final"),
        ([("neg", "37.99")], "check_ct"),
        ([("neg", ">40")], "final"),
        ([("neg", "39/36.5")], "check_ct"),
        ([("pos", "20"), ("pos", "21")], "final"),
        ([("pos", ""), ("neg", "30")], "conflict"),
    ],
)
def test_the_ledger_says_what_the_rule_says(lab: Lab, words: list[tuple[str, str]], status: str) -> None:
    for word, ct in words:
        lab.enter("T0001", word, ct)

    rows = queries.result_rows(lab.round.pk, view="all")

    found = queries.standings([lab.tubes["T0001"]])[lab.tubes["T0001"].pk]
    assert (rows[0].code, rows[0].status, found.status) == ("T0001", status, status)


def test_below_which_ct_a_negative_is_doubted_is_the_rule_of_the_rounds_day(lab: Lab) -> None:
    lab.enter("T0001", "neg", "36.5")
    before = queries.standings([lab.tubes["T0001"]])[lab.tubes["T0001"].pk].status
    RuleRow.objects.create(
        name=queries.CT_LIMIT, path="/43/", value=36, valid_from=date(2021, 1, 1), document="x"
    )

    found = queries.standings([lab.tubes["T0001"]])[lab.tubes["T0001"].pk]
    rows = queries.result_rows(lab.round.pk, view="all")
    read = register_of(lab.round.pk).tubes[0]

    assert (before, found.status, rows[0].status) == ("check_ct", "final", "final")
    assert (read.status, read.ct_limit) == ("final", 36)


def test_the_counts_of_the_ledger_are_its_rows(lab: Lab) -> None:
    lab.enter("T0001", "neg")

    counts = queries.result_counts(lab.round.pk)

    assert counts == queries.ResultCounts(waiting=1, to_release=1, negatives=1, doubtful=0, released=0, all=2)
    assert queries.negatives_to_release(lab.round.pk) == ["T0001"]


def test_a_release_of_many_tubes_costs_no_query_a_tube(lab: Lab, queries: list[str]) -> None:
    for number in range(3, 43):
        lanes.filled_tube(lab.lane, f"T{number:04d}", [], cast.NOON)
    codes = [f"T{number:04d}" for number in range(1, 43)]
    results.enter_results(reports=[Report(code, "neg") for code in codes], by=lab.town.actor("lab"), at=LATER)
    queries.clear()

    lab.release(*codes)

    assert len(queries) <= 16
