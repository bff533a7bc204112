"""Areas of our own: sub-districts and communities that no national list has, buildings, doors."""

import time
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from uuid import UUID

from django.db import connection, transaction

from tongxin.access.actors import Actor
from tongxin.access.services import journal
from tongxin.core import areas, clock
from tongxin.core.ids import uuid7
from tongxin.core.locks import advisory, lock, lock_all
from tongxin.core.refusals import Refusal
from tongxin.places import rules
from tongxin.places.enums import AreaLevel, CodeSource
from tongxin.places.models import Area, Dwelling, GridMembership
from tongxin.places.models.areas import FIRST_DAY
from tongxin.places.queries.areas import find
from tongxin.places.services.divisions import Counts, load_divisions

__all__ = [
    "Counts",
    "Door",
    "DoorKey",
    "add_below",
    "add_buildings",
    "add_compounds",
    "add_local_area",
    "end_area",
    "ensure_dwellings",
    "load_divisions",
    "rename_area",
]

# What may lie directly below what; grids and buildings have acts of their own.
FITS_BELOW: dict[str, tuple[str, ...]] = {
    AreaLevel.COUNTRY: (AreaLevel.PROVINCE,),
    AreaLevel.PROVINCE: (AreaLevel.CITY,),
    AreaLevel.CITY: (AreaLevel.COUNTY, AreaLevel.STREET),
    AreaLevel.COUNTY: (AreaLevel.STREET,),
    AreaLevel.STREET: (AreaLevel.COMMUNITY,),
    AreaLevel.COMMUNITY: (AreaLevel.COMPOUND, AreaLevel.BUILDING),
    AreaLevel.COMPOUND: (AreaLevel.BUILDING,),
}
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
    name = name.strip()
    if not name:
        raise Refusal("area_name")
    if level not in FITS_BELOW.get(parent.level, ()):
        raise Refusal("area_level", name=parent.name)
    key = key or f"{parent.key}{segment}"
    if not segment.isascii() or not segment.isalnum():
        raise Refusal("local_code_needs_letter", segment=segment or "—")
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


@transaction.atomic
def add_below(*, parent: Area, level: str, name: str, by: Actor, at: datetime, segment: str = "") -> Area:
    """A local area by page. Compounds and buildings get their code from us; others are given one (ID-03, ID-04)."""
    by.must("places.area.change", within=parent.path)
    if level not in FITS_BELOW.get(parent.level, ()):
        raise Refusal("area_level", name=parent.name)
    if level not in (AreaLevel.COMPOUND, AreaLevel.BUILDING):
        return add_local_area(
            parent=parent, segment=segment.strip().upper(), name=name, level=level, by=by, at=at
        )
    before = set(Area.objects.filter(parent=parent, level=level).values_list("path", flat=True))
    add = add_compounds if level == AreaLevel.COMPOUND else add_buildings
    made = next(iter(add(parent.path, [name.removesuffix("栋")], on=clock.day_of(at)).values()), None)
    if made is None:
        raise Refusal("area_name")
    if made.path in before:
        raise Refusal("area_name_taken", name=made.name)
    journal.record("places.area.added", by=by, area_path=made.path, on=made, at=at, facts={"key": made.key})
    return made


@transaction.atomic
def add_compounds(community_path: str, names: Iterable[str], *, on: date | None = None) -> dict[str, Area]:
    """The compounds of a community (小区) by their names, made where they are missing: `C001`, `C002` ... (ID-04).

    Buildings below a compound are other buildings than those of the same number beside it: give the compound's path
    to `add_buildings` and `ensure_dwellings`. Safe to repeat, and by two at once.
    """
    wanted = list(dict.fromkeys(filter(None, map(rules.compound_name, names))))
    if not wanted:
        return {}
    community = _holder(community_path)
    advisory(f"places.compounds:{community_path}")
    held = {area.name: area for area in Area.objects.filter(parent=community, level=AreaLevel.COMPOUND)}
    number = max((int(area.path[len(community_path) + 1 : -1]) for area in held.values()), default=0)
    for name in wanted:
        if name in held:
            continue
        number += 1
        segment = f"C{number:03d}"
        held[name] = Area.objects.create(
            key=f"{community.key}{segment}",
            path=areas.child(community_path, segment),
            name=name,
            level=AreaLevel.COMPOUND,
            parent=community,
            code_source=CodeSource.LOCAL,
            valid_from=on or FIRST_DAY,
        )
    return {name: held[name] for name in wanted}


@transaction.atomic
def rename_area(*, path: str, name: str, by: Actor, at: datetime) -> Area:
    """Give a local area another name (更名). Its code and path stay; the name it had stays in the journal."""
    area = _local(path, by)
    wanted = rules.compound_name(name) if area.level == AreaLevel.COMPOUND else name.strip()[:80]
    if not wanted:
        raise Refusal("area_name")
    if wanted == area.name:
        return area
    if Area.objects.filter(parent=area.parent, level=area.level, name=wanted, valid_to=None).exists():
        raise Refusal("area_name_taken", name=wanted)
    was, area.name = area.name, wanted
    area.save(update_fields=["name"])
    if area.level == AreaLevel.COMPOUND:
        _rename_buildings(area, was)
    journal.record(
        "places.area.renamed", by=by, area_path=path, on=area, at=at, facts={"was": was, "now": wanted}
    )
    return area


