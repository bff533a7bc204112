"""Areas of our own: sub-districts and communities that no national list has, buildings, doors."""

import time
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from uuid import UUID

from django.db import connection, transaction

from tongxin.access.actors import Actor
from tongxin.access.services import journal
from tongxin.core import areas
from tongxin.core.ids import uuid7
from tongxin.core.locks import lock_all
from tongxin.core.refusals import Refusal
from tongxin.places import rules
from tongxin.places.enums import AreaLevel, CodeSource
from tongxin.places.models import Area, Dwelling
from tongxin.places.models.areas import FIRST_DAY
from tongxin.places.services.divisions import Counts, load_divisions

__all__ = [
    "Counts",
    "Door",
    "DoorKey",
    "add_buildings",
    "add_local_area",
    "ensure_dwellings",
    "load_divisions",
]

DoorKey = tuple[str, str, str]  # building, unit, room
Door = tuple[str, str, str, str]  # and as typed


@transaction.atomic
def add_local_area(
    *, parent: Area, segment: str, name: str, level: str, by: Actor, at: datetime, key: str = ""
) -> Area:
    """An area that the national list does not have (本地编码, ID-03): `L01` below a county, `L01001` by its community.

    The same area again is the same area; another name for a code that is taken is refused `area_taken`.
    """
    by.must("places.area.change", within=parent.path)
    key = key or f"{parent.key}{segment}"
    if parent.code_source == CodeSource.NATIONAL:  # below a local area the letter already stands above
        rules.may_be_local(segment).or_refuse()
    path = areas.child(parent.path, segment)
    area, made = Area.objects.get_or_create(
        path=path,
        defaults={
            "key": key, "name": name, "level": level, "parent": parent, "code_source": CodeSource.LOCAL,
        },
    )  # fmt: skip
    if not made and (area.name, area.level) != (name, level):
        raise Refusal("area_taken", key=area.key, name=area.name)
    if made:
        journal.record("places.area.added", by=by, area_path=path, on=area, at=at, facts={"key": key})
    return area


def add_buildings(community_path: str, numbers: Iterable[str], *, on: date | None = None) -> dict[str, Area]:
    """The buildings of a community by their numbers, made where they are missing (楼栋). Safe to repeat."""
    wanted = {
        number: rules.building_segment(number) for number in map(rules.building_number, numbers) if number
    }
    if not wanted:
        return {}
    community = _community(community_path)
    paths = {number: areas.child(community_path, segment) for number, segment in wanted.items()}
    known = {area.path: area for area in Area.objects.filter(path__in=paths.values())}
    Area.objects.bulk_create(
        [
            Area(
                key=f"{community.key}{wanted[number]}",
                path=path,
                name=f"{number}栋",
                level=AreaLevel.BUILDING,
                parent=community,
                code_source=CodeSource.LOCAL,
                valid_from=on or FIRST_DAY,
            )
            for number, path in paths.items()
            if path not in known
        ],
        ignore_conflicts=True,
    )
    if len(known) < len(paths):
        known = {area.path: area for area in Area.objects.filter(path__in=paths.values())}
    return {number: known[path] for number, path in paths.items()}


def _community(path: str) -> Area:
    community = Area.objects.filter(path=path).first()
    if community is None:
        raise Refusal("area_unknown", area=path)
    return community


@transaction.atomic
def ensure_dwellings(community_path: str, doors: Iterable[Door]) -> dict[DoorKey, Dwelling]:
    """The doors (户室) of these addresses, made where they are missing: by the thousand, in four statements.

    The key of the answer is (building, unit, room) as given. A door's area is its building, or the community when
    the address names none (ID-04). What was typed first stays.
    """
    given = list(dict.fromkeys(doors))
    buildings = add_buildings(community_path, {door[0] for door in given if door[0]})
    rows: dict[tuple[str, str, str, str], str] = {}
    for building, unit, room, typed in given:
        rows.setdefault(_door(community_path, buildings, building, unit, room), typed)
    _insert_doors(rows)
    paths = {row[0] for row in rows}
    found = {
        (door.area_path, door.building, door.unit, door.room): door
        for door in Dwelling.objects.filter(area_path__in=paths)
    }
    return {
        (building, unit, room): found[_door(community_path, buildings, building, unit, room)]
        for building, unit, room, _typed in given
    }


def _door(
    community_path: str, buildings: dict[str, Area], building: str, unit: str, room: str
) -> tuple[str, str, str, str]:
    number = rules.building_number(building)
    return (buildings[number].path if number else community_path, number, unit.strip(), room.strip())


def _insert_doors(rows: dict[tuple[str, str, str, str], str]) -> None:
    now = time.time_ns() // 1_000_000
    with connection.cursor() as cursor:
        cursor.execute(
            """INSERT INTO places_dwelling (id, area_path, building, unit, room, floor, typed, is_vacant)
               SELECT id, area_path, building, unit, room, floor, typed, false
               FROM unnest(%s::uuid[], %s::text[], %s::text[], %s::text[], %s::text[], %s::smallint[], %s::text[])
                 AS new(id, area_path, building, unit, room, floor, typed)
               ON CONFLICT (area_path, building, unit, room) DO NOTHING""",
            [
                [uuid7(now) for _row in rows],
                [row[0] for row in rows],
                [row[1] for row in rows],
                [row[2] for row in rows],
                [row[3] for row in rows],
                [rules.floor_of(row[3]) for row in rows],
                [typed.strip()[:120] for typed in rows.values()],
            ],
        )


@transaction.atomic
def mark_vacant(dwelling_ids: Sequence[UUID], *, is_vacant: bool = True) -> int:
    """Say of these doors that nobody lives there, or that somebody does again (空户)."""
    doors = [door for door in lock_all(Dwelling, dwelling_ids) if door.is_vacant != is_vacant]
    return Dwelling.objects.filter(pk__in=[door.pk for door in doors]).update(is_vacant=is_vacant)
