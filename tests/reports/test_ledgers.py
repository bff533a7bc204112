"""Ledgers: a rule and entries, frozen at 24:00 with each change's event, signed by two; names where they may be."""

import io
from datetime import date, timedelta

import pytest
from django.test import Client
from python_calamine import CalamineWorkbook

from tests import cast
from tests.cast import NOON, SHUANGXI, TODAY, Town
from tests.core.test_documents import text_of
from tests.factories import lanes
from tests.testing.views.test_results_and_pools import logged_in
from tongxin.access.models import Entry
from tongxin.core import clock
from tongxin.core.refusals import Refusal
from tongxin.people.enums import Ledger
from tongxin.people.models import LedgerEntry
from tongxin.people.services import ledgers as entries
from tongxin.reports.models import LedgerDay
from tongxin.reports.queries import ledgers as queries
from tongxin.reports.services import ledgers
from tongxin.testing.enums import Coverage, RoundState
from tongxin.testing.models import Round
from tongxin.testing.services import claims

pytestmark = pytest.mark.usefixtures("db_everywhere")
ENDED = clock.start_of(TODAY + timedelta(days=1)) + timedelta(minutes=7)


@pytest.fixture
def town(db_everywhere: None) -> Town:
    return cast.town()


def enter(town: Town, ledger: Ledger, *people: object, until: date | None = None, days: int = 0) -> None:
    rows = [entries.Row(person.pk, "民政名单18号", until) for person in people]  # type: ignore[attr-defined]
    entries.enter(
        ledger=ledger, rows=rows, area_path=SHUANGXI, by=town.actor("he"), at=NOON + timedelta(days=days)
    )


def freeze(code: str, days: int = 0) -> LedgerDay:
    at, day = ENDED + timedelta(days=days), TODAY + timedelta(days=days)
    return ledgers.freeze(area_path=SHUANGXI, code=code, day=day, at=at)


def numbers(kept: LedgerDay) -> tuple[int, int, int, int]:
    return kept.yesterday, kept.came, kept.went, kept.today


def test_a_day_is_frozen_with_yesterday_in_out_and_today(town: Town) -> None:  # LG-03
    enter(town, Ledger.FIVE, town.chen_fang, town.zhang_wei)
    first = freeze("five")
    gone = LedgerEntry.objects.get(person=town.zhang_wei)
    entries.end(entry_id=gone.pk, reason="核定退出", by=town.actor("qin"), at=NOON + timedelta(days=1))
    enter(town, Ledger.FIVE, town.chen_wei, days=1)

    second = freeze("five", days=1)

    assert (numbers(first), numbers(second)) == ((0, 2, 0, 2), (2, 1, 1, 2))
    assert [(each["way"], each["event"]) for each in second.changes] == [
        ("in", "民政名单18号"),
        ("out", "核定退出 (秦红)"),
    ]


def test_a_frozen_day_never_changes(town: Town) -> None:
    enter(town, Ledger.FIVE, town.chen_fang)
    first = freeze("five")
    enter(town, Ledger.FIVE, town.zhang_wei)

    assert (freeze("five").pk, numbers(freeze("five"))) == (first.pk, (0, 1, 0, 1))


def test_a_day_that_is_not_over_is_not_frozen(town: Town) -> None:
    with pytest.raises(Refusal) as no:
        ledgers.freeze(area_path=SHUANGXI, code="five", day=TODAY, at=NOON)

    assert no.value.code == "ledger_day_not_over"


def test_who_came_home_leaves_by_the_last_day(town: Town) -> None:
    enter(town, Ledger.RETURNED, town.chen_wei, until=TODAY + timedelta(days=1))

    kept = [freeze("returned", days=days) for days in range(3)]

    assert [numbers(each) for each in kept] == [(0, 1, 0, 1), (1, 0, 0, 1), (1, 0, 1, 0)]
    assert "ended by itself" in kept[2].changes[0]["event"]


def counted_round(town: Town) -> Round:
    round_ = lanes.running_round(town.point, NOON)
    said = [
        claims.Said(town.chen_wei.pk, Coverage.ISOLATED, place="悦来酒店"),
        claims.Said(town.zhang_wei.pk, Coverage.AWAY, place="长沙", until_on=date(2021, 9, 1)),
    ]
    claims.claim_list(round_id=round_.pk, said=said, by=town.actor("tang"), at=NOON)
    Round.objects.filter(pk=round_.pk).update(state=RoundState.RECONCILING)
    return round_


def test_the_rule_and_the_entry_are_one_person(town: Town) -> None:
    counted_round(town)
    enter(town, Ledger.ISOLATED, town.chen_wei, town.chen_fang)

    isolated = queries.members(queries.one("isolated"), SHUANGXI, ENDED)
    away = queries.members(queries.one("away"), SHUANGXI, ENDED)

    assert set(isolated) == {town.chen_wei.pk, town.chen_fang.pk}
    assert [(each.person_id, each.until) for each in away.values()] == [(town.zhang_wei.pk, date(2021, 9, 1))]


def test_persons_are_counted_beside_entries(town: Town) -> None:  # A6
    enter(town, Ledger.FIVE, town.chen_fang, town.zhang_wei)
    enter(town, Ledger.DIFFICULT, town.chen_fang)

    _lines, entry_count, person_count = queries.overview(SHUANGXI, ENDED)

    assert (entry_count, person_count) == (3, 2)


