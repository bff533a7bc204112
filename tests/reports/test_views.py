"""The first page, reports, briefings and the rows behind their figures, through the doors."""

import io
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from python_calamine import CalamineWorkbook

from tests import cast, factories
from tests.core.test_documents import text_of
from tests.factories import lanes
from tests.testing.services.test_pools import Night, night_of
from tests.testing.views.test_results_and_pools import logged_in
from tongxin.access.models import Entry, Installation
from tongxin.core import clock, navigation, pages, scope
from tongxin.reports.models import Briefing
from tongxin.reports.queries import rounds as round_queries
from tongxin.testing.models import Expected, PositivePool, Round
from tongxin.testing.services import coverage

pytestmark = pytest.mark.usefixtures("db_everywhere")


@pytest.fixture
def night() -> Night:
    made = night_of(cast.town())
    coverage.settle(made.round.pk)
    return made


def test_a_passer_by_is_sent_to_the_log_in(client: Client) -> None:
    assert client.get("/").status_code == 302


def test_the_first_page_says_what_waits_on_the_officer(client: Client, night: Night) -> None:
    text = logged_in(client, night.town, "he").get("/").content.decode()

    assert "Positive pools at work" in text
    assert "Calls to pool members" in text
    assert "Round 10" in text


def test_nothing_waits_on_a_carrier_of_nothing(client: Client, night: Night) -> None:
    text = logged_in(client, night.town, "operator").get("/").content.decode()

    assert "Nothing waits on you now." in text
    assert "Round 10" not in text


def test_the_grid_worker_sees_own_people_who_are_not_yet_tested(client: Client, night: Night) -> None:
    text = logged_in(client, night.town, "lin").get("/").content.decode()

    assert "Not yet tested: call, visit or give a reason" in text


def test_next_door_sees_nothing_of_this(client: Client, night: Night) -> None:
    page = logged_in(client, night.town, "gao")

    first = page.get("/").content.decode()
    answers = [
        page.get(reverse("reports:round", args=[night.round.pk])),
        page.get(reverse("reports:round_pdf", args=[night.round.pk])),
        page.get(reverse("reports:rows", args=[night.round.pk, "covered"])),
    ]

    assert "Round 10" not in first
    assert [answer.status_code for answer in answers] == [404, 404, 404]


def test_the_report_page_shows_figures_that_open(client: Client, night: Night) -> None:
    page = logged_in(client, night.town, "tang")
    door = reverse("reports:rows", args=[night.round.pk, "covered"])

    text = page.get(reverse("reports:round", args=[night.round.pk])).content.decode()
    behind = page.get(door).content.decode()

    assert door in text
    assert "10 rows" in behind
    assert "陈伟" in behind
    with scope.everywhere():
        assert Entry.objects.get(act="access.figure.seen").facts_row.facts["count"] == 10


def test_a_figure_that_is_not_kept_opens_nothing(client: Client, night: Night) -> None:
    page = logged_in(client, night.town, "tang")

    assert page.get(reverse("reports:rows", args=[night.round.pk, "new_confirmed"])).status_code == 404


def test_the_report_as_pdf_and_sheet_says_the_same(client: Client, night: Night) -> None:
    page = logged_in(client, night.town, "tang")

    pdf = text_of(page.get(reverse("reports:round_pdf", args=[night.round.pk])).content)
    sheet = page.get(reverse("reports:round_sheet", args=[night.round.pk]))

    book = CalamineWorkbook.from_filelike(io.BytesIO(sheet.content))
    cells = {row[0]: row[2] for row in book.get_sheet_by_index(0).to_python()}
    assert "Report of round 10" in pdf
    assert "双溪社区" in pdf
    assert (cells["Covered"], cells["Base now"]) == (10, 11)
    assert round(float(cells["Covered of those who should"]), 3) == 0.909


