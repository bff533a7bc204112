"""Holds that end and appeals that wait stand on the first page of who owes them, and of nobody else."""

from datetime import datetime, timedelta

import pytest
from django.utils import translation

from tests import cast
from tests.testing.services.test_pools import T0, Night, night_of
from tongxin.containment.enums import AppealChannel
from tongxin.containment.models import Restriction
from tongxin.containment.services import appeals, restrictions
from tongxin.containment.services.restrictions import Order
from tongxin.places.models import RuleRow
from tongxin.reports.queries import work

AT = T0 + timedelta(hours=1)
END = AT + timedelta(hours=20)


@pytest.fixture
def night(db_everywhere: None) -> Night:
    return night_of(cast.town())


@pytest.fixture
def held(night: Night) -> Restriction:
    order = Order(night.members[0].pk, "pool_recheck", night.pool.pk, END)
    return restrictions.impose(orders=[order], by=night.town.actor("he"), at=AT)[0]


def lines(night: Night, who: str, at: datetime, url: str) -> list[tuple[str, int, str]]:
    with translation.override("en"):
        found = work.duties(night.town.actor(who, at), None, at)
        return [(str(duty.title), duty.count, duty.meaning) for duty in found if duty.url == url]


@pytest.mark.parametrize(
    ("before", "meaning"), [(timedelta(hours=5), "waiting"), (timedelta(minutes=20), "attention")]
)
def test_a_hold_that_ends_is_the_work_of_who_decided_it(
    night: Night, held: Restriction, before: timedelta, meaning: str
) -> None:  # LE-12
    url, at = "containment:restrictions", END - before

    assert lines(night, "he", at, url) == [("Holds that end within 24 hours", 1, meaning)]
    assert lines(night, "tang", at, url) == lines(night, "lv", at, url) == []


def test_how_early_a_warning_comes_is_the_rule(night: Night, held: Restriction) -> None:  # LE-12
    RuleRow.objects.create(
        name="containment.warn_hours", path=cast.SHUANGXI, value=[12, 2], valid_from=cast.TODAY, document="x"
    )

    url = "containment:restrictions"
    found = lines(night, "he", END - timedelta(hours=11), url)

    assert found == [("Holds that end within 12 hours", 1, "waiting")]
    assert lines(night, "he", END - timedelta(hours=13), url) == []


def test_an_appeal_is_the_work_of_another_than_who_decided(night: Night, held: Restriction) -> None:  # LE-13
    url = "containment:appeals"
    appeal = appeals.receive(
        restriction_id=held.pk,
        channel=AppealChannel.PHONE,
        says="我当天不在这个通道采样",
        said_by="陈伟",
        by=night.town.actor("lin"),
        at=AT,
    )

    assert lines(night, "lv", AT, url) == [("Appeals to answer", 1, "attention")]
    assert lines(night, "lv", appeal.due_at + timedelta(minutes=1), url) == [("Appeals to answer", 1, "stop")]
    assert lines(night, "he", AT, url) == lines(night, "lin", AT, url) == []
