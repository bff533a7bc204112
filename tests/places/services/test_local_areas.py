"""Local areas by page: added, renamed, ended with a successor (ID-03, ID-04)."""

from datetime import timedelta
from typing import Any

import pytest

from tests import cast
from tongxin.access.models import EntryFacts
from tongxin.core.refusals import Refusal
from tongxin.places.enums import AreaLevel, CodeSource
from tongxin.places.models import Area, Dwelling, GridMembership
from tongxin.places.queries import areas as queries
from tongxin.places.services import areas

DAY = cast.TODAY


@pytest.fixture
def town(db_everywhere: None) -> cast.Town:
    return cast.town()


def _add(town: cast.Town, level: str, name: str, segment: str = "", who: str = "operator") -> Area:
    return areas.add_below(
        parent=town.community, level=level, name=name, segment=segment, by=town.actor(who), at=cast.NOON
    )


def _end(town: cast.Town, path: str, **more: Any) -> Area:
    wanted = {"on": DAY, "successor": ""}
    return areas.end_area(path=path, by=town.actor("operator"), at=cast.NOON, **{**wanted, **more})


def test_compounds_and_buildings_get_their_codes(town: cast.Town) -> None:  # ID-04
    compound = _add(town, AreaLevel.COMPOUND, "东区")
    building = _add(town, AreaLevel.BUILDING, "12a")

    assert (compound.key, building.key) == ("430802L01001C001", "430802L01001B12A")
    assert (compound.code_source, compound.valid_from) == (CodeSource.LOCAL, DAY)


@pytest.mark.parametrize(
    ("level", "name", "segment", "code"),
    [
        (AreaLevel.STREET, "东街", "L02", "area_level"),
        (AreaLevel.GRID, "第9网格", "G009", "area_level"),
        (AreaLevel.COMPOUND, " ", "", "area_name"),
        (AreaLevel.BUILDING, "3栋", "", "area_name_taken"),
    ],
)
def test_an_area_below_is_refused(town: cast.Town, level: str, name: str, segment: str, code: str) -> None:
    with pytest.raises(Refusal) as refused:
        _add(town, level, name, segment)

    assert refused.value.code == code


@pytest.mark.parametrize("segment", ["", "L/1", "L 1", "../1", "街1"])
def test_a_code_holds_letters_and_digits(town: cast.Town, segment: str) -> None:  # ID-03
    county = Area.objects.create(key="430802", path="/43/08/02/", name="永定区", level=AreaLevel.COUNTY)

    with pytest.raises(Refusal, match="local_code_needs_letter"):
        areas.add_below(
            parent=county, level=AreaLevel.STREET, name="甲街道", segment=segment,
            by=town.actor("operator"), at=cast.NOON,
        )  # fmt: skip


def test_a_renamed_compound_takes_its_buildings_and_doors_along(town: cast.Town) -> None:
    compound = _add(town, AreaLevel.COMPOUND, "东区")
    areas.ensure_dwellings(compound.path, [("3", "1", "302", "")])

    areas.rename_area(path=compound.path, name="东苑", by=town.actor("operator"), at=cast.NOON)

    assert Area.objects.get(path=f"{compound.path}B003/").name == "东苑3栋"
    assert Dwelling.objects.get(area_path=f"{compound.path}B003/").label == "东苑3栋1单元302"
    assert EntryFacts.objects.get(entry__act="places.area.renamed").facts == {"was": "东区", "now": "东苑"}


def test_an_area_ends_with_a_successor_and_its_rows_stay(town: cast.Town) -> None:  # ID-03
    old, new = town.buildings["3"], _add(town, AreaLevel.BUILDING, "30")

    ended = _end(town, old.path, successor=new.key)
    again = _end(town, old.path)

    assert (ended.valid_to, ended.successor) == (DAY, new)
    assert again.successor == new
    assert Dwelling.objects.filter(area_path=old.path).exists()
    assert GridMembership.objects.get(area_path=old.path).valid_to == DAY
    (branch,) = [each for each in queries.children(town.community, DAY) if each.area == old]
    assert branch.is_ended


@pytest.mark.parametrize(
    ("path", "more", "code"),
    [
        (f"{cast.SHUANGXI}G001/", {}, "area_is_grid"),
        (cast.SHUANGXI, {}, "area_not_empty"),
        (f"{cast.SHUANGXI}B003/", {"on": DAY + timedelta(days=1)}, "area_end_day"),
        (f"{cast.SHUANGXI}B003/", {"successor": cast.SHUANGXI}, "area_successor"),
        (f"{cast.SHUANGXI}B003/", {"successor": f"{cast.SHUANGXI}B003/"}, "area_successor"),
        (f"{cast.SHUANGXI}B003/", {"successor": "没有的地方"}, "area_unknown"),
        (f"{cast.SHUANGXI}B099/", {}, "area_unknown"),
    ],
)
def test_an_end_is_refused(town: cast.Town, path: str, more: dict[str, Any], code: str) -> None:
    with pytest.raises(Refusal, match=code):
        _end(town, path, **more)


def test_the_national_list_changes_alone(town: cast.Town) -> None:  # ID-03
    Area.objects.create(key="430802", path="/43/08/02/", name="永定区", level=AreaLevel.COUNTY)

    with pytest.raises(Refusal, match="area_national"):
        areas.rename_area(path="/43/08/02/", name="大庸区", by=town.actor("operator"), at=cast.NOON)
    with pytest.raises(Refusal, match="area_national"):
        _end(town, "/43/08/02/")


@pytest.mark.parametrize("name", ["1栋", "  "])
def test_a_name_is_given_once_and_is_one(town: cast.Town, name: str) -> None:
    with pytest.raises(Refusal, match="area_name"):
        areas.rename_area(path=town.buildings["3"].path, name=name, by=town.actor("operator"), at=cast.NOON)


@pytest.mark.parametrize("who", ["tang", "lin", "commander", "auditor"])
def test_only_who_may_changes_areas(town: cast.Town, who: str) -> None:
    actor, path = town.actor(who), town.buildings["3"].path
    for act in (
        lambda: areas.add_below(parent=town.community, level="compound", name="东区", by=actor, at=cast.NOON),
        lambda: areas.rename_area(path=path, name="新", by=actor, at=cast.NOON),
        lambda: areas.end_area(path=path, on=DAY, by=actor, at=cast.NOON),
    ):
        with pytest.raises(Refusal, match="not_allowed"):
            act()
