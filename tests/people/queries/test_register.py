"""The register as one actor sees it: found by every road, walked door by door, nothing of others."""

import pytest

from tests import cast, factories
from tongxin.core.refusals import Refusal
from tongxin.core.text import fold
from tongxin.people.models import Person, Tag
from tongxin.people.queries.register import household_of, person_of, search_people
from tongxin.people.rules.pinyin import initials_of, pinyin_of

pytestmark = pytest.mark.usefixtures("db_everywhere")


@pytest.fixture
def town() -> cast.Town:
    town = cast.town()
    for person in Person.objects.all():
        person.name_folded, person.pinyin = fold(person.name), pinyin_of(person.name)
        person.initials = initials_of(person.name)
        person.save()
    return town


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("", ["张伟", "陈伟", "陈芳"]),
        ("陈", ["陈伟", "陈芳"]),
        ("伟", ["张伟", "陈伟"]),
        ("zhangwei", ["张伟"]),
        ("zhangw", ["张伟"]),
        ("cf", ["陈芳"]),
        ("0016", ["陈芳"]),  # tail of a document
        ("009x", ["张伟"]),
        ("0002", ["张伟"]),  # tail of a phone
        ("990001198808080026", ["陈伟"]),
        ("138 0000 0001", ["陈伟", "陈芳"]),  # a family shares its phone
        ("3-1-302", ["陈伟", "陈芳"]),
        ("3栋1单元302", ["陈伟", "陈芳"]),
        ("3栋302", ["陈伟", "陈芳"]),
        ("302", ["陈伟", "陈芳"]),
        ("芳 302", ["陈芳"]),
        ("芳 401", []),
        ("3-2-302", []),
        ("李", []),
        ("_", []),  # means nothing, so it finds nobody
    ],
)
def test_people_are_found_by_name_sound_number_and_door(
    town: cast.Town, typed: str, found: list[str]
) -> None:
    page = search_people(town.actor("tang"), typed)

    assert sorted(row.name for row in page.rows) == sorted(found)
    assert page.total == len(page.rows)


def test_another_reading_of_a_surname_finds_it_too(town: cast.Town) -> None:
    person = factories.person("单伟", town.door_302)
    person.pinyin, person.initials = pinyin_of("单伟"), initials_of("单伟")
    person.save()

    for typed in ("shanwei", "danwei", "sw", "dw"):
        assert [row.name for row in search_people(town.actor("tang"), typed).rows] == ["单伟"]


def test_the_next_community_finds_nobody_by_list_search_or_id(town: cast.Town) -> None:
    gao = town.actor("gao")

    assert search_people(gao).rows == []
    assert search_people(gao, "990001198808080026").total == 0
    with pytest.raises(Refusal, match="not_found"):
        person_of(gao, town.chen_wei.pk)
    with pytest.raises(Refusal, match="not_found"):
        household_of(gao, town.chen_wei.residences.get().household_id)


def test_a_role_without_the_register_reads_nobody(town: cast.Town) -> None:
    assert search_people(town.actor("lab")).total == 0
    with pytest.raises(Refusal, match="not_found"):
        person_of(town.actor("lab"), town.chen_wei.pk)


def test_somebody_seen_from_elsewhere_has_a_page_there_and_is_on_no_list(town: cast.Town) -> None:
    town.chen_wei.seen_by = [cast.NEXT_DOOR]
    town.chen_wei.save(update_fields=["seen_by"])

    assert person_of(town.actor("gao"), town.chen_wei.pk) == town.chen_wei
    assert search_people(town.actor("gao")).rows == []


def test_numbers_are_masked_and_sensitive_tags_hidden(town: cast.Town) -> None:
    for name, is_sensitive in (("高龄", False), ("血透", True)):
        Tag.objects.create(
            person=town.chen_fang,
            area_path=town.chen_fang.area_path,
            name=name,
            is_sensitive=is_sensitive,
            since=cast.TODAY,
        )

    (clerk,) = search_people(town.actor("qin"), "陈芳").rows
    (officer,) = search_people(town.actor("he"), "陈芳").rows

    assert (clerk.masked, clerk.phone) == ("9900**********0016", "*******0001")
    assert clerk.tags == ("高龄",)
    assert officer.tags == ("高龄", "血透")


def test_the_list_is_walked_door_by_door_and_pages_meet(town: cast.Town) -> None:
    for room in ("1001", "201", "102"):
        factories.person(f"住{room}", factories.dwelling(town.buildings["3"], "3", "1", room))
    actor = town.actor("tang")
    whole = [row.name for row in search_people(actor).rows]

    walked, page = [], search_people(actor, size=2)
    while True:
        walked += [row.name for row in page.rows]
        assert page.total == 6
        if not page.older:
            break
        page = search_people(actor, after=page.older, size=2)
    back = search_people(actor, before=page.newer, size=2)

    assert whole == ["张伟", "住102", "住201", "陈伟", "陈芳", "住1001"]
    assert walked == whole
    assert [row.name for row in back.rows] == whole[2:4]


def test_a_building_is_a_filter_and_the_others_stay_on_offer(town: cast.Town) -> None:
    page = search_people(town.actor("tang"), building=town.buildings["1"].path)

    assert [row.name for row in page.rows] == ["张伟"]
    assert [(found.name, found.persons) for found in page.buildings] == [("1栋", 1), ("3栋", 2)]


def test_a_household_shows_its_head_first(town: cast.Town) -> None:
    household, members = household_of(town.actor("lin"), town.chen_fang.residences.get().household_id)

    assert household.dwelling == town.door_302
    assert [member.name for member in members] == ["陈伟", "陈芳"]


def test_the_cost_does_not_grow_with_the_rows(town: cast.Town, queries: list[str]) -> None:
    actor = town.actor("tang")
    queries.clear()
    search_people(actor, "张")
    one = len(queries)
    queries.clear()
    search_people(actor)

    assert (one, len(queries)) == (7, 7)
