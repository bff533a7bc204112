"""What lanes capture (通道采集): where an event was, whether it may count there, and who applies its kind.

A batch is applied with a handful of statements, whatever its size. No shared row is touched: tubes, classes and
counts are settled by `projectors` afterwards. Statements are plain SQL on a cursor, so that the door may move.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple
from uuid import UUID

from tongxin.core.capture import DUPLICATE, Cursor, Delivery, Event, Rows, Word, array
from tongxin.core.verdicts import Verdict
from tongxin.testing.rules.capture import StandingFacts, may_count
from tongxin.testing.services.lane_boxes import apply_handovers, apply_sealings
from tongxin.testing.services.lane_events import (
    BoxHanded,
    BoxSealed,
    CodeBound,
    LaneEvent,
    PersonFound,
    SampledElsewhere,
    SampleRejected,
    SampleTaken,
    TubeClosed,
    TubeOpened,
)
from tongxin.testing.services.lane_people import apply_codes, apply_found, apply_proofs
from tongxin.testing.services.lane_rows import Place, Words, held_of
from tongxin.testing.services.lane_samples import (
    apply_closings,
    apply_openings,
    apply_rejections,
    apply_samples,
)


class Where(NamedTuple):
    """Where an event says it was, in its own words."""

    round: str
    lane: str
    tube: str


Standing = tuple[Verdict, Place | None]
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
        if chosen and delivery.is_repeat and kind.TABLE:
            known = held_of(cursor, kind.TABLE, chosen)
            words.update(dict.fromkeys(known, DUPLICATE))
            chosen = [event for event in chosen if event.id not in known]
        if chosen:
            for place, group in _by_place(chosen, standings, words):
                apply(cursor, delivery, place, group, words)
    return words


def held(cursor: Cursor, events: Sequence[Event]) -> set[UUID]:
    """Which of these events stand in their tables already."""
    found: set[UUID] = set()
    for kind in KINDS:
        chosen = [event for event in events if type(event) is kind]
        if chosen and kind.TABLE:
            found |= held_of(cursor, kind.TABLE, chosen)
    return found


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


# In the order in which a batch is applied: people before their swabs, what is taken back before what replaces it.
KINDS: dict[type[LaneEvent], Callable[..., None]] = {
    PersonFound: apply_found,
    TubeOpened: apply_openings,
    SampleRejected: apply_rejections,
    SampleTaken: apply_samples,
    TubeClosed: apply_closings,
    SampledElsewhere: apply_proofs,
    BoxSealed: apply_sealings,
    BoxHanded: apply_handovers,
    CodeBound: apply_codes,
}
