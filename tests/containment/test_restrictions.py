"""A restriction exists with evidence, an end and a second name, or it is refused and audited (LE-10 to LE-14, X1)."""

from datetime import timedelta
from uuid import uuid4

import pytest

from tests import cast
from tests.testing.services.test_pools import T0, Night, night_of
from tongxin.access.actors import Actor
from tongxin.access.models import Entry
from tongxin.containment.models import Restriction
from tongxin.containment.services import holds, restrictions
from tongxin.containment.services.restrictions import Order
from tongxin.core.refusals import Refusal
from tongxin.places.models import RuleRow

pytestmark = pytest.mark.usefixtures("db_everywhere")
AT = T0 + timedelta(hours=1)


@pytest.fixture
def night() -> Night:
    return night_of(cast.town())


def order(night: Night, hours: int = 10, **changed: object) -> Order:
    given = {
        "person_id": night.members[0].pk,
        "ground": "pool_recheck",
        "evidence_id": night.pool.pk,
        "ends_at": AT + timedelta(hours=hours),
    }
    return Order(**(given | changed))  # type: ignore[arg-type]


def impose(night: Night, *orders: Order, approver: Actor | None = None, who: str = "he") -> list[Restriction]:
    return restrictions.impose(orders=orders, by=night.town.actor(who), at=AT, approver=approver)


def test_with_evidence_and_an_end_a_restriction_exists(night: Night) -> None:
    (made,) = impose(night, order(night))

    assert (made.decided_by_name, made.evidence_id) == ("何医生", night.pool.pk)
    assert made.appeal_to != ""


def test_imposed_twice_is_imposed_once(night: Night) -> None:
    impose(night, order(night))
    impose(night, order(night))

    assert Restriction.objects.count() == 1
    assert Entry.objects.filter(act="containment.restriction.imposed").count() == 1


@pytest.mark.parametrize("ground", ["pool_recheck", "positive", "risk_origin", "zone", "debt"])
def test_without_evidence_no_restriction_whatever_the_ground(night: Night, ground: str) -> None:
    with pytest.raises(Refusal, match="evidence_needed"):
        impose(night, order(night, ground=ground, evidence_id=None))


def test_a_record_about_somebody_else_is_no_evidence(night: Night) -> None:
    with pytest.raises(Refusal, match="evidence_needed"):
        impose(night, order(night, person_id=night.town.zhang_wei.pk))


def test_a_record_that_does_not_exist_is_no_evidence(night: Night) -> None:
    with pytest.raises(Refusal, match="evidence_needed"):
        impose(night, order(night, evidence_id=uuid4()))


def test_a_negative_recheck_is_evidence_for_nothing(night: Night) -> None:
    night.sample(night.members[0], "S001")
    night.result(night.members[0], "neg")

    with pytest.raises(Refusal, match="evidence_needed"):
        impose(night, order(night))


@pytest.mark.parametrize("hours", [None, 0, -1])
def test_without_an_end_no_restriction(night: Night, hours: int | None) -> None:
    ends_at = None if hours is None else AT + timedelta(hours=hours)

    with pytest.raises(Refusal, match="end_needed"):
        impose(night, order(night, ends_at=ends_at))


def test_more_than_a_day_needs_a_second_person(night: Night) -> None:
    with pytest.raises(Refusal, match="second_approver_needed"):
        impose(night, order(night, hours=25))
    with pytest.raises(Refusal, match="approver_must_differ"):
        impose(night, order(night, hours=25), approver=night.town.actor("he"))

    (made,) = impose(night, order(night, hours=25), approver=night.town.actor("commander"))

    assert made.approved_by_id == night.town.accounts["commander"].pk


def test_more_than_the_bulk_limit_in_one_act_is_refused(night: Night) -> None:
    RuleRow.objects.create(
        name="containment.bulk_limit",
        path=cast.SHUANGXI,
        value=2,
        valid_from=cast.TODAY,
        document="县指〔2021〕6 号",
    )
    three = [order(night, person_id=person.pk) for person in night.members[:3]]

    with pytest.raises(Refusal, match="too_many_at_once"):
        impose(night, *three)

    assert len(impose(night, *three[:2])) == 2


@pytest.mark.parametrize("who", ["lin", "tang", "auditor", "gao", "operator"])
def test_only_who_may_decide_restricts(night: Night, who: str) -> None:
    with pytest.raises(Refusal, match="not_allowed"):
        impose(night, order(night), who=who)


def test_an_extension_rests_on_the_recheck_that_is_still_owed(night: Night) -> None:
    holds.hold_members(Entry.objects.get(act="testing.pool.opened"))
    held = Restriction.objects.get(person=night.members[0])

    longer = restrictions.extend(
        restriction_id=held.pk, ends_at=AT + timedelta(hours=24), by=night.town.actor("he"), at=AT
    )

    assert longer.pk != held.pk
    assert longer.evidence_id == night.pool.rechecks.get(person=night.members[0]).pk


def test_a_negative_person_is_not_extended(night: Night) -> None:
    holds.hold_members(Entry.objects.get(act="testing.pool.opened"))
    held = Restriction.objects.get(person=night.members[0])
    night.sample(night.members[0], "S001", minutes=10)
    night.result(night.members[0], "neg", minutes=50)

    with pytest.raises(Refusal, match="evidence_needed"):
        restrictions.extend(
            restriction_id=held.pk, ends_at=AT + timedelta(hours=24), by=night.town.actor("he"), at=AT
        )


def test_an_ended_restriction_is_not_extended(night: Night) -> None:
    (made,) = impose(night, order(night, hours=1))

    with pytest.raises(Refusal, match="restriction_over"):
        restrictions.extend(
            restriction_id=made.pk,
            ends_at=AT + timedelta(hours=9),
            by=night.town.actor("he"),
            at=AT + timedelta(hours=1),
        )


def test_lifting_early_needs_a_reason_and_happens_once(night: Night) -> None:
    (made,) = impose(night, order(night))
    by = night.town.actor("he")

    with pytest.raises(Refusal, match="reason_needed"):
        restrictions.lift(restriction_id=made.pk, why="", by=by, at=AT)
    for _time in range(2):
        restrictions.lift(restriction_id=made.pk, why="误列", by=by, at=AT)

    assert Restriction.objects.in_force(AT).count() == 0
    assert Entry.objects.filter(act="containment.restriction.lifted").count() == 1
