"""What a rule takes, which way is stricter, and that the shipped rows fit (PO-01, LE-20)."""

import json
from datetime import date
from typing import Any

import pytest

from tongxin.places.queries import words
from tongxin.places.rules import rulebook
from tongxin.places.services.rules import DEFAULTS

DAY = date(2022, 3, 20)
ROWS = json.loads(DEFAULTS.read_text(encoding="utf-8"))


@pytest.mark.parametrize("row", ROWS, ids=[row["name"] for row in ROWS])
def test_every_shipped_row_is_in_the_book_with_a_title_and_a_real_document(
    row: dict[str, Any],
) -> None:  # PO-01
    kind = rulebook.RULEBOOK[row["name"]]

    assert rulebook.may_hold(row["name"], row["value"]).ok
    assert row["unit"] == kind.unit
    assert row["name"] in words.TITLES
    assert "DOMAIN" not in row["document"]
    assert len(row["document"]) >= 4
    if row["document"].startswith("项目默认值"):
        assert not row["verified"]


def test_every_rule_of_the_book_is_shipped() -> None:
    assert set(rulebook.RULEBOOK) == {row["name"] for row in ROWS}


@pytest.mark.parametrize(
    ("name", "value", "code"),
    [
        ("containment.hold.hours", 24, ""),
        ("containment.hold.hours", 0, "rule_range"),
        ("containment.hold.hours", 1000, "rule_range"),
        ("containment.hold.hours", 2.5, "rule_value"),
        ("containment.hold.hours", "24", "rule_value"),
        ("containment.hold.hours", True, "rule_value"),
        ("testing.pool.default", "pool5", ""),
        ("testing.pool.default", "pool7", "rule_value"),
        ("testing.lane.staff", {"sampler": 1, "registrar": 2}, ""),
        ("testing.lane.staff", {"sampler": 1}, "rule_value"),
        ("testing.lane.staff", {"sampler": 1, "registrar": -1}, "rule_range"),
        ("containment.appeal_to", "0744-0000000", ""),
        ("containment.appeal_to", "  ", "rule_value"),
        ("testing.temperature.limit", 37.3, ""),
        ("containment.warn_hours", [24, 6], ""),
        ("containment.warn_hours", [], "rule_value"),
        ("containment.warn_hours", 24, "rule_value"),
        ("containment.warn_hours", [24, 1000], "rule_range"),
    ],
)
def test_a_value_must_fit_its_rule(name: str, value: Any, code: str) -> None:
    assert rulebook.may_hold(name, value).code == code


@pytest.mark.parametrize(
    ("name", "local", "stricter"),
    [
        ("containment.hold.hours", 48, True),
        ("containment.hold.hours", 24, False),
        ("containment.hold.hours", 12, False),
        ("people.call.tries", 1, True),
        ("people.call.tries", 5, False),
        ("testing.temperature.limit", 37.0, True),
        ("testing.lane.rate", 400, False),
        ("testing.pool.default", "single", False),
    ],
)
def test_stricter_is_what_restricts_people_more(name: str, local: Any, stricter: bool) -> None:  # LE-20
    national = {"containment.hold.hours": 24, "people.call.tries": 3, "testing.temperature.limit": 37.3}

    assert rulebook.is_stricter(name, local, national.get(name, 160)) is stricter


@pytest.mark.parametrize(
    ("reason", "review_on", "code"),
    [
        ("本地传播链未明", date(2022, 3, 23), ""),
        ("", date(2022, 3, 23), "rule_stricter_reason"),
        ("本地传播链未明", None, "rule_stricter_review"),
        ("本地传播链未明", date(2022, 3, 24), "rule_stricter_review"),
        ("本地传播链未明", DAY, "rule_stricter_review"),
    ],
)
def test_a_stricter_row_has_a_reason_and_is_looked_at_within_three_days(
    reason: str, review_on: date | None, code: str
) -> None:  # LE-20
    verdict = rulebook.may_overlay(stricter=True, reason=reason, review_on=review_on, begins=DAY, days=3)

    assert verdict.code == code
    assert rulebook.may_overlay(stricter=False, reason="", review_on=None, begins=DAY, days=3).ok
