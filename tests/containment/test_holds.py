"""Holds begin and end with the pool, by themselves, and by nothing else (MT-35, LE-12)."""

from datetime import timedelta

import pytest

from tests import cast
from tests.factories import lanes
from tests.testing.services.test_pools import T0, Night, night_of
from tongxin.access.models import Entry
from tongxin.config.reactions import REACTIONS
from tongxin.containment.models import Restriction
from tongxin.containment.services import holds
from tongxin.places.models import RuleRow
from tongxin.testing.models import Recheck
from tongxin.testing.services import pools

pytestmark = pytest.mark.usefixtures("db_everywhere")


@pytest.fixture
def night() -> Night:
    return night_of(cast.town())


def entry(act: str) -> Entry:
    return Entry.objects.filter(act=act).latest("sequence")


def hold(night: Night) -> None:
    holds.hold_members(entry("testing.pool.opened"))


def all_negative(night: Night) -> None:
    for number, person in enumerate(night.members):
        night.sample(person, f"S{number:03d}")
        night.result(person, "neg")


def test_every_member_is_held_with_ground_evidence_end_and_appeal(night: Night) -> None:
    hold(night)

    held = Restriction.objects.all()
    assert held.count() == 10
    one = held[0]
    assert (one.ground, one.evidence_id, one.decided_by_name) == ("pool_recheck", night.pool.pk, "rule")
    assert one.ends_at - one.starts_at == timedelta(hours=24)
    assert one.starts_at == T0
    assert one.appeal_to == "社区居委会 24 小时值班电话"
    assert one.rule_id == RuleRow.objects.get(name="containment.hold.hours").pk


def test_a_hold_belongs_to_the_area_of_its_person(night: Night) -> None:
    hold(night)

    assert set(Restriction.objects.values_list("person", "area_path")) == {
        (person.pk, person.area_path) for person in night.members
    }


def test_the_reaction_is_safe_to_repeat(night: Night) -> None:
    hold(night)
    hold(night)

    assert Restriction.objects.count() == 10
    assert Entry.objects.filter(act="containment.restriction.imposed").count() == 10


def test_a_hold_ends_by_itself(night: Night) -> None:
    hold(night)

    assert Restriction.objects.in_force(T0 + timedelta(hours=23)).count() == 10
    assert Restriction.objects.in_force(T0 + timedelta(hours=24)).count() == 0


def test_all_negative_ends_every_hold_at_once(night: Night) -> None:
    hold(night)
    all_negative(night)

    for _time in range(2):
        holds.lift_pool(entry("testing.pool.lifted"))

    assert Restriction.objects.in_force(T0 + timedelta(hours=4, minutes=1)).count() == 0
    assert Entry.objects.filter(act="containment.restriction.lifted").count() == 10


def test_a_pool_lifted_before_the_reaction_ran_holds_nobody(night: Night) -> None:
    all_negative(night)

    hold(night)

    assert Restriction.objects.count() == 0


def test_one_negative_alone_ends_no_hold_by_the_national_rule(night: Night) -> None:
    hold(night)
    night.sample(night.members[0], "S001")
    night.result(night.members[0], "neg")

    holds.lift_person(entry("testing.recheck.negative"))

    assert Restriction.objects.filter(lifted_at=None).count() == 10


def test_one_negative_ends_its_own_hold_where_the_local_rule_says_so(night: Night) -> None:
    RuleRow.objects.create(
        name="containment.hold.lift_when",
        path=cast.SHUANGXI,
        value="own_negative",
        valid_from=cast.TODAY,
        document="县指〔2021〕5 号",
    )
    hold(night)
    night.sample(night.members[0], "S001")
    night.result(night.members[0], "neg")

    holds.lift_person(entry("testing.recheck.negative"))

    lifted = Restriction.objects.exclude(lifted_at=None)
    assert [each.person_id for each in lifted] == [night.members[0].pk]


def test_one_positive_leaves_the_others_held_until_their_end(night: Night) -> None:
    hold(night)
    first, *others = night.members
    night.sample(first, "S000")
    night.result(first, "pos")
    for number, person in enumerate(others, 1):
        night.sample(person, f"S{number:03d}")
        night.result(person, "neg")

    holds.lift_person(entry("testing.recheck.negative"))

    assert Recheck.objects.filter(state="negative").count() == 9
    assert Restriction.objects.in_force(T0 + timedelta(hours=23)).count() == 10


def test_the_reactions_name_what_is_here() -> None:
    named = {service for act in REACTIONS for service in REACTIONS[act] if ".holds." in service}

    assert named == {
        f"tongxin.containment.services.holds.{name}" for name in ("hold_members", "lift_person", "lift_pool")
    }


def test_whoever_a_late_phone_brings_is_held_too_until_the_same_end(night: Night) -> None:
    hold(night)
    lanes.swab(night.pool.tube, night.town.zhang_wei, 11, cast.NOON)
    by = night.town.actor("he")
    pools.complete_members(tube_codes=["T0412"], by=by, at=T0 + timedelta(hours=2))

    holds.hold_members(entry("testing.pool.joined"))

    late = Restriction.objects.get(person=night.town.zhang_wei)
    assert (Restriction.objects.count(), late.ends_at - T0) == (11, timedelta(hours=24))
