"""The ledger of restrictions: who, on what ground, until when, told or not."""

from datetime import datetime
from uuid import UUID

from django.db.models import DateTimeField, OuterRef, Q, QuerySet, Subquery

from tongxin.containment.models import Restriction
from tongxin.people.enums import CallOutcome
from tongxin.people.models import CallTask, Residence

VIEWS = ("in_force", "over", "all")
PAGE = 50


def ledger(view: str, at: datetime) -> QuerySet[Restriction]:
    """Restrictions of one view, the next to end first; `told_at` is when the person was reached (LE-10)."""
    rows = Restriction.objects.select_related("person").annotate(
        told_at=Subquery(
            CallTask.objects.filter(
                about_id=OuterRef("evidence_id"), person=OuterRef("person"), outcome=CallOutcome.REACHED
            ).values("closed_at")[:1],
            output_field=DateTimeField(),
        ),
    )
    if view == "over":
        return rows.filter(Q(ends_at__lte=at) | Q(lifted_at__lte=at)).order_by("-ends_at", "-id")
    if view == "all":
        return rows.order_by("-starts_at", "-id")
    return rows.in_force(at).order_by("ends_at", "id")


def counts(at: datetime) -> dict[str, int]:
    """How many are in force and how many are over."""
    in_force = Restriction.objects.in_force(at).count()
    return {"in_force": in_force, "over": Restriction.objects.count() - in_force}


def addresses(people: list[UUID]) -> dict[UUID, str]:
    """Where these people live, for one page of the ledger."""
    homes = Residence.objects.filter(person__in=people, is_current=True, to_on=None).select_related(
        "dwelling"
    )
    return {home.person_id: home.dwelling.label for home in homes if home.dwelling}
