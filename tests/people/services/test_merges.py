"""Two entries that were one person become one, all events of both are kept, and it can be taken back (ID-20, ID-21)."""

from datetime import date

import pytest

from tests import cast, factories, lane
from tests.cast import NOON, SHUANGXI, Town
from tongxin.access.models import Entry
from tongxin.config.react import run_reaction
from tongxin.config.reactions import REACTIONS
from tongxin.core.ids import new_id
from tongxin.core.refusals import Refusal
from tongxin.people.enums import DocumentKind, MergeGround, Source
from tongxin.people.models import Code, Document, Merge, Person, Residence, Tag
from tongxin.people.queries.doubles import entries_of, proposed_pairs
from tongxin.people.services import codes, merges
from tongxin.testing.enums import Coverage
from tongxin.testing.models import Expected, Sample
from tongxin.testing.queries.coverage import by_class
from tongxin.testing.services import coverage

pytestmark = pytest.mark.usefixtures("db_everywhere")


@pytest.fixture
def town(db_everywhere: None) -> Town:
    return cast.town()


@pytest.fixture
def double(town: Town) -> Person:
    """Chen Wei once more: without a document, with another phone, behind the same door."""
    made = factories.person("陈伟", town.door_302, "", "13800000077")
    Tag.objects.create(
        person=made, name="低保", area_path=made.area_path, source=Source.DESK, since=date(2021, 8, 1)
    )
    return made


def merge(
    town: Town, kept: Person, gone: Person, ground: MergeGround = MergeGround.DOOR, who: str = "qin"
) -> Merge:
    return merges.merge(
        kept_id=kept.pk, gone_id=gone.pk, ground=ground, why="入户核实为同一人", by=town.actor(who), at=NOON
    )


def react(act: str) -> None:
    for entry in Entry.objects.filter(act=act):
        for service in REACTIONS[act]:
            run_reaction(service, str(entry.pk))


def phones(person: Person) -> list[str]:
    return [line.reveal() for line in person.phones.order_by("position")]


def test_what_the_other_entry_knew_goes_over(town: Town, double: Person) -> None:
    merge(town, town.chen_wei, double)

    gone = Person.objects.get(pk=double.pk)
    assert phones(town.chen_wei) == ["13800000001", "13800000077"]
    assert list(town.chen_wei.tags.values_list("name", flat=True)) == ["低保"]
    assert (gone.merged_into_id, gone.voided_at) == (town.chen_wei.pk, NOON)
    assert Residence.objects.filter(person=town.chen_wei, to_on=None).count() == 1
    assert not Residence.objects.filter(person=double, to_on=None).exists()
    assert entries_of(town.chen_wei.pk) == [town.chen_wei.pk, double.pk]


def test_taking_it_back_restores_both(town: Town, double: Person) -> None:
    codes.issue_codes(area_path=SHUANGXI, by=town.actor("qin"), at=NOON)
    before = set(Code.objects.values_list("person_id", "token", "is_bound"))
    made = merge(town, town.chen_wei, double)

    merges.part(merge_id=made.pk, why="其实是两个人", by=town.actor("qin"), at=NOON)

    again = Person.objects.get(pk=double.pk)
    assert (again.merged_into_id, again.voided_at) == (None, None)
    assert (phones(town.chen_wei), phones(again)) == (["13800000001"], ["13800000077"])
    assert list(again.tags.values_list("name", flat=True)) == ["低保"]
    assert Residence.objects.get(person=double, to_on=None).is_current
    assert set(Code.objects.values_list("person_id", "token", "is_bound")) == before


def test_both_cards_stay_good(town: Town, double: Person) -> None:
    codes.issue_codes(area_path=SHUANGXI, by=town.actor("qin"), at=NOON)

    merge(town, town.chen_wei, double)

    held = Code.objects.filter(person=town.chen_wei, revoked_at=None)
    assert sorted(held.values_list("is_bound", flat=True)) == [False, True]


def test_a_temporary_number_gives_way_to_the_card(town: Town) -> None:  # newborn, merged later
    newborn = factories.person("陈小宝", town.door_302, "", "")
    number = Document(person=newborn, area_path=newborn.area_path, kind=DocumentKind.TEMPORARY)
    number.seal("T430802202108200001")
    number.save()
    registered = factories.person("陈小宝", town.door_302, "990001202002290031", "")

    merge(town, registered, newborn)

    papers = [(paper.kind, paper.is_primary) for paper in registered.documents.order_by("-is_primary")]
    assert papers == [("resident_id", True), ("temporary", False)]


