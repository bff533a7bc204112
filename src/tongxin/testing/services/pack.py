"""The assignment pack of a lane (离线包): its round, lanes, tubes and people, so that it works without a network.

People are masked and carry what to do, never why (MT-21, MT-25). Built by a few statements, kept packed in the
process, and sent only when something in it has changed.
"""

import gzip
import hashlib
from collections import OrderedDict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from threading import Lock
from typing import Any, NamedTuple
from uuid import UUID

import msgspec
from django.db import connection

from tongxin.access.actors import Actor
from tongxin.access.services import journal
from tongxin.core import clock
from tongxin.places.queries.rules import rules
from tongxin.places.rules.ground import door_said
from tongxin.testing.enums import RoundState

AT_WORK = [RoundState.OPEN, RoundState.SAMPLING_CLOSED]
KEPT_PACKS = 8
ZIP_LEVEL = 5

PRIORITY_AGE = "people.person.priority_age"
TUBE_MINUTES = "testing.tube.open_minutes"
ALARM, BREACH = "testing.tube.alarm_minutes", "testing.tube.breach_minutes"
CLOCK = "testing.clock.tolerance_seconds"
BOX_TUBES = "testing.box.tubes"
FLAGS = "testing.lane.flags"
# Somebody of a positive pool is sampled at the door, alone, until the recheck has its result (3.6 step 3).
RECHECKED = ("single", "door", "apart")


class PackRound(msgspec.Struct, frozen=True, omit_defaults=True):
    id: UUID
    number: int
    state: str
    closes_at: datetime
    area: str
    tube_minutes: int | None = None
    alarm_minutes: int | None = None
    breach_minutes: int | None = None
    clock_seconds: int | None = None
    box_tubes: dict[str, int] | None = None


class PackPoint(msgspec.Struct, frozen=True):
    id: str
    name: str


class PackLane(msgspec.Struct, frozen=True):
    id: UUID
    number: int
    pool: str
    capacity: int


class PackTube(msgspec.Struct, frozen=True):
    code: str
    lane: UUID
    pool: str
    capacity: int
    state: str


class PackPerson(msgspec.Struct, frozen=True, omit_defaults=True):
    """A person as a lane may see one. `household` and `mix` are opaque: the same or not the same, never why."""

    id: UUID
    token: str
    name: str
    initials: str
    pinyin: str
    sex: str
    age: int | None
    masked: str
    tail: str
    address: str
    building: str
    unit: str
    room: str
    flags: list[str]
    sampled: bool
    sampled_at: datetime | None
    bound: list[str] = []
    household: str = ""
    mix: str = ""
    compound: str = ""


class Pack(msgspec.Struct, frozen=True):
    version: str
    made_at: datetime
    round: PackRound | None
    point: PackPoint
    lanes: list[PackLane]
    tubes: list[PackTube]
    people: list[PackPerson]


class Made(NamedTuple):
    """A version, and the pack as gzipped JSON; no body where the phone has this version already."""

    version: str
    body: bytes | None


@dataclass(frozen=True, slots=True)
class _Rules:
    """The dated rows that a lane works by; a row that is missing is not sent."""

    values: dict[str, Any]

    @property
    def priority_age(self) -> int | None:
        return self.values.get(PRIORITY_AGE)

    def flags_of(self, tags: Iterable[str]) -> set[str]:
        """What to do with somebody who has these tags."""
        table: dict[str, str] = self.values.get(FLAGS) or {}
        flags = {table[tag] for tag in tags if tag in table}
        # Who is sampled at the door is sampled alone (table of 3.2).
        return flags | {"single"} if "door" in flags else flags


def pack_for(*, area_path: str, post_id: UUID | None, unless: str, by: Actor, at: datetime) -> Made:
    """The pack of a phone at a point, in the sight of that phone. `unless` is the version it has."""
    by.must("testing.lane.capture", within=area_path)
    round_ = _round(area_path)
    held = _rules(area_path, at)
    version = _version(area_path, post_id, round_, held, at)
    if version == unless:
        return Made(version, None)
    kept = _kept.get(version)
    if kept is None:
        made = _make(area_path, post_id, round_, held, version, at)
        body = gzip.compress(msgspec.json.encode(made), ZIP_LEVEL, mtime=0)
        kept = _Keeping(body, tuple(person.id for person in made.people))
        _kept.put(version, kept)
    journal.record(
        "testing.pack.taken",
        by=by,
        area_path=area_path,
        at=at,
        facts={"version": version},
        people=_first_shown(kept.people, by, at),
    )
    return Made(version, kept.body)


