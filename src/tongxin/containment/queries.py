"""The ledger of restrictions: who, on what ground, until when, told or not."""

from collections.abc import Sequence
from datetime import datetime

from django.db.models import DateTimeField, OuterRef, Q, QuerySet, Subquery

from tongxin.containment.models import Restriction
from tongxin.people.enums import CallOutcome
from tongxin.people.models import CallTask, Residence

VIEWS = ("in_force", "over", "all")
ORDER = {
    "in_force": ["ends_at", "id"],
    "over": ["-ends_at", "-id"],
    "all": ["-starts_at", "-id"],
}


def ledger(view: str, at: datetime) -> QuerySet[Restriction]:
    """Restrictions of one view (order: ORDER); `told_at` is when the person was reached (LE-10)."""
    rows = Restriction.objects.select_related("person").annotate(
        told_at=Subquery(
            CallTask.objects.filter(
                about_id=OuterRef("evidence_id"), person=OuterRef("person"), outcome=CallOutcome.REACHED
            ).values("closed_at")[:1],
            output_field=DateTimeField(),
        ),
    )
    if view == "over":
        return rows.filter(Q(ends_at__lte=at) | Q(lifted_at__lte=at))
    if view == "all":
        return rows
    return rows.in_force(at)


def counts(at: datetime) -> dict[str, int]:
    """How many are in force and how many are over."""
    in_force = Restriction.objects.in_force(at).count()
    return {"in_force": in_force, "over": Restriction.objects.count() - in_force}


def with_addresses(rows: Sequence[Restriction]) -> Sequence[Restriction]:
    """The rows of one page, each with `address`: where the person lives."""
    homes = Residence.objects.filter(
        person__in=[row.person_id for row in rows], is_current=True, to_on=None
    ).select_related("dwelling")
    doors = {home.person_id: home.dwelling.label for home in homes if home.dwelling}
    for row in rows:
        row.address = doors.get(row.person_id, "")  # type: ignore[attr-defined]
    return rows
