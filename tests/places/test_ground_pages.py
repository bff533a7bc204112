"""Pages that change the ground: areas, grids, sites, the map."""

import json
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from tests import cast, factories
from tongxin.core import clock
from tongxin.places.forms import field_of
from tongxin.places.models import Area, GridMembership, Outline, Site
from tongxin.places.queries.grids import drawing, drawing_mark

INSIDE = cast.SHUANGXI.strip("/")


@pytest.fixture
def town(db_everywhere: None) -> cast.Town:
    return cast.town()


def _client(town: cast.Town, name: str) -> Client:
    client = Client()
    client.force_login(town.accounts[name])
    client.cookies["django_language"] = "en"
    return client


# ---- areas


def test_the_tree_counts_doors_and_people_for_those_who_read_the_register(town: cast.Town) -> None:
    page = _client(town, "tang").get(f"/places/areas/{INSIDE}").content.decode()
    blind = _client(town, "auditor").get(f"/places/areas/{INSIDE}").content.decode()

    assert "1 door · 2 persons" in page
    assert "2 doors · 3 persons" in page  # the grid
    assert "persons" not in blind


def test_a_building_is_a_table_of_floors_without_a_name(town: cast.Town) -> None:
    page = _client(town, "lin").get(f"/places/areas/{INSIDE}/B003").content.decode()

    assert all(word in page for word in ("Floor", "Unit 1", "302", "2 persons"))
    assert not any(name in page for name in ("陈伟", "陈芳"))


def test_a_building_of_next_door_shows_no_doors(town: cast.Town) -> None:
    page = _client(town, "gao").get(f"/places/areas/{INSIDE}/B003").content.decode()

    assert "302" not in page
    assert "You have no right to see the doors" in page


def test_an_operator_adds_renames_and_ends_an_area_on_pages(town: cast.Town) -> None:
    client = _client(town, "operator")

    client.post(f"/places/add/{INSIDE}", {"level": "compound", "name": "东区"})
    client.post(f"/places/rename/{INSIDE}/C001", {"name": "东苑"})
    client.post(f"/places/add/{INSIDE}", {"level": "compound", "name": "西区"})
    ended = client.post(
        f"/places/end/{INSIDE}/C001", {"on": clock.today().isoformat(), "successor": "430802L01001C002"}
    )

    area = Area.objects.get(path=f"{cast.SHUANGXI}C001/")
    assert ended.headers["Location"] == f"/places/areas/{INSIDE}/C001"
    assert (area.name, area.valid_to, area.successor and area.successor.name) == (
        "东苑",
        clock.today(),
        "西区",
    )
    page = client.get(f"/places/areas/{INSIDE}/C001").content.decode()
    assert "ended" in page
    assert "430802L01001C002" in page


def test_a_wrong_area_comes_back_with_what_was_typed(town: cast.Town) -> None:
    client = _client(town, "operator")

    taken = client.post(f"/places/add/{INSIDE}", {"level": "building", "name": "3"})
    level = client.post(f"/places/add/{INSIDE}", {"level": "street", "name": "街道"})

    assert (taken.status_code, level.status_code) == (422, 422)
    assert "There is another area called" in taken.content.decode()


@pytest.mark.parametrize("page", ["add", "rename", "end"])
@pytest.mark.parametrize("who", ["tang", "lin", "gao"])
def test_areas_are_changed_by_the_operator_alone(town: cast.Town, page: str, who: str) -> None:
    client = _client(town, who)

    assert client.get(f"/places/{page}/{INSIDE}").status_code == 403
    assert client.post(f"/places/{page}/{INSIDE}", {"name": "x"}).status_code == 403


def test_the_stated_number_stands_beside_the_counted_one(town: cast.Town) -> None:  # A1
    client = _client(town, "tang")

    client.post(
        f"/places/count/{INSIDE}",
        {"persons": "3000", "qualifier": "about", "stated_on": "2021-08-20", "source": "社区汇报"},
    )

    page = client.get(f"/places/areas/{INSIDE}").content.decode()
    assert "about <b>3,000</b> persons" in page
    assert "<b>3</b> persons" in page


# ---- grids


def _choices(town: cast.Town, **more: str) -> dict[str, str]:
    return {
        "on": clock.today().isoformat(),
        "new_grids": "第2网格",
        field_of(town.buildings["1"].path): "第1网格",
        field_of(town.buildings["3"].path): "第2网格",
        **more,
    }