def _first_shown(people: Sequence[UUID], by: Actor, at: datetime) -> list[UUID]:
    """Whom a pack shows to this phone for the first time today (LE-32).

    A pack is new with every swab; the same people are not written down again each time.
    """
    since, _end = clock.span_of(clock.day_of(at))
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT person FROM unnest(%s::uuid[]) AS person
               EXCEPT
               SELECT s.person_id FROM access_entry e JOIN access_sight s ON s.entry_id = e.id
               WHERE e.act = 'testing.pack.taken' AND e.device_id = %s AND e.occurred_at >= %s
                 AND s.person_id = ANY (%s::uuid[])""",
            [list(people), by.device_id, since, list(people)],
        )
        return [person for (person,) in cursor.fetchall()]


# ---- what a pack is made of


def _round(area_path: str) -> dict[str, Any] | None:
    """The round at work here; where two areas above each other have one, the nearer."""
    rows = _rows(
        """SELECT id, number, state, closes_at, area_path, xmin::text AS changed FROM testing_round
           WHERE %s ^@ area_path AND state = ANY (%s)
           ORDER BY length(area_path) DESC, array_position(%s::text[], state::text), opens_at DESC LIMIT 1""",
        [area_path, AT_WORK, AT_WORK],
    )
    return rows[0] if rows else None


def _rules(area_path: str, at: datetime) -> _Rules:
    names = [PRIORITY_AGE, TUBE_MINUTES, ALARM, BREACH, CLOCK, BOX_TUBES, FLAGS]
    found = rules(names, path=area_path, on=clock.day_of(at))
    return _Rules({name: found[name].value for name in names if name in found})


# A sum over row versions changes with every insert, change and removal, whatever transaction comes first.
_COUNTED = "count(*)::text || '-' || coalesce(sum(xmin::text::bigint), 0)::text"
_CURSORS = f"""
    SELECT (SELECT {_COUNTED} FROM people_person WHERE area_path ^@ %(area)s),
           (SELECT {_COUNTED} FROM people_document WHERE area_path ^@ %(area)s),
           (SELECT {_COUNTED} FROM people_code WHERE area_path ^@ %(area)s),
           (SELECT {_COUNTED} FROM people_residence WHERE area_path ^@ %(area)s),
           (SELECT {_COUNTED} FROM places_dwelling WHERE area_path ^@ %(area)s),
           (SELECT {_COUNTED} FROM people_tag WHERE area_path ^@ %(area)s),
           (SELECT {_COUNTED} FROM testing_recheck WHERE area_path ^@ %(area)s),
           (SELECT {_COUNTED} FROM testing_lane WHERE round_id = %(round)s),
           (SELECT {_COUNTED} FROM testing_tube WHERE round_id = %(round)s),
           (SELECT count(*) FROM testing_sample WHERE round_id = %(round)s),
           (SELECT count(*) FROM testing_samplerejection WHERE round_id = %(round)s)"""


def _version(
    area_path: str, post_id: UUID | None, round_: dict[str, Any] | None, held: _Rules, at: datetime
) -> str:
    with connection.cursor() as cursor:
        cursor.execute(_CURSORS, {"area": area_path, "round": round_["id"] if round_ else None})
        cursors = cursor.fetchone()
    facts = (area_path, post_id, round_, held, clock.day_of(at), cursors)
    return hashlib.sha256(repr(facts).encode()).hexdigest()[:24]


def _make(
    area_path: str,
    post_id: UUID | None,
    round_: dict[str, Any] | None,
    held: _Rules,
    version: str,
    at: datetime,
) -> Pack:
    round_id = round_["id"] if round_ else None
    return Pack(
        version=version,
        made_at=at,
        round=PackRound(
            id=round_["id"],
            number=round_["number"],
            state=round_["state"],
            closes_at=round_["closes_at"],
            area=round_["area_path"],
            tube_minutes=held.values.get(TUBE_MINUTES),
            alarm_minutes=held.values.get(ALARM),
            breach_minutes=held.values.get(BREACH),
            clock_seconds=held.values.get(CLOCK),
            box_tubes=held.values.get(BOX_TUBES),
        )
        if round_
        else None,
        point=_point(post_id),
        lanes=[PackLane(**row) for row in _rows(_LANES, {"round": round_id, "post": post_id})],
        tubes=[
            PackTube(**row)
            for row in _rows(_TUBES, {"round": round_id, "post": post_id, "day": clock.day_of(at)})
        ],
        people=_people(area_path, round_id, held, at),
    )


_LANES = """
    SELECT id, number, pool, capacity FROM testing_lane
    WHERE round_id = %(round)s AND closed_at IS NULL AND (%(post)s::uuid IS NULL OR site_id = %(post)s)
    ORDER BY number, id"""

# Tubes that a lane can still do something with: what left the point is nothing for the phone.
_TUBES = """
    SELECT t.code, t.lane_id AS lane, t.pool, t.capacity,
           CASE WHEN t.frozen_at IS NOT NULL THEN 'frozen' ELSE t.state END AS state
    FROM testing_tube t JOIN testing_lane l ON l.id = t.lane_id
    WHERE t.round_id = %(round)s AND (%(post)s::uuid IS NULL OR l.site_id = %(post)s)
      AND (t.state <> 'issued' OR t.expires_on IS NULL OR t.expires_on >= %(day)s)
    ORDER BY t.code"""

_PEOPLE = """
    WITH swabbed AS (
        SELECT s.person_id, min(s.occurred_at) AS at FROM testing_sample s
        JOIN testing_tube t ON t.code = s.tube_code AND t.state NOT IN ('voided', 'rejected')
         AND t.result <> 'invalid'
        WHERE s.round_id = %(round)s
          AND NOT EXISTS (SELECT 1 FROM testing_samplerejection x WHERE x.sample_id = s.id)
        GROUP BY s.person_id),
    cards AS (
        SELECT c.person_id, array_agg(c.token ORDER BY c.token) AS tokens FROM people_code c
        WHERE c.area_path ^@ %(area)s AND c.is_bound AND c.revoked_at IS NULL GROUP BY c.person_id),
    tagged AS (
        SELECT t.person_id, array_agg(t.name) AS names FROM people_tag t
        WHERE t.area_path ^@ %(area)s AND t.until IS NULL GROUP BY t.person_id),
    rechecked AS (
        SELECT DISTINCT r.person_id FROM testing_recheck r
        WHERE r.area_path ^@ %(area)s AND r.state IN ('due', 'sampled'))
    SELECT p.id, coalesce(c.token, ''), p.name, p.initials, p.pinyin, p.sex, p.birth_on,
           coalesce(d.head, ''), coalesce(d.tail, ''),
           coalesce(w.building, ''), coalesce(w.unit, ''), coalesce(w.room, ''),
           coalesce(w.compound, ''), swabbed.at,
           cards.tokens, tagged.names, rechecked.person_id IS NOT NULL,
           left(md5(coalesce(h.household_id, h.dwelling_id)::text || %(area)s), 10), p.flags
    FROM people_person p
    LEFT JOIN people_code c ON c.person_id = p.id AND c.revoked_at IS NULL AND NOT c.is_bound
    LEFT JOIN cards ON cards.person_id = p.id
    LEFT JOIN tagged ON tagged.person_id = p.id
    LEFT JOIN rechecked ON rechecked.person_id = p.id
    LEFT JOIN people_document d ON d.person_id = p.id AND d.is_primary
    LEFT JOIN people_residence h ON h.person_id = p.id AND h.is_current AND h.to_on IS NULL
    LEFT JOIN places_dwelling w ON w.id = h.dwelling_id
    LEFT JOIN swabbed ON swabbed.person_id = p.id
    WHERE p.area_path ^@ %(area)s AND p.voided_at IS NULL
    ORDER BY p.id"""


def _people(area_path: str, round_id: UUID | None, held: _Rules, at: datetime) -> list[PackPerson]:
    day = clock.day_of(at)
    with connection.cursor() as cursor:
        cursor.execute(_PEOPLE, {"area": area_path, "round": round_id})
        rows = cursor.fetchall()
    people = []
    for (
        key, token, name, initials, pinyin, sex, birth, head, tail, building, unit, room, compound, sampled_at,
        cards, tags, is_rechecked, household, own_flags,
    ) in rows:  # fmt: skip
        age = None
        if birth is not None:
            age = day.year - birth.year - ((day.month, day.day) < (birth.month, birth.day))
        flags = held.flags_of(tags or ()) | set(own_flags)
        if is_rechecked:
            flags.update(RECHECKED)
        if age is not None and held.priority_age is not None and age >= held.priority_age:
            flags.add("priority")
        people.append(
            PackPerson(
                id=key,
                token=token,
                name=name,
                initials=initials,
                pinyin=pinyin,
                sex=sex,
                age=age,
                masked=f"{head}**********{tail}" if head else f"****{tail}" if tail else "",
                tail=tail,
                address=door_said(building, unit, room, compound),
                building=building,
                unit=unit,
                room=room,
                flags=sorted(flags),
                sampled=sampled_at is not None,
                sampled_at=sampled_at,
                bound=cards or [],
                household=household or "",
                mix="apart" if "apart" in flags else "",
                compound=compound,
            )
        )
    return people


def _point(post_id: UUID | None) -> PackPoint:
    rows = _rows("SELECT id::text, name FROM places_site WHERE id = %s", [post_id]) if post_id else []
    return PackPoint(**rows[0]) if rows else PackPoint("", "")


def _rows(statement: str, values: Any) -> list[dict[str, Any]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        names = [column.name for column in cursor.description or ()]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


# ---- packs that were made


class _Keeping(NamedTuple):
    """A pack as it is sent, and who is in it."""

    body: bytes
    people: tuple[UUID, ...]


class _Kept:
    """The last packs of this process: a hundred phones at one point ask for the same one."""

    def __init__(self) -> None:
        self._packs: OrderedDict[str, _Keeping] = OrderedDict()
        self._lock = Lock()

    def get(self, version: str) -> _Keeping | None:
        with self._lock:
            kept = self._packs.get(version)
            if kept is not None:
                self._packs.move_to_end(version)
            return kept

    def put(self, version: str, kept: _Keeping) -> None:
        with self._lock:
            self._packs[version] = kept
            while len(self._packs) > KEPT_PACKS:
                self._packs.popitem(last=False)


_kept = _Kept()
