"""Sampling codes (采样码): opaque tokens that stand for a person at the lane."""

import base64
import secrets
from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.db import connection, transaction

from tongxin.access.actors import Actor
from tongxin.access.services import journal
from tongxin.core.ids import new_id
from tongxin.core.locks import lock
from tongxin.people.models import Code, Person

TOKEN_BYTES = 10  # 80 bits; 16 letters, so that "TX1." and the token fit the smallest QR
PREFIX = "TX1."


def new_token() -> str:
    return base64.b32encode(secrets.token_bytes(TOKEN_BYTES)).decode()


@transaction.atomic
def issue_codes(
    *, by: Actor, at: datetime, area_path: str, person_ids: Collection[UUID] | None = None
) -> int:
    """Give a code to everybody of the area (or of `person_ids` in it) who has none in force. Safe to repeat."""
    by.must("testing.code.print", within=area_path)
    wanted = Person.objects.live().filter(area_path__startswith=area_path)
    wanted = wanted.exclude(codes__in=Code.objects.filter(revoked_at=None))
    if person_ids is not None:
        wanted = wanted.filter(pk__in=person_ids)
    without = list(wanted.values_list("pk", "area_path"))
    if not without:
        return 0
    made = _insert(without, at)
    journal.record("people.codes.issued", by=by, area_path=area_path, at=at, facts={"count": made})
    return made


def _insert(people: list[tuple[UUID, str]], at: datetime) -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            """INSERT INTO people_code (id, area_path, seen_by, person_id, token, issued_at)
               SELECT made.id, made.area_path, p.seen_by, made.person_id, made.token, %s
               FROM unnest(%s::uuid[], %s::text[], %s::uuid[], %s::text[])
                    AS made (id, area_path, person_id, token)
               JOIN people_person p ON p.id = made.person_id
               ON CONFLICT DO NOTHING""",
            [
                at,
                [new_id() for _ in people],
                [path for _, path in people],
                [person_id for person_id, _ in people],
                [new_token() for _ in people],
            ],
        )
        return int(cursor.rowcount)


@transaction.atomic
def reissue_code(*, person_id: UUID, why: str, by: Actor, at: datetime) -> Code:
    """Revoke the code of a lost card and give a new one (补发)."""
    person = lock(Person, person_id)
    by.must("testing.code.print", within=person.area_path)
    person.codes.filter(revoked_at=None).update(revoked_at=at)
    code = Code.objects.create(
        person=person,
        area_path=person.area_path,
        seen_by=person.seen_by,
        token=new_token(),
        issued_at=at,
    )
    journal.record("people.code.reissued", by=by, area_path=person.area_path, on=person, at=at, why=why)
    return code


@transaction.atomic
def mark_printed(*, area_path: str, person_ids: Collection[UUID], by: Actor, at: datetime) -> int:
    """Note that these people's cards were printed: a listing of names in bulk, recorded as such."""
    by.must("testing.code.print", within=area_path)
    printed = Code.objects.filter(
        area_path__startswith=area_path, person_id__in=person_ids, revoked_at=None
    ).update(printed_at=at)
    journal.seen(by=by, area_path=area_path, what="codes", people=list(person_ids), at=at)
    return printed
