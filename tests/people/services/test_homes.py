"""Where somebody lives, away and back, flags, tags, documents, verified: each act once, by whom it may be done."""

from datetime import date
from typing import Any

import pytest

from tests import cast
from tests.cast import NOON, Town
from tongxin.access.models import Entry
from tongxin.core.refusals import Refusal
from tongxin.people.enums import LaneFlag, ResidenceKind, Source, VisitResult
from tongxin.people.models import Absence, Document, DoorVisit, Household, Person, Residence, Tag
from tongxin.people.rules.register import Door
from tongxin.people.services import homes
from tongxin.places.models import Dwelling

pytestmark = pytest.mark.usefixtures("db_everywhere")
DAY = date(2021, 8, 20)


@pytest.fixture
def town(db_everywhere: None) -> Town:
    return cast.town()


def move(town: Town, door: Door, who: str = "lin", **facts: Any) -> Residence:
    said: dict[str, Any] = {"kind": ResidenceKind.USUAL, "source": Source.DOOR, "on": DAY, "why": "入户核实"}
    return homes.move(person_id=town.chen_wei.pk, door=door, by=town.actor(who), at=NOON, **(said | facts))


def away(town: Town, who: str = "lin", **facts: Any) -> Absence:
    said: dict[str, Any] = {
        "place": "长沙",
        "left_on": DAY,
        "back_on": date(2021, 9, 1),
        "source": Source.CALL,
    }
    return homes.note_away(person_id=town.chen_wei.pk, by=town.actor(who), at=NOON, **(said | facts))


def test_moving_ends_one_residence_and_begins_another(town: Town) -> None:  # LG-01
    made = move(town, Door("1", "2", "401"), kind=ResidenceKind.FLOATING)

    old = Residence.objects.get(person=town.chen_wei, dwelling=town.door_302)
    assert (old.to_on, old.is_current) == (DAY, False)
    assert (str(made), made.kind, made.source, made.from_on) == ("1栋2单元401", "floating", "door", DAY)
    assert Person.objects.get(pk=town.chen_wei.pk).area_path == made.area_path
    assert set(town.chen_wei.phones.values_list("area_path", flat=True)) == {made.area_path}
    assert Household.objects.get(dwelling=town.door_302).closed_on is None  # Chen Fang still lives there


def test_somebody_may_have_two_homes_and_one_is_current(town: Town) -> None:  # LG-01
    move(town, Door("1", "2", "401"), keeps_old=True)
    move(town, Door("1", "2", "401"), keeps_old=True)

    open_now = Residence.objects.filter(person=town.chen_wei, to_on=None).order_by("from_on")
    assert [(str(home), home.is_current) for home in open_now] == [
        ("3栋1单元302", True),
        ("1栋2单元401", False),
    ]


def test_registered_here_and_living_elsewhere_is_a_kind_of_residence(town: Town) -> None:
    made = move(town, Door("3", "1", "302"), kind=ResidenceKind.SEPARATE)

    assert (made.kind, str(made)) == ("separate", "3栋1单元302")


def test_the_same_number_in_two_compounds_is_two_buildings(town: Town) -> None:
    east = move(town, Door("3", "1", "101", "东区"))
    west = homes.move(
        person_id=town.chen_fang.pk,
        door=Door("3", "1", "101", "西区"),
        kind=ResidenceKind.USUAL,
        source=Source.DOOR,
        on=DAY,
        why="入户核实",
        by=town.actor("tang"),
        at=NOON,
    )

    assert (str(east), str(west)) == ("东区3栋1单元101", "西区3栋1单元101")
    assert east.area_path != west.area_path


def test_a_move_does_not_begin_before_the_home_it_ends(town: Town) -> None:
    with pytest.raises(Refusal, match="ends_before_it_begins"):
        move(town, Door("1", "2", "401"), on=date(2021, 6, 1))


def test_away_with_place_and_dates_and_back_again(town: Town) -> None:
    away(town)
    back = homes.note_returned(
        person_id=town.chen_wei.pk, on=date(2021, 8, 25), by=town.actor("lin"), at=NOON
    )

    assert (back.place, back.left_on, back.returned_on) == ("长沙", DAY, date(2021, 8, 25))
    assert Residence.objects.filter(person=town.chen_wei, to_on=None).exists()  # away is not moved out


@pytest.mark.parametrize(
    ("facts", "code"),
    [
        ({"place": "  "}, "place_needed"),
        ({"back_on": date(2021, 8, 1)}, "ends_before_it_begins"),
        ({"who": "gao"}, "not_allowed"),
        ({"who": "zhao"}, "not_allowed"),
    ],
)
def test_noting_somebody_away_may_be_refused(town: Town, facts: dict[str, Any], code: str) -> None:
    with pytest.raises(Refusal) as refused:
        away(town, **facts)

    assert refused.value.code == code
    assert not Absence.objects.exists()


def test_somebody_is_away_once_and_returns_once(town: Town) -> None:
    away(town)

    with pytest.raises(Refusal, match="away_already"):
        away(town)
    homes.note_returned(person_id=town.chen_wei.pk, on=DAY, by=town.actor("lin"), at=NOON)
    with pytest.raises(Refusal, match="not_away"):
        homes.note_returned(person_id=town.chen_wei.pk, on=DAY, by=town.actor("lin"), at=NOON)


