"""Local areas, buildings, doors."""

import threading

import pytest
from django.db import connections
from django.utils import translation

from tests import cast, factories
from tongxin.access.actors import SYSTEM
from tongxin.core import scope
from tongxin.core.refusals import Refusal
from tongxin.places.enums import AreaLevel, CodeSource
from tongxin.places.models import Area, Dwelling
from tongxin.places.queries import areas as queries
from tongxin.places.queries.addresses import door_label
from tongxin.places.queries.names import names_of
from tongxin.places.services import areas

DOORS = [
    ("3", "1", "401", "3栋1单元401"),
    ("3", "1", "402", "3-1-402"),
    ("12A", "", "B101", "12A栋B101"),
    ("", "", "", "不详"),
]


def _county() -> Area:
    return Area.objects.create(key="430802", path="/43/08/02/", name="永定区", level=AreaLevel.COUNTY)


def test_a_local_area_gets_a_key_with_a_letter_and_is_the_same_when_added_again(
    db_everywhere: None,
) -> None:  # ID-03
    county = _county()

    street = areas.add_local_area(
        parent=county, segment="L01", name="阳湖坪街道", level=AreaLevel.STREET, by=SYSTEM, at=cast.NOON
    )
    community = areas.add_local_area(
        parent=street, segment="001", name="双溪社区", level=AreaLevel.COMMUNITY, by=SYSTEM, at=cast.NOON
    )
    again = areas.add_local_area(
        parent=street, segment="001", name="双溪社区", level=AreaLevel.COMMUNITY, by=SYSTEM, at=cast.NOON
    )

    assert (street.key, street.path) == ("430802L01", "/43/08/02/L01/")
    assert (community.key, community.path) == ("430802L01001", "/43/08/02/L01/001/")
    assert community.code_source == CodeSource.LOCAL
    assert again == community
    assert queries.find("430802l01001") == community


@pytest.mark.parametrize(
    ("segment", "name", "code"), [("001", "甲", "local_code_needs_letter"), ("L01", "乙", "area_taken")]
)
def test_a_local_area_is_refused(db_everywhere: None, segment: str, name: str, code: str) -> None:  # ID-03
    county = _county()
    areas.add_local_area(
        parent=county, segment="L01", name="阳湖坪街道", level=AreaLevel.STREET, by=SYSTEM, at=cast.NOON
    )

    with pytest.raises(Refusal, match=code):
        areas.add_local_area(
            parent=county, segment=segment, name=name, level=AreaLevel.STREET, by=SYSTEM, at=cast.NOON
        )


def test_only_who_may_adds_areas(db_everywhere: None) -> None:
    town = cast.town()

    with pytest.raises(Refusal, match="not_allowed"):
        areas.add_local_area(
            parent=town.community, segment="C001", name="小区", level=AreaLevel.COMPOUND,
            by=town.actor("tang"), at=cast.NOON,
        )  # fmt: skip


def test_buildings_are_made_once(db_everywhere: None) -> None:  # ID-04
    town = cast.town()

    made = areas.add_buildings(town.community.path, ["3", "03", "12a", "甲1"])
    again = areas.add_buildings(town.community.path, ["3", "12A", "甲1"])

    assert made == again
    assert made["3"] == town.buildings["3"]
    assert (made["12A"].path, made["12A"].name) == (f"{cast.SHUANGXI}B12A/", "12A栋")
    assert queries.below(cast.SHUANGXI, AreaLevel.BUILDING).count() == 4


def test_two_compounds_have_each_their_building_3(db_everywhere: None) -> None:  # ID-04
    cast.town()

    made = areas.add_compounds(cast.SHUANGXI, ["东区", "西 区", "东区"])
    again = areas.add_compounds(cast.SHUANGXI, ["西区", "南区"])
    doors = [
        areas.ensure_dwellings(area.path, [("3", "1", "302", "")])["3", "1", "302"] for area in made.values()
    ]

    assert {name: area.path for name, area in made.items()} == {
        "东区": f"{cast.SHUANGXI}C001/",
        "西区": f"{cast.SHUANGXI}C002/",
    }
    assert again["西区"] == made["西区"]
    assert (again["南区"].key, again["南区"].level) == ("430802L01001C003", AreaLevel.COMPOUND)
    assert [(door.area_path, door.label) for door in doors] == [
        (f"{cast.SHUANGXI}C001/B003/", "东区3栋1单元302"),
        (f"{cast.SHUANGXI}C002/B003/", "西区3栋1单元302"),
    ]
    with translation.override("en"):
        assert door_label(doors[0]) == "东区, Building 3, Unit 1, 302"
    assert queries.named(f"{cast.SHUANGXI}C002/B003/") == "西区3栋"
    assert names_of([f"{cast.SHUANGXI}C002/B003/"])[f"{cast.SHUANGXI}C002/B003/"] == "西区3栋"


