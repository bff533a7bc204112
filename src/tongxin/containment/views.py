"""The ledger of restrictions: ground, evidence, end as time left, where to appeal."""

from datetime import timedelta
from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from tongxin.access.gate import ActorRequest, needs
from tongxin.access.middleware import refusal_page
from tongxin.access.services import journal
from tongxin.containment import queries
from tongxin.containment.forms import ExtendForm, LiftForm, RestrictionForm
from tongxin.containment.services import restrictions
from tongxin.core import clock, formats, pages
from tongxin.core.refusals import Refusal
from tongxin.places.queries.areas import named

READ, DECIDE, RENEW = (
    "containment.restriction.read",
    "containment.restriction.decide",
    "containment.restriction.renew",
)


@needs(READ)
@require_GET
def ledger(request: ActorRequest) -> HttpResponse:
    at = clock.now()
    view = request.GET.get("view", "in_force")
    view = view if view in queries.VIEWS else "in_force"
    key = queries.ORDER[view]
    found = pages.keyset(
        queries.ledger(view, at),
        key,
        after=request.GET.get("after", ""),
        before=request.GET.get("before", ""),
    )
    people = [row.person_id for row in found.rows]
    journal.seen(by=request.actor, area_path=request.actor.home, what="restrictions", people=people, at=at)
    counts = queries.counts(at)
    table = pages.Table(
        columns=[
            pages.Column(_("Person")),
            pages.Column(_("Measure and ground")),
            pages.Column(_("Since"), "wide-only"),
            pages.Column(_("Ends")),
            pages.Column(_("Told"), "wide-only"),
            pages.Column(_("Decided by"), "wide-only"),
            pages.Column(_("Appeal to")),
            pages.Column(""),
        ],
        rows=queries.with_addresses(found.rows),
        empty=pages.Empty(
            _("Nobody is held now. Holds begin with a positive pool and end by themselves.")
            if view == "in_force"
            else _("No restriction has been made here.")
        ),
        scope=named(request.actor.home),
        as_of=at,
        **pages.links(request.GET, found),
    )
    context = {
        "table": table,
        "view": view,
        "at": at,
        "counts": counts,
        "may_decide": request.actor.may(DECIDE),
        "roles": [_("Health officer"), _("Community head")],
        "may_renew": request.actor.may(RENEW),
    }
    return render(request, "containment/restrictions.html", context)


@needs(DECIDE)
@require_http_methods(["GET", "POST"])
def new(request: ActorRequest) -> HttpResponse:
    form = RestrictionForm(request.POST or None)
    if request.method != "POST" or not form.is_valid():
        return render(
            request, "containment/restriction_new.html", {"form": form}, status=422 if form.is_bound else 200
        )
    orders, at = form.orders(), clock.now()
    try:
        with transaction.atomic():
            made = restrictions.impose(orders=orders, by=request.actor, at=at)
    except Refusal as refusal:
        # The attempt stays in the journal although the act was rolled back (LE-14).
        restrictions.note_refused(orders=orders, refusal=refusal, by=request.actor, at=at)
        return refusal_page(request, refusal)
    messages.success(
        request,
        ngettext("%(count)s restriction is in force.", "%(count)s restrictions are in force.", len(made))
        % {"count": formats.number(len(made))},
    )
    return redirect("containment:restrictions")


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
    return redirect("containment:restrictions")


@needs(RENEW)
@require_POST
def extend(request: ActorRequest, restriction_id: UUID) -> HttpResponse:
    form = ExtendForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Say for how many hours, 24 at most."))
        return redirect("containment:restrictions")
    at = clock.now()
    row = restrictions.extend(
        restriction_id=restriction_id,
        ends_at=at + timedelta(hours=form.cleaned_data["hours"]),
        by=request.actor,
        at=at,
    )
    messages.success(
        request,
        _("%(name)s: a new decision holds until %(end)s.")
        % {"name": row.person.name, "end": formats.moment(row.ends_at)},
    )
    return redirect("containment:restrictions")
