"""Outlines of areas from a GeoJSON file: all of it, or nothing and what is wrong with each feature."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from tongxin.access.actors import Actor
from tongxin.access.services import journal
from tongxin.core.refusals import Refusal
from tongxin.places.enums import AreaLevel, Datum
from tongxin.places.models import Area, Outline
from tongxin.places.rules import positions

LARGEST = 5 * 1024 * 1024
MOST_FEATURES = 5000
NAMED_BY = ("path", "key", "name", "名称", "编码")
POINTS_FOR = frozenset({AreaLevel.BUILDING})


@dataclass(frozen=True, slots=True)
class Wrong:
    """What is wrong with one feature of the file: its number, what it is called, and the refusal."""

    number: int
    label: str
    says: str


@dataclass(frozen=True, slots=True)
class Read:
    """What a file holds: outlines by area, and what is wrong. It is stored only when nothing is."""

    outlines: list[tuple[Area, dict[str, Any]]]
    wrong: list[Wrong]


def read_outlines(content: bytes, *, community_path: str) -> Read:
    """Read a GeoJSON file. Each feature names its area by `path`, `key` or `name`. Refuses a file that is none."""
    features = _features(content)
    known = _areas(community_path)
    outlines: list[tuple[Area, dict[str, Any]]] = []
    wrong: list[Wrong] = []
    seen: dict[str, int] = {}
    for number, feature in enumerate(features, start=1):
        label = _label(feature)
        try:
            area = _area(known, label)
            geometry = feature.get("geometry") if isinstance(feature, dict) else None
            positions.may_draw(geometry).or_refuse()
            if not isinstance(geometry, dict) or (
                geometry["type"] == "Point" and area.level not in POINTS_FOR
            ):
                raise Refusal("outline_shape", shape="Point")
            if area.path in seen:
                raise Refusal("outline_twice", area=area.name, first=seen[area.path])
            seen[area.path] = number
            outlines.append((area, geometry))
        except Refusal as refusal:
            wrong.append(Wrong(number, label, refusal.says))
    return Read(outlines, wrong)


def _features(content: bytes) -> list[Any]:
    if len(content) > LARGEST:
        raise Refusal("outline_file_large", most=LARGEST // 1024 // 1024)
    try:
        held = json.loads(content.decode("utf-8-sig"))
    except (UnicodeDecodeError, ValueError, RecursionError):
        raise Refusal("outline_file") from None
    features = held.get("features") if isinstance(held, dict) else None
    if (
        not isinstance(held, dict)
        or held.get("type") != "FeatureCollection"
        or not isinstance(features, list)
    ):
        raise Refusal("outline_file")
    if not features:
        raise Refusal("outline_file_empty")
    if len(features) > MOST_FEATURES:
        raise Refusal("outline_file_many", count=len(features), most=MOST_FEATURES)
    return features


def _label(feature: Any) -> str:
    properties = feature.get("properties") if isinstance(feature, dict) else None
    if not isinstance(properties, dict):
        return ""
    return next((str(properties[name]).strip()[:80] for name in NAMED_BY if properties.get(name)), "")


def _areas(community_path: str) -> dict[str, list[Area]]:
    """The areas of the community by path, by code and by name."""
    known: dict[str, list[Area]] = {}
    for area in Area.objects.filter(path__startswith=community_path, valid_to=None).order_by("path"):
        for name in {area.path, area.key, area.name}:
            known.setdefault(name, []).append(area)
    return known


def _area(known: dict[str, list[Area]], label: str) -> Area:
    if not label:
        raise Refusal("outline_nameless")
    found = known.get(label, [])
    if not found:
        raise Refusal("area_unknown", area=label)
    if len(found) > 1:
        raise Refusal("area_ambiguous", area=label, choices=", ".join(area.key for area in found))
    return found[0]


@transaction.atomic
def store_outlines(
    *, content: bytes, file_name: str, community_path: str, datum: str, by: Actor, at: datetime
) -> Read:
    """Take the outlines of a file in (导入轮廓), replacing those of the same areas. With anything wrong, none of it."""
    by.must("places.grid.draw", within=community_path)
    if datum not in Datum.values:
        raise Refusal("outline_datum")
    read = read_outlines(content, community_path=community_path)
    if read.wrong:
        return read
    _replace(read, datum=datum, file_name=file_name, by=by, at=at)
    journal.record(
        "places.outline.imported", by=by, area_path=community_path, at=at,
        facts={"areas": len(read.outlines), "datum": datum, "file": file_name[:120]},
    )  # fmt: skip
    return read


def _replace(read: Read, *, datum: str, file_name: str, by: Actor, at: datetime) -> None:
    Outline.objects.bulk_create(
        [
            Outline(
                area=area,
                geometry=geometry,
                datum=datum,
                file_name=file_name[:120],
                drawn_by=by.name[:60],
                drawn_at=at,
            )
            for area, geometry in read.outlines
        ],
        update_conflicts=True,
        unique_fields=["area"],
        update_fields=["geometry", "datum", "file_name", "drawn_by", "drawn_at"],
    )
