"""The not-yet list: door by door, three buttons a person, counts that follow each act."""

from datetime import timedelta

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from tests import cast, factories
from tests.cast import SHUANGXI, Town
from tests.factories import lanes
from tongxin.access.models import EntryFacts
from tongxin.core import clock, scope
from tongxin.core.ids import new_id
from tongxin.people.models import Absence, CallTask, CallTry, Person
from tongxin.places.models import GridMembership
from tongxin.testing.enums import Coverage, RoundState
from tongxin.testing.models import Claim, Expected, Round, Visit
from tongxin.testing.queries import notyet
from tongxin.testing.services import coverage
from tongxin.testing.views import notyet as views

pytestmark = pytest.mark.usefixtures("db")
DRAWER = {"HX-Request": "true", "HX-Target": "person"}


@pytest.fixture
def town(db: None) -> Town:
    with scope.everywhere():
        return cast.town()


@pytest.fixture
def round_(town: Town) -> Round:
    with scope.everywhere():
        running = lanes.running_round(town.point, clock.now())
        Expected.objects.filter(person=town.zhang_wei).update(
            dwelling=town.zhang_wei.residences.get().dwelling
        )
        Expected.objects.exclude(person=town.zhang_wei).update(dwelling=town.door_302)
    return running


def enter(town: Town, name: str) -> Client:
    client = Client()
    client.force_login(town.accounts[name])
    return client


def act(client: Client, round_: Round, town: Town, name: str, form: dict[str, str]) -> HttpResponse:
    address = reverse(f"testing:{name}", args=[round_.pk, town.chen_wei.pk])
    return client.post(address, form, headers=DRAWER)  # type: ignore[return-value]


def text_of(response: HttpResponse) -> str:
    """What a page that is sent in parts comes to."""
    return b"".join(response.streaming_content).decode()  # type: ignore[attr-defined]


def class_of(town: Town) -> str:
    with scope.everywhere():
        return Expected.objects.get(person=town.chen_wei).klass


def test_the_list_walks_from_building_to_building(town: Town, round_: Round) -> None:  # MT-44
    page = enter(town, "tang").get(reverse("testing:not_yet", args=[round_.pk])).context["page"]

    first = page.rows[0]
    assert (first.building_name, first.door, first.name) == ("1栋", "1栋2单元401", "张伟")
    assert [row.building_name for row in page.rows] == ["1栋", "3栋", "3栋"]
    assert [(found.name, found.grid, found.count) for found in page.buildings] == [
        ("1栋", "第1网格", 1),
        ("3栋", "第1网格", 2),
    ]
    assert page.rows[0].phones == ["0002"]


def test_floors_and_rooms_are_walked_in_their_order(town: Town, round_: Round) -> None:  # MT-44
    with scope.everywhere():
        for room in ("1001", "201", "302"):
            door = factories.dwelling(town.buildings["1"], "1", "1", room)
            person = factories.person(f"住{room}", door)
            Expected.objects.create(
                round=round_, person=person, dwelling=door, area_path=person.area_path, added_at=clock.now()
            )

    page = (
        enter(town, "lin")
        .get(reverse("testing:not_yet", args=[round_.pk]), {"building": town.buildings["1"].path})
        .context["page"]
    )

    assert [row.room for row in page.rows] == ["201", "302", "1001", "401"]  # unit 1, then unit 2


def test_a_grid_worker_has_his_own_buildings_on_it(town: Town, round_: Round) -> None:
    with scope.everywhere():
        Expected.objects.filter(person=town.zhang_wei).update(area_path=SHUANGXI)

    page = enter(town, "lin").get(reverse("testing:not_yet", args=[round_.pk])).context["page"]

    assert {row.name for row in page.rows} == {"陈伟", "陈芳"}


def test_filters_by_building_and_grid(town: Town, round_: Round) -> None:
    client = enter(town, "tang")
    address = reverse("testing:not_yet", args=[round_.pk])

    building = client.get(address, {"building": town.buildings["1"].path}).context["page"]
    grid = client.get(address, {"grid": town.grid.path}).context["page"]

    assert ([row.name for row in building.rows], building.shown, building.total) == (["张伟"], 1, 3)
    assert grid.shown == 3


