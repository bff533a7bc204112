"""The ground of story A stands, and the areas of all five stories are found."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests import cast
from tongxin.access.models import Installation
from tongxin.access.queries import installation
from tongxin.access.services.accounts import mark_installation
from tongxin.core import clock, scope
from tongxin.core.refusals import Refusal
from tongxin.places.models import Area, GridMembership, Site
from tongxin.places.queries import areas as queries
from tongxin.places.services.areas import add_buildings
from tongxin.simulation import places

SITES = {"sampling_point": 1, "checkpoint": 4, "roadblock": 7, "institution": 3, "laboratory": 1}


def test_shuangxi_stands_with_its_grids_and_sites_and_stands_once(db_everywhere: None) -> None:  # story A2
    first = places.build_shuangxi(cast.NOON)
    add_buildings(first.community.path, [str(number) for number in range(1, 14)])

    built = places.build_shuangxi(cast.NOON)
    counts = (Area.objects.count(), Site.objects.count(), GridMembership.objects.count())
    again = places.build_shuangxi(clock.now())

    assert first.grids == {}
    assert (built.community.key, built.neighbour.key) == ("430802L01001", "430802L01002")
    assert [grid.path[-5:] for grid in built.grids.values()] == [f"G{number:03d}/" for number in range(1, 12)]
    held = queries.grids_of(built.community.path, cast.NOON)
    assert len(held) == 13
    assert set(held.values()) == set(built.grids.values())
    sites = Site.objects.filter(area_path=built.community.path)
    assert {kind: sites.filter(kind=kind).count() for kind in SITES} == SITES
    assert again == built
    assert (Area.objects.count(), Site.objects.count(), GridMembership.objects.count()) == counts
    assert (installation().is_demo, installation().area_path) == (True, cast.SHUANGXI)
    # The areas of all five stories are there, under the names the list gives them (ID-02).
    found = places.story_areas()
    assert [len(found[story]) for story in "ABCDE"] == [1, 2, 3, 1, 17]
    for story, keys in places.STORIES.items():
        for area, (key, name) in zip(found[story], keys, strict=True):
            assert area.key == key
            assert name in ("", area.name)


def test_a_real_register_is_not_built_upon(db: None) -> None:
    with scope.everywhere():
        mark_installation(is_demo=False, area_path=cast.SHUANGXI)

    with pytest.raises(Refusal, match="register_not_demo"):
        places.build_shuangxi(cast.NOON)

    assert Installation.objects.get().is_demo is False
    assert not Area.objects.filter(key="430802L01").exists()


@given(st.lists(st.integers(1, 999), min_size=1, max_size=60, unique=True), st.integers(1, 20))
def test_every_building_is_in_exactly_one_grid_and_no_grid_is_empty(numbers: list[int], count: int) -> None:
    buildings = [str(number) for number in numbers]

    grids = places.split(buildings, count)

    assert [number for grid in grids.values() for number in grid] == buildings
    assert len(grids) == min(count, len(buildings))
    assert all(grids.values())