def test_flags_say_what_to_do_and_are_journaled(town: Town) -> None:  # MT-21
    homes.set_flags(
        person_id=town.chen_wei.pk,
        flags=[LaneFlag.DOOR, LaneFlag.SINGLE],
        why="家属要求",
        by=town.actor("lin"),
        at=NOON,
    )

    assert Person.objects.get(pk=town.chen_wei.pk).flags == ["single", "door"]
    assert Entry.objects.filter(act="people.flags.set").count() == 1


def test_a_tag_is_set_once_and_ended(town: Town) -> None:
    made = homes.set_tag(person_id=town.chen_wei.pk, name="低保", since=DAY, by=town.actor("lin"), at=NOON)
    again = homes.set_tag(person_id=town.chen_wei.pk, name="低保", since=DAY, by=town.actor("lin"), at=NOON)
    homes.end_tag(tag_id=made.pk, on=DAY, by=town.actor("lin"), at=NOON)

    assert again == made
    assert Tag.objects.get().until == DAY


def test_a_sensitive_tag_is_for_health_roles_alone(town: Town) -> None:  # CA-01
    with pytest.raises(Refusal, match="tag_sensitive"):
        homes.set_tag(person_id=town.chen_wei.pk, name="血透", since=DAY, by=town.actor("tang"), at=NOON)

    made = homes.set_tag(person_id=town.chen_wei.pk, name="血透", since=DAY, by=town.actor("he"), at=NOON)

    assert made.is_sensitive
    assert "血透" not in str(list(Entry.objects.values())) + str(
        list(Entry.objects.values("facts_row__facts"))
    )
    with pytest.raises(Refusal, match="not_found"):
        homes.end_tag(tag_id=made.pk, on=DAY, by=town.actor("tang"), at=NOON)


def add(town: Town, number: str, person: Person | None = None, *, is_primary: bool = False) -> Document:
    return homes.add_document(
        person_id=(person or town.chen_wei).pk,
        number=number,
        is_primary=is_primary,
        why="看过原件",
        by=town.actor("lin"),
        at=NOON,
    )


def test_several_documents_and_one_primary(town: Town) -> None:  # ID-21
    add(town, "E12345678")
    add(town, "H0123456701", is_primary=True)

    papers = town.chen_wei.documents.order_by("-is_primary", "kind", "tail")
    assert [(paper.reveal(), paper.is_primary) for paper in papers] == [
        ("H0123456701", True),
        ("E12345678", False),
        ("990001198808080026", False),
    ]


def test_a_renewed_permit_is_the_same_document(
    town: Town,
) -> None:  # DOMAIN 2.3: letter and eight digits, for life
    first = add(town, "H0123456701")

    assert add(town, "H0123456702") == first
    assert add(town, "H01234567") == first
    with pytest.raises(Refusal, match="document_taken"):
        add(town, "H0123456703", town.chen_fang)


def test_an_old_number_is_brought_to_eighteen(town: Town) -> None:  # ID-12
    assert add(town, "990001510615004", town.zhang_wei).reveal() == "990001195106150049"


@pytest.mark.parametrize("number", ["990001195106150048", "990001201802290019", "12345", "", "无"])
def test_a_number_that_cannot_be_right_is_refused(town: Town, number: str) -> None:  # ID-13, ID-14
    with pytest.raises(Refusal, match="document_unreadable"):
        add(town, number)


def test_the_number_of_somebody_else_is_refused(town: Town) -> None:
    with pytest.raises(Refusal, match="document_taken"):
        add(town, "990001194901010016")


def test_verified_entries_say_by_whom_and_when(town: Town) -> None:
    Residence.objects.filter(person=town.chen_wei).update(kind=ResidenceKind.FOUND)
    Person.objects.filter(pk=town.chen_wei.pk).update(marks=["id_missing"])

    homes.verify(person_ids=[town.chen_wei.pk], by=town.actor("lin"), at=NOON)

    chen = Person.objects.get(pk=town.chen_wei.pk)
    assert (chen.verified_at, chen.verified_by_name, chen.marks) == (NOON, "林志强", [])
    assert Residence.objects.get(person=chen).kind == ResidenceKind.USUAL


def visit(town: Town, door: Dwelling, result: VisitResult, *present: Person, who: str = "lin") -> DoorVisit:
    return homes.visit(
        dwelling_id=door.pk,
        result=result,
        present=[person.pk for person in present],
        note="家有一犬",
        by=town.actor(who),
        at=NOON,
    )


def test_a_visit_verifies_those_who_were_seen(town: Town) -> None:  # LG-02
    made = visit(town, town.door_302, VisitResult.DONE, town.chen_wei, town.zhang_wei)

    assert (made.verified_count, made.by_name) == (1, "林志强")  # Zhang does not live there
    verified = Person.objects.exclude(verified_at=None).values_list("name", flat=True)
    assert list(verified) == ["陈伟"]


def test_nobody_at_home_verifies_nobody(town: Town) -> None:
    visit(town, town.door_302, VisitResult.NOBODY, town.chen_wei)

    assert not Person.objects.exclude(verified_at=None).exists()


def test_a_door_is_vacant_only_when_nobody_is_registered(town: Town) -> None:
    visit(town, town.door_302, VisitResult.VACANT)

    assert not Dwelling.objects.get(pk=town.door_302.pk).is_vacant


@pytest.mark.parametrize("who", ["gao", "zhao", "lab"])
def test_only_who_may_change_the_register_visits(town: Town, who: str) -> None:
    with pytest.raises(Refusal, match="not_allowed"):
        visit(town, town.door_302, VisitResult.DONE, town.chen_wei, who=who)