def test_a_long_list_goes_on_where_it_stopped(town: Town, round_: Round) -> None:
    with scope.everywhere():
        for number in range(70):
            person = factories.person(f"甲{number}", town.door_302)
            Expected.objects.create(
                round=round_,
                person=person,
                dwelling=town.door_302,
                area_path=person.area_path,
                added_at=clock.now(),
            )
    client = enter(town, "tang")
    address = reverse("testing:not_yet", args=[round_.pk])

    first = client.get(address)
    with scope.everywhere():  # the last of the page is covered meanwhile
        Expected.objects.filter(pk=first.context["page"].rows[-1].id).update(klass=Coverage.AWAY)
    second = client.get(address + first.context["older"])

    shown = [row.id for row in first.context["page"].rows] + [row.id for row in second.context["page"].rows]
    assert (len(first.context["page"].rows), len(shown), len(set(shown))) == (50, 73, 73)


def test_a_reason_moves_the_person_and_says_so_in_place(town: Town, round_: Round) -> None:
    client = enter(town, "lin")

    response = act(client, round_, town, "reason", {"klass": "isolated", "place": "悦来酒店"})

    assert (response.status_code, response["HX-Trigger"]) == (200, "coverage-changed")
    assert class_of(town) == Coverage.ISOLATED
    counts = client.get(
        reverse("testing:not_yet", args=[round_.pk]), headers={"HX-Request": "true", "HX-Target": "counts"}
    )
    assert counts.content.decode().lstrip().startswith('<section class="card" id="counts"')
    assert counts.context["counts"].unknown == 2


@pytest.mark.parametrize(
    ("form", "faulty"),
    [
        ({"klass": "away", "place": "长沙"}, "until_on"),
        ({"klass": "away", "place": "长沙", "until_on": "2020-01-01"}, "until_on"),
        ({"klass": "elsewhere"}, "proof"),
        ({"klass": "exempt"}, "note"),
        ({"klass": "refused"}, "note"),
        ({"klass": "unreachable"}, "note"),
    ],
)
def test_a_reason_without_its_evidence_comes_back(
    town: Town, round_: Round, form: dict[str, str], faulty: str
) -> None:  # MT-40, MT-45
    response = act(enter(town, "lin"), round_, town, "reason", form)

    assert response.status_code == 422
    assert list(response.context["form"].errors) == [faulty]  # type: ignore[attr-defined]
    assert class_of(town) == Coverage.UNKNOWN


def test_a_reason_is_taken_back_with_a_why(town: Town, round_: Round) -> None:
    client = enter(town, "lin")
    act(client, round_, town, "reason", {"klass": "isolated", "place": "悦来酒店"})

    without = act(client, round_, town, "withdrawn", {"why": ""})
    done = act(client, round_, town, "withdrawn", {"why": "弄错了"})

    assert (without.status_code, done.status_code, class_of(town)) == (422, 200, Coverage.UNKNOWN)
    with scope.everywhere():
        assert Claim.objects.get().withdrawn_at is not None


def test_a_visit_is_written_down(town: Town, round_: Round) -> None:
    client = enter(town, "lin")

    without = act(client, round_, town, "visit", {"outcome": ""})
    done = act(client, round_, town, "visit", {"outcome": "nobody", "note": "敲门三次"})

    assert (without.status_code, done.status_code) == (422, 200)
    with scope.everywhere():
        assert [(visit.outcome, visit.by_name) for visit in Visit.objects.all()] == [("nobody", "林志强")]


def test_a_call_is_taken_dialled_and_answered(town: Town, round_: Round) -> None:
    client = enter(town, "lin")

    taken = client.post(
        reverse("testing:call", args=[round_.pk, town.chen_wei.pk]), headers=DRAWER, follow=True
    )
    with scope.everywhere():
        task = CallTask.objects.get()
    before = taken.content.decode()
    shown = client.post(reverse("people:call_phones", args=[task.pk]), headers=DRAWER)
    answered = client.post(
        reverse("people:call_answered", args=[task.pk]), {"outcome": "no_answer"}, headers=DRAWER
    )

    assert (task.leased_by_name, task.due_at) == ("林志强", round_.closes_at)
    assert "13800000001" not in before
    assert "13800000001" in shown.content.decode()
    assert (answered.status_code, answered["HX-Trigger"]) == (200, "coverage-changed")
    with scope.everywhere():
        assert CallTry.objects.get().outcome == "no_answer"
        assert EntryFacts.objects.filter(entry__act="people.phone.revealed").count() == 1


