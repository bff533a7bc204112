"""Who is in a tube, and who must be sampled again because of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import connection
from django.db.models import QuerySet

from tongxin.testing.models import MakeUp


@dataclass(frozen=True, slots=True)
class Member:
    """A swab of a tube and whose it is; `is_rejected` when it was taken back at the lane."""

    position: int
    person_id: UUID
    name: str
    occurred_at: datetime
    is_rejected: bool
    is_late: bool


def in_tube(code: str) -> Sequence[Member]:
    """The people of a tube in the order of their positions."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT s.position, p.id, p.name, s.occurred_at,
                      EXISTS (SELECT 1 FROM testing_samplerejection x WHERE x.sample_id = s.id), s.is_late
               FROM testing_sample s JOIN people_person p ON p.id = s.person_id
               WHERE s.tube_code = %s ORDER BY s.position, s.occurred_at, s.id""",
            [code],
        )
        return [Member(*values) for values in cursor.fetchall()]


def make_ups_of(code: str) -> QuerySet[MakeUp]:
    return MakeUp.objects.filter(tube_code=code).select_related("person").order_by("due_at", "pk")


def make_ups_due(round_id: UUID) -> QuerySet[MakeUp]:
    """Who still must be sampled again, the most urgent first (MT-30)."""
    due = MakeUp.objects.filter(round_id=round_id, done_at=None).select_related("person")
    return due.order_by("due_at", "pk")


@dataclass(frozen=True, slots=True)
class Side:
    """What one device did under a tube's code (MT-26)."""

    device_id: UUID
    name: str
    swabs: int
    first_at: datetime
    last_at: datetime


def sides_of(code: str) -> list[Side]:
    """The devices that worked under this code, the first first."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT d.id, d.name, count(*) FILTER (WHERE act.is_swab), min(act.occurred_at), max(act.occurred_at)
               FROM (SELECT device_id, occurred_at, true AS is_swab FROM testing_sample WHERE tube_code = %(code)s
                     UNION ALL
                     SELECT device_id, occurred_at, false FROM testing_tubeevent
                     WHERE tube_code = %(code)s) AS act
               JOIN access_device d ON d.id = act.device_id
               GROUP BY d.id, d.name ORDER BY 4, 1""",
            {"code": code},
        )
        return [Side(*values) for values in cursor.fetchall()]


@dataclass(frozen=True, slots=True)
class Twice:
    """Somebody with more than one swab that stands in a round, without leave for a repeat (MT-26)."""

    person_id: UUID
    name: str
    tubes: str
    count: int


def sampled_twice(round_id: UUID, limit: int = 20) -> list[Twice]:
    """Who was sampled twice in a round, without being allowed to: both swabs are kept, the person counts once."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT p.id, p.name, string_agg(s.tube_code, ' · ' ORDER BY s.occurred_at), count(*)
               FROM testing_sample s JOIN people_person p ON p.id = s.person_id
               WHERE s.round_id = %s
                 AND NOT EXISTS (SELECT 1 FROM testing_samplerejection x WHERE x.sample_id = s.id)
                 AND NOT EXISTS (SELECT 1 FROM testing_repeat r WHERE r.id = s.id)
                 AND NOT EXISTS (SELECT 1 FROM testing_tube t WHERE t.code = s.tube_code
                                 AND (t.state IN ('voided', 'rejected') OR t.result = 'invalid'))
               GROUP BY p.id, p.name HAVING count(*) > 1 ORDER BY min(s.occurred_at), p.id LIMIT %s""",
            [round_id, limit],
        )
        return [Twice(*values) for values in cursor.fetchall()]
