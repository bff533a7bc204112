"""Who of an area is in the register already, as an import compares with them."""

from collections.abc import Iterator
from uuid import UUID

from django.db import connection

from tongxin.people.models import Document, Person, Phone
from tongxin.people.rules.matching import KnownPerson
from tongxin.people.rules.register import NOWHERE, Door

CHUNK = 5000


def document_key(number: str) -> bytes:
    return Document.index_of(number)


def phone_key(number: str) -> bytes:
    return Phone.index_of(number)


_KNOWN = """
    WITH papers AS (
        SELECT d.person_id, (array_agg(d.number_index ORDER BY d.is_primary DESC, d.id)) AS keys
        FROM people_document d WHERE d.area_path ^@ %(area)s GROUP BY d.person_id),
    lines AS (
        SELECT f.person_id, array_agg(f.number_index) AS keys
        FROM people_phone f WHERE f.area_path ^@ %(area)s GROUP BY f.person_id),
    labels AS (
        SELECT t.person_id, array_agg(DISTINCT t.name) AS names
        FROM people_tag t WHERE t.area_path ^@ %(area)s AND t.until IS NULL GROUP BY t.person_id)
    SELECT p.id, p.name, p.sex, p.birth_on, coalesce(h.relation, ''),
           coalesce(w.building, ''), coalesce(w.unit, ''), coalesce(w.room, ''), coalesce(w.compound, ''),
           papers.keys, lines.keys, labels.names
    FROM people_person p
    LEFT JOIN people_residence h ON h.person_id = p.id AND h.is_current AND h.to_on IS NULL
    LEFT JOIN places_dwelling w ON w.id = h.dwelling_id
    LEFT JOIN papers ON papers.person_id = p.id
    LEFT JOIN lines ON lines.person_id = p.id
    LEFT JOIN labels ON labels.person_id = p.id
    WHERE p.area_path ^@ %(area)s AND p.voided_at IS NULL
      AND (%(name)s::text IS NULL OR p.name = %(name)s OR %(document)s = ANY (papers.keys))
    ORDER BY p.id"""


def known_people(area_path: str, *, name: str | None = None, document: str = "") -> Iterator[KnownPerson]:
    """Everybody of the area, by blind indexes: no number is opened for a comparison.

    With a name: only those whom a row of this name and document could be about.
    """
    key = document_key(document) if document else None
    with connection.cursor() as cursor:
        cursor.execute(_KNOWN, {"area": area_path, "name": name, "document": key})
        while rows := cursor.fetchmany(CHUNK):
            for key, name, sex, birth, relation, building, unit, room, compound, papers, lines, tags in rows:
                keys = [bytes(each) for each in papers or ()]
                yield KnownPerson(
                    id=key,
                    name=name,
                    document=keys[0] if keys else None,
                    door=Door(building, unit, room, compound) if room else NOWHERE,
                    phones=frozenset(bytes(each) for each in lines or ()),
                    sex=sex,
                    birth=birth,
                    relation=relation,
                    tags=frozenset(tags or ()),
                    other_documents=frozenset(keys[1:]),
                )


def ids_of_upload(upload_id: UUID) -> list[UUID]:
    """The live people that an import made."""
    return list(Person.objects.live().filter(upload_id=upload_id).order_by("id").values_list("pk", flat=True))
