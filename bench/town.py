"""A community of any size with a round at half, written by COPY: for measuring, never for tests of what is right.

Everybody is invented; document numbers begin 99. The columns that a row does not need here take their defaults, so
that a new column of a model is filled without a change of this file.
"""

import random
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import psycopg

AREA = "/43/08/02/L01/001/"
PARENTS = (
    ("/43/", "43", "湖南省", "province"),
    ("/43/08/", "4308", "张家界市", "city"),
    ("/43/08/02/", "430802", "永定区", "county"),
    ("/43/08/02/L01/", "430802L01", "阳湖坪街道", "street"),
    (AREA, "430802L01001", "双溪社区", "community"),
)
A_BUILDING, A_GRID, A_DOOR = 100, 3, 3
LANES, CAPACITY = 20, 10
SURNAMES, GIVEN = "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨", "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平"
ROLES = (
    "community_head",
    "commander",
    "clerk",
    "point_chief",
    "health_officer",
    "lab_liaison",
    "auditor",
    "operator",
    "grid_worker",
    "carrier",
)
# The half that is not swabbed: how many of a thousand people stand in which class.
ELSE = (("elsewhere", 12), ("mobile", 30), ("isolated", 7), ("away", 25), ("exempt", 8), ("refused", 4))
JOURNAL = 20_000


@dataclass
class Town:
    """What the pages of this town are asked for."""

    size: int
    people: list[UUID] = field(default_factory=list)
    buildings: list[str] = field(default_factory=list)
    grids: list[str] = field(default_factory=list)
    round_id: UUID | None = None
    before_id: UUID | None = None
    lanes: list[UUID] = field(default_factory=list)
    positive_tube: str = ""
    doubtful_tube: str = ""


def build(owner: dict[str, str], size: int) -> Town:
    """Fill an empty, migrated database. Django must be set up."""
    town, at, rng = Town(size), _now(), random.Random(size)
    with psycopg.connect(**owner) as conn:  # type: ignore[arg-type]
        conn.execute("SELECT set_config('tongxin.scope', '/', false)")
        _areas(conn, town)
        homes = _people(conn, town, at, rng)
        town.before_id = _round(conn, town, number=9, opens_at=at - timedelta(days=2), state="closed")
        _swabs(conn, town, homes, town.before_id, share=970, at=at - timedelta(days=2), rng=rng)
        _closing(conn, town, at)
        town.round_id = _round(conn, town, number=10, opens_at=at - timedelta(hours=5), state="open")
        town.lanes = _lanes(conn, town.round_id)
        _swabs(conn, town, homes, town.round_id, share=500, at=at, rng=rng)
        _journal(conn, town, at)
        conn.commit()
        conn.autocommit = True
        conn.execute("VACUUM (ANALYZE)")
    return town


def _now() -> datetime:
    from tongxin.core import clock

    return clock.now()


def copy(
    conn: psycopg.Connection[Any],
    model: Any,
    names: Sequence[str],
    rows: Iterable[Sequence[Any]],
    **same: Any,
) -> None:
    """COPY rows of these columns; every other column takes the value in `same`, else the model's default."""
    from django.db import connection
    from django.db.models import NOT_PROVIDED
    from django.utils import timezone

    rest, values = [], []
    for column in model._meta.concrete_fields:
        if column.attname in names or column.generated or column.db_default is not NOT_PROVIDED:
            continue
        if column.primary_key and column.get_internal_type().endswith("AutoField"):
            continue
        value = same[column.attname] if column.attname in same else column.get_default()
        if value is None and getattr(column, "auto_now_add", False):
            value = timezone.now()
        rest.append(column.attname)
        values.append(column.get_db_prep_save(value, connection))
    columns = ", ".join([*names, *rest])
    with conn.cursor().copy(f"COPY {model._meta.db_table} ({columns}) FROM STDIN") as into:
        for row in rows:
            into.write_row([*row, *values])


def _ids(count: int) -> Iterator[UUID]:
    from tongxin.core.ids import new_id

    return (new_id() for _ in range(count))


