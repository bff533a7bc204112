"""What lanes capture (通道采集): each kind of event with its schema, its rule and its set-based apply.

A batch is applied with a handful of statements, whatever its size. No shared row is touched: tubes, classes and
counts are settled by `projectors` afterwards. Statements are plain SQL on a cursor, so that the door may move.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple
from uuid import UUID

from msgspec.structs import replace

from tongxin.core.capture import APPLIED, DUPLICATE, Cursor, Delivery, Event, Rows, Word, array
from tongxin.core.refusals import Refusal
from tongxin.core.verdicts import Verdict
from tongxin.people.services import found
from tongxin.testing.rules.capture import StandingFacts, may_count
from tongxin.testing.services.lane_events import (
    LaneEvent,
    PersonFound,
    SampleRejected,
    SampleTaken,
    TubeClosed,
    TubeOpened,
)


class Place(NamedTuple):
    """Where an event that counts belongs: its round and lane, and the area its row is seen by."""

    round_id: UUID
    lane_id: UUID
    area_path: str
    is_late: bool


class Where(NamedTuple):
    """Where an event says it was, in its own words."""

    round: str
    lane: str
    tube: str


Standing = tuple[Verdict, Place | None]
Words = dict[UUID, Word]
LATE = Word("applied", "late")
MALFORMED = Word("refused", "malformed")
PERSON_UNKNOWN = Word("refused", "person_unknown")
PERSON_KNOWN = Word("conflict", "person_known")
KEY_TAKEN = Word("conflict", "sample_key_taken")
ALREADY_SAMPLED = Word("applied", "already_sampled")
POSITION_TAKEN = Word("applied", "position_taken")

# What was refused for one of these may count later: the tube is dealt, the person added, the round opened.
MAY_COUNT_LATER = frozenset(
    {"person_unknown", "tube_unknown", "tube_other_lane", "lane_unknown", "round_unknown", "round_not_open"}
)


class Asked(NamedTuple):
    """The places that events name, and the answer about them that is on its way."""

    events: list[LaneEvent]
    wheres: set[Where]
    keys: dict[str, UUID | None]
    rows: Rows


def ask(cursor: Cursor, events: Sequence[Event]) -> Asked:
    """Ask what the register knows of the rounds, lanes and tubes that these events name: one statement."""
    mine = [event for event in events if isinstance(event, LaneEvent)]
    wheres = {Where(each.round, each.lane, each.tube_code) for each in mine}
    keys = {text: _key(text) for text in {text for where in wheres for text in where[:2]}}
    known = array([key for key in keys.values() if key is not None])
    codes = array({where.tube for where in wheres if where.tube and where.tube.isprintable()})
    return Asked(mine, wheres, keys, cursor.execute(_KNOWN_PLACES, [known, known, codes]))


def take(cursor: Cursor, delivery: Delivery, asked: Asked) -> Words:
    """Apply the events that were asked about, each id once. Returns a word for each that is more than plainly applied."""
    standings = _standings(delivery, asked)
    words: Words = {}
    for kind, apply in KINDS.items():
        chosen = [event for event in asked.events if type(event) is kind]
        if chosen and delivery.is_repeat:
            held = _held(cursor, kind.TABLE, chosen)
            words.update(dict.fromkeys(held, DUPLICATE))
            chosen = [event for event in chosen if event.id not in held]
        if chosen:
            for place, group in _by_place(chosen, standings, words):
                apply(cursor, delivery, place, group, words)
    return words


# ---- where the events were


_KNOWN_PLACES = """
    SELECT r.id, r.state, l.id, l.area_path, l.site_id, NULL::text AS code, NULL::uuid, NULL::uuid
    FROM testing_round r LEFT JOIN testing_lane l ON l.round_id = r.id AND l.id = ANY (%s::uuid[])
    WHERE r.id = ANY (%s::uuid[])
    UNION ALL
    SELECT NULL, NULL, NULL, NULL, NULL, t.code, t.lane_id, t.round_id
    FROM testing_tube t WHERE t.code = ANY (%s::text[])"""


def _standings(delivery: Delivery, asked: Asked) -> dict[Where, Standing]:
    """What may count at these places, and where its rows belong."""
    rounds: dict[UUID, str] = {}
    lanes: dict[UUID, tuple[UUID, str, UUID]] = {}
    tubes: dict[str, tuple[UUID | None, UUID | None]] = {}
    for round_id, state, lane_id, area_path, site_id, code, tube_lane, tube_round in asked.rows.fetchall():
        if code is not None:
            tubes[code] = (tube_lane, tube_round)
            continue
        rounds[round_id] = state
        if lane_id is not None:
            lanes[lane_id] = (round_id, area_path, site_id)
    found: dict[Where, Standing] = {}
    for where in asked.wheres:
        round_id, lane_id = asked.keys[where.round], asked.keys[where.lane]
        lane_round, area_path, site_id = lanes.get(lane_id, (None, "", None)) if lane_id else (None, "", None)
        tube_lane, tube_round = tubes.get(where.tube, (None, None))
        verdict = may_count(
            StandingFacts(
                round_state=rounds.get(round_id) if round_id else None,
                round=round_id,
                lane=lane_id,
                lane_round=lane_round,
                lane_post=site_id,
                device_post=delivery.post_id,
                has_tube=bool(where.tube),
                tube_lane=tube_lane,
                tube_round=tube_round,
            )
        )
        place = None
        if verdict.ok and round_id and lane_id:
            place = Place(round_id, lane_id, area_path, verdict.code == "late")
        found[where] = (verdict, place)
    return found


def _key(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _by_place(
    events: Sequence[Any], standings: Mapping[Where, Standing], words: Words
) -> Iterable[tuple[Place, Sequence[Any]]]:
    """The events that may count, by their place; for the others the word that says why not."""
    places = {place for _, place in standings.values()}
    if len(places) == 1 and (only := next(iter(places))) is not None:
        return [(only, events)]
    groups: dict[Place, list[Any]] = {}
    for event in events:
        verdict, place = standings[Where(event.round, event.lane, event.tube_code)]
        if place is None:
            words[event.id] = Word("refused", verdict.code)
        else:
            groups.setdefault(place, []).append(event)
    # One order of lanes for everybody: two batches with the same events never wait for each other in a ring.
    return sorted(groups.items(), key=lambda item: item[0].lane_id)


# ---- one apply a kind


def _common(delivery: Delivery, events: Sequence[Event]) -> list[Any]:
    times, flags = delivery.times(events)
    return [
        array([event.id for event in events]),
        array([event.seq for event in events]),
        array(times),
        array(flags),
    ]


_COLUMNS = (
    "id, area_path, device_id, sequence, batch_id, occurred_at, recorded_at, is_clock_off, round_id, lane_id"
)
_VALUES = "i.id, %s::text, %s::uuid, i.seq, %s::uuid, i.at, %s::timestamptz, i.clock_off, %s::uuid, %s::uuid"


def _values(delivery: Delivery, place: Place) -> list[Any]:
    return [
        place.area_path,
        delivery.device_id,
        delivery.batch_id,
        delivery.received_at,
        place.round_id,
        place.lane_id,
    ]


# The look at what is there sees the state before this statement; doubles inside the batch are found in it.
_INSERT_SAMPLES = f"""
    WITH stored AS (
        INSERT INTO testing_sample ({_COLUMNS}, is_late, person_id, tube_code, position, how)
        SELECT {_VALUES}, %s::boolean, p.id, i.tube, i.position, i.how
        FROM unnest(%s::uuid[], %s::bigint[], %s::timestamptz[], %s::boolean[], %s::uuid[], %s::text[],
                    %s::smallint[], %s::text[])
             AS i (id, seq, at, clock_off, person, tube, position, how)
        JOIN people_person p ON p.id = i.person
        ORDER BY i.id
        ON CONFLICT (id) DO NOTHING
        RETURNING id, round_id, person_id),
    looked_at AS (
        SELECT n.id,
               EXISTS (SELECT 1 FROM testing_sample o
                       WHERE o.round_id = n.round_id AND o.person_id = n.person_id AND NOT EXISTS (
                           SELECT 1 FROM testing_samplerejection x WHERE x.sample_id = o.id)) AS is_again
        FROM stored n)
    SELECT count(*), array_agg(id) FILTER (WHERE is_again), CASE WHEN count(*) < %s THEN array_agg(id) END
    FROM looked_at"""

_POSITIONS = """
    SELECT s.tube_code, s.position FROM testing_sample s
    WHERE s.tube_code = ANY (%s::text[])
      AND NOT EXISTS (SELECT 1 FROM testing_samplerejection x WHERE x.sample_id = s.id)"""


def _apply_samples(
    cursor: Cursor, delivery: Delivery, place: Place, samples: Sequence[SampleTaken], words: Words
) -> None:
    """Store swabs of persons that this area knows. A second swab of somebody is kept too, and counts once."""
    left = _insert_samples(cursor, delivery, place, samples, words)
    if not left:
        return
    held = _held(cursor, SampleTaken.TABLE, left)
    words.update(dict.fromkeys(held, DUPLICATE))
    left = [sample for sample in left if sample.id not in held]
    stands_for = _stands_for(cursor, left)
    renamed = [
        replace(sample, person=stands_for[sample.person]) for sample in left if sample.person in stands_for
    ]
    unplaced = [sample for sample in left if sample.person not in stands_for]
    if renamed:
        unplaced += _insert_samples(cursor, delivery, place, renamed, words)
    known = _known_people(cursor, unplaced)
    for sample in unplaced:
        words[sample.id] = KEY_TAKEN if sample.person in known else PERSON_UNKNOWN


def _insert_samples(
    cursor: Cursor, delivery: Delivery, place: Place, samples: Sequence[SampleTaken], words: Words
) -> list[SampleTaken]:
    values = [
        *_values(delivery, place),
        place.is_late,
        *_common(delivery, samples),
        array([sample.person for sample in samples]),
        array([sample.tube for sample in samples]),
        array([sample.position for sample in samples]),
        array([sample.how for sample in samples]),
        len(samples),
    ]
    with cursor.together():
        held_positions = cursor.execute(_POSITIONS, [array({sample.tube for sample in samples})])
        inserted = cursor.execute(_INSERT_SAMPLES, values)
    positions = set(held_positions.fetchall())
    ((count, again, stored),) = inserted.fetchall()
    held = None if stored is None and count == len(samples) else set(stored or ())
    fresh = samples if held is None else [sample for sample in samples if sample.id in held]
    if place.is_late:
        words.update((sample.id, LATE) for sample in fresh)
    taken = [sample.id for sample in fresh if _spot(sample) in positions] if positions else []
    words.update(dict.fromkeys([*taken, *_second(fresh, _spot)], POSITION_TAKEN))
    words.update(dict.fromkeys([*(again or ()), *_second(fresh, _person)], ALREADY_SAMPLED))
    return [] if held is None else [sample for sample in samples if sample.id not in held]


def _person(sample: SampleTaken) -> Any:
    return sample.person.int


def _spot(sample: SampleTaken) -> Any:
    return sample.tube, sample.position


def _second(samples: Sequence[SampleTaken], what: Callable[[SampleTaken], Any]) -> list[UUID]:
    """The later ones of those in this batch that say the same."""
    if len({what(sample) for sample in samples}) == len(samples):
        return []
    seen: set[Any] = set()
    later = []
    for sample in sorted(samples, key=lambda each: (each.seq, each.id)):
        if what(sample) in seen:
            later.append(sample.id)
        seen.add(what(sample))
    return later


def _stands_for(cursor: Cursor, samples: Sequence[SampleTaken]) -> dict[UUID, UUID]:
    """Device-made keys of people who turned out to be known."""
    rows = cursor.execute(
        """SELECT made_id, person_id FROM testing_foundperson
           WHERE made_id = ANY (%s::uuid[]) AND made_id <> person_id ORDER BY id DESC""",
        [array([sample.person for sample in samples])],
    )
    return dict(rows.fetchall())


def _known_people(cursor: Cursor, samples: Sequence[SampleTaken]) -> set[UUID]:
    rows = cursor.execute(
        "SELECT id FROM people_person WHERE id = ANY (%s::uuid[])",
        [array([sample.person for sample in samples])],
    )
    return {person_id for (person_id,) in rows.fetchall()}


_INSERT_REJECTIONS = f"""
    INSERT INTO testing_samplerejection ({_COLUMNS}, sample_id, reason)
    SELECT {_VALUES}, i.sample, i.reason
    FROM unnest(%s::uuid[], %s::bigint[], %s::timestamptz[], %s::boolean[], %s::uuid[], %s::text[])
         AS i (id, seq, at, clock_off, sample, reason)
    ORDER BY i.id ON CONFLICT (id) DO NOTHING RETURNING id"""


def _apply_rejections(
    cursor: Cursor, delivery: Delivery, place: Place, events: Sequence[SampleRejected], words: Words
) -> None:
    rows = cursor.execute(
        _INSERT_REJECTIONS,
        [
            *_values(delivery, place),
            *_common(delivery, events),
            array([event.sample for event in events]),
            array([event.reason for event in events]),
        ],
    )
    _note(cursor, rows, place, events, words)


_INSERT_TUBE_EVENTS = f"""
    INSERT INTO testing_tubeevent ({_COLUMNS}, tube_code, act, pool, capacity, reason, spoken)
    SELECT {_VALUES}, i.tube, i.act, i.pool, i.capacity, i.reason, i.spoken
    FROM unnest(%s::uuid[], %s::bigint[], %s::timestamptz[], %s::boolean[], %s::text[], %s::text[],
                %s::text[], %s::smallint[], %s::text[], %s::smallint[])
         AS i (id, seq, at, clock_off, tube, act, pool, capacity, reason, spoken)
    ORDER BY i.id ON CONFLICT (id) DO NOTHING RETURNING id"""


def _apply_openings(
    cursor: Cursor, delivery: Delivery, place: Place, events: Sequence[TubeOpened], words: Words
) -> None:
    count = len(events)
    rows = cursor.execute(
        _INSERT_TUBE_EVENTS,
        [
            *_values(delivery, place),
            *_common(delivery, events),
            array([event.tube for event in events]),
            array(["opened"] * count),
            array([event.pool for event in events]),
            array([event.capacity for event in events]),
            array([""] * count),
            array([None] * count),
        ],
    )
    _note(cursor, rows, place, events, words)


def _apply_closings(
    cursor: Cursor, delivery: Delivery, place: Place, events: Sequence[TubeClosed], words: Words
) -> None:
    count = len(events)
    rows = cursor.execute(
        _INSERT_TUBE_EVENTS,
        [
            *_values(delivery, place),
            *_common(delivery, events),
            array([event.tube for event in events]),
            array(["closed"] * count),
            array([""] * count),
            array([None] * count),
            array([event.reason for event in events]),
            array([event.spoken for event in events]),
        ],
    )
    _note(cursor, rows, place, events, words)


_INSERT_FOUND = f"""
    INSERT INTO testing_foundperson ({_COLUMNS}, person_id, made_id, note)
    SELECT {_VALUES}, %s::uuid, %s::uuid, %s::text
    FROM unnest(%s::uuid[], %s::bigint[], %s::timestamptz[], %s::boolean[]) AS i (id, seq, at, clock_off)
    ON CONFLICT (id) DO NOTHING RETURNING id"""


def _apply_found(
    cursor: Cursor, delivery: Delivery, place: Place, events: Sequence[PersonFound], words: Words
) -> None:
    """Add new people one by one: they are few, and each stands or falls alone."""
    held = _held(cursor, PersonFound.TABLE, events)
    words.update(dict.fromkeys(held, DUPLICATE))
    for event in sorted(events, key=lambda each: each.id):
        if event.id not in held:
            words[event.id] = _add_found(cursor, delivery, place, event)


def _add_found(cursor: Cursor, delivery: Delivery, place: Place, event: PersonFound) -> Word:
    clean = {name: _printable(getattr(event, name)) for name in ("name", "document", "phone", "note")}
    door = {name: _printable(getattr(event, name)) for name in ("building", "unit", "room")}
    if not clean["name"]:
        return MALFORMED
    (at,), _flags = delivery.times([event])
    try:
        made = found.add_found(
            person_id=event.person,
            name=clean["name"],
            document=clean["document"],
            phone=clean["phone"],
            **door,
            area_path=place.area_path,
            at=at,
        )
    except Refusal as refusal:
        return Word("conflict", refusal.code)
    note = " ".join(part for part in (found.address_typed(**door), clean["note"]) if part)[:200]
    rows = cursor.execute(
        _INSERT_FOUND,
        [
            *_values(delivery, place),
            made.person_id,
            event.person,
            note,
            *_common(delivery, [event]),
        ],
    )
    if not rows.fetchall():
        return KEY_TAKEN
    if made.is_known:
        return PERSON_KNOWN
    return LATE if place.is_late else APPLIED


def _printable(text: str) -> str:
    return "".join(char for char in text if char.isprintable()).strip()


# ---- what did not go in


def _note(cursor: Cursor, rows: Rows, place: Place, events: Sequence[LaneEvent], words: Words) -> None:
    """Words for the events that the insert just made did not return: held already, or their key is taken."""
    stored = {event_id for (event_id,) in rows.fetchall()}
    if place.is_late:
        words.update(dict.fromkeys(stored, LATE))
    if len(stored) == len(events):
        return
    left = [event for event in events if event.id not in stored]
    held = _held(cursor, left[0].TABLE, left)
    words.update((event.id, DUPLICATE if event.id in held else KEY_TAKEN) for event in left)


def _held(cursor: Cursor, table: str, events: Sequence[Event]) -> set[UUID]:
    rows = cursor.execute(
        f"SELECT id FROM {table} WHERE id = ANY (%s::uuid[])", [array([event.id for event in events])]
    )
    return {event_id for (event_id,) in rows.fetchall()}


# In the order in which a batch is applied: people before their swabs, what is taken back before what replaces it.
KINDS: dict[type[LaneEvent], Callable[..., None]] = {
    PersonFound: _apply_found,
    TubeOpened: _apply_openings,
    SampleRejected: _apply_rejections,
    SampleTaken: _apply_samples,
    TubeClosed: _apply_closings,
}
