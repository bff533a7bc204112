"""Settling who is covered (覆盖归类, MT-40): each person of a round gets the one class that swabs and reasons give.

The classes are recomputed from rows, never counted up: whatever the order in which events came, the end is the
same. `rules.coverage.classify` is the definition; the statement below says the same for thousands at once, and
contracts/coverage_cases.json is run through both.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper

from tongxin.access.models import Entry
from tongxin.core import clock
from tongxin.people.models import Person
from tongxin.testing.enums import Coverage, LaneKind, Origin, RemovalReason, RoundState
from tongxin.testing.models import Expected
from tongxin.testing.rules.coverage import CLAIMED, LOST_RESULT, LOST_STATES
from tongxin.testing.services.rounds import NEW_ID

# From so many people on, reading whole tables once is better than looking each of them up.
MANY = 200
_DOUBLE = f"{RemovalReason.DOUBLE.value}: merged"
_THESE = "(%(people)s::uuid[] IS NULL OR {}person_id = ANY(%(people)s::uuid[]))"

# Who an event is about: somebody whose entry was merged into another is that other, for every count (ID-21).
_MERGED = "LEFT JOIN people_person w ON w.id = {0}.person_id AND w.merged_into_id IS NOT NULL"
_WHO = "coalesce(w.merged_into_id, {0}.person_id)"

# A swab that counts: not taken back at the lane, its tube not void, not sent back, not invalid (MT-30, MT-42).
_VALID = f"""
    SELECT {_WHO.format("s")} AS person_id, s.id, s.occurred_at, l.kind
    FROM testing_sample s
    {_MERGED.format("s")}
    JOIN testing_tube t ON t.code = s.tube_code
     AND t.state <> ALL (%(lost_states)s) AND t.result <> %(lost_result)s
    JOIN testing_lane l ON l.id = s.lane_id
    WHERE s.round_id = %(round)s AND {_THESE.format("s.")}
      AND NOT EXISTS (SELECT 1 FROM testing_samplerejection x WHERE x.sample_id = s.id)"""

# MT-43: whoever was at a lane and lives in the round's area belongs to its base, also when the swab failed.
_ADD_FOUND = f"""
    INSERT INTO testing_expected (id, area_path, round_id, person_id, dwelling_id, origin, klass, added_at,
                                  removed_reason)
    SELECT {NEW_ID}, p.area_path, r.id, p.id, h.dwelling_id, %(found)s, %(unknown)s, %(at)s, ''
    FROM (SELECT {_WHO.format("s")} AS person_id FROM testing_sample s {_MERGED.format("s")}
          WHERE s.round_id = %(round)s AND {_THESE.format("s.")}
          UNION
          SELECT {_WHO.format("f")} FROM testing_foundperson f {_MERGED.format("f")}
          WHERE f.round_id = %(round)s AND {_THESE.format("f.")}) AS seen
    JOIN testing_round r ON r.id = %(round)s
    JOIN people_person p ON p.id = seen.person_id AND p.voided_at IS NULL AND p.area_path ^@ r.area_path
    LEFT JOIN people_residence h ON h.person_id = p.id AND h.is_current AND h.to_on IS NULL
    WHERE NOT EXISTS (SELECT 1 FROM testing_expected e WHERE e.round_id = r.id AND e.person_id = p.id)
    ON CONFLICT (round_id, person_id) DO NOTHING"""

# Taken before the classes are computed, and in one order: who comes second computes from what the first left.
_LOCK = f"""
    SELECT e.id FROM testing_expected e WHERE e.round_id = %(round)s AND {_THESE.format("e.")}
    ORDER BY e.person_id FOR UPDATE"""

_SETTLE = f"""
    WITH valid AS (
        SELECT DISTINCT ON (v.person_id) v.person_id, v.id, v.kind FROM ({_VALID}) AS v
        ORDER BY v.person_id, v.occurred_at, v.id),
    claimed AS (
        SELECT DISTINCT ON (1) {_WHO.format("c")} AS person_id, c.id, c.klass
        FROM testing_claim c {_MERGED.format("c")}
        WHERE c.round_id = %(round)s AND c.withdrawn_at IS NULL AND c.klass = ANY (%(claimed)s)
          AND {_THESE.format("c.")}
        ORDER BY 1, c.occurred_at DESC, c.id DESC),
    present AS (
        SELECT e.id,
               CASE WHEN v.kind = %(mobile_lane)s THEN %(mobile)s WHEN v.id IS NOT NULL THEN %(here)s
                    ELSE coalesce(c.klass, %(unknown)s) END AS klass,
               coalesce(v.id, c.id) AS evidence
        FROM testing_expected e
        LEFT JOIN valid v ON v.person_id = e.person_id
        LEFT JOIN claimed c ON c.person_id = e.person_id
        WHERE e.round_id = %(round)s AND {_THESE.format("e.")})
    UPDATE testing_expected e SET klass = present.klass, evidence_id = present.evidence, settled_at = %(at)s
    FROM present
    WHERE e.id = present.id AND (e.klass, e.evidence_id) IS DISTINCT FROM (present.klass, present.evidence)"""

# A make-up is done by the first swab that counts; when that one falls too, it is owed again (MT-30).
_SETTLE_MAKE_UPS = f"""
    WITH first AS (SELECT v.person_id, min(v.occurred_at) AS at FROM ({_VALID}) AS v GROUP BY v.person_id),
    present AS (
        SELECT m.id, first.at FROM testing_makeup m {_MERGED.format("m")}
        LEFT JOIN first ON first.person_id = {_WHO.format("m")}
        WHERE m.round_id = %(round)s AND {_THESE.format("m.")})
    UPDATE testing_makeup m SET done_at = present.at
    FROM present WHERE m.id = present.id AND m.done_at IS DISTINCT FROM present.at"""


@transaction.atomic
def settle(round_id: UUID, person_ids: Iterable[UUID] | None = None) -> int:
    """Give every person of the round (or these) the class that holds now. Returns how many rows changed.

    Needs sight of the whole round (`scope`). Safe to repeat, alone or beside others.
    """
    people = None if person_ids is None else sorted(with_merged(set(person_ids)))
    if people == []:
        return 0
    facts: dict[str, Any] = {
        "round": round_id,
        "people": people,
        "at": clock.now(),
        "lost_states": sorted(LOST_STATES),
        "lost_result": LOST_RESULT,
        "claimed": sorted(str(klass) for klass in CLAIMED),
        "mobile_lane": LaneKind.MOBILE,
        "mobile": Coverage.MOBILE,
        "here": Coverage.HERE,
        "unknown": Coverage.UNKNOWN,
        "found": Origin.FOUND,
    }
    with connection.cursor() as cursor, _whole_tables(cursor, wanted=people is None or len(people) > MANY):
        cursor.execute(_ADD_FOUND, facts)
        added = cursor.rowcount
        cursor.execute(_LOCK, facts)
        cursor.execute(_SETTLE, facts)
        changed = cursor.rowcount
        cursor.execute(_SETTLE_MAKE_UPS, facts)
    return int(added + changed)


@transaction.atomic
def follow_merge(entry: Entry) -> None:
    """Two entries were one person, or are two again: the base counts them so (MT-42, MT-43). Safe to repeat."""
    facts = entry.facts_row.facts
    kept, gone = UUID(facts["kept"]), UUID(facts["gone"])
    is_merged = Person.objects.filter(pk=gone, merged_into=kept).exists()
    rows = Expected.objects.filter(person_id=gone).exclude(round__state=RoundState.CANCELLED)
    doubles = rows.filter(removed_at=None) if is_merged else rows.filter(removed_reason=_DOUBLE)
    for double in doubles.select_related("round").order_by("pk"):
        if is_merged:
            Expected.objects.get_or_create(
                round=double.round,
                person_id=kept,
                defaults={
                    "area_path": double.area_path,
                    "dwelling_id": double.dwelling_id,
                    "origin": double.origin,
                    "added_at": double.added_at,
                },
            )
        removed = (entry.occurred_at, _DOUBLE) if is_merged else (None, "")
        Expected.objects.filter(pk=double.pk).update(removed_at=removed[0], removed_reason=removed[1])
    touched = Expected.objects.filter(person_id__in=[kept, gone]).exclude(round__state=RoundState.CANCELLED)
    for round_id in sorted(set(touched.values_list("round_id", flat=True))):
        settle(round_id, [kept, gone])


def with_merged(people: set[UUID]) -> set[UUID]:
    """These people, whom they turned out to be, and who turned out to be them."""
    kept = set(
        Person.objects.filter(pk__in=people).exclude(merged_into=None).values_list("merged_into", flat=True)
    )
    known = people | {key for key in kept if key is not None}
    return known | set(Person.objects.filter(merged_into__in=known).values_list("pk", flat=True))


@contextmanager
def _whole_tables(cursor: CursorWrapper, *, wanted: bool) -> Iterator[None]:
    """A whole round is joined by hashing, whatever the planner believes.

    In the first minute after a base was taken or phones came back the tables have no statistics; the planner
    took them for empty and looped: the end of a played round of 2,859 people took 72 s, with this 8 s. The same
    holds when a lane comes back after hours: 2,650 people of twelve batches took 21 s together, with this 0.3 s.
    """
    if not wanted:
        yield
        return
    cursor.execute("SET LOCAL enable_nestloop = off")
    yield
    cursor.execute("SET LOCAL enable_nestloop = on")
