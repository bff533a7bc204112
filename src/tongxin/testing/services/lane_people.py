"""What a lane learns of people: somebody new, a proof from elsewhere, a code that is carried already."""

from collections.abc import Sequence

from tongxin.core.capture import APPLIED, DUPLICATE, Cursor, Delivery, Word, array
from tongxin.core.refusals import Refusal
from tongxin.people.services import codes, found
from tongxin.testing.services.lane_events import CodeBound, PersonFound, SampledElsewhere
from tongxin.testing.services.lane_rows import (
    COLUMNS,
    KEY_TAKEN,
    LATE,
    MALFORMED,
    PERSON_KNOWN,
    PERSON_UNKNOWN,
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

_INSERT_FOUND = f"""
    INSERT INTO testing_foundperson ({COLUMNS}, person_id, made_id, note)
    SELECT {VALUES}, %s::uuid, %s::uuid, %s::text
    FROM unnest(%s::uuid[], %s::bigint[], %s::timestamptz[], %s::boolean[]) AS i (id, seq, at, clock_off)
    ON CONFLICT (id) DO NOTHING RETURNING id"""


def apply_found(
    cursor: Cursor, delivery: Delivery, place: Place, events: Sequence[PersonFound], words: Words
) -> None:
    """Add new people one by one: they are few, and each stands or falls alone."""
    held = held_of(cursor, PersonFound.TABLE, events)
    words.update(dict.fromkeys(held, DUPLICATE))
    for event in sorted(events, key=lambda each: each.id):
        if event.id not in held:
            words[event.id] = _add_found(cursor, delivery, place, event)


def _add_found(cursor: Cursor, delivery: Delivery, place: Place, event: PersonFound) -> Word:
    clean = {name: printable(getattr(event, name)) for name in ("name", "document", "phone", "note")}
    door = {name: printable(getattr(event, name)) for name in ("building", "unit", "room")}
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
            *stamp(delivery, place),
            made.person_id,
            event.person,
            note,
            *common(delivery, [event]),
        ],
    )
    if not rows.fetchall():
        return KEY_TAKEN
    if made.is_known:
        return PERSON_KNOWN
    return LATE if place.is_late else APPLIED


# The reason belongs to the person's own area, and says which phone saw the proof.
_INSERT_PROOFS = """
    INSERT INTO testing_claim (id, area_path, round_id, person_id, klass, place, proof, note, by_id, by_name,
                               occurred_at)
    SELECT i.id, p.area_path, %s::uuid, p.id, 'elsewhere', i.place, i.proof, i.taken_on, %s::uuid,
           coalesce((SELECT d.name FROM access_device d WHERE d.id = %s::uuid), ''), i.at
    FROM unnest(%s::uuid[], %s::timestamptz[], %s::uuid[], %s::text[], %s::text[], %s::text[])
         AS i (id, at, person, place, proof, taken_on)
    JOIN people_person p ON p.id = i.person AND p.voided_at IS NULL
    ORDER BY i.id ON CONFLICT (id) DO NOTHING RETURNING id"""


def apply_proofs(
    cursor: Cursor, delivery: Delivery, place: Place, events: Sequence[SampledElsewhere], words: Words
) -> None:
    """Keep proofs from elsewhere as reasons (MT-22, MT-40); a swab of this round outweighs them."""
    stands_for = stands_for_of(cursor, events)
    people = [stands_for.get(event.person, event.person) for event in events]
    times, _flags = delivery.times(events)
    rows = cursor.execute(
        _INSERT_PROOFS,
        [
            place.round_id,
            delivery.device_id,
            delivery.device_id,
            array([event.id for event in events]),
            array(times),
            array(people),
            [printable(event.place) for event in events],
            [printable(event.proof) for event in events],
            array([event.taken_on.isoformat() for event in events]),
        ],
    )
    note(cursor, rows, place, events, words)
    known = known_people(cursor, people)
    for event, person in zip(events, people, strict=True):
        if words.get(event.id) == KEY_TAKEN and person not in known:
            words[event.id] = PERSON_UNKNOWN


def apply_codes(
    cursor: Cursor, delivery: Delivery, place: Place, events: Sequence[CodeBound], words: Words
) -> None:
    """Bind codes that people already carry: the register says of each whether it is free."""
    stands_for = stands_for_of(cursor, events)
    times, _flags = delivery.times(events)
    told = codes.bind_codes(
        cursor,
        [
            codes.Binding(stands_for.get(event.person, event.person), event.token, at)
            for event, at in zip(events, times, strict=True)
        ],
    )
    for event, word in zip(events, told, strict=True):
        if word == codes.BOUND_ALREADY:
            words[event.id] = DUPLICATE
        elif word != codes.BOUND:
            words[event.id] = Word("refused", word)
        elif place.is_late:
            words[event.id] = LATE
