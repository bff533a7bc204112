"""X4: a pool is positive at 03:00: ten members, one phone off, one child; calls, police, singles, lift."""

from datetime import timedelta

import pytest

from tests import cast
from tests.testing.services.test_pools import T0, Night, night_of
from tongxin.access.models import Entry
from tongxin.config.react import run_reaction
from tongxin.config.reactions import REACTIONS
from tongxin.containment.models import Restriction
from tongxin.core import formats
from tongxin.people.enums import CallOutcome
from tongxin.people.models import CallTask
from tongxin.people.services import calls
from tongxin.testing.queries import pools as queries
from tongxin.testing.services import coverage

pytestmark = [pytest.mark.story, pytest.mark.usefixtures("db_everywhere")]


def react(done: set[object]) -> None:
    """What the worker does after each commit; every reaction twice, for it runs at least once."""
    for entry in Entry.objects.filter(act__in=REACTIONS).exclude(pk__in=done).order_by("sequence"):
        for service in REACTIONS[entry.act]:
            run_reaction(service, str(entry.pk))
            run_reaction(service, str(entry.pk))
        done.add(entry.pk)


def call(night: Night, minutes: int, outcome: CallOutcome) -> None:
    at = T0 + timedelta(minutes=minutes)
    task = calls.lease_next(by=night.town.actor("he"), at=at, about_id=night.pool.pk)
    assert task is not None
    calls.answer(task_id=task.pk, outcome=outcome, by=night.town.actor("he"), at=at)


def test_the_night_of_a_positive_pool() -> None:
    night, done = night_of(cast.town()), set[object]()
    coverage.settle(night.round.pk)
    assert formats.hour(night.pool.opened_at) == "03:00"

    react(done)
    held = Restriction.objects.in_force(T0 + timedelta(minutes=1))
    assert held.count() == 10
    assert {each.appeal_to for each in held} == {"社区居委会 24 小时值班电话"}

    for minutes in range(9):
        call(night, minutes, CallOutcome.REACHED)
    call(night, 10, CallOutcome.OFF)
    rows = queries.members(night.pool, T0 + timedelta(minutes=40))
    told, swabbed, resulted = queries.clocks(night.pool, rows, T0 + timedelta(minutes=40))
    assert (told.done, told.total, told.is_late) == (9, 10, True)
    assert (swabbed.is_late, resulted.is_late) == (False, False)
    assert queries.police_at(night.pool) == T0 + timedelta(hours=1)
    child = next(row for row in rows if row.name == "陈小宝")
    assert child.co_residents == ["陈芳", "陈伟"]

    for number, person in enumerate(night.members):
        night.sample(person, f"S{number:03d}", minutes=90)
        night.result(person, "neg", minutes=240)
    react(done)

    assert night.state() == "lifted"
    assert Restriction.objects.in_force(T0 + timedelta(minutes=241)).count() == 0
    assert CallTask.objects.filter(closed_at=None).count() == 0
    assert queries.pools_at_work().count() == 0
