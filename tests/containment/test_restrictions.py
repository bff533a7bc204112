"""A restriction exists with evidence, an end and a second name, or it is refused and audited (LE-10 to LE-14, X1)."""

import threading
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from django.db import connection

from tests import cast
from tests.testing.services.test_pools import T0, Night, night_of
from tongxin.access.actors import Actor
from tongxin.access.models import Entry
from tongxin.containment.enums import ToldBy
from tongxin.containment.models import Restriction
from tongxin.containment.services import holds, restrictions
from tongxin.containment.services.restrictions import Order
from tongxin.core import scope
from tongxin.core.refusals import Refusal
from tongxin.places.models import RuleRow

AT = T0 + timedelta(hours=1)


@pytest.fixture
def night(db_everywhere: None) -> Night:
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


@pytest.mark.parametrize(("approver", "code"), [("commander", "too_many_at_once"), ("lv", "")])
def test_many_at_once_need_one_who_signs_for_health_and_one_for_law(
    night: Night, approver: str, code: str
) -> None:  # LE-14
    RuleRow.objects.create(
        name="containment.bulk_limit",
        path=cast.SHUANGXI,
        value=2,
        valid_from=cast.TODAY,
        document="县指〔2021〕6 号",
    )
    three = [order(night, person_id=person.pk) for person in night.members[:3]]

    if code:
        with pytest.raises(Refusal, match=code):
            impose(night, *three, approver=night.town.actor(approver))
    else:
        made = impose(night, *three, approver=night.town.actor(approver))
        assert {row.approved_by_name for row in made} == {"吕法制"}


@pytest.mark.parametrize("who", ["lin", "tang", "auditor", "gao", "operator"])
def test_only_who_may_decide_restricts(night: Night, who: str) -> None:
    with pytest.raises(Refusal, match="not_allowed"):
        impose(night, order(night), who=who)


def test_an_extension_rests_on_the_recheck_that_is_still_owed(night: Night) -> None:  # MT-35, LE-12
    holds.hold_members(Entry.objects.get(act="testing.pool.opened"))
    held = Restriction.objects.get(person=night.members[0])

    longer = restrictions.extend(
        restriction_id=held.pk,
        ends_at=AT + timedelta(hours=30),
        by=night.town.actor("he"),
        at=AT,
        approver=night.town.actor("commander"),
    )

    assert (longer.renews_id, longer.number) == (held.pk, 1)
    assert longer.evidence_id == night.pool.rechecks.get(person=night.members[0]).pk
    # It carries on where the old one ends: nobody is held twice at once.
    assert (longer.starts_at, longer.held_since) == (held.ends_at, held.starts_at)
    assert Restriction.objects.filter(person=held.person).in_force(AT).count() == 1
    assert Restriction.objects.filter(person=held.person).in_force(held.ends_at).get() == longer


def test_a_day_is_a_day_however_often_it_is_renewed(night: Night) -> None:  # LE-10
    (made,) = impose(night, order(night, hours=23))

    with pytest.raises(Refusal, match="second_approver_needed"):
        restrictions.extend(
            restriction_id=made.pk, ends_at=AT + timedelta(hours=25), by=night.town.actor("he"), at=AT
        )


def test_a_restriction_is_renewed_once(night: Night) -> None:
    (made,) = impose(night, order(night, hours=4))
    longer = {"ends_at": AT + timedelta(hours=8), "by": night.town.actor("he"), "at": AT}
    second = restrictions.extend(restriction_id=made.pk, **longer)  # type: ignore[arg-type]

    with pytest.raises(Refusal, match="already_renewed"):
        restrictions.extend(restriction_id=made.pk, **longer)  # type: ignore[arg-type]

    third = restrictions.extend(
        restriction_id=second.pk, ends_at=AT + timedelta(hours=12), by=night.town.actor("he"), at=AT
    )
    assert (third.renews_id, third.number, third.held_since) == (second.pk, 2, made.starts_at)


def test_lifting_ends_the_renewal_that_has_not_begun(night: Night) -> None:
    (made,) = impose(night, order(night, hours=4))
    by = night.town.actor("he")
    restrictions.extend(restriction_id=made.pk, ends_at=AT + timedelta(hours=8), by=by, at=AT)

    restrictions.lift(restriction_id=made.pk, why="误列", by=by, at=AT + timedelta(hours=1))

    assert Restriction.objects.in_force(AT + timedelta(hours=5)).count() == 0