def test_a_briefing_is_written_signed_and_printed(client: Client, night: Night) -> None:
    tang = logged_in(client, night.town, "tang")
    preview = tang.get(reverse("reports:briefing_new"))
    empty = tang.post(reverse("reports:briefing_new"), {"text": ""})
    written = tang.post(reverse("reports:briefing_new"), {"text": "䶮字辈 10 人待复核。"})
    with scope.everywhere():
        briefing = Briefing.objects.get()
    own = tang.post(reverse("reports:briefing_approve", args=[briefing.pk]))
    chief = logged_in(Client(), night.town, "commander")

    waiting = chief.get("/").content.decode()
    signed = chief.post(reverse("reports:briefing_approve", args=[briefing.pk]))
    pdf = text_of(chief.get(reverse("reports:briefing_pdf", args=[briefing.pk])).content)

    assert (preview.status_code, empty.status_code, written.status_code) == (200, 422, 302)
    assert own.status_code == 403
    assert "Briefings to sign" in waiting
    assert signed.status_code == 302
    assert "䶮字辈 10 人待复核。" in pdf
    assert "Epidemic briefing no. 1" in pdf
    assert "彭指挥" in pdf


def test_a_frozen_figure_opens_its_rows_and_says_when_they_differ(client: Client, night: Night) -> None:
    page = logged_in(client, night.town, "tang")
    page.post(reverse("reports:briefing_new"), {"text": "……"})
    with scope.everywhere():
        briefing = Briefing.objects.get()
        briefing.figures["covered"]["value"] = 9
        briefing.save(update_fields=["figures"])

    shown = page.get(reverse("reports:briefing", args=[briefing.pk])).content.decode()
    text = page.get(reverse("reports:briefing_rows", args=[briefing.pk, "covered"])).content.decode()

    assert reverse("reports:briefing_rows", args=[briefing.pk, "covered"]) in shown
    assert "frozen: 9" in text
    assert "the frozen figure stands" in text


def test_a_demo_register_marks_its_prints(client: Client, night: Night) -> None:
    Installation.objects.update_or_create(pk=1, defaults={"is_demo": True})
    page = logged_in(client, night.town, "tang")

    pdf = text_of(page.get(reverse("reports:round_pdf", args=[night.round.pk])).content)

    assert "DEMO" in pdf


def test_the_first_page_stands_without_any_round(client: Client) -> None:
    town = cast.town()

    text = logged_in(client, town, "qin").get("/").content.decode()

    assert "No round yet. First the register, then a round." in text


def test_a_late_pool_is_the_first_line(client: Client, night: Night) -> None:
    PositivePool.objects.update(results_due_at=clock.now() - timedelta(minutes=1))
    Round.objects.update(closes_at=clock.now() + timedelta(hours=1))

    text = logged_in(client, night.town, "he").get("/").content.decode()

    assert text.index("Positive pools at work") < text.index("Round 10")
    assert "over" in text


def test_the_first_page_costs_the_same_for_one_and_for_ten(
    client: Client, night: Night, queries: list[str]
) -> None:
    page = logged_in(client, night.town, "he")
    counts = []
    for _time in range(2):
        page.get("/")
        queries.clear()
        page.get("/")
        counts.append(len(queries))
        scope.set_scope(["/"])
        night.sample(night.members[0], "S001")

    assert counts[0] == counts[1]


def test_the_list_of_briefings_stands_empty_and_full(client: Client, night: Night) -> None:
    page = logged_in(client, night.town, "tang")

    empty = page.get(reverse("reports:briefings")).content.decode()
    page.post(reverse("reports:briefing_new"), {"text": "……"})
    full = page.get(reverse("reports:briefings")).content.decode()

    assert "No briefing has been written yet." in empty
    assert "draft" in full


@pytest.mark.parametrize(("name", "seen"), [("tang", "陈伟"), ("auditor", "陈**")])
def test_the_rows_of_a_figure_name_people_to_those_who_read_the_register(
    client: Client, night: Night, name: str, seen: str
) -> None:
    address = reverse("reports:rows", args=[night.round.pk, "base_closing"])

    text = logged_in(client, night.town, name).get(address).content.decode()

    assert seen in text
    assert ("陈伟" in text) is (name == "tang")
    assert ("/people/" in text.split("<main")[1]) is (name == "tang")


def test_figures_are_no_doors_for_those_who_may_not_open_them(client: Client, night: Night) -> None:
    text = logged_in(client, night.town, "lab").get("/").content.decode()

    assert "Round 10" in text
    assert "/figures/" not in text
    assert "/not-yet/" not in text


