"""Drawing grids: history is kept, and no building is in two grids on one day (ID-05)."""

import threading
from datetime import date, timedelta

import pytest
from django.db import connections
from django.db.utils import IntegrityError

from tests import cast, factories
from tongxin.access.models import Entry
from tongxin.core import clock, scope
from tongxin.core.refusals import Refusal
from tongxin.people.models import Person, Residence
from tongxin.places.models import Area, Dwelling, GridMembership
from tongxin.places.queries import areas as queries
from tongxin.places.queries.grids import drawing_mark
from tongxin.places.services.areas import add_buildings, add_compounds
from tongxin.places.services.grids import draw_grids

DAY = cast.TODAY


def _draw(town: cast.Town, grids: dict[str, list[str]], on: date = DAY) -> dict[str, Area]:
    return draw_grids(community_path=cast.SHUANGXI, grids=grids, on=on, by=town.actor("tang"), at=cast.NOON)


def _held(on: date) -> dict[str, str]:
    return {path: grid.name for path, grid in queries.grids_of(cast.SHUANGXI, clock.start_of(on)).items()}


@pytest.fixture
def town(db_everywhere: None) -> cast.Town:
    return cast.town()  # buildings 1 and 3, both in 第1网格 since 2020


def test_a_redrawn_grid_keeps_its_history(town: cast.Town) -> None:  # ID-05
    drawn = _draw(town, {"第1网格": ["1"], "第2网格": ["3"]})

    b1, b3 = (town.buildings[number].path for number in ("1", "3"))
    assert drawn["第2网格"].path == f"{cast.SHUANGXI}G002/"
    assert _held(DAY - timedelta(days=1)) == {b1: "第1网格", b3: "第1网格"}
    assert _held(DAY) == {b1: "第1网格", b3: "第2网格"}
    rows = GridMembership.objects.order_by("area_path", "valid_from")
    assert list(rows.values_list("area_path", "valid_from", "valid_to")) == [
        (b1, date(2020, 1, 1), None),
        (b3, date(2020, 1, 1), DAY),
        (b3, DAY, None),
    ]


def test_a_grant_in_a_grid_opens_its_buildings_of_the_day(town: cast.Town) -> None:  # ID-05
    _draw(town, {"第1网格": ["1"], "第2网格": ["3"]})

    assert queries.paths_seen_by(town.grid.path, clock.start_of(DAY)) == [town.buildings["1"].path]
    before = clock.start_of(DAY - timedelta(days=1))
    assert queries.paths_seen_by(town.grid.path, before) == sorted(
        building.path for building in town.buildings.values()
    )


def test_the_same_drawing_again_changes_nothing(town: cast.Town) -> None:
    _draw(town, {"第1网格": ["1"], "第2网格": ["3"]})
    rows, entries = GridMembership.objects.count(), Entry.objects.count()

    _draw(town, {"第1网格": ["1"], "第2网格": ["3"]}, DAY + timedelta(days=1))

    assert (GridMembership.objects.count(), Entry.objects.count()) == (rows, entries)


def test_a_building_left_out_is_in_no_grid_and_an_empty_grid_ends(town: cast.Town) -> None:
    _draw(town, {"第2网格": ["3"]})

    assert _held(DAY) == {town.buildings["3"].path: "第2网格"}
    town.grid.refresh_from_db()
    assert town.grid.valid_to == DAY


def test_a_drawing_corrected_on_its_day_leaves_no_overlap(town: cast.Town) -> None:
    _draw(town, {"第1网格": ["1"], "第2网格": ["3"]})
    _draw(town, {"第1网格": ["1", "3"]})

    assert set(_held(DAY).values()) == {"第1网格"}
    assert GridMembership.objects.filter(area_path=town.buildings["3"].path).count() == 3


