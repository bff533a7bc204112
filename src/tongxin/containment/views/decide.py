"""Restricting somebody: from records that stand, never from a list; and the second signature."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from tongxin.access.gate import ActorRequest, needs
from tongxin.access.services import journal
from tongxin.containment.forms import LiftForm, UntilForm, orders_of
from tongxin.containment.models import Proposal
from tongxin.containment.queries import evidence
from tongxin.containment.queries.ledger import standing_of
from tongxin.containment.services import proposals
from tongxin.containment.services.restrictions import APPROVE, DECIDE
from tongxin.containment.views.ledger import READ, asked
from tongxin.core import clock, formats, pages
from tongxin.core.refusals import Refusal
from tongxin.people.queries import register


@needs(DECIDE)
@require_http_methods(["GET", "POST"])
def new(request: ActorRequest) -> HttpResponse:
    """The records that could ground a restriction nobody is under yet; some are chosen, and an end."""
    if request.method == "POST":
        return _ask(request, "")
    at = clock.now()
    records = evidence.unused(at)
    people = [each.person_id for each in records]
    journal.seen(by=request.actor, area_path=request.actor.home, what="restrictions", people=people, at=at)
    return render(
        request, "containment/restriction_new.html", {"form": UntilForm(), "records": records, "at": at}
    )


@needs(DECIDE)
@require_http_methods(["GET", "POST"])
def of_person(request: ActorRequest, person_id: UUID) -> HttpResponse:
    """Restrict one person, from their own page: what stands about them, and until when."""
    found = register.person_of(request.actor, person_id)
    if request.method == "POST":
        return _ask(request, str(person_id))
    at = clock.now()
    journal.seen(by=request.actor, area_path=found.area_path, what="restrictions", people=[found.pk], at=at)
    context = {
        "form": UntilForm(),
        "person": found,
        "records": evidence.of_person(found.pk, at),
        "standing": standing_of(found.pk, at),
        "at": at,
    }
    return render(request, "containment/restriction_new.html", context)


@needs(APPROVE, READ)
@require_GET
def proposal_list(request: ActorRequest) -> HttpResponse:
    """What waits for a second signature, and what became of the rest."""
    at = clock.now()
    found = pages.keyset(
        Proposal.objects.all(),
        ("-made_at", "-id"),
        after=request.GET.get("after", ""),
        before=request.GET.get("before", ""),
    )
    table = pages.Table(
        columns=[
            pages.Column(_("Asked by")),
            pages.Column(_("Asked")),
            pages.Column(_("Until"), "wide-only"),
            pages.Column(_("State")),
        ],
        rows=found.rows,
        empty=pages.Empty(_("No restriction waits for a second signature.")),
        as_of=at,
        **pages.links(request.GET, found),
    )
    return render(request, "containment/proposals.html", {"table": table, "at": at})


@needs(APPROVE, READ)
@require_GET
def proposal(request: ActorRequest, proposal_id: UUID) -> HttpResponse:
    """One proposal: every person with the record, and the two answers."""
    return _proposal(request, proposal_id)


@needs(APPROVE)
@require_POST
def approve(request: ActorRequest, proposal_id: UUID) -> HttpResponse:
    made = proposals.approve(proposal_id=proposal_id, by=request.actor, at=clock.now())
    messages.success(
        request,
        ngettext("%(count)s restriction is in force.", "%(count)s restrictions are in force.", len(made))
        % {"count": formats.number(len(made))},
    )
    return redirect("containment:proposal", proposal_id)


@needs(APPROVE)
@require_POST
def decline(request: ActorRequest, proposal_id: UUID) -> HttpResponse:
    form = LiftForm(request.POST)
    if not form.is_valid():
        return _proposal(request, proposal_id, form=form, status=422)
    proposals.decline(proposal_id=proposal_id, why=form.cleaned_data["why"], by=request.actor, at=clock.now())
    messages.success(request, _("Declined. Nobody is restricted by it."))
    return redirect("containment:proposal", proposal_id)


def _ask(request: ActorRequest, person: str) -> HttpResponse:
    form = UntilForm(request.POST)
    ends_at = form.cleaned_data["ends_at"] if form.is_valid() else None
    people = [*request.POST.getlist("person"), *([person] if person else [])]
    return asked(request, orders_of(request.POST.getlist("record"), people, ends_at))


def _proposal(
    request: ActorRequest, proposal_id: UUID, *, form: LiftForm | None = None, status: int = 200
) -> HttpResponse:
    at = clock.now()
    found = Proposal.objects.select_related("renews").filter(pk=proposal_id).first()
    if found is None:
        raise Refusal("not_found", what=str(Proposal._meta.verbose_name))
    lines = list(found.lines.select_related("person").order_by("person__name", "pk"))
    people = [line.person_id for line in lines]
    journal.seen(by=request.actor, area_path=found.area_path, what="restrictions", people=people, at=at)
    is_waiting = found.state == "waiting" and found.ends_at > at
    is_mine = found.made_by_id == request.actor.account_id
    context = {
        "proposal": found,
        "lines": lines,
        "at": at,
        "is_waiting": is_waiting,
        "is_late": found.state == "waiting" and found.ends_at <= at,
        "is_mine": is_mine,
        "may_sign": is_waiting and not is_mine and request.actor.may(APPROVE, found.area_path),
        "form": form or LiftForm(),
    }
    return render(request, "containment/proposal.html", context, status=status)