def test_who_ended_today_is_who_was_released_and_a_renewal_releases_nobody(night: Night) -> None:  # LE-12
    first, second, third = night.members[:3]
    by = night.town.actor("he")
    (lifted,) = impose(night, order(night, hours=9, person_id=first.pk))
    (expired,) = impose(night, order(night, hours=1, person_id=second.pk))
    (carried,) = impose(night, order(night, hours=1, person_id=third.pk))
    restrictions.extend(restriction_id=carried.pk, ends_at=AT + timedelta(hours=6), by=by, at=AT)
    restrictions.lift(restriction_id=lifted.pk, why="误列", by=by, at=AT + timedelta(minutes=30))
    start, end = AT - timedelta(hours=1), AT + timedelta(hours=2)

    held_before = set(Restriction.objects.in_force(AT).values_list("person", flat=True))
    held_after = set(Restriction.objects.in_force(end).values_list("person", flat=True))

    released = set(Restriction.objects.released(start, end).values_list("pk", flat=True))
    assert released == {lifted.pk, expired.pk}
    begun = Restriction.objects.begun(start, end).count()
    assert Restriction.objects.in_force(end).count() == begun - len(released)
    assert held_before - held_after == {first.pk, second.pk}


def test_the_same_record_grounds_a_new_restriction_after_the_first_is_over(night: Night) -> None:
    (first,) = impose(night, order(night, hours=1))
    later = AT + timedelta(hours=2)

    (second,) = restrictions.impose(orders=[order(night, hours=6)], by=night.town.actor("he"), at=later)

    assert (second.pk != first.pk, second.number) == (True, 2)
    assert Restriction.objects.in_force(later).get() == second


def test_only_a_sample_at_the_laboratory_lets_the_end_wait_and_once(night: Night) -> None:  # LE-12
    (made,) = impose(night, order(night, hours=5))
    by = night.town.actor("he")
    with pytest.raises(Refusal, match="no_final_test_pending"):
        restrictions.wait_for_result(restriction_id=made.pk, by=by, at=AT)
    night.sample(night.members[0], "S001")

    waited = restrictions.wait_for_result(restriction_id=made.pk, by=by, at=AT)

    assert waited.ends_at - made.ends_at == timedelta(hours=12)
    assert waited.grace_from == made.ends_at
    with pytest.raises(Refusal, match="grace_given"):
        restrictions.wait_for_result(restriction_id=made.pk, by=by, at=AT)


def test_the_negative_result_ends_what_only_waited_for_it(night: Night) -> None:  # LE-12
    (made,) = impose(night, order(night, hours=5))
    night.sample(night.members[0], "S001")
    restrictions.wait_for_result(restriction_id=made.pk, by=night.town.actor("he"), at=AT)
    night.result(night.members[0], "neg", minutes=8 * 60)

    holds.lift_person(Entry.objects.get(act="testing.recheck.negative"))

    made.refresh_from_db()
    assert (made.lift_kind, made.lifted_at) == ("negative", T0 + timedelta(hours=8))


def test_somebody_is_told_once(night: Night) -> None:
    (made,) = impose(night, order(night))
    for who, how in (("lin", ToldBy.DOOR), ("tang", ToldBy.PHONE)):
        restrictions.tell(restriction_id=made.pk, how=how, by=night.town.actor(who), at=AT)

    made.refresh_from_db()
    assert (made.noticed_how, made.noticed_by_name) == ("door", "林志强")
    assert Entry.objects.filter(act="containment.restriction.told").count() == 1


@pytest.mark.usefixtures("committed")
def test_two_deciders_at_once_make_one_restriction() -> None:
    with scope.everywhere():
        night = night_of(cast.town())
        actors = [night.town.actor("he"), night.town.actor("he")]
    made: list[UUID] = []

    def decide(actor: Actor) -> None:
        try:
            with scope.everywhere():
                rows = restrictions.impose(orders=[order(night)], by=actor, at=AT)
                made.extend(row.pk for row in rows)
        finally:
            connection.close()

    threads = [threading.Thread(target=decide, args=[actor]) for actor in actors]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert (len(made), len(set(made))) == (2, 1)


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
