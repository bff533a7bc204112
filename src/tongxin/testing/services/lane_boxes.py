"""Boxes at a lane: sealed with a list of tubes, and handed to the carrier."""

from collections.abc import Sequence

import msgspec

from tongxin.core.capture import APPLIED, Cursor, Delivery, array
from tongxin.testing.services.lane_events import BoxHanded, BoxSealed
from tongxin.testing.services.lane_rows import (
    BOX_DIFFERS,
    COLUMNS,
    VALUES,
    Place,
    Words,
    common,
    note,
    printable,
    stamp,
)

_BOX_COLUMNS = f"{COLUMNS}, box_id, temperature, by_name"
_BOX_VALUES = f"{VALUES}, i.box, i.temperature::numeric(4, 1), ''"
_INSERT_SEALINGS = f"""
    INSERT INTO testing_boxsealing ({_BOX_COLUMNS}, seal, kind, tube_codes, has_ice)
    SELECT {_BOX_VALUES}, i.seal, '', ARRAY(SELECT jsonb_array_elements_text(i.tubes::jsonb)), i.ice
    FROM unnest(%s::uuid[], %s::bigint[], %s::timestamptz[], %s::boolean[], %s::uuid[], %s::float8[],
                %s::text[], %s::text[], %s::boolean[])
         AS i (id, seq, at, clock_off, box, temperature, seal, tubes, ice)
    ORDER BY i.id ON CONFLICT (id) DO NOTHING RETURNING id"""


def apply_sealings(
    cursor: Cursor, delivery: Delivery, place: Place, events: Sequence[BoxSealed], words: Words
) -> None:
    """Keep what was scanned into boxes. A code that this round does not hold is told; the box stands all the same."""
    lists = [[code.upper() for code in event.tubes if code.isprintable()] for event in events]
    rows = cursor.execute(
        _INSERT_SEALINGS,
        [
            *stamp(delivery, place),
            *common(delivery, events),
            array([event.box for event in events]),
            array([event.temperature for event in events]),
            [printable(event.seal) for event in events],
            [msgspec.json.encode(codes).decode() for codes in lists],
            array([event.ice for event in events]),
        ],
    )
    note(cursor, rows, place, events, words)
    told = cursor.execute(
        "SELECT code FROM testing_tube WHERE code = ANY (%s::text[]) AND round_id = %s::uuid",
        [sorted({code for codes in lists for code in codes}), place.round_id],
    )
    known = {code for (code,) in told.fetchall()}
    for event, mine in zip(events, lists, strict=True):
        if words.get(event.id, APPLIED) == APPLIED and not known.issuperset(mine):
            words[event.id] = BOX_DIFFERS


_INSERT_HANDOVERS = f"""
    INSERT INTO testing_handover ({_BOX_COLUMNS}, leg, giver, taker, vehicle, note)
    SELECT {_BOX_VALUES}, 'point', i.giver, i.taker, i.vehicle, ''
    FROM unnest(%s::uuid[], %s::bigint[], %s::timestamptz[], %s::boolean[], %s::uuid[], %s::float8[],
                %s::text[], %s::text[], %s::text[])
         AS i (id, seq, at, clock_off, box, temperature, giver, taker, vehicle)
    ORDER BY i.id ON CONFLICT (id) DO NOTHING RETURNING id"""


def apply_handovers(
    cursor: Cursor, delivery: Delivery, place: Place, events: Sequence[BoxHanded], words: Words
) -> None:
    rows = cursor.execute(
        _INSERT_HANDOVERS,
        [
            *stamp(delivery, place),
            *common(delivery, events),
            array([event.box for event in events]),
            array([event.temperature for event in events]),
            [printable(event.giver) for event in events],
            [printable(event.taker) for event in events],
            [printable(event.vehicle) for event in events],
        ],
    )
    note(cursor, rows, place, events, words)
