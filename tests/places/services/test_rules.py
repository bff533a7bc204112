"""Writing and publishing rules: two persons, forward only, never changed (PO-01, PO-03, LE-20)."""

import threading
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.db import connections, transaction
from django.db.utils import InternalError, ProgrammingError

from tests import cast
from tongxin.access.models import Entry
from tongxin.core import scope
from tongxin.core.refusals import Refusal
from tongxin.places.models import Area, RuleDraft, RuleRow
from tongxin.places.queries import rules as queries
from tongxin.places.services import rules as services

HOURS = "containment.hold.hours"
POOL = "testing.pool.default"
PAPER = services.Source("永定区关于调整混管等待时限的通知", "永定区指挥部", "永疫指〔2021〕12号", "", True)
TOMORROW = cast.TODAY + timedelta(days=1)


@pytest.fixture
def town(db_everywhere: None) -> cast.Town:
    return cast.town()


def _write(town: cast.Town, who: str = "he", **more: Any) -> RuleDraft:
    wanted: dict[str, Any] = {
        "name": POOL, "path": cast.SHUANGXI, "value": "pool5", "valid_from": TOMORROW, "source": PAPER,
        "by": town.actor(who), "at": cast.NOON, "note": "五混一",
    }  # fmt: skip
    return services.write_rule(**{**wanted, **more})


def _publish(town: cast.Town, draft: RuleDraft, who: str = "commander", at: datetime = cast.NOON) -> RuleRow:
    return services.publish_rule(draft_id=draft.pk, by=town.actor(who), at=at)


def _held(name: str, on: date, path: str = cast.SHUANGXI) -> Any:
    return queries.rule(name, path=path, on=on).value


def test_a_draft_changes_nothing_until_a_second_person_publishes_it(town: cast.Town) -> None:  # PO-03
    draft = _write(town)
    before = _held(POOL, TOMORROW)

    row = _publish(town, draft)

    assert (before, _held(POOL, cast.TODAY), _held(POOL, TOMORROW)) == ("pool10", "pool10", "pool5")
    assert _held(POOL, TOMORROW, cast.NEXT_DOOR) == "pool10"
    assert (row.author_name, row.approver_name, row.number) == ("何医生", "彭指挥", "永疫指〔2021〕12号")
    acts = list(Entry.objects.filter(act__startswith="places.rule.").values_list("act", flat=True))
    assert sorted(acts) == ["places.rule.published", "places.rule.written"]


def test_the_author_does_not_publish_it(town: cast.Town) -> None:  # PO-03
    with pytest.raises(Refusal, match="rule_own_draft"):
        _publish(town, _write(town), "he")

    assert not RuleRow.objects.filter(path=cast.SHUANGXI).exists()


@pytest.mark.parametrize("who", ["tang", "lin", "auditor", "gao", "operator"])
def test_only_who_may_writes_and_publishes(town: cast.Town, who: str) -> None:
    draft = _write(town)

    with pytest.raises(Refusal, match="not_allowed"):
        _write(town, who)
    with pytest.raises(Refusal, match="not_allowed"):
        _publish(town, draft, who)
    with pytest.raises(Refusal, match="not_allowed"):
        services.decline_rule(draft_id=draft.pk, why="不同意", by=town.actor(who), at=cast.NOON)


def test_a_health_officer_writes_nothing_for_the_county(town: cast.Town) -> None:
    Area.objects.create(key="430802", path="/43/08/02/", name="永定区", level="county")

    with pytest.raises(Refusal, match="not_allowed"):
        _write(town, path="/43/08/02/")
    assert _write(town, "commander", path="/43/08/02/").path == "/43/08/02/"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"value": "pool7"}, "rule_value"),
        ({"valid_from": cast.TODAY - timedelta(days=1)}, "rule_in_past"),
        ({"valid_to": TOMORROW}, "rule_ends_before"),
        ({"source": services.Source("  ")}, "rule_document"),
        ({"name": "testing.pool.unheard_of"}, "rule_missing"),
        ({"is_withdrawal": True}, "rule_nothing_local"),
        ({"name": HOURS, "value": 48}, "rule_stricter_reason"),
        ({"name": HOURS, "value": 48, "reason": "传播链未明"}, "rule_stricter_review"),
        (
            {"name": HOURS, "value": 48, "reason": "传播链未明", "review_on": TOMORROW + timedelta(days=4)},
            "rule_stricter_review",
        ),
        ({"name": HOURS, "value": 500, "reason": "传播链未明", "review_on": TOMORROW}, "rule_range"),
    ],
)
def test_a_draft_is_refused(town: cast.Town, change: dict[str, Any], code: str) -> None:
    with pytest.raises(Refusal, match=code):
        _write(town, **change)

    assert not RuleDraft.objects.exists()


def test_a_row_for_an_area_that_is_not_there_is_refused(town: cast.Town) -> None:
    with pytest.raises(Refusal, match="area_unknown"):
        _write(town, path=f"{cast.SHUANGXI}C099/")


