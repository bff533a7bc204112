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
