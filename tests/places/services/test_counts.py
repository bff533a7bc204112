"""The number of people that a community states, with its qualifier (A1)."""

from datetime import date, timedelta
from typing import Any

import pytest

from tests import cast
from tongxin.core.refusals import Refusal
from tongxin.places.models import StatedCount
from tongxin.places.queries import population
from tongxin.places.services.counts import state_count


@pytest.fixture
def town(db_everywhere: None) -> cast.Town:
    return cast.town()


def _state(town: cast.Town, who: str = "tang", **more: Any) -> StatedCount:
    wanted = {
        "area_path": cast.SHUANGXI, "persons": 3000, "qualifier": "about", "stated_on": cast.TODAY, "source": "社区汇报",
    }  # fmt: skip
    return state_count(**{**wanted, **more}, by=town.actor(who), at=cast.NOON)


def test_about_three_thousand_stays_about_three_thousand(town: cast.Town) -> None:  # A1
    _state(town, persons=2900, stated_on=cast.TODAY - timedelta(days=30))
    _state(town)
    _state(town, persons=3100, qualifier="more")

    today = population.stated(cast.SHUANGXI, cast.TODAY)
    before = population.stated(cast.SHUANGXI, cast.TODAY - timedelta(days=1))

    assert today is not None
    assert before is not None
    assert (today.persons, today.qualifier, before.persons) == (3100, "more", 2900)
    assert population.stated(cast.SHUANGXI, date(2020, 1, 1)) is None
    assert StatedCount.objects.count() == 2


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"persons": 0}, "stated_count"),
        ({"qualifier": "roughly"}, "stated_count"),
        ({"source": " "}, "stated_count"),
        ({"area_path": f"{cast.SHUANGXI}X/"}, "area_unknown"),
        ({"who": "lin"}, "not_allowed"),
    ],
)
def test_a_stated_count_is_refused(town: cast.Town, change: dict[str, Any], code: str) -> None:
    with pytest.raises(Refusal, match=code):
        _state(town, **change)


def test_people_are_counted_by_building_and_by_door(town: cast.Town) -> None:
    by_area = population.people_by_area(cast.SHUANGXI)

    assert by_area == {town.buildings["3"].path: 2, town.buildings["1"].path: 1}
    assert population.below(by_area, cast.SHUANGXI) == 3
    assert population.people_by_door(town.buildings["3"].path) == {town.door_302.pk: 2}