def test_a_stricter_row_is_flagged_with_its_reason_and_review_day(town: cast.Town) -> None:  # LE-20
    review = TOMORROW + timedelta(days=3)

    row = _publish(town, _write(town, name=HOURS, value=48, reason="传播链未明", review_on=review))

    assert (row.is_stricter, row.reason, row.review_on) == (True, "传播链未明", review)
    assert Entry.objects.get(act="places.rule.published").why == "传播链未明"
    assert not queries.is_review_due(row, TOMORROW)
    assert queries.is_review_due(row, review)


def test_a_national_row_that_became_milder_flags_a_waiting_draft(town: cast.Town) -> None:  # LE-20
    draft = _write(town, name=HOURS, value=24)
    RuleRow.objects.create(name=HOURS, path="/", value=12, valid_from=TOMORROW, document="优化措施通知")

    with pytest.raises(Refusal, match="rule_stricter_reason"):
        _publish(town, draft)


def test_publishing_twice_is_publishing_once(town: cast.Town) -> None:
    draft = _write(town)

    assert _publish(town, draft) == _publish(town, draft)
    assert RuleRow.objects.filter(path=cast.SHUANGXI).count() == 1
    with pytest.raises(Refusal, match="rule_decided"):
        services.decline_rule(draft_id=draft.pk, why="太迟了吧", by=town.actor("commander"), at=cast.NOON)


def test_a_draft_that_waited_past_its_first_day_is_written_anew(town: cast.Town) -> None:
    draft = _write(town)

    with pytest.raises(Refusal, match="rule_in_past"):
        _publish(town, draft, at=cast.NOON + timedelta(days=3))


def test_a_declined_draft_is_never_published(town: cast.Town) -> None:
    draft = _write(town)
    with pytest.raises(Refusal, match="rule_decline_reason"):
        services.decline_rule(draft_id=draft.pk, why=" ", by=town.actor("commander"), at=cast.NOON)
    services.decline_rule(draft_id=draft.pk, why="依据不足", by=town.actor("commander"), at=cast.NOON)

    with pytest.raises(Refusal, match="rule_decided"):
        _publish(town, draft)


def test_a_wrong_number_is_followed_on_the_same_day_by_the_right_one(town: cast.Town) -> None:  # PO-03
    first = _publish(town, _write(town, value="pool20"))

    second = _publish(town, _write(town, value="pool5"))

    assert (first.version, second.version, _held(POOL, TOMORROW)) == (1, 2, "pool5")
    assert [step.row.value for step in queries.history(POOL, path=cast.SHUANGXI, on=TOMORROW)] == [
        "pool5", "pool20", "pool10",
    ]  # fmt: skip


def test_a_row_with_an_end_gives_way_to_the_one_before_it(town: cast.Town) -> None:
    _publish(town, _write(town, value="pool5"))
    _publish(
        town,
        _write(
            town,
            value="single",
            valid_from=TOMORROW + timedelta(days=2),
            valid_to=TOMORROW + timedelta(days=4),
        ),
    )

    assert [_held(POOL, TOMORROW + timedelta(days=days)) for days in (1, 2, 3, 4)] == [
        "pool5", "single", "single", "pool5",
    ]  # fmt: skip


def test_a_local_row_that_is_taken_back_lets_the_wider_rule_hold_again(town: cast.Town) -> None:  # PO-01
    _publish(town, _write(town))

    _publish(town, _write(town, is_withdrawal=True, value=None, valid_from=TOMORROW + timedelta(days=5)))

    assert [_held(POOL, TOMORROW + timedelta(days=days)) for days in (0, 4, 5)] == [
        "pool5",
        "pool5",
        "pool10",
    ]
    assert RuleRow.objects.filter(path=cast.SHUANGXI).count() == 2


@pytest.mark.parametrize("statement", ["UPDATE places_rulerow SET value = '1'", "DELETE FROM places_rulerow"])
def test_the_database_changes_no_published_row(town: cast.Town, statement: str) -> None:  # PO-03
    with (
        pytest.raises((InternalError, ProgrammingError), match="append-only"),
        transaction.atomic(),
        connections["default"].cursor() as cursor,
    ):
        cursor.execute(statement)


def test_two_who_publish_at_once_make_one_row(committed: None) -> None:
    with scope.everywhere():
        town = cast.town()
        draft = _write(town)
        commander = town.actor("commander")
    rows: list[Any] = []
    problems: list[Exception] = []

    def publish() -> None:
        try:
            with scope.scoped(["/43/08/02/"]):
                rows.append(services.publish_rule(draft_id=draft.pk, by=commander, at=cast.NOON).pk)
        except Exception as problem:
            problems.append(problem)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=publish) for _number in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert (problems, len(set(rows))) == ([], 1)
    with scope.everywhere():
        assert RuleRow.objects.filter(path=cast.SHUANGXI).count() == 1
