"""A figure is defined once, opens to its rows, and prints zero and unknown apart (CM-31)."""

from datetime import timedelta

import pytest

from tests import cast
from tests.factories import lanes
from tests.testing.services.test_pools import T0, Night, night_of
from tongxin.access.models import Entry
from tongxin.containment.services import holds
from tongxin.core.refusals import Refusal
from tongxin.reports import figures
from tongxin.reports.figures import FIGURES, Scope
from tongxin.reports.queries import rounds, rows
from tongxin.testing.models import Expected, MakeUp
from tongxin.testing.services import coverage

pytestmark = pytest.mark.usefixtures("db_everywhere")
AT = T0 + timedelta(hours=2)


@pytest.fixture
def night() -> Night:
    made = night_of(cast.town())
    coverage.settle(made.round.pk)
    holds.hold_members(Entry.objects.get(act="testing.pool.opened"))
    MakeUp.objects.create(
        round=made.round,
        person=made.town.zhang_wei,
        area_path=made.town.zhang_wei.area_path,
        tube_code="T0001",
        reason="voided",
        made_at=T0,
        due_at=AT,
    )
    return made


def scope(night: Night) -> Scope:
    return Scope(cast.SHUANGXI, AT, night.round)


def test_every_figure_with_rows_is_as_long_as_it_says(night: Night) -> None:
    found = figures.values(FIGURES, scope(night))
    counted = [key for key, value in found.items() if isinstance(value, int) and rows.has_rows(key)]
    counted.remove("lab_minutes")

    assert len(counted) >= 25
    assert {key: rows.rows_of(key, scope(night)).rows.count() for key in counted} == {
        key: found[key] for key in counted
    }


def test_the_figures_of_the_night(night: Night) -> None:
    wanted = (
        "base_closing",
        "covered",
        "class_unknown",
        "swabs",
        "tubes_used",
        "pools_opened",
        "pools_cleared",
        "make_ups_owed",
        "holds_in_force",
        "coverage_share",
    )

    assert figures.values(wanted, scope(night)) == {
        "base_closing": 11,
        "covered": 10,
        "class_unknown": 1,
        "swabs": 10,
        "tubes_used": 1,
        "pools_opened": 1,
        "pools_cleared": 0,
        "make_ups_owed": 1,
        "holds_in_force": 10,
        "coverage_share": (10, 11),
    }


def test_the_rows_of_every_kind_can_be_shown(night: Night) -> None:
    kinds = {}
    for key in FIGURES:
        if rows.has_rows(key):
            found = rows.rows_of(key, scope(night))
            kinds[found.kind] = [len(row.cells) for row in rows.shown(found.kind, list(found.rows))][:1]

    assert set(kinds) == set(rows.COLUMNS)
    assert all(len(rows.COLUMNS[kind]) == 4 and lengths in ([4], []) for kind, lengths in kinds.items())


def test_zero_is_printed_and_unknown_is_a_dash() -> None:
    figure = FIGURES["pools_opened"]

    assert (figure.text(0), figure.text(None)) == ("0", "—")
    assert FIGURES["coverage_share"].text((2870, 2871)) == "99.9%"
    assert FIGURES["coverage_share"].text((0, 0)) == "—"


@pytest.mark.parametrize(
    ("value", "before", "expected"),
    [(2718, 2621, "+97"), (2621, 2718, "−97"), (5, 5, "±0"), (5, None, "—"), (None, 5, "—")],
)
def test_a_change_carries_its_sign(value: int | None, before: int | None, expected: str) -> None:
    assert FIGURES["covered"].change(value, before) == expected


def test_a_figure_without_a_ledger_is_unknown_not_zero(night: Night) -> None:
    assert figures.values(["new_confirmed", "rooms_free"], scope(night)) == {
        "new_confirmed": None,
        "rooms_free": None,
    }


def test_without_a_round_its_figures_are_unknown() -> None:
    cast.town()

    found = figures.values(FIGURES, Scope(cast.SHUANGXI, AT, None))

    assert {key for key, value in found.items() if value is not None} == {
        "holds_in_force",
        "holds_begun",
        "holds_ended",
    }


def test_a_figure_that_has_no_rows_opens_nothing(night: Night) -> None:
    with pytest.raises(Refusal, match="not_found"):
        rows.rows_of("new_confirmed", scope(night))


def test_the_report_explains_why_the_base_changed(night: Night) -> None:  # MT-43
    earlier = lanes.running_round(night.town.point, cast.NOON - timedelta(days=1), number=9)
    gone = Expected.objects.filter(round=night.round, klass="unknown").get()
    gone.removed_at, gone.removed_reason = AT, "迁出"
    gone.save(update_fields=["removed_at", "removed_reason"])

    report = rounds.report(night.round, AT)

    base = {line.key: (line.text, line.before_text, line.change) for line in report.sections[0].lines}
    assert report.before == earlier
    assert base["base_opening"] == ("11", "11", "±0")
    assert base["base_removed"] == ("1", "0", "+1")
    assert base["base_closing"] == ("10", "11", "−1")
    assert report.removals == [("迁出", 1)]


def test_the_report_costs_a_fixed_number_of_queries(night: Night, queries: list[str]) -> None:
    counts = []
    for number in range(2):
        queries.clear()
        rounds.report(night.round, AT)
        counts.append(len(queries))
        lanes.filled_tube(night.lane, f"T9{number}", [], cast.NOON)

    assert counts[0] == counts[1]
