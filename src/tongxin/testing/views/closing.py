"""The closing of a round (MT-40..46): nine classes, the base and its changes, two signatures, one act."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from tongxin.access.actors import Actor
from tongxin.access.gate import ActorRequest, needs
from tongxin.access.roles import ROLES
from tongxin.core import clock
from tongxin.places.queries.areas import named
from tongxin.testing.enums import RoundState
from tongxin.testing.forms import WhyForm
from tongxin.testing.models import Round
from tongxin.testing.queries import coverage
from tongxin.testing.queries import rounds as queries
from tongxin.testing.rules import rounds as rules
from tongxin.testing.services import closing as services
from tongxin.testing.views.rounds import READ, REGISTER, RUN, classes_of, meaning_of, sees_whole

CHANGES_SHOWN = 50  # the rest is behind the two figures


@needs(READ)
@require_GET
def closing(request: ActorRequest, round_id: UUID) -> HttpResponse:
    """What is signed and closed, or what it was closed with and what it would be now."""
    round_ = queries.one(round_id)
    read = coverage.tally(round_id)
    counts = read.counts
    closed = coverage.closing_of(round_id)
    whole = sees_whole(request.actor, round_)
    frozen = coverage.closed_counts(closed) if closed else None
    context: dict[str, Any] = {
        "round": round_,
        "meaning": meaning_of(round_),
        "area": named(round_.area_path if whole else request.actor.home),
        "is_whole": whole,
        "counts": counts,
        "classes": classes_of(request.actor, round_, counts),
        "rows": _rows(request.actor, round_, counts, frozen if whole else None),
        "change": read.change,
        "changes": coverage.changes(round_id)[:CHANGES_SHOWN] if request.actor.may(REGISTER) else [],
        "closed": closed,
        "frozen": frozen,
        "is_corrected": whole and frozen is not None and frozen != counts,
        "sides": _sides(round_id),
        "may_sign_as": _may_sign_as(request.actor, round_),
        "may_close": round_.state == RoundState.RECONCILING
        and request.actor.may(RUN, within=round_.area_path),
        "is_signed": rules.is_signed(queries.signed_roles(round_id)),
        "is_reconciling": round_.state == RoundState.RECONCILING,
        "is_running": round_.state in rules.RUNNING,
        "may_claim": request.actor.may("testing.coverage.claim"),
        "why": WhyForm(),
        "at": clock.now(),
    }
    return render(request, "testing/closing.html", context)


@needs("testing.round.sign")
@require_POST
def signatures(request: ActorRequest, round_id: UUID) -> HttpResponse:
    """Put one's name under the figures."""
    role = request.POST.get("role", "")
    services.sign(round_id=round_id, role=role, by=request.actor, at=clock.now())
    messages.success(request, _("Signed."))
    return redirect("testing:closing", round_id)


@needs(RUN)
@require_POST
def closed(request: ActorRequest, round_id: UUID) -> HttpResponse:
    """Close the round: its figures are frozen."""
    services.close(round_id=round_id, by=request.actor, at=clock.now(), ground=request.POST.get("ground", ""))
    messages.success(request, _("The round is closed. Its figures do not change any more."))
    return redirect("testing:closing", round_id)


def _rows(
    actor: Actor, round_: Round, counts: coverage.ClassCounts, frozen: coverage.ClassCounts | None
) -> list[dict[str, Any]]:
    """One line a class: the figure it closed with, and the corrected one where they differ."""
    rows = []
    for code, word, count, href in classes_of(actor, round_, counts):
        at_closing = frozen.of(code) if frozen else None
        rows.append(
            {
                "code": code,
                "word": word,
                "count": at_closing if at_closing is not None else count,
                "now": count,
                "href": href,
                "differs": at_closing is not None and at_closing != count,
            }
        )
    return rows


def _sides(round_id: UUID) -> list[dict[str, Any]]:
    """The two sides that sign, and who has signed for each."""
    signed = list(queries.signatures(round_id))
    return [
        {"title": title, "signatures": [each for each in signed if each.role in roles]}
        for title, roles in (
            (_("For the homes: grid worker or community head"), rules.HOME_SIDE),
            (_("For the point: point chief"), rules.POINT_SIDE),
        )
    ]


def _may_sign_as(actor: Actor, round_: Round) -> list[tuple[str, Any]]:
    """The roles in which this person may sign now and has not yet."""
    if round_.state != RoundState.RECONCILING:
        return []
    if any(each.by_id == actor.account_id for each in queries.signatures(round_.pk)):
        return []
    return [(role, ROLES[role].title) for role in sorted(rules.SIGNING_ROLES) if actor.has_role(role)]
