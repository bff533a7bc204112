"""What every kind of lane event writes alike: the words it answers with, and the columns its rows share."""

from collections.abc import Sequence
from typing import Any, NamedTuple
from uuid import UUID

from tongxin.core.capture import DUPLICATE, Cursor, Delivery, Event, Rows, Word, array
from tongxin.testing.services.lane_events import CodeBound, LaneEvent, SampledElsewhere, SampleTaken


class Place(NamedTuple):
    """Where an event that counts belongs: its round and lane, and the area its row is seen by."""

    round_id: UUID
    lane_id: UUID
    area_path: str
    is_late: bool


AboutSomebody = SampleTaken | SampledElsewhere | CodeBound
Words = dict[UUID, Word]
LATE = Word("applied", "late")
MALFORMED = Word("refused", "malformed")
PERSON_UNKNOWN = Word("refused", "person_unknown")
PERSON_KNOWN = Word("conflict", "person_known")
KEY_TAKEN = Word("conflict", "sample_key_taken")
ALREADY_SAMPLED = Word("applied", "already_sampled")
POSITION_TAKEN = Word("applied", "position_taken")
REPEAT = Word("applied", "repeat")
BOX_DIFFERS = Word("applied", "box_differs")
COLUMNS = (
    "id, area_path, device_id, sequence, batch_id, occurred_at, recorded_at, is_clock_off, round_id, lane_id"
)
VALUES = "i.id, %s::text, %s::uuid, i.seq, %s::uuid, i.at, %s::timestamptz, i.clock_off, %s::uuid, %s::uuid"


def common(delivery: Delivery, events: Sequence[Event]) -> list[Any]:
    times, flags = delivery.times(events)
    return [
        array([event.id for event in events]),
        array([event.seq for event in events]),
        array(times),
        array(flags),
    ]


def stamp(delivery: Delivery, place: Place) -> list[Any]:
    return [
        place.area_path,
        delivery.device_id,
        delivery.batch_id,
        delivery.received_at,
        place.round_id,
        place.lane_id,
    ]


def note(cursor: Cursor, rows: Rows, place: Place, events: Sequence[LaneEvent], words: Words) -> None:
    """Words for the events that the insert just made did not return: held already, or their key is taken."""
    stored = {event_id for (event_id,) in rows.fetchall()}
    if place.is_late:
        words.update(dict.fromkeys(stored, LATE))
    if len(stored) == len(events):
        return
    left = [event for event in events if event.id not in stored]
    held = held_of(cursor, left[0].TABLE, left)
    words.update((event.id, DUPLICATE if event.id in held else KEY_TAKEN) for event in left)


def held_of(cursor: Cursor, table: str, events: Sequence[Event]) -> set[UUID]:
    rows = cursor.execute(
        f"SELECT id FROM {table} WHERE id = ANY (%s::uuid[])", [array([event.id for event in events])]
    )
    return {event_id for (event_id,) in rows.fetchall()}


def stands_for_of(cursor: Cursor, events: Sequence[AboutSomebody]) -> dict[UUID, UUID]:
    """Device-made keys of people who turned out to be known."""
    rows = cursor.execute(
        """SELECT made_id, person_id FROM testing_foundperson
           WHERE made_id = ANY (%s::uuid[]) AND made_id <> person_id ORDER BY id DESC""",
        [array([event.person for event in events])],
    )
    return dict(rows.fetchall())


def known_people(cursor: Cursor, people: Sequence[UUID]) -> set[UUID]:
    rows = cursor.execute("SELECT id FROM people_person WHERE id = ANY (%s::uuid[])", [array(list(people))])
    return {person_id for (person_id,) in rows.fetchall()}


def printable(text: str) -> str:
    return "".join(char for char in text if char.isprintable()).strip()
