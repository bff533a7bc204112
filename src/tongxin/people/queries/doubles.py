"""People who may stand in the register twice, proposed to somebody (ID-20); and who was merged into whom (ID-21)."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.db import connection

from tongxin.access.actors import Actor
from tongxin.people.models import Person

CHANGE = "people.person.change"
MOST = 200


@dataclass(frozen=True, slots=True)
class Pair:
    """Two rows that may be one person, and the ground."""

    ground: str
    one: UUID
    other: UUID


_PAIRS = """
    WITH live AS (
        SELECT p.id, p.name_folded, p.birth_on, p.area_path, h.dwelling_id
        FROM people_person p
        LEFT JOIN people_residence h ON h.person_id = p.id AND h.is_current AND h.to_on IS NULL
        WHERE p.voided_at IS NULL AND p.area_path ^@ ANY (%(paths)s)),
    pairs AS (
        SELECT 1 AS rank, 'document' AS ground, a.id AS one, b.id AS other
        FROM people_document da JOIN people_document db
          ON db.number_index = da.number_index AND db.person_id > da.person_id
        JOIN live a ON a.id = da.person_id JOIN live b ON b.id = db.person_id
        UNION ALL
        SELECT 2, 'phone', a.id, b.id
        FROM live a JOIN live b ON b.name_folded = a.name_folded AND b.birth_on = a.birth_on AND b.id > a.id
        WHERE EXISTS (SELECT 1 FROM people_phone fa JOIN people_phone fb ON fb.number_index = fa.number_index
                      WHERE fa.person_id = a.id AND fb.person_id = b.id)
        UNION ALL
        SELECT 3, 'door', a.id, b.id
        FROM live a JOIN live b ON b.dwelling_id = a.dwelling_id AND b.name_folded = a.name_folded AND b.id > a.id)
    SELECT DISTINCT ON (rank, one, other) ground, one, other FROM (
        SELECT DISTINCT ON (one, other) rank, ground, one, other FROM pairs ORDER BY one, other, rank) AS best
    ORDER BY rank, one, other LIMIT %(most)s"""


def proposed_pairs(actor: Actor, most: int = MOST) -> list[Pair]:
    """Who may be one person, the surest ground first, where this actor may change the register."""
    with connection.cursor() as cursor:
        cursor.execute(_PAIRS, {"paths": actor.paths_for(CHANGE), "most": most})
        return [Pair(*row) for row in cursor.fetchall()]


def entries_of(person_id: UUID) -> list[UUID]:
    """The person and all entries that were merged into them: whoever asks for events of a person asks for these."""
    return [
        person_id,
        *Person.objects.filter(merged_into=person_id).order_by("pk").values_list("pk", flat=True),
    ]


def kept_of(person_ids: Iterable[UUID]) -> dict[UUID, UUID]:
    """Who these people are by now: those who were merged away, with the person they turned out to be."""
    rows = Person.objects.filter(pk__in=list(person_ids)).exclude(merged_into=None)
    return {key: kept for key, kept in rows.values_list("pk", "merged_into_id") if kept is not None}
