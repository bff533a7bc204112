"""Sampling codes (采样码): opaque tokens that stand for a person at the lane."""

import base64
import secrets
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Exists, OuterRef

from tongxin.access.actors import Actor
from tongxin.access.services import journal
from tongxin.core import clock
from tongxin.core.capture import Cursor, Statements, array
from tongxin.core.ids import new_id
from tongxin.core.locks import lock
from tongxin.core.refusals import Refusal
from tongxin.people.models import Code, Person
from tongxin.people.rules.codes import may_bind, read_token

TOKEN_BYTES = 10  # 80 bits; 16 letters, so that "TX1." and the token fit the smallest QR


class Binding(NamedTuple):
    """A code that somebody already carries, as it was scanned after the identity check."""

    person_id: UUID
    token: str
    at: datetime


BOUND, BOUND_ALREADY = "", "bound_already"


def new_token() -> str:
    return base64.b32encode(secrets.token_bytes(TOKEN_BYTES)).decode()


@transaction.atomic
def issue_codes(
    *, by: Actor, at: datetime, area_path: str, person_ids: Collection[UUID] | None = None
) -> int:
    """Give a code to everybody of the area (or of `person_ids` in it) who has none in force. Safe to repeat."""
    by.must("testing.code.print", within=area_path)
    wanted = Person.objects.live().filter(area_path__startswith=area_path)
    own = Code.objects.filter(person_id=OuterRef("pk"), revoked_at=None, is_bound=False)
    wanted = wanted.filter(~Exists(own))
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
            """INSERT INTO people_code (id, area_path, seen_by, person_id, token, is_bound, issued_at)
               SELECT made.id, made.area_path, p.seen_by, made.person_id, made.token, false, %s
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
    person.codes.filter(revoked_at=None, is_bound=False).update(revoked_at=at)
    code = Code.objects.create(
        person=person,
        area_path=person.area_path,
        seen_by=person.seen_by,
        token=new_token(),
        issued_at=at,
    )
    journal.record("people.code.reissued", by=by, area_path=person.area_path, on=person, at=at, why=why)
    return code


def area_of(person_id: UUID) -> str:
    """Where the person's rows belong."""
    return str(Person.objects.values_list("area_path", flat=True).get(pk=person_id))


@transaction.atomic
def mark_printed(*, area_path: str, person_ids: Collection[UUID], by: Actor, at: datetime) -> int:
    """Note that these people's cards were printed: a listing of names in bulk, recorded as such."""
    by.must("testing.code.print", within=area_path)
    printed = Code.objects.filter(
        area_path__startswith=area_path, person_id__in=person_ids, revoked_at=None, is_bound=False
    ).update(printed_at=at)
    journal.seen(by=by, area_path=area_path, what="codes", people=list(person_ids), at=at)
    return printed


@transaction.atomic
def bind(*, person_id: UUID, token: str, by: Actor, at: datetime) -> Code:
    """Let a code that the person already carries stand for them (绑定). The same again changes nothing.

    Refuses `code_taken` when it stands for somebody else, `code_revoked`, `code_unreadable`, `code_tells_number`.
    """
    person = lock(Person, person_id)
    by.must("people.person.change", within=person.area_path)
    may_bind(token, on=clock.day_of(at)).or_refuse()
    told = bind_codes(Statements(connection.connection), [Binding(person.pk, token, at)])[0]
    if told not in (BOUND, BOUND_ALREADY):
        raise Refusal(told)
    if told == BOUND:
        journal.record("people.code.bound", by=by, area_path=person.area_path, on=person, at=at)
    return Code.objects.get(token=read_token(token), person=person)


_BIND = """
    INSERT INTO people_code (id, area_path, seen_by, person_id, token, is_bound, issued_at)
    SELECT DISTINCT ON (a.token) a.id, p.area_path, p.seen_by, p.id, a.token, true, a.at
    FROM unnest(%s::uuid[], %s::uuid[], %s::text[], %s::timestamptz[])
         WITH ORDINALITY AS a (id, person_id, token, at, number)
    JOIN people_person p ON p.id = a.person_id AND p.voided_at IS NULL
    ORDER BY a.token, a.number
    ON CONFLICT (token) DO NOTHING RETURNING id"""

_HELD = """
    SELECT p.id IS NOT NULL, c.id, c.person_id = a.person_id, c.revoked_at IS NOT NULL
    FROM unnest(%s::uuid[], %s::text[]) WITH ORDINALITY AS a (person_id, token, number)
    LEFT JOIN people_person p ON p.id = a.person_id AND p.voided_at IS NULL
    LEFT JOIN people_code c ON c.token = a.token
    ORDER BY a.number"""


def bind_codes(cursor: Cursor, rows: Sequence[Binding]) -> list[str]:
    """Bind the codes of a batch in two statements. A word for each row, in order: `BOUND`, `BOUND_ALREADY`, or why not.

    The first of two rows with one code has it. A code of somebody whom this area does not see is taken too.
    """
    verdicts = [may_bind(row.token, on=clock.day_of(row.at)) for row in rows]
    chosen = [row for row, verdict in zip(rows, verdicts, strict=True) if verdict.ok]
    if not chosen:
        return [verdict.code for verdict in verdicts]
    people = array([row.person_id for row in chosen])
    tokens = array([read_token(row.token) for row in chosen])
    keys = array([new_id() for _ in chosen])
    made = {
        key
        for (key,) in cursor.execute(
            _BIND, [keys, people, tokens, array([row.at for row in chosen])]
        ).fetchall()
    }
    held = iter(cursor.execute(_HELD, [people, tokens]).fetchall())
    return [_word(next(held), made) if verdict.ok else verdict.code for verdict in verdicts]


def _word(held: tuple[bool, UUID | None, bool | None, bool], made: set[UUID]) -> str:
    is_known, code, is_theirs, is_revoked = held
    if not is_known:
        return "person_unknown"
    if not is_theirs:
        return "code_taken"
    if is_revoked:
        return "code_revoked"
    return BOUND if code in made else BOUND_ALREADY