def test_a_second_merge_follows_the_first(town: Town, double: Person) -> None:
    third = factories.person("陈伟", town.door_302, "", "")
    first = merge(town, double, third)

    merge(town, town.chen_wei, double)

    assert set(entries_of(town.chen_wei.pk)) == {town.chen_wei.pk, double.pk, third.pk}
    with pytest.raises(Refusal, match="merge_built_upon"):
        merges.part(merge_id=first.pk, why="先撤销后一次", by=town.actor("qin"), at=NOON)


def test_the_same_merge_twice_is_one(town: Town, double: Person) -> None:
    assert merge(town, town.chen_wei, double) == merge(town, town.chen_wei, double)
    assert Entry.objects.filter(act="people.persons.merged").count() == 1


@pytest.mark.parametrize(
    ("kept", "gone", "ground", "who", "code"),
    [
        ("chen_wei", "chen_wei", MergeGround.OTHER, "qin", "merge_with_itself"),
        ("chen_wei", "chen_fang", MergeGround.PHONE, "qin", "merge_without_ground"),
        ("chen_wei", "zhang_wei", MergeGround.OTHER, "gao", "not_allowed"),
        ("chen_wei", "zhang_wei", MergeGround.OTHER, "zhao", "not_allowed"),
    ],
)
def test_a_merge_may_be_refused(
    town: Town, kept: str, gone: str, ground: MergeGround, who: str, code: str
) -> None:
    with pytest.raises(Refusal) as refused:
        merge(town, getattr(town, kept), getattr(town, gone), ground, who)

    assert refused.value.code == code
    assert not Merge.objects.exists()


def test_who_was_merged_away_is_not_merged_again(town: Town, double: Person) -> None:
    merge(town, town.chen_wei, double)

    with pytest.raises(Refusal, match="merge_not_live"):
        merge(town, town.chen_fang, double, MergeGround.OTHER)


def test_pairs_are_proposed_by_their_surest_ground_and_never_by_phone_alone(
    town: Town, double: Person
) -> None:
    pairs = [(pair.ground, {pair.one, pair.other}) for pair in proposed_pairs(town.actor("qin"))]

    assert pairs == [("door", {town.chen_wei.pk, double.pk})]  # the Chens share a phone: nobody proposes them


def test_pairs_of_another_area_are_not_shown(town: Town, double: Person) -> None:
    assert proposed_pairs(town.actor("gao")) == []


# ---- what other floors count


def swab(station: lane.Station, person: Person, number: int) -> Sample:
    at_lane = lane.lane(station.round, station.town.point, 20 + number)
    tube = lane.tube(at_lane, f"merge-{number}")
    return Sample.objects.create(
        id=new_id(),
        person_id=person.pk,
        tube_code=tube.code,
        position=1,
        occurred_at=lane.OPENED,
        recorded_at=lane.OPENED,
        area_path=at_lane.area_path,
        round_id=station.round.pk,
        lane_id=at_lane.pk,
    )


def test_coverage_counts_a_merged_person_once(
    double_station: "tuple[lane.Station, Person]",
) -> None:  # MT-42, MT-43
    station, double = double_station
    chen = station.town.chen_wei
    swab(station, double, 1)
    coverage.settle(station.round.pk)
    before = by_class(station.round.pk)

    made = merge(station.town, chen, double)
    react("people.persons.merged")

    after = by_class(station.round.pk)
    assert (after.base, after.here) == (before.base - 1, 1)
    assert Expected.objects.get(round=station.round, person=chen).klass == Coverage.HERE
    swab(station, chen, 2)
    assert coverage.settle(station.round.pk) == 0

    merges.part(merge_id=made.pk, why="其实是两个人", by=station.town.actor("qin"), at=NOON)
    react("people.persons.parted")
    parted = by_class(station.round.pk)
    assert (parted.base, parted.here) == (before.base, 2)


def test_a_late_swab_of_the_entry_that_is_gone_covers_the_person(
    double_station: "tuple[lane.Station, Person]",
) -> None:
    station, double = double_station
    merge(station.town, station.town.chen_wei, double)
    react("people.persons.merged")

    swab(station, double, 1)
    coverage.settle(station.round.pk, [double.pk])

    assert Expected.objects.get(round=station.round, person=station.town.chen_wei).klass == Coverage.HERE
    assert by_class(station.round.pk).here == 1


@pytest.fixture
def double_station(db_everywhere: None) -> "tuple[lane.Station, Person]":
    station = lane.station()
    double = factories.person("陈伟", station.town.door_302, "", "13800000077")
    Expected.objects.create(
        round=station.round, person=double, area_path=double.area_path, added_at=lane.OPENED
    )
    return station, double
