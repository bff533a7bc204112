"""What the auditor looks at: restrictions by ground and decider, what has no ground, attempts, who renews (screen 42)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Count, F, Q, QuerySet

from tongxin.access.models import Entry
from tongxin.access.queries import SIGHT
from tongxin.containment.enums import OPEN_APPEALS, AppealState, Ground
from tongxin.containment.models import Appeal, Restriction
from tongxin.containment.queries import evidence
from tongxin.core import clock
from tongxin.places.queries.rules import rule

BY_RULE = "rule"
SAMPLE = 20


@dataclass(frozen=True, slots=True)
class ByGround:
    """One ground and one decider: how many, how many renewed, how many wrong."""

    ground: str
    decider: str
    count: int
    renewed: int
    upheld: int
    people: int


@dataclass(frozen=True, slots=True)
class Attempt:
    """An act that was refused: who, when, how many, without evidence how many."""

    entry_id: UUID
    at: datetime
    who: str
    why: str
    count: int
    without_evidence: int
    grounds: tuple[str, ...]
    is_bulk: bool


@dataclass(frozen=True, slots=True)
class Anomaly:
    """A restriction that the rules would not let exist today, and why."""

    row: Restriction
    code: str


def by_ground(start: datetime, end: datetime) -> list[ByGround]:
    """The restrictions that began in [start, end), by ground and decider; their sum is all of them."""
    rows = (
        Restriction.objects.filter(starts_at__gte=start, starts_at__lt=end)
        .values("ground", "decided_by_name")
        .annotate(
            count=Count("pk", distinct=True),
            renewed=Count("pk", filter=Q(renews__isnull=False), distinct=True),
            upheld=Count("pk", filter=Q(appeals__state=AppealState.UPHELD), distinct=True),
            people=Count("person", distinct=True),
        )
        .order_by("-count", "ground", "decided_by_name")
    )
    return [
        ByGround(
            ground=str(Ground(row["ground"]).label),
            decider=row["decided_by_name"],
            count=row["count"],
            renewed=row["renewed"],
            upheld=row["upheld"],
            people=row["people"],
        )
        for row in rows
    ]


def attempts(start: datetime, end: datetime, *, limit: int = 100) -> list[Attempt]:
    """Refused attempts to restrict (LE-14), the latest first."""
    entries = (
        Entry.objects.filter(
            act="containment.restriction.refused", occurred_at__gte=start, occurred_at__lt=end
        )
        .select_related("facts_row")
        .order_by("-sequence")[:limit]
    )
    found = []
    for entry in entries:
        row = getattr(entry, "facts_row", None)
        facts = row.facts if row is not None else {}
        count = int(facts.get("count", 0))
        found.append(
            Attempt(
                entry_id=entry.pk,
                at=entry.occurred_at,
                who=entry.account_name,
                why=entry.why,
                count=count,
                without_evidence=int(facts.get("without_evidence", 0)),
                grounds=tuple(_word(ground) for ground in facts.get("grounds", {})),
                is_bulk=count > _bulk_limit(entry),
            )
        )
    return found


def anomalies(at: datetime) -> list[Anomaly]:
    """Restrictions in force whose record is gone or says no, over a day on one name, or with an appeal overdue."""
    rows = list(Restriction.objects.in_force(at).select_related("person").order_by("starts_at", "pk"))
    known = evidence.supported({row.evidence_id for row in rows})
    overdue = set(
        Appeal.objects.filter(state__in=OPEN_APPEALS, due_at__lte=at).values_list("restriction", flat=True)
    )
    limits: dict[str, float] = {}
    found = []
    for row in rows:
        if (row.person_id, row.ground, row.evidence_id) not in known:
            found.append(Anomaly(row, "no_evidence"))
        hours = (row.ends_at - (row.held_since or row.starts_at)).total_seconds() / 3600
        if row.approved_by_id is None and row.grace_from is None and hours > _second_after(row, limits):
            found.append(Anomaly(row, "one_name"))
        if row.pk in overdue:
            found.append(Anomaly(row, "appeal_overdue"))
    return found


def renewals(start: datetime, end: datetime) -> Sequence[Mapping[str, Any]]:
    """Who carried restrictions on, and how often, in [start, end)."""
    rows = Restriction.objects.filter(renews__isnull=False, starts_at__gte=start, starts_at__lt=end)
    counted = (
        rows.values("decided_by_name", "approved_by_name")
        .annotate(count=Count("pk"), people=Count("person", distinct=True))
        .order_by("-count", "decided_by_name")
    )
    return [dict(row) for row in counted]


def reads(start: datetime, end: datetime, *, limit: int = SAMPLE) -> list[Entry]:
    """A sample of looks at people, spread over the time: not the latest, and the same for two auditors."""
    found: QuerySet[Entry] = Entry.objects.filter(SIGHT, occurred_at__gte=start, occurred_at__lt=end)
    # The last digits of a random key are as good as dice, and everybody throws the same.
    return list(found.order_by(F("digest"), "pk")[:limit])


def _bulk_limit(entry: Entry) -> int:
    return int(rule("containment.bulk_limit", path=entry.area_path, on=clock.day_of(entry.occurred_at)).value)


def _second_after(row: Restriction, known: dict[str, float]) -> float:
    if row.area_path not in known:
        on = clock.day_of(row.starts_at)
        found = rule("containment.second_approver_hours", path=row.area_path, on=on)
        known[row.area_path] = float(found.value)
    return known[row.area_path]


def _word(ground: str) -> str:
    return str(Ground(ground).label) if ground in Ground.values else ground
