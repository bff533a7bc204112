"""An updated register shows its differences first; only they are stored, and all of it can be put back (LG-05)."""

from datetime import date
from typing import Any

import pytest

from tests import cast
from tongxin.core.refusals import Refusal
from tongxin.exchange.enums import Choice, DifferenceKind
from tongxin.exchange.models import Difference, Upload
from tongxin.exchange.services import differences, uploads
from tongxin.people.models import Absence, Household, Person, Residence

pytestmark = pytest.mark.usefixtures("db_everywhere")

HEAD = "姓名,身份证号,联系电话,楼栋,单元,房号,与户主关系,备注\n"
LI = "李娜,990001202002290031,13800000011,5,1,501,户主,\n"
WANG = "王强,,13800000012,5,1,501,子,\n"
TOWN = (
    "陈伟,990001198808080026,13800000001,3,1,302,户主,\n"
    "陈芳,990001194901010016,13800000001,3,1,302,母亲,\n"
    "张伟,99000119510615009X,13800000002,1,2,401,,\n"
)


@pytest.fixture
def town(db_everywhere: None) -> cast.Town:
    return cast.town()


def take(town: cast.Town, *lines: str, day: int = 1) -> Upload:
    return uploads.take_in(
        file_name="list.csv",
        content=(HEAD + "".join(lines)).encode("utf-8-sig"),
        area_path=cast.SHUANGXI,
        by=town.actor("qin"),
        at=cast.NOON,
        list_day=date(2021, 8, day),
    )


def store(town: cast.Town, upload: Upload) -> Upload:
    return uploads.store(upload_id=upload.pk, by=town.actor("qin"), at=cast.NOON)


def decide(town: cast.Town, upload: Upload, choice: Choice, **chosen: Any) -> int:
    return differences.decide(
        upload_id=upload.pk, choice=choice, by=town.actor("qin"), at=cast.NOON, **chosen
    )


def shown(upload: Upload) -> list[tuple[str, str, str, Any]]:
    return [
        (each.person.name, each.kind, each.field, each.value)
        for each in upload.differences.order_by("position").select_related("person")
    ]


def door_of(name: str) -> str:
    return str(Residence.objects.get(person__name=name, is_current=True, to_on=None))


def test_the_same_file_again_has_no_difference_and_changes_nothing(town: cast.Town) -> None:
    store(town, take(town, TOWN, LI, WANG))
    homes = set(Residence.objects.values_list("pk", "to_on"))

    again = store(town, take(town, TOWN, LI, WANG, day=2))

    assert shown(again) == []
    assert (again.counts["new"], again.counts["changed"]) == (0, 0)
    assert set(Residence.objects.values_list("pk", "to_on")) == homes


def test_differences_are_shown_field_by_field(town: cast.Town) -> None:
    store(town, take(town, TOWN, LI, WANG))

    newer = take(
        town,
        TOWN.replace("陈芳,990001194901010016,13800000001,3,1,302,母亲,\n", ""),
        LI.replace("13800000011,5,1,501,户主,", "13800000099,6,1,101,户主,低保"),
        WANG,
        day=15,
    )

    assert shown(newer) == [
        ("李娜", "adds", "phones", ["13800000099"]),
        ("李娜", "adds", "tags", ["低保"]),
        ("李娜", "differs", "door", ["6", "1", "101", ""]),
        ("陈芳", "missing", "", None),
    ]


def test_a_file_alone_moves_nobody_and_moves_nobody_out(town: cast.Town) -> None:
    store(town, take(town, TOWN, LI))

    store(town, take(town, LI.replace("5,1,501", "6,1,101"), day=15))

    assert door_of("李娜") == "5栋1单元501"
    assert Residence.objects.filter(to_on=None).count() == 4


def test_a_move_that_is_taken_over_ends_one_home_and_begins_another(town: cast.Town) -> None:  # LG-01
    store(town, take(town, TOWN, LI))
    newer = take(town, TOWN, LI.replace("5,1,501", "6,1,101"), day=15)

    decide(town, newer, Choice.TAKE, kind=DifferenceKind.DIFFERS)
    store(town, newer)

    li = Person.objects.get(name="李娜")
    homes = (
        Residence.objects.filter(person=li).order_by("from_on").values_list("from_on", "to_on", "is_current")
    )
    assert door_of("李娜") == "6栋1单元101"
    assert list(homes) == [(date(2021, 8, 1), date(2021, 8, 15), False), (date(2021, 8, 15), None, True)]
    assert li.area_path == f"{cast.SHUANGXI}B006/"
    assert set(li.phones.values_list("area_path", flat=True)) == {li.area_path}
    assert not Household.objects.filter(dwelling__building="5", closed_on=None).exists()