def test_grids_are_drawn_after_both_drawings_were_seen(town: cast.Town) -> None:  # ID-05
    client, page = _client(town, "tang"), f"/places/redraw/{INSIDE}"

    form = client.get(page).content.decode()
    look = client.post(page, _choices(town, act="look")).content.decode()
    untouched = drawing(cast.SHUANGXI, clock.today())
    done = client.post(page, _choices(town, act="draw", mark=drawing_mark(cast.SHUANGXI)))

    assert field_of(town.buildings["3"].path) in form
    assert "1 building changes its grid" in look
    assert "林志强" in look
    assert "2 → 1 buildings" in look
    assert set(untouched.values()) == {"第1网格"}
    assert done.status_code == 302
    assert drawing(cast.SHUANGXI, clock.today())[town.buildings["3"].path] == "第2网格"
    history = client.get(f"/places/drawings/{INSIDE}").content.decode()
    assert "第1网格 → 第2网格" in history
    before = client.get(f"/places/grids/{INSIDE}?on=2021-01-01").content.decode()
    assert "第2网格" not in before


def test_a_drawing_that_somebody_else_made_meanwhile_is_not_overwritten(town: cast.Town) -> None:
    client, page = _client(town, "tang"), f"/places/redraw/{INSIDE}"
    mark = drawing_mark(cast.SHUANGXI)
    client.post(page, _choices(town, act="draw", mark=mark))

    answer = client.post(
        page, {**_choices(town, act="draw", mark=mark), field_of(town.buildings["1"].path): "第2网格"}
    )

    assert answer.status_code == 422
    assert "Somebody has drawn the grids meanwhile" in answer.content.decode()


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"on": ""}, "From"),
        ({"on": "2020-01-01"}, "or a later day"),
        ({"new_grids": ""}, "第2网格 is not one of the available choices"),
    ],
)
def test_a_wrong_choice_comes_back(town: cast.Town, change: dict[str, str], says: str) -> None:
    answer = _client(town, "tang").post(f"/places/redraw/{INSIDE}", {**_choices(town, act="look"), **change})

    assert answer.status_code == 422
    assert says in answer.content.decode()


@pytest.mark.parametrize("who", ["lin", "qin", "gao", "auditor"])
def test_only_who_may_draw_sees_the_form(town: cast.Town, who: str) -> None:
    client = _client(town, who)

    assert client.get(f"/places/redraw/{INSIDE}").status_code == 403
    assert client.post(f"/places/redraw/{INSIDE}", _choices(town, act="draw")).status_code == 403
    assert GridMembership.objects.count() == 2


def test_the_grant_of_a_grid_follows_the_drawing_on_its_day(town: cast.Town) -> None:  # ID-05
    tomorrow = clock.today() + timedelta(days=1)
    _client(town, "tang").post(
        f"/places/redraw/{INSIDE}",
        _choices(town, act="draw", on=tomorrow.isoformat(), mark=drawing_mark(cast.SHUANGXI)),
    )

    today = town.actor("lin", clock.now())
    later = town.actor("lin", clock.now() + timedelta(days=1))

    assert len(today.paths) == 2
    assert later.paths == [town.buildings["1"].path]


def test_history_of_grids_shows_next_door_nothing(town: cast.Town) -> None:
    page = _client(town, "gao").get(f"/places/drawings/{INSIDE}").content.decode()

    assert "3栋" not in page


# ---- sites


def _site(**more: str) -> dict[str, str]:
    return {"kind": "roadblock", "name": "老街口", "emergency": "民警", "datum": "wgs84", **more}


def test_a_site_is_opened_changed_closed_and_opened_again_on_pages(town: cast.Town) -> None:
    client = _client(town, "tang")

    opened = client.post(f"/places/new-site/{INSIDE}", _site(latitude="29.1", longitude="110.4"))
    site = Site.objects.get(name="老街口")
    page = f"/places/site/{site.pk}"
    client.post(f"{page}/change", _site(address="老街 1 号"))
    short = client.post(f"{page}/close", {"why": ""})
    client.post(f"{page}/close", {"why": "解封"})
    shown = client.get(page).content.decode()
    listed = client.get(f"/places/sites/{INSIDE}").content.decode()
    closed = client.get(f"/places/sites/{INSIDE}?closed=1").content.decode()
    client.post(f"{page}/reopen")

    site.refresh_from_db()
    assert opened.headers["Location"] == page
    assert short.status_code == 422
    assert ("老街口" in listed, "老街口" in closed) == (False, True)
    assert "解封" in shown
    assert (site.closed_at, site.address, site.latitude) == (None, "老街 1 号", None)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"emergency": ""}, "must open for ambulance and fire"),
        ({"latitude": "29.1"}, "needs latitude and longitude"),
        ({"latitude": "110.4", "longitude": "29.1"}, "seem exchanged"),
        ({"latitude": "x"}, "Enter a number"),
        ({"kind": "castle"}, "Kind"),
    ],
)
def test_a_wrong_site_comes_back(town: cast.Town, change: dict[str, str], says: str) -> None:
    answer = _client(town, "tang").post(f"/places/new-site/{INSIDE}", _site(**change))

    assert answer.status_code == 422
    assert says in answer.content.decode()
    assert not Site.objects.filter(name="老街口").exists()


