"""Outlines from GeoJSON: all of a file or nothing, and what is wrong with each feature."""

import json
from typing import Any

import pytest

from tests import cast
from tongxin.access.models import Entry
from tongxin.core.refusals import Refusal
from tongxin.places.models import Area, Outline
from tongxin.places.queries import maps
from tongxin.places.queries.grids import doors_by_building, drawing
from tongxin.places.services import outlines

RING = [[110.40, 29.10], [110.41, 29.10], [110.41, 29.11], [110.40, 29.10]]
SQUARE = {"type": "Polygon", "coordinates": [RING]}


@pytest.fixture
def town(db_everywhere: None) -> cast.Town:
    return cast.town()


def _feature(geometry: Any, **properties: str) -> dict[str, Any]:
    return {"type": "Feature", "properties": properties, "geometry": geometry}


def _file(*features: Any) -> bytes:
    return json.dumps({"type": "FeatureCollection", "features": features}).encode()


def _store(town: cast.Town, content: bytes, who: str = "tang", datum: str = "wgs84") -> outlines.Read:
    return outlines.store_outlines(
        content=content, file_name="a.geojson", community_path=cast.SHUANGXI, datum=datum,
        by=town.actor(who), at=cast.NOON,
    )  # fmt: skip


def test_a_file_names_areas_by_key_name_or_path_and_replaces_what_was_there(town: cast.Town) -> None:
    content = _file(
        _feature(SQUARE, key="430802L01001"),
        _feature(SQUARE, name="第1网格"),
        _feature({"type": "Point", "coordinates": [110.405, 29.105]}, path=f"{cast.SHUANGXI}B003/"),
    )

    first = _store(town, content)
    _store(town, content, datum="gcj02")

    assert (len(first.outlines), first.wrong) == (3, [])
    assert sorted(Outline.objects.values_list("area__name", "datum")) == [
        ("3栋", "gcj02"), ("双溪社区", "gcj02"), ("第1网格", "gcj02"),
    ]  # fmt: skip
    assert Entry.objects.filter(act="places.outline.imported").count() == 2


def test_with_one_wrong_feature_nothing_is_taken_in_and_each_is_named(town: cast.Town) -> None:
    open_ring = {"type": "Polygon", "coordinates": [[*RING[:-1], [110.42, 29.12]]]}
    exchanged = {"type": "Polygon", "coordinates": [[[spot[1], spot[0]] for spot in RING]]}
    read = _store(
        town,
        _file(
            _feature(SQUARE, name="1栋"),
            _feature(SQUARE, name="9栋"),
            _feature(open_ring, name="3栋"),
            _feature(exchanged, name="第1网格"),
            _feature({"type": "Point", "coordinates": [110.4, 29.1]}, name="双溪社区"),
            _feature({"type": "LineString", "coordinates": RING}, name="3栋"),
            _feature({"type": "Polygon", "coordinates": [[["x", 1]] * 4]}, name="3栋"),
            _feature(SQUARE),
            _feature(SQUARE, name="1栋"),
            _feature(None, name="3栋"),
            "not a feature",
        ),
    )

    assert not Outline.objects.exists()
    assert [each.number for each in read.wrong] == [2, 3, 4, 5, 6, 7, 8, 9, 10, 11]
    assert [each.label for each in read.wrong][:3] == ["9栋", "3栋", "第1网格"]
    assert all(each.says and each.says != "—" for each in read.wrong)


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "outline_file"),
        (b"PK\x03\x04 a zip", "outline_file"),
        (b"\xff\xfe\x00", "outline_file"),
        (b"[1, 2]", "outline_file"),
        (b"[" * 100_000, "outline_file"),
        (b'{"type": "Feature"}', "outline_file"),
        (b'{"type": "FeatureCollection", "features": {}}', "outline_file"),
        (b'{"type": "FeatureCollection", "features": []}', "outline_file_empty"),
        (_file(*([1] * (outlines.MOST_FEATURES + 1))), "outline_file_many"),
        (b" " * (outlines.LARGEST + 1), "outline_file_large"),
    ],
    ids=["empty", "zip", "binary", "list", "deep", "feature", "no list", "nothing", "many", "large"],
)
def test_a_file_that_is_none_is_refused(town: cast.Town, content: bytes, code: str) -> None:
    with pytest.raises(Refusal) as refused:
        _store(town, content)

    assert refused.value.code == code


def test_the_system_must_be_said_and_the_right_be_held(town: cast.Town) -> None:
    with pytest.raises(Refusal, match="outline_datum"):
        _store(town, _file(_feature(SQUARE, name="1栋")), datum="")
    with pytest.raises(Refusal, match="not_allowed"):
        _store(town, _file(_feature(SQUARE, name="1栋")), who="lin")


def test_the_map_brings_both_systems_into_one_and_names_no_person(town: cast.Town) -> None:
    _store(town, _file(_feature(SQUARE, name="3栋")), datum="gcj02")

    (shape,) = maps.shapes(cast.SHUANGXI, grids={f"{cast.SHUANGXI}B003/": "第1网格"}, doors={})

    longitude, latitude = shape["geometry"]["coordinates"][0][0]
    assert 0.002 < 110.40 - longitude < 0.01  # some hundred metres
    assert 0.001 < abs(29.10 - latitude) < 0.01
    assert shape["properties"]["grid"] == "第1网格"
    for person in (town.chen_wei, town.chen_fang, town.zhang_wei):
        assert person.name not in json.dumps(shape, ensure_ascii=False)


def test_the_map_shows_the_neighbours_and_the_doors_of_a_grid(town: cast.Town) -> None:  # A1, A2
    street = Area.objects.create(key="430802L01", path="/43/08/02/L01/", name="阳湖坪街道", level="street")
    Area.objects.filter(path__in=[cast.SHUANGXI, cast.NEXT_DOOR]).update(parent=street)
    _store(town, _file(_feature(SQUARE, name="第1网格")))
    outlines.store_outlines(
        content=_file(_feature(SQUARE, name="永定社区")), file_name="b.geojson", community_path=cast.NEXT_DOOR,
        datum="wgs84", by=town.actor("gao"), at=cast.NOON,
    )  # fmt: skip

    shown = maps.shapes(
        cast.SHUANGXI, grids=drawing(cast.SHUANGXI, cast.TODAY), doors=doors_by_building(cast.SHUANGXI)
    )

    facts = [
        (each["properties"]["what"], each["properties"]["name"], each["properties"]["doors"])
        for each in shown
    ]
    assert facts == [("neighbour", "永定社区", None), ("grid", "第1网格", 2)]
