"""Appeals that wait, one appeal with what hangs on it, and what became of them all (LE-13)."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median
from uuid import UUID

from django.db.models import Q, QuerySet

from tongxin.access.actors import Actor
from tongxin.containment.enums import OPEN_APPEALS, AppealState
from tongxin.containment.models import Appeal
from tongxin.core.refusals import Refusal

VIEWS = ("open", "answered", "all")
ORDER = {"open": ["due_at", "id"], "answered": ["-received_at", "-id"], "all": ["-received_at", "-id"]}


def appeals(view: str) -> QuerySet[Appeal]:
    """Appeals of one view (order: ORDER). Open: not answered, not told, or upheld and not corrected everywhere."""
    rows = Appeal.objects.select_related("person", "restriction")
    if view == "open":
        return rows.filter(_owed())
    if view == "answered":
        return rows.exclude(state__in=OPEN_APPEALS)
    return rows


def waiting_for(actor: Actor) -> QuerySet[Appeal]:
    """The appeals this person may review: not of their own decisions, not in another's hands."""
    rows = Appeal.objects.filter(state__in=OPEN_APPEALS)
    if not actor.may("containment.appeal.review") or actor.account_id is None:
        return rows.none()
    me = actor.account_id
    rows = rows.filter(Q(reviewer_id=None) | Q(reviewer_id=me))
    # Not through exclude(): a decision by rule has no account, and NULL is neither equal nor unequal.
    decided = Q(restriction__decided_by_id=me) | Q(restriction__approved_by_id=me)
    return rows.exclude(pk__in=Appeal.objects.filter(decided).values("pk")).order_by("due_at", "pk")


def one(appeal_id: UUID) -> Appeal:
    """The appeal, or the refusal `not_found` for those who may not see it."""
    found = Appeal.objects.select_related("person", "restriction").filter(pk=appeal_id).first()
    if found is None:
        raise Refusal("not_found", what=str(Appeal._meta.verbose_name))
    return found


@dataclass(frozen=True, slots=True)
class Statistics:
    """What became of the appeals of a time: no person in it, fit to be published."""

    received: int
    open: int
    upheld: int
    rejected: int
    in_time: int
    late: int
    median_hours: float | None
    corrected_in_time: int
    corrected_late: int

    @property
    def answered(self) -> int:
        return self.upheld + self.rejected


def statistics(start: datetime, end: datetime, at: datetime) -> Statistics:
    """Of the appeals received in [start, end): how they were answered, and whether in time."""
    rows = list(Appeal.objects.filter(received_at__gte=start, received_at__lt=end))
    answered = [row for row in rows if row.decided_at is not None]
    upheld = [row for row in answered if row.state == AppealState.UPHELD]
    spans = [(row.decided_at - row.received_at) / timedelta(hours=1) for row in answered if row.decided_at]
    late = [row for row in rows if (row.decided_at or at) > row.due_at]
    corrected_late = [row for row in upheld if row.correct_by and (row.corrected_at or at) > row.correct_by]
    return Statistics(
        received=len(rows),
        open=len(rows) - len(answered),
        upheld=len(upheld),
        rejected=len(answered) - len(upheld),
        in_time=sum(row.decided_at <= row.due_at for row in answered if row.decided_at),
        late=len(late),
        median_hours=median(spans) if spans else None,
        corrected_in_time=sum(row.corrected_at is not None for row in upheld)
        - sum(row.corrected_at is not None for row in corrected_late),
        corrected_late=len(corrected_late),
    )


def _owed() -> Q:
    return Q(state__in=OPEN_APPEALS) | Q(told_at=None) | Q(state=AppealState.UPHELD, corrected_at=None)
