"""What a round needs, from the rules of its day (A3, A5)."""

from datetime import timedelta

import pytest
from django.utils import translation

from tests import cast
from tests.factories import lanes
from tongxin.places.models import RuleRow
from tongxin.places.queries.rules import rules
from tongxin.places.services.rules import load_default_rules
from tongxin.testing.enums import PoolKind
from tongxin.testing.queries import plans

pytestmark = pytest.mark.usefixtures("db_everywhere")


def needs(persons: int, pool: PoolKind = PoolKind.POOL10, hours: float = 13) -> dict[str, plans.Need]:
    load_default_rules()
    found = rules(plans.NAMES, path=cast.SHUANGXI, on=cast.TODAY)
    with translation.override("en"):
        return {
            each.name: each for each in plans.needs(persons, hours, pool, found, {"lanes": 1, "tubes": 300})
        }


def test_the_crew_of_three_thousand() -> None:  # A5
    found = needs(3000)

    assert found["Samplers"].least == 9
    assert (found["Points"].least, found["Points"].most) == (1, 2)
    assert (found["Tables"].least, found["Tables"].most) == (4, 5)


@pytest.mark.parametrize(("pool", "tubes"), [(PoolKind.POOL10, 272), (PoolKind.POOL20, 136)])
def test_the_tubes_and_lane_hours_of_round_10(pool: PoolKind, tubes: int) -> None:  # A5
    found = needs(2718, pool)

    assert found["Tubes"].least == tubes
    assert (found["Lane-hours"].least, found["Lane-hours"].unit) == (17, "hours")
    assert str(tubes) in found["Tubes"].why


def test_what_is_planned_stands_beside_and_is_said_to_be_short() -> None:
    found = needs(3000)

    assert (found["Lanes"].least, found["Lanes"].held, found["Lanes"].is_short) == (3, 1, True)
    assert found["Tubes"].is_short is False


def test_a_rule_of_the_day_changes_the_need() -> None:  # PO-01
    load_default_rules()
    RuleRow.objects.create(
        name="testing.sampler.people", path=cast.SHUANGXI, value=500, valid_from=cast.TODAY, document="测试"
    )

    assert needs(3000)["Samplers"].least == 6


def test_before_opening_those_who_live_here_now_are_counted() -> None:
    town = cast.town()
    round_ = lanes.running_round(town.point, cast.NOON)
    round_.base_count = None

    plan = plans.plan_of(round_, cast.NOON + timedelta(hours=1))

    assert (plan.persons, plan.is_counted) == (3, False)
