"""Briefings (简报): figures frozen at a time, checked, signed by a second person; a correction stands beside."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from tongxin.access.actors import Actor
from tongxin.access.services import journal
from tongxin.core import clock
from tongxin.core.locks import advisory, lock
from tongxin.core.refusals import Refusal
from tongxin.reports import figures, rules
from tongxin.reports.figures import Scope, Values
from tongxin.reports.models import Briefing
from tongxin.reports.queries.briefings import values_of
from tongxin.testing.queries import rounds

# What is shown, and what the checks need beside it.
FROZEN = tuple(dict.fromkeys([*figures.BRIEFING_KEYS, *figures.ALL_ROUND_KEYS]))
SUMS: Mapping[str, str | Promise] = {
    "base_moves": _("base at opening + found − removed is not the base now"),
    "classes_sum": _("the nine classes do not sum to the base"),
    "persons_within_times": _("more persons than person-times"),
    "covered_within_should": _("more covered than should be tested and were found"),
    "resulted_within_used": _("more tubes resulted than used"),
    "pools_within_opened": _("more pools ended than opened"),
}


@transaction.atomic
def write(*, area_path: str, text: str, by: Actor, at: datetime) -> Briefing:
    """Freeze the figures of now into today's briefing (起草简报).

    Today's draft is frozen again; after an approval a further one is made that corrects it.
    """
    by.must("reports.briefing.write", within=area_path)
    advisory(f"reports.briefing.{area_path}")
    round_ = rounds.current(area_path)
    found = figures.values(FROZEN, Scope(area_path, at, round_))
    refuse_differences(found)
    day = clock.day_of(at)
    last = Briefing.objects.filter(area_path=area_path).order_by("-number").first()
    todays = last if last is not None and last.day == day else None
    fields: dict[str, Any] = {
        "as_of": at,
        "round_id": round_.pk if round_ else None,
        "figures": plain(found),
        "text": text.strip(),
        "author_id": by.account_id,
        "author_name": by.name[:60],
    }
    if todays is not None and todays.approved_at is None:
        briefing = lock(Briefing, todays.pk)
        for name, value in fields.items():
            setattr(briefing, name, value)
        briefing.save(update_fields=list(fields))
    else:
        briefing = Briefing.objects.create(
            area_path=area_path,
            number=last.number + 1 if last else 1,
            day=day,
            corrects=todays,
            **fields,
        )
    journal.record(
        "reports.briefing.written",
        by=by,
        on=briefing,
        area_path=area_path,
        at=at,
        facts={"number": briefing.number},
    )
    return briefing


@transaction.atomic
def approve(*, briefing_id: UUID, by: Actor, at: datetime) -> Briefing:
    """Sign a briefing so that it is sent (签发). Never its author; approved twice is approved once."""
    briefing = lock(Briefing, briefing_id)
    by.must("reports.briefing.approve", within=briefing.area_path)
    if briefing.approved_at is not None:
        if briefing.approved_by_id == by.account_id:
            return briefing
        raise Refusal("briefing_approved", number=briefing.number)
    if briefing.author_id == by.account_id:
        raise Refusal("author_approves")
    if not briefing.text:
        raise Refusal("briefing_text_needed")
    refuse_differences(values_of(briefing))
    briefing.approved_at, briefing.approved_by_id, briefing.approved_by_name = at, by.account_id, by.name[:60]
    briefing.save(update_fields=["approved_at", "approved_by_id", "approved_by_name"])
    journal.record(
        "reports.briefing.approved",
        by=by,
        on=briefing,
        area_path=briefing.area_path,
        at=at,
        facts={"number": briefing.number},
    )
    return briefing


def refuse_differences(found: Values) -> None:
    """Refuse `figures_differ` when a sum does not hold (CM-32)."""
    if differ := rules.differences(found):
        raise Refusal("figures_differ", what="; ".join(str(SUMS[code]) for code in differ))


def plain(found: Values) -> dict[str, Any]:
    """Figures as they are kept: each with the query it came from."""
    return {
        key: {"value": list(value) if isinstance(value, tuple) else value, "query": f"reports.figures:{key}"}
        for key, value in found.items()
    }
