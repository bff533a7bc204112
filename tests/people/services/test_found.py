"""Somebody whom the lane has found stands where they say they live (MT-23)."""

import pytest

from tests import cast
from tongxin.core.ids import new_id
from tongxin.people.models import Person
from tongxin.people.services import found

pytestmark = pytest.mark.usefixtures("db_everywhere")


def _find(building: str) -> Person:
    key = new_id()
    found.add_found(
        person_id=key,
        name="覃晓雨",
        document="",
        phone="13900000042",
        building=building,
        unit="",
        room="101",
        area_path=cast.SHUANGXI,
        at=cast.NOON,
    )
    return Person.objects.get(pk=key)


def test_a_door_that_is_not_known_still_belongs_to_its_building() -> None:
    cast.town()

    assert _find("3").area_path == f"{cast.SHUANGXI}B003/"


def test_a_building_that_is_not_known_leaves_the_person_with_the_community() -> None:
    cast.town()

    assert _find("77").area_path == cast.SHUANGXI
