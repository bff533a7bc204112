"""The ledger of restrictions, one restriction, and the acts on it: told, lifted, renewed, waiting for the result."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from tongxin.access.gate import ActorRequest, needs
from tongxin.access.middleware import refusal_page
from tongxin.access.queries import history_of, told
from tongxin.access.services import journal
from tongxin.containment.enums import ToldBy
from tongxin.containment.forms import ExtendForm, LiftForm, ToldForm
from tongxin.containment.models import Proposal
from tongxin.containment.queries import evidence
from tongxin.containment.queries import ledger as queries
from tongxin.containment.services import proposals, restrictions
from tongxin.containment.services.restrictions import DECIDE, RENEW, TELL
from tongxin.core import clock, formats, pages
from tongxin.core.refusals import Refusal
from tongxin.places.queries.areas import named

READ = "containment.restriction.read"
APPEAL = "containment.appeal.receive"
NOBODY = UUID(int=0)


@needs(READ)
@require_GET
def ledger(request: ActorRequest) -> HttpResponse:
    """Who is held, on what, until when; what ends soon; who was released today."""
    at = clock.now()
    view = request.GET.get("view", "in_force")
    view = view if view in queries.VIEWS else "in_force"
    home = request.actor.home
    found = pages.keyset(
        queries.ledger(view, at, path=home),
        queries.ORDER[view],
        after=request.GET.get("after", ""),
        before=request.GET.get("before", ""),
    )
    people = [row.person_id for row in found.rows]
    journal.seen(by=request.actor, area_path=home, what="restrictions", people=people, at=at)
    counts = queries.counts(at, path=home)
    rows = queries.with_warnings(queries.with_addresses(found.rows), at, queries.warning_hours(home, at))
    table = pages.Table(
        columns=[
            pages.Column(_("Person")),
            pages.Column(_("Measure and ground")),
            pages.Column(_("Since"), "wide-only"),
            pages.Column(_("Ends")),
            pages.Column(_("Told"), "wide-only"),
            pages.Column(_("Decided by"), "wide-only"),
            pages.Column(_("Appeal to"), "wide-only"),
        ],
        rows=rows,
        empty=pages.Empty(_EMPTY[view]()),
        scope=named(home),
        as_of=at,
        **pages.links(request.GET, found),
    )
    context = {
        "table": table,
        "view": view,
        "at": at,
        "figures": _figures(view, counts),
        "may_decide": request.actor.may(DECIDE),
        "may_export": request.actor.may("containment.restriction.export"),
        "waiting": proposals_waiting(request),
        "roles": [_("Health officer"), _("Community head")],
    }
    return render(request, "containment/restrictions.html", context)


@needs(READ)
@require_GET
def one(request: ActorRequest, restriction_id: UUID) -> HttpResponse:
    """One restriction: all that must be there (LE-10), every decision on the same record, and what can be done."""
    return _page(request, restriction_id)


@needs(DECIDE)
@require_POST
def lift(request: ActorRequest, restriction_id: UUID) -> HttpResponse:
    form = LiftForm(request.POST)
    row = restrictions.lift(
        restriction_id=restriction_id,
        why=form.cleaned_data["why"] if form.is_valid() else "",
        by=request.actor,
        at=clock.now(),
    )
    messages.success(request, _("The hold of %(name)s has ended.") % {"name": row.person.name})
    return redirect("containment:restriction", row.pk)


@needs(RENEW)
@require_POST
def extend(request: ActorRequest, restriction_id: UUID) -> HttpResponse:
    """Go on past the end: a new decision, or a proposal where it takes two."""
    form = ExtendForm(request.POST)
    if not form.is_valid():
        return _page(request, restriction_id, form=form, status=422)
    at = clock.now()
    ends_at = at + timedelta(hours=form.cleaned_data["hours"])
    order = restrictions.renewal_of(restriction_id=restriction_id, ends_at=ends_at, at=at)
    return asked(request, [order])


@needs(RENEW)
@require_POST
def wait(request: ActorRequest, restriction_id: UUID) -> HttpResponse:
    """The one grace, while the final test is at the laboratory."""
    row = restrictions.wait_for_result(restriction_id=restriction_id, by=request.actor, at=clock.now())
    messages.success(
        request,
        _("%(name)s: the end waits for the result, until %(end)s at most.")
        % {"name": row.person.name, "end": formats.moment(row.ends_at)},
    )
    return redirect("containment:restriction", row.pk)


@needs(TELL)
@require_POST
def tell(request: ActorRequest, restriction_id: UUID) -> HttpResponse:
    """The person was told."""
    form = ToldForm(request.POST)
    if not form.is_valid():
        return _page(request, restriction_id, form=form, status=422)
    row = restrictions.tell(
        restriction_id=restriction_id,
        how=ToldBy(form.cleaned_data["how"]),
        by=request.actor,
        at=clock.now(),
    )
    messages.success(request, _("Noted: %(name)s was told.") % {"name": row.person.name})
    if request.actor.may(READ, within=row.area_path):
        return redirect("containment:restriction", row.pk)
    return redirect("people:person", row.person_id)


def asked(request: ActorRequest, orders: list[restrictions.Order]) -> HttpResponse:
    """Restrict, propose, or refuse; what was refused stays in the journal although the act was rolled back (LE-14)."""
    at = clock.now()
    try:
        with transaction.atomic():
            made = proposals.ask(orders=orders, by=request.actor, at=at)
    except Refusal as refusal:
        restrictions.note_refused(orders=orders, refusal=refusal, by=request.actor, at=at)
        return refusal_page(request, refusal)
    if isinstance(made, Proposal):
        messages.info(request, _("Nobody is restricted yet: a second person has to sign."))
        return redirect("containment:proposal", made.pk)
    messages.success(
        request,
        ngettext("%(count)s restriction is in force.", "%(count)s restrictions are in force.", len(made))
        % {"count": formats.number(len(made))},
    )
    if len(made) == 1:
        return redirect("containment:restriction", made[0].pk)
    return redirect("containment:restrictions")


def proposals_waiting(request: ActorRequest) -> int:
    """How many proposals wait for a signature that this person may give."""
    if not request.actor.may(restrictions.APPROVE):
        return 0
    rows = Proposal.objects.filter(state="waiting", ends_at__gt=clock.now())
    return rows.exclude(made_by_id=request.actor.account_id or NOBODY).count()


def _page(
    request: ActorRequest, restriction_id: UUID, *, form: Any = None, status: int = 200
) -> HttpResponse:
    at = clock.now()
    row = queries.one(restriction_id)
    journal.seen(
        by=request.actor, area_path=row.area_path, what="restrictions", people=[row.person_id], at=at
    )
    is_on = row.is_in_force(at)
    chain = queries.chain_of(row)
    recheck = evidence.recheck_of(row)
    is_sampled = recheck is not None and recheck.state == "sampled"
    here = row.area_path
    context = {
        "row": row,
        "at": at,
        "is_on": is_on,
        "chain": [each for each in chain if each.pk != row.pk],
        "record": evidence.words_of([row])[row.pk],
        "recheck": recheck,
        "appeals": row.appeals.order_by("-received_at"),
        "may_lift": is_on and request.actor.may(DECIDE, here),
        "may_renew": is_on and request.actor.may(RENEW, here) and not row.renewals.exists(),
        "may_wait": is_on and is_sampled and row.grace_from is None and request.actor.may(RENEW, here),
        "may_tell": row.noticed_at is None and request.actor.may(TELL, here),
        "may_appeal": request.actor.may(APPEAL, here),
        "told_ways": ToldBy.choices,
        "history": told(history_of(row.pk)[:20]),
        "form": form,
        "back": reverse("containment:restrictions"),
    }
    return render(request, "containment/restriction.html", context, status=status)


def _figures(view: str, counts: dict[str, int]) -> list[dict[str, Any]]:
    titles = {
        "in_force": _("In force"),
        "ending": _("Ending soon"),
        "ended_today": _("Released today"),
        "over": _("Over"),
    }
    return [
        {"view": name, "title": title, "count": counts[name], "is_here": name == view}
        for name, title in titles.items()
    ]


_EMPTY = {
    "in_force": lambda: _("Nobody is held now. Holds begin with a positive pool and end by themselves."),
    "ending": lambda: _("No hold ends within the next hours."),
    "ended_today": lambda: _("Nobody was released today."),
    "over": lambda: _("No hold is over yet."),
    "all": lambda: _("No restriction has been made here."),
}
