"""Calls that are owed, who has them, and how often they were tried."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db.models import Count, Q, QuerySet
from django.db.models.functions import TruncHour

from tongxin.people.enums import CallPurpose
from tongxin.people.models import CallTask, CallTry


def tries_of(*, about_id: UUID, person_ids: Iterable[UUID]) -> dict[UUID, int]:
    """At how many different hours each of these people was called in this matter (CT-20)."""
    counted = (
        CallTry.objects.filter(task__about_id=about_id, task__person_id__in=list(person_ids))
        .values_list("task__person_id")
        .annotate(count=Count(TruncHour("occurred_at"), distinct=True))
    )
    return dict(counted)


def owed(
    at: datetime, *, purpose: CallPurpose | None = None, about_id: UUID | None = None
) -> QuerySet[CallTask]:
    """Open calls that nobody else holds now, the most urgent first."""
    open_ = CallTask.objects.filter(closed_at=None).filter(Q(leased_until=None) | Q(leased_until__lte=at))
    if purpose is not None:
        open_ = open_.filter(purpose=purpose)
    if about_id is not None:
        open_ = open_.filter(about_id=about_id)
    return open_.select_related("person").order_by("due_at", "pk")


def held_by(account_id: UUID, at: datetime) -> QuerySet[CallTask]:
    """The calls this account has taken and not yet answered."""
    return (
        CallTask.objects.filter(closed_at=None, leased_by_id=account_id, leased_until__gt=at)
        .select_related("person")
        .order_by("due_at", "pk")
    )


def tries(task_id: UUID) -> QuerySet[CallTry]:
    """What was said at each try, the latest first."""
    return CallTry.objects.filter(task_id=task_id).order_by("-occurred_at", "-pk")
