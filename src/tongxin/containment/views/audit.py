"""Rights and audit (screen 42): restrictions by ground and decider, what has no ground, attempts, renewals, reads."""

from datetime import datetime, timedelta
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from tongxin.access.gate import ActorRequest, needs
from tongxin.access.queries import told
from tongxin.access.services import journal
from tongxin.containment.queries import appeals, audit
from tongxin.core import clock
from tongxin.places.queries.areas import named

READ = "containment.audit.read"
WEEK = timedelta(days=7)


@needs(READ)
@require_GET
def desk(request: ActorRequest) -> HttpResponse:
    """The auditor's week: what anomalies stand, who tried what, who renews, and twenty looks to ask about."""
    at = clock.now()
    start, end = week_of(request.GET.get("week", ""), at)
    found = audit.anomalies(at)
    people = [each.row.person_id for each in found]
    journal.seen(by=request.actor, area_path=request.actor.home, what="audit", people=people, at=at)
    attempts = audit.attempts(start, end)
    by_ground = audit.by_ground(start, end)
    context: dict[str, Any] = {
        "at": at,
        "start": start,
        "end": end - timedelta(seconds=1),
        "before": (start - WEEK).date().isoformat(),
        "after": end.date().isoformat() if end <= at else "",
        "area": named(request.actor.home),
        "anomalies": found,
        "attempts": attempts,
        "bulk": sum(attempt.is_bulk for attempt in attempts),
        "by_ground": by_ground,
        "total": sum(row.count for row in by_ground),
        "renewals": audit.renewals(start, end),
        "reads": told(audit.reads(start, end)),
        "appeals": appeals.statistics(start, end, at),
        "roles": [_("Auditor")],
    }
    return render(request, "containment/audit.html", context)


def week_of(text: str, at: datetime) -> tuple[datetime, datetime]:
    """The week (Monday to Sunday, Shanghai) that holds a day; this week when the day makes no sense."""
    try:
        day = datetime.strptime(text, "%Y-%m-%d").date()  # noqa: DTZ007 -- a date, not an instant
    except ValueError:
        day = clock.day_of(at)
    monday = day - timedelta(days=day.weekday())
    return clock.start_of(monday), clock.start_of(monday + WEEK)
