"""docs/operations/change-a-rule.md names tests and rules: they are there, and speak up as it says."""

import re
from pathlib import Path

import pytest

from tests import cast
from tests.testing.services.test_rounds import plan
from tongxin.places.rules.rulebook import RULEBOOK
from tongxin.places.services import rules as services

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "operations" / "change-a-rule.md").read_text(encoding="utf-8")


def test_every_test_that_the_page_names_is_there() -> None:
    named = re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", PAGE)

    assert len(named) == 5
    for path, test in named:
        assert f"def {test}(" in (ROOT / path).read_text(encoding="utf-8"), (path, test)


def test_every_rule_and_file_that_the_page_names_is_there() -> None:
    rules = set(re.findall(r"`((?:testing|places|containment|people)\.\w+\.\w+)`", PAGE))
    files = set(re.findall(r"`(src/[\w/.]+)`", PAGE))

    assert rules == {"places.overlay.review_days", "testing.pool.default", "testing.pool.capacity"}
    assert rules <= set(RULEBOOK)
    assert files
    assert all((ROOT / path).exists() for path in files)


def test_the_change_of_the_page_reaches_a_planned_round(
    db_everywhere: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = services.DEFAULTS.read_text(encoding="utf-8")
    changed = tmp_path / "default_rules.json"
    changed.write_text(text.replace('"value": "pool10"', '"value": "pool5"', 1), encoding="utf-8")
    monkeypatch.setattr(services, "DEFAULTS", changed)

    planned = plan(cast.town())

    assert (planned.pool, planned.capacity) == ("pool5", 5)