def test_who_moved_away_leaves_the_base(town: Town, round_: Round) -> None:  # MT-43
    client = enter(town, "lin")

    without = act(client, round_, town, "removal", {"reason": "moved", "note": ""})
    done = act(client, round_, town, "removal", {"reason": "moved", "note": "房东证实"})

    assert (without.status_code, done.status_code) == (422, 200)
    with scope.everywhere():
        assert Expected.objects.get(person=town.chen_wei).removal_words.endswith("房东证实")
    assert "陈伟" in enter(town, "tang").get(reverse("testing:closing", args=[round_.pk])).content.decode()


def test_without_script_every_act_leads_back_to_the_list(town: Town, round_: Round) -> None:
    response = enter(town, "lin").post(
        reverse("testing:reason", args=[round_.pk, town.chen_wei.pk]),
        {"klass": "isolated", "place": "悦来酒店"},
    )

    assert (response.status_code, response["Location"]) == (302, reverse("testing:not_yet", args=[round_.pk]))


def test_the_sheet_is_recorded_as_a_listing(town: Town, round_: Round) -> None:
    response = enter(town, "lin").get(reverse("testing:not_yet_sheet", args=[round_.pk]))

    assert "陈伟" in text_of(response)
    with scope.everywhere():
        assert EntryFacts.objects.get(entry__act="access.notyet.seen").facts["count"] == 3


def test_the_point_chief_reads_the_list_and_changes_nobody(town: Town, round_: Round) -> None:
    client = enter(town, "zhao")

    shown = client.get(reverse("testing:not_yet", args=[round_.pk]))
    refused = client.post(
        reverse("testing:reason", args=[round_.pk, town.chen_wei.pk]), {"klass": "isolated", "place": "酒店"}
    )

    assert (shown.status_code, shown.context["may_claim"], refused.status_code) == (200, False, 403)


def test_the_auditor_reads_figures_and_no_names(town: Town, round_: Round) -> None:
    client = enter(town, "auditor")

    figures = client.get(reverse("testing:round", args=[round_.pk]))
    names = client.get(reverse("testing:not_yet", args=[round_.pk]))

    assert (figures.status_code, names.status_code) == (200, 403)
    assert "陈伟" not in figures.content.decode()


def test_a_closed_round_takes_no_reason(town: Town, round_: Round) -> None:  # MT-46
    with scope.everywhere():
        Round.objects.update(state=RoundState.CLOSED)

    response = act(enter(town, "lin"), round_, town, "reason", {"klass": "isolated", "place": "酒店"})

    assert (response.status_code, class_of(town)) == (409, Coverage.UNKNOWN)


def test_the_list_shows_who_must_be_sampled_again(town: Town, round_: Round) -> None:  # MT-30
    with scope.everywhere():
        from tongxin.testing.services import tubes

        lanes.filled_tube(lanes.lane(round_, town.point), "T1", [town.chen_wei], clock.now())
        coverage.settle(round_.pk)
        tubes.void_tube(
            code="T1", why="破裂", second=town.actor("tang"), by=town.actor("zhao"), at=clock.now()
        )

    page = enter(town, "lin").get(reverse("testing:not_yet", args=[round_.pk])).context["page"]

    (row,) = [row for row in page.rows if row.name == "陈伟"]
    assert row.make_up_due is not None
    assert timedelta(minutes=58) < row.make_up_due - clock.now() <= timedelta(minutes=60)


def test_the_list_costs_the_same_for_one_and_for_many(town: Town, round_: Round, queries: list[str]) -> None:
    client = enter(town, "tang")
    address = reverse("testing:not_yet", args=[round_.pk])
    with scope.everywhere():
        Expected.objects.exclude(person=town.chen_wei).update(klass=Coverage.AWAY)
    client.get(address)

    def cost() -> int:
        queries.clear()
        assert client.get(address).status_code == 200
        return len(queries)

    one = cost()
    with scope.everywhere():
        Expected.objects.update(klass=Coverage.UNKNOWN)
    three = cost()

    assert one == three
    assert one <= 38  # three of them say who was shown


def test_without_a_round_the_list_says_what_fills_it(town: Town) -> None:
    response = enter(town, "tang").get(reverse("testing:not_yet_now"))

    assert response.status_code == 200
    assert reverse("testing:round_new") in response.content.decode()


def test_the_navigation_counts_who_waits(town: Town, round_: Round) -> None:
    response = enter(town, "lin").get(reverse("testing:not_yet", args=[round_.pk]))

    assert 'title="' in response.content.decode()
    entry = next(
        entry for entry in response.context["entries"] if entry.href == reverse("testing:not_yet_now")
    )
    assert (entry.waiting, entry.is_here) == (3, True)