@pytest.mark.parametrize("who", ["lin", "qin", "auditor"])
def test_who_may_not_change_sites_sees_them(town: cast.Town, who: str) -> None:
    client, page = _client(town, who), f"/places/site/{town.point.pk}"

    assert client.post(f"/places/new-site/{INSIDE}", _site()).status_code == 403
    assert client.post(f"{page}/close", {"why": "撤点"}).status_code == 403
    assert client.get(f"{page}/change").status_code == 403


def test_a_site_of_next_door_is_not_found(town: cast.Town) -> None:
    assert _client(town, "gao").get(f"/places/site/{town.point.pk}").status_code == 404


# ---- the map


RING = [[110.40, 29.10], [110.41, 29.10], [110.41, 29.11], [110.40, 29.10]]


def _outline(name: str) -> SimpleUploadedFile:
    feature = {
        "type": "Feature",
        "properties": {"name": name},
        "geometry": {"type": "Polygon", "coordinates": [RING]},
    }
    content = json.dumps({"type": "FeatureCollection", "features": [feature]}).encode()
    return SimpleUploadedFile("plan.geojson", content, "application/geo+json")


def test_without_positions_the_map_is_a_table_of_buildings_by_grid(town: cast.Town) -> None:
    page = _client(town, "tang").get(f"/places/map/{INSIDE}").content.decode()

    assert "Nothing here has a position yet" in page
    assert all(word in page for word in ("第1网格", "1栋", "3栋", "永定社区"))
    assert "data-map" not in page


def test_outlines_come_by_file_and_stand_on_the_map_and_in_its_table(town: cast.Town) -> None:
    client = _client(town, "tang")

    wrong = client.post(f"/places/outlines/{INSIDE}", {"file": _outline("9栋"), "datum": "wgs84"})
    done = client.post(f"/places/outlines/{INSIDE}", {"file": _outline("3栋"), "datum": "gcj02"})
    page = client.get(f"/places/map/{INSIDE}").content.decode()
    shapes = client.get(f"/places/shapes/{INSIDE}").json()

    assert wrong.status_code == 422
    assert "9栋" in wrong.content.decode()
    assert done.headers["Location"] == f"/places/map/{INSIDE}"
    assert Outline.objects.get().datum == "gcj02"
    assert "data-map" in page
    assert [feature["properties"]["name"] for feature in shapes["features"]] == ["3栋"]
    assert not any(name in page + json.dumps(shapes) for name in ("陈伟", "陈芳", "张伟"))


def test_the_map_of_next_door_shows_no_sites_and_counts_no_doors(town: cast.Town) -> None:
    client = _client(town, "tang")
    client.post(f"/places/outlines/{INSIDE}", {"file": _outline("3栋"), "datum": "wgs84"})
    client.post(f"/places/site/{town.point.pk}/change", _site(name="A点", latitude="29.1", longitude="110.4"))

    own = client.get(f"/places/shapes/{INSIDE}").json()["features"]
    foreign = _client(town, "gao").get(f"/places/shapes/{INSIDE}").json()["features"]

    assert [(each["properties"]["what"], each["properties"].get("doors")) for each in own] == [
        ("building", 1), ("site", None),
    ]  # fmt: skip
    assert [(each["properties"]["what"], each["properties"]["doors"]) for each in foreign] == [
        ("building", 0)
    ]


@pytest.mark.parametrize("who", ["lin", "qin", "gao"])
def test_only_who_draws_imports_outlines(town: cast.Town, who: str) -> None:
    answer = _client(town, who).post(
        f"/places/outlines/{INSIDE}", {"file": _outline("3栋"), "datum": "wgs84"}
    )

    assert answer.status_code == 403
    assert not Outline.objects.exists()


@pytest.mark.parametrize("page", ["map", "grids", "areas", "drawings"])
def test_a_page_costs_the_same_for_two_and_for_twenty_buildings(
    town: cast.Town, queries: list[str], page: str
) -> None:
    client = _client(town, "tang")
    client.get(f"/places/{page}/{INSIDE}")
    queries.clear()
    client.get(f"/places/{page}/{INSIDE}")
    few = len(queries)
    for number in range(10, 28):
        factories.building(town.community, str(number), town.grid)
    queries.clear()

    client.get(f"/places/{page}/{INSIDE}")

    assert len(queries) == few


def test_a_day_of_the_past_is_a_day(town: cast.Town) -> None:
    assert _client(town, "tang").get(f"/places/grids/{INSIDE}?on=yesterday").status_code == 200