def _areas(conn: psycopg.Connection[Any], town: Town) -> None:
    from tongxin.core.ids import new_id
    from tongxin.places.models import Area, GridMembership, Site
    from tongxin.places.rules import building_segment

    parent: UUID | None = None
    for path, key, name, level in PARENTS:
        this = new_id()
        copy(
            conn,
            Area,
            ("id", "key", "path", "name", "level", "parent_id"),
            [(this, key, path, name, level, parent)],
        )
        parent = this
    count = max(1, -(-town.size // A_BUILDING))
    grids = [(new_id(), f"G{number + 1:03}") for number in range(-(-count // A_GRID))]
    town.grids = [f"{AREA}{segment}/" for _key, segment in grids]
    names = ("id", "key", "path", "name", "level", "parent_id")
    copy(
        conn, Area, names,
        ((key, f"430802L01001{segment}", f"{AREA}{segment}/", f"第{int(segment[1:])}网格", "grid", parent)
         for key, segment in grids),
        code_source="local",
    )  # fmt: skip
    buildings = [(new_id(), str(number + 1)) for number in range(count)]
    town.buildings = [f"{AREA}{building_segment(number)}/" for _key, number in buildings]
    copy(
        conn, Area, names,
        ((key, f"430802L01001{building_segment(number)}", f"{AREA}{building_segment(number)}/", f"{number}号楼",
          "building", parent) for key, number in buildings),
        code_source="local",
    )  # fmt: skip
    copy(
        conn, GridMembership, ("id", "area_path", "grid_id"),
        ((new_id(), path, grids[index // A_GRID][0]) for index, path in enumerate(town.buildings)),
        valid_from=date(2020, 1, 1),
    )  # fmt: skip
    copy(conn, Site, ("id", "area_path", "kind", "name"), [(new_id(), AREA, "sampling_point", "A点")])


def _people(
    conn: psycopg.Connection[Any], town: Town, at: datetime, rng: random.Random
) -> list[tuple[UUID, str, UUID]]:
    from tongxin.core.text import fold
    from tongxin.people.models import Code, Document, Household, Person, Phone, Residence
    from tongxin.people.services.codes import new_token
    from tongxin.places.models import Dwelling

    doors = -(-town.size // A_DOOR)
    a_building = -(-A_BUILDING // A_DOOR)
    door_ids, houses = list(_ids(doors)), list(_ids(doors))
    where = [town.buildings[min(number // a_building, len(town.buildings) - 1)] for number in range(doors)]
    copy(
        conn, Dwelling, ("id", "area_path", "building", "unit", "floor", "room"),
        ((key, where[number], where[number].split("B")[1].strip("/0") or "0", str(number % 2 + 1),
          number // 4 % 9 + 1, f"{number // 4 % 9 + 1}{number:05}")
         for number, key in enumerate(door_ids)),
    )  # fmt: skip
    copy(
        conn, Household, ("id", "area_path", "dwelling_id"),
        ((key, where[number], door_ids[number]) for number, key in enumerate(houses)),
        opened_on=date(2020, 1, 1),
    )  # fmt: skip
    town.people = list(_ids(town.size))
    homes = [(person, where[n // A_DOOR], door_ids[n // A_DOOR]) for n, person in enumerate(town.people)]
    spoken = {letter: _pinyin(letter) for letter in SURNAMES + GIVEN}
    names = [rng.choice(SURNAMES) + rng.choice(GIVEN) + rng.choice(GIVEN) for _ in town.people]
    copy(
        conn, Person, ("id", "area_path", "name", "name_folded", "pinyin", "initials", "sex", "birth_on"),
        ((person, path, name, fold(name), " ".join(spoken[each] for each in name),
          "".join(spoken[each][0] for each in name), "男女"[n % 2], date(1930 + n % 90, 1 + n % 12, 1 + n % 28))
         for n, ((person, path, _door), name) in enumerate(zip(homes, names, strict=True))),
        source="import",
    )  # fmt: skip
    copy(
        conn, Residence, ("id", "area_path", "person_id", "dwelling_id", "household_id"),
        ((key, path, person, door, houses[n // A_DOOR])
         for n, ((person, path, door), key) in enumerate(zip(homes, _ids(town.size), strict=True))),
        source="import", from_on=date(2020, 1, 1), is_current=True,
    )  # fmt: skip
    for model, more in ((Document, {"kind": "resident_id", "head": "9900"}), (Phone, {})):
        copy(
            conn, model, ("id", "area_path", "person_id", "sealed", "number_index", "tail"),
            ((key, path, person, b"sealed", n.to_bytes(8, "big"), f"{n % 10000:04}")
             for n, ((person, path, _door), key) in enumerate(zip(homes, _ids(town.size), strict=True))),
            **more,
        )  # fmt: skip
    copy(
        conn, Code, ("id", "area_path", "person_id", "token", "printed_at"),
        ((key, path, person, new_token(), at if n % 4 else None)
         for n, ((person, path, _door), key) in enumerate(zip(homes, _ids(town.size), strict=True))),
        issued_at=at,
    )  # fmt: skip
    return homes


def _pinyin(letter: str) -> str:
    from pypinyin import lazy_pinyin

    return str(lazy_pinyin(letter)[0])


def _round(conn: psycopg.Connection[Any], town: Town, *, number: int, opens_at: datetime, state: str) -> UUID:
    from tongxin.core.ids import new_id
    from tongxin.testing.models import Round

    key = new_id()
    copy(
        conn, Round, ("id", "area_path", "number", "state", "opens_at", "closes_at", "base_count"),
        [(key, AREA, number, state, opens_at, opens_at + timedelta(hours=13), town.size)],
        pool="pool10", capacity=CAPACITY, made_at=opens_at,
    )  # fmt: skip
    return key


def _lanes(conn: psycopg.Connection[Any], round_id: UUID) -> list[UUID]:
    from tongxin.testing.models import Lane

    found = conn.execute("SELECT id FROM places_site").fetchone()
    assert found is not None
    lanes = list(_ids(LANES))
    copy(
        conn, Lane, ("id", "area_path", "round_id", "site_id", "number", "kind"),
        ((lane, AREA, round_id, found[0], n + 1, "fixed" if n + 1 < LANES else "mobile")
         for n, lane in enumerate(lanes)),
        pool="pool10", capacity=CAPACITY,
    )  # fmt: skip
    return lanes


def _swabs(
    conn: psycopg.Connection[Any], town: Town, homes: Sequence[tuple[UUID, str, UUID]], round_id: UUID, *,
    share: int, at: datetime, rng: random.Random,
) -> None:  # fmt: skip
    """Who is swabbed (`share` of a thousand) and who has a reason; the rest is unknown while the round runs."""
    from tongxin.core.ids import new_id
    from tongxin.testing.models import Claim, Expected, Result, Sample, Tube

    lanes = town.lanes or _lanes(conn, round_id)
    is_over = share > 900
    classes: list[tuple[str, UUID | None]] = []
    samples, claims = [], []
    for person, path, _door in homes:
        draw, klass, evidence = rng.randrange(1000), "unknown", None
        if draw < share:
            klass, evidence = "here", new_id()
            samples.append((evidence, path, person))
        else:
            edge = share
            for name, width in ELSE:
                edge += width if not is_over else width // 3
                if draw < edge:
                    klass, evidence = name, new_id()
                    (samples if name == "mobile" else claims).append((evidence, path, person, name))
                    break
            if is_over and klass == "unknown":
                klass, evidence = "unreachable", new_id()
                claims.append((evidence, path, person, klass))
        classes.append((klass, evidence))
    copy(
        conn, Expected, ("id", "area_path", "person_id", "dwelling_id", "klass", "evidence_id", "origin"),
        ((key, path, person, door, klass, evidence, "found" if n % 500 == 7 else "base")
         for n, ((person, path, door), key, (klass, evidence))
         in enumerate(zip(homes, _ids(len(homes)), classes, strict=True))),
        round_id=round_id, added_at=at, settled_at=at,
    )  # fmt: skip
    mark = "P" if is_over else "T"
    moments = [
        at - timedelta(seconds=5 * 3600 * (len(samples) - n) / len(samples)) for n in range(len(samples))
    ]
    copy(
        conn, Sample,
        ("id", "area_path", "person_id", "tube_code", "position", "lane_id", "occurred_at", "recorded_at"),
        ((each[0], each[1], each[2], f"{mark}{n // CAPACITY:07}", n % CAPACITY + 1, lanes[n // CAPACITY % LANES],
          moments[n], moments[n]) for n, each in enumerate(samples)),
        round_id=round_id, how="scan",
    )  # fmt: skip
    copy(
        conn, Claim, ("id", "area_path", "person_id", "klass", "place", "proof", "note"),
        ((key, path, person, klass, "永定区医院", "1号", "王医生") for key, path, person, klass in claims),
        round_id=round_id, by_id=new_id(), by_name="林志强", occurred_at=at,
    )  # fmt: skip
    tubes = [(key, f"{mark}{n:07}", n) for n, key in enumerate(_ids(-(-len(samples) // CAPACITY)))]
    names = ("id", "code", "lane_id", "state", "first_swab_at", "closed_at", "held_count", "result", "result_status",
             "result_at")  # fmt: skip
    told = len(tubes) if is_over else len(tubes) * 6 // 10
    copy(
        conn, Tube, names,
        ((key, code, lanes[n % LANES], "resulted" if n < told else "received" if n < len(tubes) * 8 // 10 else "closed",
          moments[n * CAPACITY], moments[min(n * CAPACITY + 9, len(moments) - 1)], CAPACITY,
          "neg" if n < told else "", "final" if n < told else "no_result", at if n < told else None)
         for key, code, n in tubes),
        area_path=AREA, round_id=round_id, pool="pool10", capacity=CAPACITY, issued_at=at,
    )  # fmt: skip
    # Reported and not yet released: one in ten; one of them positive, one in doubt.
    reported = tubes[: told + len(tubes) // 10]
    if not is_over and len(reported) > told + 2:
        town.positive_tube, town.doubtful_tube = reported[told][1], reported[told + 1][1]
    words = {town.positive_tube: "pos"}
    extra = [(key, code, 0) for key, code, _n in tubes if code == town.doubtful_tube and not is_over]
    copy(
        conn, Result, ("id", "tube_id", "word", "released_at"),
        ((new_id(), key, "pos" if index >= len(reported) else words.get(code, "neg"), at if n < told else None)
         for index, (key, code, n) in enumerate([*reported, *extra])),
        area_path=AREA, laboratory="市疾控实验室", entered_at=at,
    )  # fmt: skip
    spare = [(key, f"{mark}S{n:06}") for n, key in enumerate(_ids(LANES * 20 if not is_over else 0))]
    copy(
        conn, Tube, ("id", "code", "lane_id", "state"),
        ((key, code, lanes[n % LANES], "issued") for n, (key, code) in enumerate(spare)),
        area_path=AREA, round_id=round_id, pool="pool10", capacity=CAPACITY, issued_at=at,
    )  # fmt: skip


def _closing(conn: psycopg.Connection[Any], town: Town, at: datetime) -> None:
    from tongxin.core.ids import new_id
    from tongxin.testing.models import Closing

    counted = conn.execute(
        "SELECT klass, count(*) FROM testing_expected WHERE round_id = %s GROUP BY klass", [town.before_id]
    ).fetchall()
    copy(
        conn, Closing, ("id", "area_path", "round_id", "classes"),
        [(new_id(), AREA, town.before_id, psycopg.types.json.Jsonb(dict(counted)))],
        at=at, base_opening=town.size, added=0, removed=0, base_closing=town.size, sample_count=town.size,
    )  # fmt: skip


def _journal(conn: psycopg.Connection[Any], town: Town, at: datetime) -> None:
    from tongxin.access.models import Entry

    copy(
        conn, Entry, ("id", "subject_id", "digest", "act"),
        ((key, town.people[n % town.size], n.to_bytes(32, "big"),
          "testing.coverage.claimed" if n % 3 else "people.person.corrected")
         for n, key in enumerate(_ids(JOURNAL))),
        area_path=AREA, account_name="林志强", occurred_at=at,
    )  # fmt: skip
