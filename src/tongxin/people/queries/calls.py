"""Calls that are owed, who has them, and how often they were tried."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Count, Q, QuerySet

from tongxin.core import clock
from tongxin.core.refusals import Refusal
from tongxin.people.enums import CallPurpose
from tongxin.people.models import CallTask, CallTry, FollowUp, Phone, Residence
from tongxin.people.rules import calls as rules
from tongxin.places.queries.rules import rule


def tries_of(*, about_id: UUID, person_ids: Iterable[UUID]) -> dict[UUID, int]:
    """At how many different hours each of these people was called in this matter (CT-20)."""
    tried: dict[UUID, list[datetime]] = defaultdict(list)
    path = ""
    rows = CallTry.objects.filter(task__about_id=about_id, task__person_id__in=list(person_ids))
    for person_id, at, path in rows.order_by("occurred_at").values_list(  # noqa: B007 -- the last path is asked below
        "task__person_id", "occurred_at", "area_path"
    ):
        tried[person_id].append(at)
    if not tried:
        return {}
    latest = max(moments[-1] for moments in tried.values())
    apart = apart_of(path, latest)
    return {person: rules.tries_at_different_hours(each, apart=apart) for person, each in tried.items()}


def apart_of(path: str, at: datetime) -> timedelta:
    """How long after a counted try another one counts."""
    return timedelta(minutes=float(rule("people.call.apart_minutes", path=path, on=clock.day_of(at)).value))


def follow_ups() -> QuerySet[FollowUp]:
    """What calls have left to be done, the most urgent first."""
    return FollowUp.objects.filter(done_at=None).select_related("task__person").order_by("due_at", "pk")


def owed(
    at: datetime, *, purpose: CallPurpose | None = None, about_id: UUID | None = None
) -> QuerySet[CallTask]:
    """Open calls that nobody else holds now, the most urgent first."""
    open_ = CallTask.objects.filter(closed_at=None).filter(
        Q(leased_until=None) | Q(leased_until__lte=at), Q(not_before=None) | Q(not_before__lte=at)
    )
    if purpose is not None:
        open_ = open_.filter(purpose=purpose)
    if about_id is not None:
        open_ = open_.filter(about_id=about_id)
    return open_.select_related("person").order_by("due_at", "pk")


def of_person(*, about_id: UUID, person_id: UUID) -> CallTask | None:
    """The call of this person in this matter, if one was ever owed."""
    return CallTask.objects.filter(about_id=about_id, person_id=person_id).order_by("-made_at").first()


def held_by(account_id: UUID, at: datetime) -> QuerySet[CallTask]:
    """The calls this account has taken and not yet answered."""
    return (
        CallTask.objects.filter(closed_at=None, leased_by_id=account_id, leased_until__gt=at)
        .select_related("person")
        .order_by("due_at", "pk")
    )


@dataclass(frozen=True, slots=True)
class Told:
    """One try, as components/history.html shows it."""

    at: datetime
    who: str
    words: str
    why: str


def told(task_id: UUID) -> list[Told]:
    """What was said at each try, the latest first."""
    tries = CallTry.objects.filter(task_id=task_id).order_by("-occurred_at", "-pk")
    return [Told(each.occurred_at, each.by_name, each.get_outcome_display(), each.note) for each in tries]


def one(task_id: UUID) -> CallTask:
    """The call, or the refusal `not_found` for those who may not see it."""
    task = CallTask.objects.select_related("person").filter(pk=task_id).first()
    if task is None:
        raise Refusal("not_found", what=str(CallTask._meta.verbose_name))
    return task


def open_calls(purpose: CallPurpose | None = None) -> QuerySet[CallTask]:
    """Every open call with how often it was tried, whoever holds it."""
    open_ = CallTask.objects.filter(closed_at=None)
    if purpose is not None:
        open_ = open_.filter(purpose=purpose)
    return open_.select_related("person").annotate(try_count=Count("tries"))


def phones_of(person_id: UUID) -> QuerySet[Phone]:
    return Phone.objects.filter(person_id=person_id).order_by("position", "pk")


def home_of(person_id: UUID) -> Residence | None:
    """Where a person lives now."""
    homes = Residence.objects.filter(person_id=person_id, is_current=True, to_on=None)
    return homes.select_related("dwelling").first()