@pytest.mark.parametrize(
    ("grids", "on", "code"),
    [
        ({"第1网格": ["1", "3"], "第2网格": ["3"]}, DAY, "grid_building_twice"),
        ({"第1网格": ["1", "99"]}, DAY, "building_unknown"),
        ({"第2网格": ["1", "3"]}, DAY - timedelta(days=1), "grid_in_past"),
    ],
)
def test_a_wrong_drawing_is_refused(
    town: cast.Town, grids: dict[str, list[str]], on: date, code: str
) -> None:
    with pytest.raises(Refusal, match=code):
        _draw(town, grids, on)


def test_a_drawing_before_one_that_is_already_decided_is_refused(town: cast.Town) -> None:  # ID-05
    _draw(town, {"第1网格": ["1"], "第2网格": ["3"]}, DAY + timedelta(days=5))

    with pytest.raises(Refusal, match="grid_drawn_later"):
        _draw(town, {"第3网格": ["1", "3"]}, DAY + timedelta(days=2))


def test_a_drawing_over_one_that_somebody_made_meanwhile_is_refused(town: cast.Town) -> None:
    seen = drawing_mark(cast.SHUANGXI)
    _draw(town, {"第1网格": ["1"], "第2网格": ["3"]})

    with pytest.raises(Refusal, match="grids_changed"):
        draw_grids(
            community_path=cast.SHUANGXI, grids={"第1网格": ["1", "3"]}, on=DAY, by=town.actor("tang"),
            at=cast.NOON, seen=seen,
        )  # fmt: skip


def test_a_drawing_takes_buildings_of_compounds_by_path(town: cast.Town) -> None:  # ID-04, ID-05
    east = add_compounds(cast.SHUANGXI, ["东区"])["东区"]
    building = add_buildings(east.path, ["3"])["3"]

    _draw(town, {"第1网格": ["1", "3"], "第2网格": [building.path]})

    assert _held(DAY) == {
        town.buildings["1"].path: "第1网格",
        town.buildings["3"].path: "第1网格",
        building.path: "第2网格",
    }


def test_a_redraw_touches_no_person_and_no_door(town: cast.Town) -> None:  # ID-05, decision 0001
    def rows() -> list[tuple[object, ...]]:
        return [
            *Person.objects.order_by("pk").values_list("pk", "area_path"),
            *Residence.objects.order_by("pk").values_list("pk", "area_path"),
            *Dwelling.objects.order_by("pk").values_list("pk", "area_path"),
        ]

    before = rows()

    _draw(town, {"第1网格": ["1"], "第2网格": ["3"]})

    assert rows() == before


def test_a_grid_worker_may_not_draw(town: cast.Town) -> None:
    with pytest.raises(Refusal, match="not_allowed"):
        draw_grids(community_path=cast.SHUANGXI, grids={}, on=DAY, by=town.actor("lin"), at=cast.NOON)


def test_the_database_refuses_a_second_grid_on_one_day(town: cast.Town) -> None:  # ID-05
    other = factories.area(town.community, "G009", "第9网格", "grid")

    with pytest.raises(IntegrityError, match="one_grid_a_building_a_day"):
        GridMembership.objects.create(
            area_path=town.buildings["3"].path,
            grid=other,
            valid_from=date(2021, 1, 1),
            valid_to=date(2021, 2, 1),
        )


def test_two_who_draw_at_once_draw_one_after_the_other(committed: None) -> None:
    with scope.everywhere():
        town = cast.town()
        tang = town.actor("tang")
    drawings = ({"第1网格": ["1"], "第2网格": ["3"]}, {"第1网格": ["3"], "第2网格": ["1"]})
    problems: list[Exception] = []

    def draw(grids: dict[str, list[str]]) -> None:
        try:
            with scope.scoped([cast.SHUANGXI]):
                draw_grids(community_path=cast.SHUANGXI, grids=grids, on=DAY, by=tang, at=cast.NOON)
        except Exception as problem:
            problems.append(problem)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=draw, args=(drawing,)) for drawing in drawings]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert problems == []
    with scope.everywhere():
        assert sorted(_held(DAY).values()) == ["第1网格", "第2网格"]
