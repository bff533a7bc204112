"""Entries of ledgers: on a ground, with an end where one is owed, in and out journaled (LG-03)."""

from datetime import date, timedelta

import pytest
from django.db import connection

from tests import cast
from tests.cast import NOON, SHUANGXI, TODAY, Town
from tongxin.access.models import Entry
from tongxin.core import scope
from tongxin.core.refusals import Refusal
from tongxin.people.enums import Ledger
from tongxin.people.models import LedgerEntry
from tongxin.people.services import ledgers

pytestmark = pytest.mark.usefixtures("db_everywhere")


@pytest.fixture
def town(db_everywhere: None) -> Town:
    return cast.town()


def enter(town: Town, ledger: Ledger, *, by: str = "qin", ground: str = "民政名单2021-18号", **more: date):
    rows = [ledgers.Row(person.pk, ground, **more) for person in (town.chen_fang, town.zhang_wei)]
    return ledgers.enter(ledger=ledger, rows=rows, area_path=SHUANGXI, by=town.actor(by), at=NOON)


def refused(*words: object, **more: object) -> str:
    with pytest.raises(Refusal) as no:
        enter(*words, **more)  # type: ignore[arg-type]
    return no.value.code


def test_who_is_entered_twice_stands_once(town: Town) -> None:
    first, again = enter(town, Ledger.FIVE), enter(town, Ledger.FIVE)

    assert (len(first), again) == (2, [])
    assert LedgerEntry.objects.standing(NOON).count() == 2
    assert LedgerEntry.objects.standing(NOON - timedelta(seconds=1)).count() == 0
    assert Entry.objects.filter(act="people.ledger.entered").count() == 1


def test_an_entry_ends_once_with_its_reason(town: Town) -> None:
    entry = enter(town, Ledger.FIVE)[0]
    for reason in ("民政核定退出", "再退一次"):
        ledgers.end(entry_id=entry.pk, reason=reason, by=town.actor("qin"), at=NOON + timedelta(hours=1))

    assert LedgerEntry.objects.get(pk=entry.pk).end_reason == "民政核定退出"
    assert LedgerEntry.objects.standing(NOON + timedelta(hours=2)).count() == 1
    assert Entry.objects.filter(act="people.ledger.ended").count() == 1


def test_who_left_may_be_entered_again(town: Town) -> None:
    entry = enter(town, Ledger.FIVE)[0]
    ledgers.end(entry_id=entry.pk, reason="核错", by=town.actor("qin"), at=NOON)

    assert [each.person_id for each in enter(town, Ledger.FIVE)] == [entry.person_id]


def test_an_entry_says_its_ground_and_its_end(town: Town) -> None:
    assert refused(town, Ledger.FIVE, ground=" ") == "ledger_ground_needed"
    assert refused(town, Ledger.RETURNED, by="he") == "ledger_end_needed"
    assert refused(town, Ledger.RETURNED, by="he", until_on=TODAY - timedelta(days=1)) == "ledger_end_past"
    assert LedgerEntry.objects.count() == 0

    made = enter(town, Ledger.RETURNED, by="he", until_on=TODAY)

    assert {each.until_on for each in made} == {TODAY}


def test_ending_says_why(town: Town) -> None:
    entry = enter(town, Ledger.FIVE)[0]

    with pytest.raises(Refusal) as no:
        ledgers.end(entry_id=entry.pk, reason=" ", by=town.actor("qin"), at=NOON)

    assert no.value.code == "ledger_reason_needed"


def test_ledgers_of_health_are_filled_by_health_roles_alone(town: Town) -> None:
    assert refused(town, Ledger.ISOLATED) == "not_allowed"
    assert refused(town, Ledger.ISOLATED, by="tang") == "not_allowed"
    assert len(enter(town, Ledger.ISOLATED, by="he")) == 2


def test_the_next_community_enters_nobody_and_sees_nobody(town: Town) -> None:
    assert refused(town, Ledger.FIVE, by="gao") == "not_allowed"

    enter(town, Ledger.FIVE)
    with scope.scoped([town.actor("gao").home]), connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM people_ledgerentry")
        assert cursor.fetchone() == (0,)
