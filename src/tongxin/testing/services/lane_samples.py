"""Swabs, what was taken back, and the tubes they are in: one INSERT a kind, whatever the size of a batch."""

from collections.abc import Callable, Sequence
from typing import Any
from uuid import UUID

from msgspec.structs import replace

from tongxin.core.capture import DUPLICATE, Cursor, Delivery, array
from tongxin.testing.services.lane_events import SampleRejected, SampleTaken, TubeClosed, TubeOpened
from tongxin.testing.services.lane_rows import (
    ALREADY_SAMPLED,
    COLUMNS,
    KEY_TAKEN,
    LATE,
    PERSON_UNKNOWN,
    POSITION_TAKEN,
    REPEAT,
    VALUES,
    Place,
    Words,
    common,
    held_of,
    known_people,
    note,
    printable,
    stamp,
    stands_for_of,
)

# The look at what is there sees the state before this statement; doubles inside the batch are found in it.
_INSERT_SAMPLES = f"""
    WITH stored AS (
        INSERT INTO testing_sample ({COLUMNS}, is_late, person_id, tube_code, position, how)
        SELECT {VALUES}, %s::boolean, p.id, i.tube, i.position, i.how
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


def apply_samples(
    cursor: Cursor, delivery: Delivery, place: Place, samples: Sequence[SampleTaken], words: Words
) -> None:
    """Store swabs of persons that this area knows. A second swab of somebody is kept too, and counts once."""
    left = _insert_samples(cursor, delivery, place, samples, words)
    if not left:
        return
    held = held_of(cursor, SampleTaken.TABLE, left)
    words.update(dict.fromkeys(held, DUPLICATE))
    left = [sample for sample in left if sample.id not in held]
    stands_for = stands_for_of(cursor, left)
    renamed = [
        replace(sample, person=stands_for[sample.person]) for sample in left if sample.person in stands_for
    ]
    unplaced = [sample for sample in left if sample.person not in stands_for]
    if renamed:
        unplaced += _insert_samples(cursor, delivery, place, renamed, words)
    known = known_people(cursor, [sample.person for sample in unplaced])
    for sample in unplaced:
        words[sample.id] = KEY_TAKEN if sample.person in known else PERSON_UNKNOWN


def _insert_samples(
    cursor: Cursor, delivery: Delivery, place: Place, samples: Sequence[SampleTaken], words: Words
) -> list[SampleTaken]:
    values = [
        *stamp(delivery, place),
        place.is_late,
        *common(delivery, samples),
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
    taken = {sample.id for sample in fresh if _spot(sample) in positions} if positions else set()
    if taken or again or _has_doubles(fresh):
        standing = _standing(cursor, fresh)
        taken.update(_second(standing, _spot))
        doubled = {*(again or ()), *_second(standing, _person)}
        words.update((sample.id, POSITION_TAKEN) for sample in standing if sample.id in taken)
        words.update((sample.id, ALREADY_SAMPLED) for sample in standing if sample.id in doubled)
    if repeats := [sample for sample in fresh if sample.repeat]:
        _insert_repeats(cursor, delivery, place, repeats, words)
    return [] if held is None else [sample for sample in samples if sample.id not in held]


def _standing(cursor: Cursor, samples: Sequence[SampleTaken]) -> list[SampleTaken]:
    """Without those that were taken back, before or with this batch: nothing is to be said about them."""
    rows = cursor.execute(
        "SELECT sample_id FROM testing_samplerejection WHERE sample_id = ANY (%s::uuid[])",
        [array([sample.id for sample in samples])],
    )
    gone = {sample_id for (sample_id,) in rows.fetchall()}
    return [sample for sample in samples if sample.id not in gone]


_INSERT_REPEATS = f"""
    INSERT INTO testing_repeat ({COLUMNS}, person_id, reason, allowed_by)
    SELECT {VALUES}, i.person, i.reason, i.allowed_by
    FROM unnest(%s::uuid[], %s::bigint[], %s::timestamptz[], %s::boolean[], %s::uuid[], %s::text[], %s::text[])
         AS i (id, seq, at, clock_off, person, reason, allowed_by)
    ORDER BY i.id ON CONFLICT (id) DO NOTHING"""


def _insert_repeats(
    cursor: Cursor, delivery: Delivery, place: Place, samples: Sequence[SampleTaken], words: Words
) -> None:
    """Who allowed a second swab, and why, beside the swab (MT-22). Few: the hot rows stay narrow."""
    cursor.execute(
        _INSERT_REPEATS,
        [
            *stamp(delivery, place),
            *common(delivery, samples),
            array([sample.person for sample in samples]),
            array([sample.repeat for sample in samples]),
            [printable(sample.allowed_by) for sample in samples],
        ],
    )
    words.update(dict.fromkeys([sample.id for sample in samples], LATE if place.is_late else REPEAT))


def _person(sample: SampleTaken) -> Any:
    return sample.person.int


def _spot(sample: SampleTaken) -> Any:
    return sample.tube, sample.position


def _has_doubles(samples: Sequence[SampleTaken]) -> bool:
    return any(len({what(sample) for sample in samples}) < len(samples) for what in (_spot, _person))


def _second(samples: Sequence[SampleTaken], what: Callable[[SampleTaken], Any]) -> list[UUID]:
    """The later ones of those in this batch that say the same."""
    seen: set[Any] = set()
    later = []
    for sample in sorted(samples, key=lambda each: (each.seq, each.id)):
        if what(sample) in seen:
            later.append(sample.id)
        seen.add(what(sample))
    return later


_INSERT_REJECTIONS = f"""
    INSERT INTO testing_samplerejection ({COLUMNS}, sample_id, reason)
    SELECT {VALUES}, i.sample, i.reason
    FROM unnest(%s::uuid[], %s::bigint[], %s::timestamptz[], %s::boolean[], %s::uuid[], %s::text[])
         AS i (id, seq, at, clock_off, sample, reason)
    ORDER BY i.id ON CONFLICT (id) DO NOTHING RETURNING id"""


def apply_rejections(
    cursor: Cursor, delivery: Delivery, place: Place, events: Sequence[SampleRejected], words: Words
) -> None:
    rows = cursor.execute(
        _INSERT_REJECTIONS,
        [
            *stamp(delivery, place),
            *common(delivery, events),
            array([event.sample for event in events]),
            array([event.reason for event in events]),
        ],
    )
    note(cursor, rows, place, events, words)


_INSERT_TUBE_EVENTS = f"""
    INSERT INTO testing_tubeevent ({COLUMNS}, tube_code, act, pool, capacity, reason, spoken)
    SELECT {VALUES}, i.tube, i.act, i.pool, i.capacity, i.reason, i.spoken
    FROM unnest(%s::uuid[], %s::bigint[], %s::timestamptz[], %s::boolean[], %s::text[], %s::text[],
                %s::text[], %s::smallint[], %s::text[], %s::smallint[])
         AS i (id, seq, at, clock_off, tube, act, pool, capacity, reason, spoken)
    ORDER BY i.id ON CONFLICT (id) DO NOTHING RETURNING id"""


def apply_openings(
    cursor: Cursor, delivery: Delivery, place: Place, events: Sequence[TubeOpened], words: Words
) -> None:
    count = len(events)
    rows = cursor.execute(
        _INSERT_TUBE_EVENTS,
        [
            *stamp(delivery, place),
            *common(delivery, events),
            array([event.tube for event in events]),
            array(["opened"] * count),
            array([event.pool for event in events]),
            array([event.capacity for event in events]),
            array([""] * count),
            array([None] * count),
        ],
    )
    note(cursor, rows, place, events, words)


def apply_closings(
    cursor: Cursor, delivery: Delivery, place: Place, events: Sequence[TubeClosed], words: Words
) -> None:
    count = len(events)
    rows = cursor.execute(
        _INSERT_TUBE_EVENTS,
        [
            *stamp(delivery, place),
            *common(delivery, events),
            array([event.tube for event in events]),
            array(["closed"] * count),
            array([""] * count),
            array([None] * count),
            array([event.reason for event in events]),
            array([event.spoken for event in events]),
        ],
    )
    note(cursor, rows, place, events, words)
