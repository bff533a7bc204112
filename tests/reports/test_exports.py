"""Lists as workbooks: a purpose, a limit, a second person, a watermark, an end (LE-32)."""

import io
from datetime import timedelta

import openpyxl
import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from tests import cast, factories
from tests.cast import Town
from tests.factories import lanes
from tongxin.access.models import Entry, EntryFacts
from tongxin.core import clock, scope
from tongxin.places.models import RuleRow
from tongxin.reports.models import Export
from tongxin.testing.models import Expected, Round

pytestmark = pytest.mark.usefixtures("db")


@pytest.fixture
def town(db: None) -> Town:
    with scope.everywhere():
        return cast.town()


@pytest.fixture
def round_(town: Town) -> Round:
    with scope.everywhere():
        return lanes.running_round(town.point, clock.now())


@pytest.fixture
def tight(town: Town) -> None:
    """Two rows are allowed without approval."""
    with scope.everywhere():
        RuleRow.objects.create(
            name="reports.export.rows",
            path=cast.SHUANGXI,
            value=2,
            valid_from=clock.today(),
            document="测试",
        )


def enter(town: Town, name: str) -> Client:
    client = Client()
    client.force_login(town.accounts[name])
    return client


def ask(client: Client, kind: str, purpose: str = "上门核对", **filters: object) -> HttpResponse:
    address = reverse("reports:export_new", args=[kind])
    query = "&".join(f"{name}={value}" for name, value in filters.items())
    return client.post(f"{address}?{query}", {"purpose": purpose})  # type: ignore[return-value]


def take(client: Client) -> HttpResponse:
    with scope.everywhere():
        export = Export.objects.latest("asked_at")
    return client.get(reverse("reports:export_file", args=[export.pk]))  # type: ignore[return-value]


def cells(response: HttpResponse) -> list[list[object]]:
    book = openpyxl.load_workbook(io.BytesIO(response.content))
    return [list(row) for row in book.active.iter_rows(values_only=True)]  # type: ignore[union-attr]


def test_a_short_list_is_taken_at_once_with_its_mark(town: Town, round_: Round) -> None:
    client = enter(town, "lin")
    ask(client, "not_yet", round=round_.pk)

    rows = cells(take(client))

    assert "林志强" in str(rows[1][0])
    assert "上门核对" in str(rows[1][0])
    assert sorted(str(row[4]) for row in rows[3:]) == ["张伟", "陈伟", "陈芳"]
    with scope.everywhere():
        entry = Entry.objects.get(act="access.export.seen")
        assert entry.why == "上门核对"
        assert EntryFacts.objects.get(entry=entry).facts["count"] == 3


def test_whole_numbers_are_in_no_workbook(town: Town, round_: Round) -> None:
    client = enter(town, "lin")
    ask(client, "not_yet", round=round_.pk)

    told = str(cells(take(client)))

    assert "13800000001" not in told
    assert "*0001" in told


@pytest.mark.usefixtures("tight")
def test_a_long_list_waits_for_a_second_person(town: Town, round_: Round) -> None:  # LE-32
    worker, head = enter(town, "lin"), enter(town, "tang")
    ask(worker, "not_yet", round=round_.pk)
    waiting = take(worker)
    with scope.everywhere():
        export = Export.objects.get()

    approved = head.post(reverse("reports:export_approve", args=[export.pk]))
    taken = take(worker)

    assert (waiting.status_code, approved.status_code, taken.status_code) == (409, 302, 200)
    with scope.everywhere():
        export.refresh_from_db()
        assert (export.approved_by_name, export.row_count) == ("唐书记", 3)


@pytest.mark.usefixtures("tight")
def test_nobody_approves_their_own(town: Town, round_: Round) -> None:
    head = enter(town, "tang")
    ask(head, "not_yet", round=round_.pk)
    with scope.everywhere():
        export = Export.objects.get()

    assert head.post(reverse("reports:export_approve", args=[export.pk])).status_code == 409
    with scope.everywhere():
        export.refresh_from_db()
        assert export.approved_at is None


@pytest.mark.usefixtures("tight")
def test_a_list_that_grew_past_what_was_allowed_is_asked_for_again(town: Town, round_: Round) -> None:
    worker, head = enter(town, "lin"), enter(town, "tang")
    ask(worker, "not_yet", round=round_.pk)
    with scope.everywhere():
        export = Export.objects.get()
    head.post(reverse("reports:export_approve", args=[export.pk]))
    with scope.everywhere():
        person = factories.person("后来", town.door_302)
        Expected.objects.create(round=round_, person=person, area_path=person.area_path, added_at=clock.now())

    assert take(worker).status_code == 409


def test_an_export_ends(town: Town, round_: Round) -> None:
    client = enter(town, "lin")
    ask(client, "not_yet", round=round_.pk)
    with scope.everywhere():
        Export.objects.update(ends_at=clock.now() - timedelta(minutes=1))

    assert take(client).status_code == 409


def test_only_who_asked_takes_it(town: Town, round_: Round) -> None:
    ask(enter(town, "lin"), "not_yet", round=round_.pk)

    assert take(enter(town, "tang")).status_code == 409
    assert take(enter(town, "gao")).status_code == 404


def test_without_a_purpose_nothing_is_made(town: Town, round_: Round) -> None:
    assert ask(enter(town, "lin"), "not_yet", purpose="看", round=round_.pk).status_code == 422
    with scope.everywhere():
        assert Export.objects.count() == 0


@pytest.mark.parametrize(
    ("name", "kind", "status"), [("lab", "not_yet", 403), ("gao", "not_yet", 404), ("auditor", "people", 403)]
)
def test_who_may_not_read_a_list_cannot_take_it(
    town: Town, round_: Round, name: str, kind: str, status: int
) -> None:
    assert ask(enter(town, name), kind, round=round_.pk).status_code == status


@pytest.mark.parametrize(
    ("kind", "filters", "held"),
    [
        ("people", {"class": "unknown"}, 3),
        ("people", {"class": "covered"}, 0),
        ("people", {"class": "should_test"}, 3),
        ("tubes", {}, 1),
        ("results", {}, 1),
        ("changes", {}, 0),
    ],
)
def test_every_list_holds_what_its_page_shows(
    town: Town, round_: Round, kind: str, filters: dict[str, str], held: int
) -> None:
    with scope.everywhere():
        lanes.filled_tube(lanes.lane(round_, town.point), "T1", [town.chen_wei], clock.now(), state="closed")
    client = enter(town, "tang")
    ask(client, kind, round=round_.pk, **filters)

    rows = cells(take(client))

    with scope.everywhere():
        assert Export.objects.get().row_count == held
    assert len(rows) - 3 == held


def test_a_cell_is_never_a_formula(town: Town, round_: Round) -> None:
    with scope.everywhere():
        person = factories.person("=1+1", town.door_302)
        Expected.objects.create(round=round_, person=person, area_path=person.area_path, added_at=clock.now())
    client = enter(town, "tang")
    ask(client, "not_yet", round=round_.pk)

    book = openpyxl.load_workbook(io.BytesIO(take(client).content))

    found = [cell for row in book.active.iter_rows() for cell in row if cell.value == "=1+1"]  # type: ignore[union-attr]
    assert [cell.data_type for cell in found] == ["s"]
