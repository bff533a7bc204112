"""Entering somebody into a ledger from their own page, and taking them out again."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from tongxin.access.gate import ActorRequest, needs
from tongxin.core import clock
from tongxin.core.refusals import Refusal
from tongxin.people.enums import Ledger
from tongxin.people.forms_ledgers import EndForm, EntryForm
from tongxin.people.queries import ledgers as queries
from tongxin.people.queries import register
from tongxin.people.services import ledgers

FIELDS = {
    "ledger_ground_needed": "ground",
    "ledger_end_needed": "until_on",
    "ledger_end_past": "until_on",
    "ledger_reason_needed": "reason",
}


@needs(queries.WRITE)
def enter(request: ActorRequest, person_id: UUID) -> HttpResponse:
    """Say into which ledger, on what ground, and until when."""
    person = register.person_of(request.actor, person_id)
    form = EntryForm(request.POST or None, ledgers=queries.may_know(request.actor))
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        row = ledgers.Row(person_id, said["ground"], said["until_on"])
        try:
            ledgers.enter(
                ledger=Ledger(said["ledger"]),
                rows=[row],
                area_path=person.area_path,
                by=request.actor,
                at=clock.now(),
            )
        except Refusal as refusal:
            _at_its_field(form, refusal)
        else:
            messages.success(request, _("Entered into the ledger."))
            return redirect("people:person", person_id)
    context = {"person": person, "form": form, "title": _("Enter into a ledger"), "act": _("Enter")}
    return render(request, "people/ledger_entry.html", context, status=422 if form.errors else 200)


@needs(queries.WRITE)
def end(request: ActorRequest, entry_id: UUID) -> HttpResponse:
    """Say why somebody leaves a ledger."""
    entry = queries.one(request.actor, entry_id)
    form = EndForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            ledgers.end(
                entry_id=entry_id, reason=form.cleaned_data["reason"], by=request.actor, at=clock.now()
            )
        except Refusal as refusal:
            _at_its_field(form, refusal)
        else:
            messages.success(request, _("Taken out of the ledger."))
            return redirect("people:person", entry.person_id)
    context = {
        "person": entry.person,
        "entry": entry,
        "form": form,
        "title": _("Take out of the ledger"),
        "act": _("Take out"),
    }
    return render(request, "people/ledger_entry.html", context, status=422 if form.errors else 200)


def _at_its_field(form: EntryForm | EndForm, refusal: Refusal) -> None:
    if refusal.code not in FIELDS:
        raise refusal
    form.add_error(FIELDS[refusal.code], refusal.says)
