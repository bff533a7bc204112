"""An appeal has a number, a clock, another pair of eyes, and an end in words (LE-13)."""

import threading
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from tests import cast
from tests.testing.services.test_pools import T0, Night, night_of
from tests.testing.views.test_results_and_pools import logged_in
from tongxin.access.actors import Actor
from tongxin.access.models import Entry
from tongxin.containment.enums import AppealChannel, ToldBy
from tongxin.containment.models import Appeal, Restriction
from tongxin.containment.queries import appeals as queries
from tongxin.containment.services import appeals, holds, restrictions
from tongxin.containment.services.restrictions import Order
from tongxin.core import scope
from tongxin.core.refusals import Refusal

AT = T0 + timedelta(hours=1)
SORRY = "名单有误，已解除，特此致歉。"


@pytest.fixture
def night(db_everywhere: None) -> Night:
    return night_of(cast.town())


def restricted(night: Night) -> Restriction:
    order = Order(night.members[0].pk, "pool_recheck", night.pool.pk, AT + timedelta(hours=20))
    return restrictions.impose(orders=[order], by=night.town.actor("he"), at=AT)[0]


def received(night: Night, row: Restriction, who: str = "lin") -> Appeal:
    return appeals.receive(
        restriction_id=row.pk,
        channel=AppealChannel.PHONE,
        says="我当天不在这个通道采样",
        said_by="陈伟",
        by=night.town.actor(who),
        at=AT,
    )


def taken(night: Night, row: Restriction, who: str = "lv") -> Appeal:
    appeal = received(night, row)
    return appeals.take(appeal_id=appeal.pk, by=night.town.actor(who), at=AT + timedelta(minutes=5))


def test_an_appeal_has_a_number_and_a_clock(night: Night) -> None:
    appeal = received(night, restricted(night))

    assert appeal.number.startswith("210821-")
    assert appeal.due_at - appeal.received_at == timedelta(hours=24)
    assert appeal.received_by_name == "林志强"


def test_an_open_appeal_is_the_one_that_is_there(night: Night) -> None:
    row = restricted(night)

    assert received(night, row).pk == received(night, row, "tang").pk
    assert Appeal.objects.count() == 1


def test_an_appeal_is_made_by_the_next_community_for_nobody_here(night: Night) -> None:
    row = restricted(night)

    with pytest.raises(Refusal, match="not_allowed"):
        received(night, row, "gao")


def test_who_decided_does_not_review(night: Night) -> None:
    appeal = received(night, restricted(night))

    with pytest.raises(Refusal, match="reviewer_must_differ"):
        appeals.take(appeal_id=appeal.pk, by=night.town.actor("he"), at=AT)


def test_who_approved_or_decided_what_was_renewed_does_not_review(night: Night) -> None:
    row = restricted(night)
    longer = restrictions.extend(
        restriction_id=row.pk,
        ends_at=AT + timedelta(hours=30),
        by=night.town.actor("commander"),
        at=AT,
        approver=night.town.actor("lv"),
    )
    appeal = received(night, longer)

    for who in ("he", "commander", "lv"):
        with pytest.raises(Refusal, match="reviewer_must_differ"):
            appeals.take(appeal_id=appeal.pk, by=night.town.actor(who), at=AT)


def test_a_hold_by_rule_was_decided_by_nobody_and_any_reviewer_may_look(night: Night) -> None:
    holds.hold_members(Entry.objects.get(act="testing.pool.opened"))
    row = Restriction.objects.get(person=night.members[0])

    assert taken(night, row, "he").reviewer_name == "何医生"


def test_upheld_ends_the_hold_everywhere_and_its_record_grounds_nothing(night: Night) -> None:
    row = restricted(night)
    by = night.town.actor("he")
    restrictions.extend(restriction_id=row.pk, ends_at=AT + timedelta(hours=23), by=by, at=AT)
    appeal = taken(night, row)
    at = AT + timedelta(hours=1)

    done = appeals.uphold(appeal_id=appeal.pk, answer=SORRY, by=night.town.actor("lv"), at=at)

    assert done.correct_by == at + timedelta(hours=2)
    assert Restriction.objects.in_force(at).count() == 0
    assert Restriction.objects.in_force(AT + timedelta(hours=22)).count() == 0
    order = Order(row.person_id, "pool_recheck", night.pool.pk, at + timedelta(hours=3))
    with pytest.raises(Refusal, match="evidence_struck"):
        restrictions.impose(orders=[order], by=by, at=at)


def test_a_later_positive_is_a_ground_of_its_own(night: Night) -> None:
    row = restricted(night)
    appeal = taken(night, row)
    appeals.uphold(appeal_id=appeal.pk, answer=SORRY, by=night.town.actor("lv"), at=AT)
    night.sample(night.members[0], "S001")
    recheck = night.result(night.members[0], "pos")
    at = T0 + timedelta(hours=5)

    order = Order(row.person_id, "positive", recheck.pk, at + timedelta(hours=3))
    (made,) = restrictions.impose(orders=[order], by=night.town.actor("he"), at=at)

    assert made.ground == "positive"


