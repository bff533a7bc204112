"""The states of tubes and boxes (状态结算), folded from what was written about them, in whatever order it came."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db import connection, transaction

from tongxin.access.actors import SYSTEM
from tongxin.access.services import journal
from tongxin.testing.enums import TubeState
from tongxin.testing.models import BoxSealing, Tube

# Rows move a tube between these; what the desk and the laboratory said of it is theirs (DOMAIN.md 3.5).
FOLDED_STATES = [
    TubeState.REGISTERED,
    TubeState.ISSUED,
    TubeState.RETURNED,
    TubeState.OPEN,
    TubeState.CLOSED,
    TubeState.BOXED,
    TubeState.IN_TRANSIT,
    TubeState.RECEIVED,
]

# Two devices in one tube freeze it until the point chief decides (MT-26), since the latest one's first event. What he
# dropped says nothing any more. Of a box that was sealed twice the newest list holds; a box takes tubes of its round.
_SETTLE_TUBES = """
    WITH chosen AS (
        SELECT id, code, round_id, accepted_devices || dropped_devices AS decided, dropped_devices
        FROM testing_tube WHERE code = ANY (%(codes)s)),
    acts AS (
        SELECT e.tube_code, e.device_id, e.occurred_at, e.id, e.act, e.reason, e.spoken
        FROM testing_tubeevent e WHERE e.tube_code = ANY (%(codes)s)),
    swabs AS (
        SELECT s.tube_code, s.device_id, s.occurred_at,
               NOT EXISTS (SELECT 1 FROM testing_samplerejection x WHERE x.sample_id = s.id) AS is_held
        FROM testing_sample s WHERE s.tube_code = ANY (%(codes)s)),
    said AS (
        SELECT a.* FROM acts a JOIN chosen c ON c.code = a.tube_code
        WHERE a.device_id IS NULL OR NOT a.device_id = ANY (c.dropped_devices)),
    opened AS (SELECT tube_code, min(occurred_at) AS at FROM said WHERE act = 'opened' GROUP BY tube_code),
    closed AS (
        SELECT DISTINCT ON (tube_code) tube_code, occurred_at AS at, reason, spoken FROM said
        WHERE act = 'closed' ORDER BY tube_code, occurred_at DESC, id DESC),
    held AS (
        SELECT tube_code, count(*) FILTER (WHERE is_held) AS count,
               min(occurred_at) FILTER (WHERE is_held) AS first_at, min(occurred_at) AS begun_at
        FROM swabs GROUP BY tube_code),
    devices AS (
        SELECT either.tube_code, either.device_id, min(either.occurred_at) AS at,
               NOT either.device_id = ANY (c.decided) AS is_undecided
        FROM (SELECT tube_code, device_id, occurred_at FROM acts
              UNION ALL SELECT tube_code, device_id, occurred_at FROM swabs) AS either
        JOIN chosen c ON c.code = either.tube_code
        WHERE either.device_id IS NOT NULL GROUP BY either.tube_code, either.device_id, c.decided),
    frozen AS (
        SELECT tube_code, max(at) FILTER (WHERE is_undecided) AS at FROM devices GROUP BY tube_code
        HAVING count(*) > 1),
    lists AS (
        SELECT DISTINCT ON (b.box_id) b.box_id, b.round_id, b.tube_codes, b.occurred_at, b.id
        FROM testing_boxsealing b
        WHERE b.box_id IN (SELECT o.box_id FROM testing_boxsealing o
                           WHERE o.tube_codes && %(codes)s::varchar[])
        ORDER BY b.box_id, b.occurred_at DESC, b.id DESC),
    boxed AS (
        SELECT DISTINCT ON (c.code) c.code, b.box_id FROM chosen c
        JOIN lists b ON c.code = ANY (b.tube_codes) AND c.round_id = b.round_id
        ORDER BY c.code, b.occurred_at DESC, b.id DESC),
    legs AS (
        SELECT h.box_id, bool_or(h.leg = 'point') AS is_handed,
               min(h.occurred_at) FILTER (WHERE h.leg = 'laboratory') AS received_at
        FROM testing_handover h WHERE h.box_id IN (SELECT box_id FROM boxed) GROUP BY h.box_id),
    present AS (
        SELECT c.id,
               CASE WHEN legs.received_at IS NOT NULL THEN 'received'
                    WHEN legs.is_handed THEN 'in_transit'
                    WHEN boxed.box_id IS NOT NULL THEN 'boxed'
                    WHEN closed.at IS NOT NULL THEN 'closed'
                    WHEN opened.at IS NOT NULL OR held.begun_at IS NOT NULL THEN 'open' END AS state,
               coalesce(opened.at, held.begun_at) AS opened_at, held.first_at, closed.at AS closed_at,
               coalesce(closed.reason, '') AS close_reason, closed.spoken, coalesce(held.count, 0) AS held_count,
               frozen.at AS frozen_at, boxed.box_id, legs.received_at
        FROM chosen c
        LEFT JOIN opened ON opened.tube_code = c.code
        LEFT JOIN closed ON closed.tube_code = c.code
        LEFT JOIN held ON held.tube_code = c.code
        LEFT JOIN frozen ON frozen.tube_code = c.code
        LEFT JOIN boxed ON boxed.code = c.code
        LEFT JOIN legs ON legs.box_id = boxed.box_id)
    UPDATE testing_tube t
    SET state = CASE WHEN t.state = ANY (%(folded)s) THEN coalesce(p.state, t.state) ELSE t.state END,
        opened_at = p.opened_at, first_swab_at = p.first_at, closed_at = p.closed_at,
        close_reason = p.close_reason, spoken_count = p.spoken, held_count = p.held_count,
        frozen_at = p.frozen_at, box_id = p.box_id, received_at = p.received_at
    FROM present p
    WHERE t.id = p.id AND (t.state = ANY (%(folded)s) AND t.state <> p.state OR
          (t.opened_at, t.first_swab_at, t.closed_at, t.close_reason, t.spoken_count, t.held_count, t.frozen_at,
           t.box_id, t.received_at)
          IS DISTINCT FROM
          (p.opened_at, p.first_at, p.closed_at, p.close_reason, p.spoken, p.held_count, p.frozen_at,
           p.box_id, p.received_at))"""

# Of facts that name one box the first says of which round it is; others of another round are not of this box.
_SETTLE_BOXES = """
    WITH facts AS (
        SELECT box_id, round_id, area_path, occurred_at, id FROM testing_boxsealing
        WHERE box_id = ANY (%(boxes)s)
        UNION ALL
        SELECT box_id, round_id, area_path, occurred_at, id FROM testing_handover
        WHERE box_id = ANY (%(boxes)s)),
    first AS (
        SELECT DISTINCT ON (box_id) box_id, round_id, area_path FROM facts
        ORDER BY box_id, occurred_at, id),
    sealed AS (
        SELECT DISTINCT ON (s.box_id) s.* FROM testing_boxsealing s
        JOIN first f ON f.box_id = s.box_id AND f.round_id = s.round_id
        ORDER BY s.box_id, s.occurred_at DESC, s.id DESC),
    began AS (
        SELECT s.box_id, min(s.occurred_at) AS at FROM testing_boxsealing s
        JOIN first f ON f.box_id = s.box_id AND f.round_id = s.round_id GROUP BY s.box_id),
    legs AS (
        SELECT h.box_id, min(h.occurred_at) FILTER (WHERE h.leg = 'point') AS handed_at,
               min(h.occurred_at) FILTER (WHERE h.leg = 'laboratory') AS received_at
        FROM testing_handover h JOIN first f ON f.box_id = h.box_id AND f.round_id = h.round_id
        GROUP BY h.box_id),
    present AS (
        SELECT f.box_id, f.area_path, f.round_id, coalesce(s.seal, '') AS seal, coalesce(s.kind, '') AS kind,
               CASE WHEN l.received_at IS NOT NULL THEN 'received'
                    WHEN l.handed_at IS NOT NULL THEN 'in_transit' ELSE 'sealed' END AS state,
               coalesce(cardinality(s.tube_codes), 0) AS tube_count, coalesce(s.has_ice, false) AS has_ice,
               s.temperature, b.at AS sealed_at, l.handed_at, l.received_at
        FROM first f JOIN testing_round r ON r.id = f.round_id
        LEFT JOIN sealed s ON s.box_id = f.box_id
        LEFT JOIN began b ON b.box_id = f.box_id
        LEFT JOIN legs l ON l.box_id = f.box_id)
    INSERT INTO testing_box AS held (id, area_path, round_id, seal, kind, state, tube_count, has_ice, temperature,
                                     sealed_at, handed_at, received_at)
    SELECT * FROM (SELECT p.box_id, p.area_path, p.round_id, p.seal, p.kind, p.state, p.tube_count, p.has_ice,
                          p.temperature, p.sealed_at, p.handed_at, p.received_at
                   FROM present p ORDER BY p.box_id) AS row
    ON CONFLICT (id) DO UPDATE SET
        area_path = EXCLUDED.area_path, round_id = EXCLUDED.round_id, seal = EXCLUDED.seal,
        kind = EXCLUDED.kind, state = EXCLUDED.state, tube_count = EXCLUDED.tube_count,
        has_ice = EXCLUDED.has_ice, temperature = EXCLUDED.temperature, sealed_at = EXCLUDED.sealed_at,
        handed_at = EXCLUDED.handed_at, received_at = EXCLUDED.received_at
    WHERE (held.area_path, held.round_id, held.seal, held.kind, held.state, held.tube_count, held.has_ice,
           held.temperature, held.sealed_at, held.handed_at, held.received_at)
          IS DISTINCT FROM
          (EXCLUDED.area_path, EXCLUDED.round_id, EXCLUDED.seal, EXCLUDED.kind, EXCLUDED.state,
           EXCLUDED.tube_count, EXCLUDED.has_ice, EXCLUDED.temperature, EXCLUDED.sealed_at,
           EXCLUDED.handed_at, EXCLUDED.received_at)"""


@transaction.atomic
def settle_tubes(codes: Iterable[str], *, at: datetime) -> int:
    """Give these tubes the state, times and counts of what was written (DOMAIN.md 3.5). Returns how many changed."""
    wanted = sorted(set(codes))
    if not wanted:
        return 0
    before = dict(
        Tube.objects.select_for_update().filter(code__in=wanted).order_by("pk").values_list("pk", "frozen_at")
    )
    with connection.cursor() as cursor:
        cursor.execute(_SETTLE_TUBES, {"codes": wanted, "folded": FOLDED_STATES})
        changed = cursor.rowcount
    unfrozen = [key for key, frozen_at in before.items() if frozen_at is None]
    for tube in Tube.objects.filter(pk__in=unfrozen).exclude(frozen_at=None).order_by("pk"):
        journal.record("testing.tube.frozen", by=SYSTEM, area_path=tube.area_path, on=tube, at=at)
    return int(changed)


@transaction.atomic
def settle_boxes(box_ids: Iterable[UUID]) -> int:
    """Give these boxes the state of their sealings and handovers. Returns how many changed."""
    wanted = sorted(set(box_ids))
    if not wanted:
        return 0
    with connection.cursor() as cursor:
        cursor.execute(_SETTLE_BOXES, {"boxes": wanted})
        return int(cursor.rowcount)


def tubes_of_boxes(box_ids: Iterable[UUID]) -> set[str]:
    """The tubes that any list of these boxes names, and those that stand in one now."""
    wanted = sorted(set(box_ids))
    listed = BoxSealing.objects.filter(box_id__in=wanted).values_list("tube_codes", flat=True)
    standing = Tube.objects.filter(box_id__in=wanted).values_list("code", flat=True)
    return {code for codes in listed for code in codes} | set(standing)