def test_a_building_is_found_by_number_where_the_number_says_which(db_everywhere: None) -> None:
    town = cast.town()
    made = areas.add_compounds(cast.SHUANGXI, ["东区", "西区"])
    areas.add_buildings(made["东区"].path, ["3", "7", "8"])
    areas.add_buildings(made["西区"].path, ["7"])

    found = [
        queries.building_path(cast.SHUANGXI, number, compound)
        for number, compound in (("3", ""), ("3", "东区"), ("7", ""), ("8", ""), ("8", "西区"), ("", "东区"))
    ]

    assert found == [
        town.buildings["3"].path,
        f"{cast.SHUANGXI}C001/B003/",
        "",
        f"{cast.SHUANGXI}C001/B008/",
        "",
        "",
    ]


def test_two_clerks_at_once_make_a_compound_once(committed: None) -> None:
    with scope.everywhere():
        cast.town()
    made: list[str] = []
    failures: list[Exception] = []

    def add() -> None:
        try:
            with scope.scoped([cast.SHUANGXI]):
                made.append(areas.add_compounds(cast.SHUANGXI, ["东区"])["东区"].path)
        except Exception as failed:
            failures.append(failed)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=add) for _number in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert (made, failures) == ([f"{cast.SHUANGXI}C001/"] * 2, [])


def test_buildings_of_an_unknown_community_are_refused(db_everywhere: None) -> None:
    with pytest.raises(Refusal, match="area_unknown"):
        areas.add_buildings("/43/08/02/L09/", ["1"])


def test_doors_carry_their_building_and_are_the_same_when_sent_again(db_everywhere: None) -> None:  # ID-04
    town = cast.town()
    before = Dwelling.objects.count()

    doors = areas.ensure_dwellings(cast.SHUANGXI, DOORS)
    again = areas.ensure_dwellings(cast.SHUANGXI, [*DOORS, ("3", "1", "302", "three-o-two")])

    door = doors["3", "1", "401"]
    assert (door.area_path, door.floor, door.typed) == (town.buildings["3"].path, 4, "3栋1单元401")
    assert doors["12A", "", "B101"].floor == -1
    assert doors["12A", "", "B101"].area_path == f"{cast.SHUANGXI}B12A/"
    assert doors["", "", ""].area_path == cast.SHUANGXI
    assert {key: again[key] for key in doors} == doors
    assert again["3", "1", "302"] == town.door_302
    assert Dwelling.objects.count() == before + len(DOORS)


def test_doors_cost_the_same_number_of_queries_for_one_and_for_three_hundred(
    db_everywhere: None, queries: list[str]
) -> None:
    cast.town()
    queries.clear()
    areas.ensure_dwellings(cast.SHUANGXI, [("5", "1", "101", "")])
    for_one = len(queries)
    queries.clear()

    areas.ensure_dwellings(
        cast.SHUANGXI,
        [(str(building), "1", f"{floor}01", "") for building in range(20, 50) for floor in range(1, 11)],
    )

    assert len(queries) == for_one


def test_doors_of_another_community_cannot_be_written(db_everywhere: None) -> None:
    cast.town()

    with pytest.raises(Exception, match="row-level security"), scope.scoped([cast.NEXT_DOOR]):
        areas.ensure_dwellings(cast.SHUANGXI, DOORS)


def test_a_door_is_marked_vacant_and_lived_in_again(db_everywhere: None) -> None:  # LG-02
    town = cast.town()
    door = factories.dwelling(town.buildings["1"], "1", "1", "101")

    assert areas.mark_vacant([door.pk, town.door_302.pk]) == 2
    assert areas.mark_vacant([door.pk]) == 0
    assert areas.mark_vacant([door.pk], is_vacant=False) == 1
    door.refresh_from_db()
    assert door.is_vacant is False