def crowd(town: Town, round_: Round, count: int) -> None:
    with scope.everywhere():
        for number in range(count):
            person = factories.person(f"众{number:03}", town.door_302)
            Expected.objects.create(
                round=round_,
                person=person,
                dwelling=town.door_302,
                area_path=person.area_path,
                added_at=clock.now(),
            )


def test_the_sheet_leaves_nobody_out_however_long(
    town: Town, round_: Round, monkeypatch: pytest.MonkeyPatch
) -> None:
    crowd(town, round_, 25)
    monkeypatch.setattr(notyet, "PRINTED", 4)
    monkeypatch.setattr(views, "LONG", 10)

    page = text_of(enter(town, "tang").get(reverse("testing:not_yet_sheet", args=[round_.pk])))

    assert [page.count(f"众{number:03}") for number in range(25)] == [1] * 25
    assert page.count("3栋</th>") == 1  # a building has its heading once, also across parts
    assert f"?grid={town.grid.path}" in page
    with scope.everywhere():
        seen = EntryFacts.objects.filter(entry__act="access.notyet.seen")
        assert sum(each.facts["count"] for each in seen) == 28


def test_the_sheet_shows_a_grid_worker_their_own_doors_alone(town: Town, round_: Round) -> None:
    with scope.everywhere():
        GridMembership.objects.filter(area_path=town.buildings["1"].path).delete()

    page = text_of(enter(town, "lin").get(reverse("testing:not_yet_sheet", args=[round_.pk])))

    assert "陈伟" in page
    assert "张伟" not in page  # lives in building 1, which is in no grid of Lin's


def test_a_building_opens_by_staircase_and_floor(town: Town, round_: Round) -> None:  # MT-44
    with scope.everywhere():
        for unit, room in (("1", "401"), ("2", "302")):
            door = factories.dwelling(town.buildings["3"], "3", unit, room)
            person = factories.person(f"住{unit}{room}", door)
            Expected.objects.create(
                round=round_, person=person, dwelling=door, area_path=person.area_path, added_at=clock.now()
            )
    client, address = enter(town, "lin"), reverse("testing:not_yet", args=[round_.pk])
    part = {"building": town.buildings["3"].path}

    by_unit = client.get(address, part | {"unit": "2"})
    by_floor = client.get(address, part | {"unit": "1", "floor": "4"})

    assert [row.name for row in by_unit.context["page"].rows] == ["住2302"]
    assert ([row.name for row in by_floor.context["page"].rows], by_floor.context["page"].shown) == (
        ["住1401"],
        1,
    )
    assert (by_floor.context["page"].units, by_floor.context["page"].floors) == (["1", "2"], [3, 4])
    assert len(by_floor.context["chips"]) == 3


def bulk(client: Client, round_: Round, people: list[Person], **form: str) -> HttpResponse:
    address = reverse("testing:not_yet_bulk", args=[round_.pk])
    return client.post(address, form | {"person": [str(each.pk) for each in people]})  # type: ignore[return-value]


def test_one_knock_is_noted_for_all_behind_the_door(town: Town, round_: Round) -> None:
    people = [town.chen_wei, town.chen_fang]

    bulk(enter(town, "lin"), round_, people, what="visit_nobody", note="敲门无人")

    with scope.everywhere():
        assert {each.person_id for each in Visit.objects.all()} == {each.pk for each in people}
    assert class_of(town) == Coverage.UNKNOWN  # a knock decides nothing


def test_a_family_that_is_away_is_noted_at_once(town: Town, round_: Round) -> None:  # MT-40
    back = (clock.today() + timedelta(days=5)).isoformat()

    bulk(
        enter(town, "lin"), round_, [town.chen_wei, town.chen_fang], what="away", place="长沙", until_on=back
    )

    with scope.everywhere():
        assert Expected.objects.filter(klass=Coverage.AWAY).count() == 2


@pytest.mark.parametrize(
    "form",
    [
        {"what": "away", "place": "长沙"},
        {"what": "isolated"},
        {"what": "refused"},
        {"what": "exempt", "note": "王医生"},
        {"what": "elsewhere", "note": "x"},
    ],
)
def test_what_needs_proof_of_each_is_never_said_in_bulk(
    town: Town, round_: Round, form: dict[str, str]
) -> None:  # MT-40, MT-45
    bulk(enter(town, "lin"), round_, [town.chen_wei, town.chen_fang], **form)

    with scope.everywhere():
        assert (Claim.objects.count(), Visit.objects.count()) == (0, 0)