def _rename_buildings(compound: Area, was: str) -> None:
    """Buildings and doors of a compound carry its name."""
    buildings = list(Area.objects.filter(parent=compound, level=AreaLevel.BUILDING))
    for building in buildings:
        building.name = f"{compound.name}{building.name.removeprefix(was)}"
    Area.objects.bulk_update(buildings, ["name"])
    Dwelling.objects.filter(area_path__startswith=compound.path).update(compound=compound.name)


@transaction.atomic
def end_area(*, path: str, on: date, by: Actor, at: datetime, successor: str = "") -> Area:
    """End a local area from a day on (撤销), and say what came after it (ID-03). Rows that name it stay as they are.

    Grids end by a new drawing. An area that still holds areas is refused: end those first.
    """
    area = _local(path, by)
    if area.valid_to is not None:
        return area
    if area.level == AreaLevel.GRID:
        raise Refusal("area_is_grid", name=area.name)
    inside = Area.objects.filter(parent=area, valid_to=None).count()
    if inside:
        raise Refusal("area_not_empty", name=area.name, count=inside)
    if not area.valid_from <= on <= clock.day_of(at):
        raise Refusal("area_end_day", day=on, first=area.valid_from)
    after = _successor(area, successor) if successor.strip() else None
    area.valid_to, area.successor = on, after
    area.save(update_fields=["valid_to", "successor"])
    GridMembership.objects.filter(area_path=path, valid_to=None, valid_from__lte=on).update(valid_to=on)
    journal.record(
        "places.area.ended", by=by, area_path=path, on=area, at=at,
        facts={"on": on.isoformat(), "successor": after.path if after else ""},
    )  # fmt: skip
    return area


def _local(path: str, by: Actor) -> Area:
    """The local area, locked. National ones change with the list alone."""
    held = Area.objects.filter(path=path).values_list("pk", flat=True).first()
    if held is None:
        raise Refusal("area_unknown", area=path)
    by.must("places.area.change", within=path)
    area = lock(Area, held)
    if area.code_source == CodeSource.NATIONAL:
        raise Refusal("area_national", name=area.name)
    return area


def _successor(area: Area, text: str) -> Area:
    after = find(text)
    if after.pk == area.pk or after.level != area.level or after.valid_to is not None:
        raise Refusal("area_successor", name=after.name)
    return after


def add_buildings(inside: str, numbers: Iterable[str], *, on: date | None = None) -> dict[str, Area]:
    """The buildings of a community or compound by their numbers, made where they are missing (楼栋). Safe to repeat.

    In a compound a building is named with it: 东区3栋.
    """
    wanted = {
        number: rules.building_segment(number) for number in map(rules.building_number, numbers) if number
    }
    if not wanted:
        return {}
    holder = _holder(inside)
    before = holder.name if holder.level == AreaLevel.COMPOUND else ""
    paths = {number: areas.child(inside, segment) for number, segment in wanted.items()}
    known = {area.path: area for area in Area.objects.filter(path__in=paths.values())}
    Area.objects.bulk_create(
        [
            Area(
                key=f"{holder.key}{wanted[number]}",
                path=path,
                name=f"{before}{number}栋",
                level=AreaLevel.BUILDING,
                parent=holder,
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


def _holder(path: str) -> Area:
    """The community or compound that holds buildings."""
    holder = Area.objects.filter(path=path).first()
    if holder is None:
        raise Refusal("area_unknown", area=path)
    return holder


@transaction.atomic
def ensure_dwellings(inside: str, doors: Iterable[Door]) -> dict[DoorKey, Dwelling]:
    """The doors (户室) of these addresses, made where they are missing: by the thousand, in a few statements.

    `inside` is the community, or one of its compounds. The key of the answer is (building, unit, room) as given. A
    door's area is its building, or `inside` when the address names none (ID-04). What was typed first stays.
    """
    given = list(dict.fromkeys(doors))
    buildings = add_buildings(inside, {door[0] for door in given if door[0]})
    compound = (
        Area.objects.filter(path=inside, level=AreaLevel.COMPOUND).values_list("name", flat=True).first()
    )
    rows: dict[tuple[str, str, str, str], str] = {}
    for building, unit, room, typed in given:
        rows.setdefault(_door(inside, buildings, building, unit, room), typed)
    _insert_doors(rows, compound or "")
    paths = {row[0] for row in rows}
    found = {
        (door.area_path, door.building, door.unit, door.room): door
        for door in Dwelling.objects.filter(area_path__in=paths)
    }
    return {
        (building, unit, room): found[_door(inside, buildings, building, unit, room)]
        for building, unit, room, _typed in given
    }


def _door(
    inside: str, buildings: dict[str, Area], building: str, unit: str, room: str
) -> tuple[str, str, str, str]:
    number = rules.building_number(building)
    return (buildings[number].path if number else inside, number, unit.strip(), room.strip())


def _insert_doors(rows: dict[tuple[str, str, str, str], str], compound: str) -> None:
    now = time.time_ns() // 1_000_000
    with connection.cursor() as cursor:
        cursor.execute(
            """INSERT INTO places_dwelling (id, area_path, compound, building, unit, room, floor, typed, is_vacant)
               SELECT id, area_path, %s, building, unit, room, floor, typed, false
               FROM unnest(%s::uuid[], %s::text[], %s::text[], %s::text[], %s::text[], %s::smallint[], %s::text[])
                 AS new(id, area_path, building, unit, room, floor, typed)
               ON CONFLICT (area_path, building, unit, room) DO NOTHING""",
            [
                compound,
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