def test_the_hourly_job_freezes_each_ledger_once(town: Town) -> None:
    enter(town, Ledger.FIVE, town.chen_fang)

    made = [ledgers.freeze_due(ENDED), ledgers.freeze_due(ENDED + timedelta(hours=1))]

    assert made == [len(queries.LEDGERS), 0]
    assert {each.area_path for each in LedgerDay.objects.all()} == {SHUANGXI}


def test_two_persons_sign_a_day(town: Town) -> None:
    kept = freeze("five")
    for name, as_head in (("qin", False), ("tang", True)):
        ledgers.sign(day_id=kept.pk, as_head=as_head, by=town.actor(name), at=ENDED)
        ledgers.sign(day_id=kept.pk, as_head=as_head, by=town.actor(name), at=ENDED)

    kept.refresh_from_db()
    assert (kept.filled_by_name, kept.head_name) == ("秦红", "唐书记")
    assert Entry.objects.filter(act="reports.ledger.signed").count() == 2


@pytest.mark.parametrize(
    ("name", "as_head", "code"),
    [("tang", True, "ledger_two_persons"), ("qin", True, "not_allowed"), ("qin", False, "ledger_signed")],
)
def test_a_second_signature_is_another_persons(town: Town, name: str, as_head: bool, code: str) -> None:
    kept = freeze("five")
    ledgers.sign(day_id=kept.pk, as_head=False, by=town.actor("tang"), at=ENDED)

    with pytest.raises(Refusal) as no:
        ledgers.sign(day_id=kept.pk, as_head=as_head, by=town.actor(name), at=ENDED)

    assert no.value.code == code


def test_only_health_roles_fill_ledgers_of_health(town: Town) -> None:
    kept = freeze("isolated")

    with pytest.raises(Refusal):
        ledgers.sign(day_id=kept.pk, as_head=False, by=town.actor("qin"), at=ENDED)


# ---- pages


def page(client: Client, town: Town, name: str, address: str) -> str:
    answer = logged_in(client, town, name).get(address)
    assert answer.status_code == 200
    return answer.content.decode()


def test_the_page_names_people_to_those_who_may_and_notes_it(client: Client, town: Town) -> None:
    enter(town, Ledger.ISOLATED, town.chen_wei)

    health, head = (page(client, town, name, "/reports/ledgers/isolated/") for name in ("he", "tang"))

    assert ("陈伟" in health, "陈伟" in head) == (True, False)
    assert "You see the numbers of this ledger" in head
    assert Entry.objects.filter(act="access.ledger.seen").count() == 1
    for address in ("/reports/ledgers/isolated/ledger.xlsx", f"/reports/ledgers/isolated/{TODAY}/ledger.pdf"):
        assert client.get(address).status_code in (403, 404)


def test_next_door_sees_no_ledger_of_this_community(client: Client, town: Town) -> None:
    enter(town, Ledger.FIVE, town.chen_fang)
    kept = freeze("five")

    for address in ("/reports/ledgers/", "/reports/ledgers/five/", f"/reports/ledgers/five/?area={SHUANGXI}"):
        assert "陈芳" not in page(client, town, "gao", address)
    assert client.get(f"/reports/ledgers/five/{TODAY}/").status_code == 404
    assert client.post(f"/reports/ledgers/days/{kept.pk}/signature", {"as": "head"}).status_code == 404


def test_a_person_is_entered_and_taken_out_from_their_page(client: Client, town: Town) -> None:
    clerk, address = logged_in(client, town, "qin"), f"/people/{town.chen_fang.pk}/ledgers"

    bad = clerk.post(address, {"ledger": "five", "ground": " "})
    hidden = clerk.post(address, {"ledger": "isolated", "ground": "密接"})
    good = clerk.post(address, {"ledger": "five", "ground": "民政名单18号"})
    entry = LedgerEntry.objects.get()
    assert (bad.status_code, hidden.status_code, good.status_code) == (422, 422, 302)
    assert "民政名单18号" in clerk.get(f"/people/{town.chen_fang.pk}").content.decode()

    assert clerk.post(f"/people/ledgers/{entry.pk}/end", {"reason": ""}).status_code == 422
    assert clerk.post(f"/people/ledgers/{entry.pk}/end", {"reason": "核定退出"}).status_code == 302
    entry.refresh_from_db()
    assert entry.ended_by_name == "秦红"


def test_a_day_prints_and_the_ledger_is_a_workbook(client: Client, town: Town) -> None:
    enter(town, Ledger.FIVE, town.chen_fang)
    freeze("five")
    clerk = logged_in(client, town, "qin")

    paper = text_of(clerk.get(f"/reports/ledgers/five/{TODAY}/ledger.pdf").content)
    book = CalamineWorkbook.from_filelike(io.BytesIO(clerk.get("/reports/ledgers/five/ledger.xlsx").content))
    rows = book.get_sheet_by_index(0).to_python()

    assert "陈芳" in paper
    assert [row[0] for row in rows][2:] == ["陈芳"]


def test_an_unknown_ledger_and_an_unknown_day_are_not_found(client: Client, town: Town) -> None:
    clerk = logged_in(client, town, "qin")

    answers = [
        clerk.get(f"/reports/ledgers/{part}").status_code
        for part in ("nothing/", f"five/{TODAY}/", "five/2021-13-40/")
    ]

    assert answers == [404, 404, 404]