def test_who_is_missing_can_be_said_to_have_moved_out_or_to_be_away(town: cast.Town) -> None:
    store(town, take(town, TOWN, LI, WANG))
    newer = take(town, TOWN, day=15)
    li, wang = newer.differences.order_by("person__name", "pk").filter(person__name__in=["李娜", "王强"])

    decide(town, newer, Choice.MOVED_OUT, keys=[li.pk])
    decide(town, newer, Choice.AWAY, keys=[wang.pk], place="长沙 女儿家")
    store(town, newer)

    assert not Residence.objects.filter(person__name="李娜", to_on=None).exists()
    assert Person.objects.live().filter(name="李娜").exists()
    assert Residence.objects.filter(person__name="王强", to_on=None).exists()
    assert Absence.objects.get().place == "长沙 女儿家"


def test_a_difference_can_be_decided_after_the_file_is_stored(town: cast.Town) -> None:
    store(town, take(town, TOWN, LI))
    newer = store(town, take(town, TOWN, LI.replace("5,1,501", "6,1,101"), day=15))

    decided = decide(town, newer, Choice.TAKE, kind=DifferenceKind.DIFFERS)

    assert (decided, door_of("李娜")) == (1, "6栋1单元101")
    assert decide(town, newer, Choice.TAKE, kind=DifferenceKind.DIFFERS) == 0


def test_what_is_left_is_not_taken_over(town: cast.Town) -> None:
    store(town, take(town, TOWN, LI))
    newer = take(town, TOWN, LI.replace("13800000011", "13800000099"), day=15)

    decide(town, newer, Choice.LEAVE, keys=[newer.differences.get().pk])
    store(town, newer)

    assert [line.reveal() for line in Person.objects.get(name="李娜").phones.all()] == ["13800000011"]


def test_undoing_puts_every_value_back(town: cast.Town) -> None:
    store(town, take(town, TOWN, LI, WANG))
    newer = take(town, TOWN, LI.replace("13800000011,5,1,501,户主,", "13800000099,6,1,101,母亲,低保"), day=15)
    decide(town, newer, Choice.TAKE, kind=DifferenceKind.DIFFERS)
    decide(town, newer, Choice.MOVED_OUT, kind=DifferenceKind.MISSING)
    store(town, newer)

    uploads.undo(upload_id=newer.pk, by=town.actor("qin"), at=cast.NOON, why="wrong list")

    li = Person.objects.live().get(name="李娜")
    home = Residence.objects.get(person=li, is_current=True, to_on=None)
    assert (str(home), home.relation, li.area_path) == ("5栋1单元501", "户主", f"{cast.SHUANGXI}B005/")
    assert [line.reveal() for line in li.phones.all()] == ["13800000011"]
    assert not li.tags.filter(until=None).exists()
    assert door_of("王强") == "5栋1单元501"
    assert Household.objects.get(pk=home.household_id).closed_on is None


def test_what_the_register_says_by_now_is_no_difference_any_more(town: cast.Town) -> None:
    store(town, take(town, TOWN, LI))
    first = take(town, TOWN, LI.replace("13800000011", "13800000099"), day=15)
    store(town, take(town, TOWN, LI.replace("13800000011", "13800000099"), day=15))

    stored = store(town, first)

    assert stored.counts["changed"] == 0
    assert Person.objects.get(name="李娜").phones.count() == 2


@pytest.mark.parametrize(
    ("kind", "choice", "place", "code"),
    [
        (DifferenceKind.DIFFERS, Choice.MOVED_OUT, "", "choice_not_for"),
        (DifferenceKind.MISSING, Choice.TAKE, "", "choice_not_for"),
        (DifferenceKind.MISSING, Choice.AWAY, " ", "place_needed"),
    ],
)
def test_a_choice_fits_the_kind_of_difference(
    town: cast.Town, kind: DifferenceKind, choice: Choice, place: str, code: str
) -> None:
    store(town, take(town, TOWN, LI, WANG))
    newer = take(town, TOWN, LI.replace("5,1,501", "6,1,101"), day=15)

    with pytest.raises(Refusal) as refused:
        decide(town, newer, choice, kind=kind, place=place)

    assert refused.value.code == code
    assert not Difference.objects.exclude(choice__in=["", "take"]).exists()


def test_the_next_community_decides_nothing_here(town: cast.Town) -> None:
    store(town, take(town, TOWN, LI))
    newer = take(town, TOWN, day=15)

    with pytest.raises(Refusal, match="not_allowed"):
        differences.decide(
            upload_id=newer.pk, choice=Choice.MOVED_OUT, by=town.actor("gao"), at=cast.NOON, kind="missing"
        )