def test_the_struck_hold_is_not_made_again_by_the_reaction(night: Night) -> None:
    opened = Entry.objects.get(act="testing.pool.opened")
    holds.hold_members(opened)
    appeal = taken(night, Restriction.objects.get(person=night.members[0]))
    appeals.uphold(appeal_id=appeal.pk, answer=SORRY, by=night.town.actor("lv"), at=AT)

    holds.hold_members(opened)

    assert Restriction.objects.in_force(AT).filter(person=night.members[0]).count() == 0


def test_rejected_leaves_the_hold_and_says_why(night: Night) -> None:
    row = restricted(night)
    appeal = taken(night, row)
    by = night.town.actor("lv")
    with pytest.raises(Refusal, match="answer_needed"):
        appeals.reject(appeal_id=appeal.pk, answer="不行", by=by, at=AT)

    appeals.reject(appeal_id=appeal.pk, answer="同管样本阳性，复核未出结果。", by=by, at=AT)

    assert Restriction.objects.in_force(AT).count() == 1
    with pytest.raises(Refusal, match="appeal_answered"):
        appeals.uphold(appeal_id=appeal.pk, answer=SORRY, by=by, at=AT)


def test_a_second_reviewer_comes_too_late(night: Night) -> None:
    appeal = taken(night, restricted(night), "lv")

    with pytest.raises(Refusal, match="appeal_taken"):
        appeals.take(appeal_id=appeal.pk, by=night.town.actor("commander"), at=AT)
    with pytest.raises(Refusal, match="appeal_taken"):
        appeals.reject(
            appeal_id=appeal.pk, answer="同管样本阳性。维持。", by=night.town.actor("commander"), at=AT
        )


@pytest.mark.usefixtures("committed")
def test_of_two_reviewers_at_once_one_has_it() -> None:
    with scope.everywhere():
        night = night_of(cast.town())
        appeal = received(night, restricted(night))
        actors = [night.town.actor(who) for who in ("lv", "commander")]
    outcomes: list[str] = []

    def review(actor: Actor) -> None:
        try:
            with scope.everywhere():
                appeals.take(appeal_id=appeal.pk, by=actor, at=AT)
            outcomes.append("taken")
        except Refusal as refusal:
            outcomes.append(refusal.code)
        finally:
            connection.close()

    threads = [threading.Thread(target=review, args=[actor]) for actor in actors]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(outcomes) == ["appeal_taken", "taken"]


def test_statistics_add_up_and_name_nobody(night: Night) -> None:
    first = taken(night, restricted(night))
    appeals.uphold(appeal_id=first.pk, answer=SORRY, by=night.town.actor("lv"), at=AT + timedelta(hours=30))
    appeals.correct(appeal_id=first.pk, by=night.town.actor("lin"), at=AT + timedelta(hours=31))
    order = Order(night.members[1].pk, "pool_recheck", night.pool.pk, AT + timedelta(hours=20))
    (other,) = restrictions.impose(orders=[order], by=night.town.actor("he"), at=AT)
    received(night, other)

    found = queries.statistics(AT, AT + timedelta(days=1), AT + timedelta(hours=32))

    assert (found.received, found.open, found.upheld, found.rejected) == (2, 1, 1, 0)
    assert (found.in_time, found.late, found.median_hours) == (0, 2, 30)
    assert (found.corrected_in_time, found.corrected_late) == (1, 0)


def test_from_the_person_to_the_answer_through_the_pages(client: Client, night: Night) -> None:
    row = restricted(night)
    Restriction.objects.filter(pk=row.pk).update(ends_at="2099-01-01T00:00Z")
    lin = logged_in(client, night.town, "lin")
    lin.post(
        reverse("containment:appeal_new", args=[row.pk]),
        {"channel": "worker", "said_by": "陈芳（母亲）", "says": "他那天在外地"},
    )
    with scope.everywhere():
        appeal = Appeal.objects.get()
    slip = lin.get(reverse("containment:receipt", args=[appeal.pk])).content.decode()
    lv = logged_in(Client(), night.town, "lv")
    waiting = lv.get(reverse("containment:appeals")).content.decode()
    lv.post(reverse("containment:appeal_take", args=[appeal.pk]))
    short = lv.post(reverse("containment:appeal_uphold", args=[appeal.pk]), {"answer": "错"})
    lv.post(reverse("containment:appeal_uphold", args=[appeal.pk]), {"answer": SORRY})
    page = lv.get(reverse("containment:appeal", args=[appeal.pk])).content.decode()
    lin.post(reverse("containment:appeal_correct", args=[appeal.pk]))
    lin.post(reverse("containment:appeal_told", args=[appeal.pk]), {"how": "phone"})

    assert appeal.number in slip
    assert "陈芳（母亲）" in slip
    assert appeal.number in waiting
    assert short.status_code == 422
    assert "We are sorry" in page
    with scope.everywhere():
        appeal.refresh_from_db()
        assert (appeal.state, appeal.told_how, appeal.corrected_at is not None) == (
            "upheld",
            ToldBy.PHONE,
            True,
        )
        assert Restriction.objects.exclude(lifted_at=None).get().lift_kind == "appeal"