def test_a_list_with_a_stranger_is_refused_whole(town: Town, round_: Round) -> None:
    with scope.everywhere():
        door = factories.dwelling(factories.building(town.next_door, "7"), "7", "1", "101")
        stranger = factories.person("隔壁", door)

    response = bulk(enter(town, "lin"), round_, [town.chen_wei, stranger], what="isolated", place="酒店")

    assert response.status_code == 404
    with scope.everywhere():
        assert Claim.objects.count() == 0


def test_who_only_reads_says_nothing_in_bulk(town: Town, round_: Round) -> None:
    assert bulk(enter(town, "zhao"), round_, [town.chen_wei], what="visit_nobody").status_code == 403


@pytest.fixture
def round_before(town: Town, round_: Round) -> Round:
    with scope.everywhere():
        before = Round.objects.create(
            area_path=SHUANGXI,
            number=round_.number - 1,
            state=RoundState.CLOSED,
            opens_at=clock.now() - timedelta(days=3),
            closes_at=clock.now() - timedelta(days=2),
            pool=round_.pool,
            capacity=round_.capacity,
            base_count=3,
            made_at=clock.now() - timedelta(days=3),
        )
        for person, klass, until in (
            (town.chen_fang, Coverage.EXEMPT, None),
            (town.chen_wei, Coverage.AWAY, clock.today() - timedelta(days=1)),
            (town.zhang_wei, Coverage.AWAY, clock.today() + timedelta(days=9)),
        ):
            claim = Claim.objects.create(
                area_path=person.area_path,
                round=before,
                person=person,
                klass=klass,
                place="长沙" if until else "",
                note="8月18日手术，王医生",
                until_on=until,
                by_id=new_id(),
                by_name="林志强",
                occurred_at=before.closes_at,
            )
            Expected.objects.create(
                round=before,
                person=person,
                area_path=person.area_path,
                klass=klass,
                evidence_id=claim.pk,
                added_at=before.opens_at,
            )
    return before


def test_reasons_of_the_last_round_are_offered_and_not_carried_over(
    town: Town, round_: Round, round_before: Round
) -> None:  # MT-40
    page = enter(town, "lin").get(reverse("testing:proposals", args=[round_.pk]))

    offered = [(each.name, each.claim.klass) for each in page.context["proposals"]]
    assert offered == [("张伟", "away"), ("陈芳", "exempt")]  # 陈伟 should be back since yesterday
    with scope.everywhere():
        assert Claim.objects.filter(round=round_).count() == 0


def test_an_absence_of_the_register_is_offered_and_confirmed(town: Town, round_: Round) -> None:  # MT-40
    today = clock.today()
    with scope.everywhere():
        for person, back in (
            (town.chen_wei, today + timedelta(days=3)),
            (town.zhang_wei, today - timedelta(days=1)),
        ):
            Absence.objects.create(
                person=person, area_path=person.area_path, place="长沙", left_on=today - timedelta(days=4),
                back_on=back, source="call", noted_by_name="林志强", noted_at=clock.now(),
            )  # fmt: skip
    client = enter(town, "lin")
    page = client.get(reverse("testing:proposals", args=[round_.pk]))
    [offered] = page.context["proposals"]
    assert (offered.name, offered.claim.klass, offered.claim.place) == ("陈伟", "away", "长沙")
    assert "长沙" in page.content.decode()
    with scope.everywhere():
        assert not Claim.objects.filter(round=round_).exists()

    said = {"klass": "away", "place": "长沙", "until_on": offered.claim.until_on.isoformat()}
    client.post(reverse("testing:reason", args=[round_.pk, town.chen_wei.pk]) + "?proposed=1", said)

    with scope.everywhere():
        assert Expected.objects.get(round=round_, person=town.chen_wei).klass == Coverage.AWAY
    assert client.get(reverse("testing:proposals", args=[round_.pk])).context["proposals"] == []


def test_a_reason_is_confirmed_one_by_one(town: Town, round_: Round, round_before: Round) -> None:
    client = enter(town, "lin")
    address = reverse("testing:reason", args=[round_.pk, town.chen_fang.pk])

    answer = client.post(f"{address}?proposed=1", {"klass": "exempt", "note": "8月18日手术，王医生"})

    assert (answer.status_code, answer["Location"]) == (302, reverse("testing:proposals", args=[round_.pk]))
    left = client.get(answer["Location"]).context["proposals"]
    assert [each.name for each in left] == ["张伟"]
    with scope.everywhere():
        assert Claim.objects.get(round=round_).by_name == "林志强"
