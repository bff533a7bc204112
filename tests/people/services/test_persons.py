"""Mending the register."""

import pytest

from tests import cast
from tongxin.access.models import Entry
from tongxin.core.refusals import Refusal
from tongxin.people.models import Person
from tongxin.people.services.persons import correct

pytestmark = pytest.mark.usefixtures("db_everywhere")


def tails(person: Person) -> list[str]:
    return list(person.phones.order_by("position").values_list("tail", flat=True))


def test_a_mended_name_is_found_by_its_new_sound() -> None:
    town = cast.town()

    changed = correct(
        person_id=town.chen_wei.pk,
        name="单 伟",
        by=town.actor("lin"),
        at=cast.NOON,
        why="身份证上门核对",
    )

    person = Person.objects.get(pk=town.chen_wei.pk)
    assert changed == ["name"]
    assert (person.name, person.name_folded) == ("单伟", "单伟")
    assert person.pinyin.split()[0] == "shanwei"
    assert Entry.objects.get().act == "people.person.corrected"


def test_a_new_phone_stands_first_and_the_old_one_stays() -> None:
    town = cast.town()
    lin = town.actor("lin")

    correct(person_id=town.chen_wei.pk, phone="139 0000 0007", by=lin, at=cast.NOON, why="本人告知")
    assert tails(town.chen_wei) == ["0007", "0001"]
    correct(person_id=town.chen_wei.pk, phone="13800000001", by=lin, at=cast.NOON, why="又改回来")
    assert tails(town.chen_wei) == ["0001", "0007"]


def test_the_same_again_changes_nothing() -> None:
    town = cast.town()

    changed = correct(
        person_id=town.chen_wei.pk,
        name="陈伟",
        phone="13800000001",
        by=town.actor("lin"),
        at=cast.NOON,
        why="核对过了",
    )

    assert changed == []
    assert not Entry.objects.exists()


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ({"name": "陈?"}, "name_unreadable"),
        ({"phone": "12345"}, "phone_unreadable"),
        ({"phone": "13800000003 / 13800000004"}, "phone_unreadable"),
    ],
)
def test_what_cannot_be_read_is_refused(typed: dict[str, str], code: str) -> None:
    town = cast.town()

    with pytest.raises(Refusal, match=code):
        correct(person_id=town.chen_wei.pk, by=town.actor("lin"), at=cast.NOON, why="核对过了", **typed)


def test_a_change_needs_a_reason_and_the_right() -> None:
    town = cast.town()

    with pytest.raises(Refusal, match="reason_needed"):
        correct(person_id=town.chen_wei.pk, name="陈卫", by=town.actor("lin"), at=cast.NOON, why="")
    with pytest.raises(Refusal, match="not_allowed"):
        correct(person_id=town.chen_wei.pk, name="陈卫", by=town.actor("gao"), at=cast.NOON, why="核对过了")
