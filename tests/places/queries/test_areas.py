"""Finding areas, browsing them, and saying addresses."""

from datetime import date

import pytest
from django.utils import translation

from tests import cast, factories
from tongxin.core import clock, scope
from tongxin.core.refusals import Refusal
from tongxin.places.models import Area
from tongxin.places.queries import areas as queries
from tongxin.places.queries.addresses import address_label


@pytest.fixture
def town(db_everywhere: None) -> cast.Town:
    return cast.town()


def test_the_community_of_a_building_is_found(town: cast.Town) -> None:
    assert queries.community_of(town.buildings["3"].path) == cast.SHUANGXI
    assert queries.community_of(cast.SHUANGXI) == cast.SHUANGXI
    with pytest.raises(Refusal, match="area_unknown"):
        queries.community_of("/43/08/")


def test_children_come_by_kind_and_code(town: cast.Town) -> None:
    names = [branch.area.name for branch in queries.children(town.community, cast.TODAY)]

    assert names == ["第1网格", "1栋", "3栋"]


def test_below_a_grid_lie_its_buildings_of_the_day(town: cast.Town) -> None:  # ID-05
    names = [branch.area.name for branch in queries.children(town.grid, cast.TODAY)]

    assert names == ["1栋", "3栋"]
    assert queries.children(town.grid, date(2019, 12, 31)) == []


def test_areas_near_the_reader_are_found_first(town: cast.Town) -> None:
    Area.objects.create(key="110101L01001", path="/11/01/01/L01/001/", name="双溪社区", level="community")

    found = [area.path for area in queries.search_areas("双溪社区", near=town.grid.path)]

    assert found == [cast.SHUANGXI, "/11/01/01/L01/001/"]


def test_an_ended_area_comes_last_with_what_came_after(town: cast.Town) -> None:  # ID-03
    after = town.buildings["3"]
    Area.objects.filter(pk=town.buildings["1"].pk).update(valid_to=cast.TODAY, successor=after)

    last = queries.children(town.community, cast.TODAY)[-1]

    assert (last.area.name, last.is_ended, last.area.successor) == ("1栋", True, after)


@pytest.mark.parametrize(
    ("text", "names"),
    [("双溪", ["双溪社区"]), ("430802L01", ["双溪社区", "永定社区", "第1网格"]), ("", []), ("无此地", [])],
)
def test_areas_are_searched_by_name_and_code(town: cast.Town, text: str, names: list[str]) -> None:
    assert [area.name for area in queries.search_areas(text)] == names


def test_the_grid_table_shows_each_building_once(town: cast.Town) -> None:  # ID-05
    factories.building(town.community, "7")

    lines = queries.grid_table(cast.SHUANGXI, cast.TODAY)

    assert [
        (line.grid and line.grid.name, [area.name for area in line.buildings], line.doors) for line in lines
    ] == [
        ("第1网格", ["1栋", "3栋"], 2),
        (None, ["7栋"], 0),
    ]


def test_the_next_community_sees_no_grid(db: None) -> None:
    with scope.everywhere():
        cast.town()

    with scope.scoped([cast.NEXT_DOOR]):
        assert queries.grids_of(cast.SHUANGXI, clock.start_of(cast.TODAY)) == {}
        assert [line.grid for line in queries.grid_table(cast.SHUANGXI, cast.TODAY)][-1] is None


@pytest.mark.parametrize(
    ("parts", "english"),
    [
        (("3", "1", "401"), "Building 3, Unit 1, 401"),
        (("3", "", "401"), "Building 3, 401"),
        (("3", "1", ""), "Building 3, Unit 1"),
        (("3", "", ""), "Building 3"),
        (("", "1", "401"), "Unit 1, 401"),
        (("", "", "401"), "401"),
        (("", "", ""), "address not known"),
    ],
)
def test_an_address_is_said_in_english(parts: tuple[str, str, str], english: str) -> None:  # ID-04
    with translation.override("en"):
        assert address_label(*parts) == english