def round_after(night: Night) -> Round:
    """Round 11 in the same area: Chen Wei has moved away, Liu is new; Zhang and Liu are swabbed, Chen Fang is not."""
    town = night.town
    liu = factories.person("刘洋", town.door_302)
    after = lanes.running_round(town.point, clock.now(), number=11)
    Expected.objects.filter(round=after, person=town.chen_wei).delete()
    tube = lanes.filled_tube(lanes.lane(after, town.point), "R11", [town.zhang_wei, liu], clock.now())
    coverage.settle(after.pk)
    assert tube.held_count == 2
    return after


def test_the_report_explains_the_change_person_by_person(client: Client, night: Night) -> None:  # A4, MT-43
    after = round_after(night)
    page = logged_in(client, night.town, "tang")
    then = {
        person.name: klass
        for person, klass in (
            (row.person, row.klass) for row in Expected.objects.filter(round=night.round, removed_at=None)
        )
    }
    now = {row.person.name: row.klass for row in Expected.objects.filter(round=after, removed_at=None)}
    swabbed_then = {name for name, klass in then.items() if klass in ("here", "mobile", "elsewhere")}
    swabbed_now = {name for name, klass in now.items() if klass in ("here", "mobile", "elsewhere")}

    lines = {
        line.key: line.value
        for section in page.get(reverse("reports:round", args=[after.pk])).context["report"].sections
        for line in section.lines
    }

    assert lines["since_came"] == len(now.keys() - then.keys())
    assert lines["since_gone"] == len(then.keys() - now.keys()) >= 1
    assert lines["since_gained"] == len(swabbed_now - swabbed_then) >= 1
    assert lines["since_lost"] == len(swabbed_then - swabbed_now)
    net = lines["since_gained"] - lines["since_lost"]
    assert net == len(swabbed_now) - len(swabbed_then)
    for key in (
        "since_came",
        "since_gone",
        "since_gained",
        "since_gained_new",
        "since_lost",
        "since_lost_gone",
    ):
        rows = page.get(reverse("reports:rows", args=[after.pk, key])).context["table"].rows
        assert len(rows) == lines[key], key


def test_a_commander_sees_every_round_at_work(client: Client, night: Night) -> None:
    with scope.everywhere():
        point = factories.site(night.town.next_door, "B点")
        factories.person(
            "高邻", factories.dwelling(factories.building(night.town.next_door, "7"), "7", "1", "101")
        )
        lanes.running_round(point, clock.now(), number=3)

    page = logged_in(client, night.town, "commander").get("/")

    assert [(area, each.number) for each, area, _counts in page.context["running"]] == [
        ("双溪社区", 10),
        ("永定社区", 3),
    ]


def test_a_draft_waits_on_the_commander(client: Client, night: Night) -> None:  # MT-46
    Round.objects.filter(pk=night.round.pk).update(state="draft")

    text = logged_in(client, night.town, "commander").get("/").content.decode()

    assert "Rounds to approve" in text


def test_what_the_navigation_counts_waits_on_the_first_page_too(client: Client, night: Night) -> None:
    page = logged_in(client, night.town, "auditor")
    navigation.register_item(
        "reports:briefings", "Set aside", "news", "reports.report.read", 80, lambda _actor: 7
    )
    try:
        waiting = page.get("/").context["waiting"]
    finally:
        navigation.register_item("reports:briefings", "Briefings", "news", "reports.report.read", 80)

    assert [(each.title, each.waiting) for each in waiting] == [("Set aside", 7)]


def test_many_buildings_come_by_the_page_and_none_is_lost(
    client: Client, night: Night, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pages, "SIZE", 1)
    monkeypatch.setattr(round_queries, "SHOWN", 1)
    page = logged_in(client, night.town, "tang")

    report = page.get(reverse("reports:round", args=[night.round.pk])).context["report"]
    first = page.get(reverse("reports:round_buildings", args=[night.round.pk]))
    address = reverse("reports:round_buildings", args=[night.round.pk])
    second = page.get(address + first.context["table"].older)

    names = [row.name for answer in (first, second) for row in answer.context["table"].rows]
    assert (len(report.buildings), report.has_more) == (1, True)
    assert names == ["1栋", "3栋"]
