"""The ledger of restrictions: who, on what ground, until when, told or not."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import DateTimeField, OuterRef, Q, QuerySet, Subquery

from tongxin.access.actors import Actor
from tongxin.containment import rules
from tongxin.containment.models import Restriction
from tongxin.containment.queries import evidence
from tongxin.core import clock
from tongxin.core.refusals import Refusal
from tongxin.people.enums import CallOutcome
from tongxin.people.models import CallTask, Residence
from tongxin.people.queries.doubles import entries_of
from tongxin.places.queries.rules import rule
from tongxin.testing.enums import RecheckState

VIEWS = ("in_force", "ending", "ended_today", "over", "all")
ORDER = {
    "in_force": ["ends_at", "id"],
    "ending": ["ends_at", "id"],
    "ended_today": ["-ends_at", "-id"],
    "over": ["-ends_at", "-id"],
    "all": ["-starts_at", "-id"],
}


def ledger(view: str, at: datetime, *, path: str = "/") -> QuerySet[Restriction]:
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
    if view == "ended_today":
        return _today(rows, at)
    if view == "ending":
        return rows.in_force(at).filter(ends_at__lte=at + timedelta(hours=max(warning_hours(path, at))))
    return rows.in_force(at)


def counts(at: datetime, *, path: str = "/") -> dict[str, int]:
    """How many stand in each view."""
    in_force = Restriction.objects.in_force(at)
    soon = at + timedelta(hours=max(warning_hours(path, at)))
    held = in_force.count()
    return {
        "in_force": held,
        "ending": in_force.filter(ends_at__lte=soon).count(),
        "ended_today": _today(Restriction.objects.all(), at).count(),
        "over": Restriction.objects.filter(Q(ends_at__lte=at) | Q(lifted_at__lte=at)).count(),
    }


def ending_for(actor: Actor, at: datetime) -> QuerySet[Restriction]:
    """What ends soon and is this person's to watch: what they decided, or what a rule did where they may renew."""
    hours = max(warning_hours(actor.home, at))
    rows = Restriction.objects.in_force(at).filter(ends_at__lte=at + timedelta(hours=hours))
    mine = Q(decided_by_id=actor.account_id) if actor.account_id else Q(pk=None)
    if actor.may("containment.restriction.renew"):
        mine |= Q(decided_by_id=None)
    return rows.filter(mine).order_by("ends_at", "pk")


def warning_hours(path: str, at: datetime) -> list[float]:
    """How many hours before the end the decider is warned (LE-12)."""
    return [float(hour) for hour in rule("containment.warn_hours", path=path, on=clock.day_of(at)).value]


def with_addresses(rows: Sequence[Restriction]) -> Sequence[Restriction]:
    """The rows of one page, each with `address`: where the person lives."""
    homes = Residence.objects.filter(
        person__in=[row.person_id for row in rows], is_current=True, to_on=None
    ).select_related("dwelling")
    doors = {home.person_id: home.dwelling.label for home in homes if home.dwelling}
    for row in rows:
        row.address = doors.get(row.person_id, "")  # type: ignore[attr-defined]
    return rows


def with_warnings(rows: Sequence[Restriction], at: datetime, hours: Sequence[float]) -> Sequence[Restriction]:
    """The rows of one page, each with `warning`: the hours under which its end has come."""
    for row in rows:
        is_on = row.is_in_force(at)
        row.warning = (  # type: ignore[attr-defined]
            rules.warning_of(ends_at=row.ends_at, at=at, hours=hours) if is_on else None
        )
    return rows


def one(restriction_id: UUID) -> Restriction:
    """The restriction, or the refusal `not_found` for those who may not see it."""
    row = ledger("all", clock.now()).filter(pk=restriction_id).first()
    if row is None:
        raise Refusal("not_found", what=str(Restriction._meta.verbose_name))
    with_addresses([row])
    return row


def chain_of(row: Restriction) -> list[Restriction]:
    """All decisions on the same records about the same person, the first first."""
    kin = evidence.kin([row.evidence_id])
    return list(
        Restriction.objects.filter(person=row.person_id, evidence_id__in=kin).order_by("starts_at", "pk")
    )


@dataclass(frozen=True, slots=True)
class Standing:
    """What a person is under now, as they and their family may know it (LE-12): never more."""

    id: UUID
    kind: str
    ground: str
    starts_at: datetime
    ends_at: datetime
    tests_left: int
    awaits_result: bool
    is_grace: bool
    is_told: bool
    appeal_to: str
    appeal_number: str


def standing_of(person_id: UUID, at: datetime) -> list[Standing]:
    """Kind, ground class, end, tests left, where to appeal."""
    found = []
    rows = ledger("in_force", at).filter(person__in=entries_of(person_id)).prefetch_related("appeals")
    for row in rows.order_by("ends_at", "pk"):
        recheck = evidence.recheck_of(row)
        appeal = next((each for each in row.appeals.all() if each.decided_at is None), None)
        found.append(
            Standing(
                id=row.pk,
                kind=row.get_kind_display(),
                ground=row.get_ground_display(),
                starts_at=row.held_since or row.starts_at,
                ends_at=row.ends_at,
                tests_left=int(recheck is not None and recheck.state == RecheckState.DUE),
                awaits_result=recheck is not None and recheck.state == RecheckState.SAMPLED,
                is_grace=row.grace_from is not None,
                is_told=bool(row.noticed_at or row.told_at),  # type: ignore[attr-defined]
                appeal_to=row.appeal_to,
                appeal_number=appeal.number if appeal else "",
            )
        )
    return found


def _today(rows: QuerySet[Restriction], at: datetime) -> QuerySet[Restriction]:
    start, _end = clock.span_of(clock.day_of(at))
    return rows.released(start, at)  # type: ignore[attr-defined,no-any-return]
