"""Acts on one person of the register: where they live, away and back, flags, tags, documents, verified."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from tongxin.access.gate import ActorRequest, needs
from tongxin.core import clock
from tongxin.core.refusals import Refusal
from tongxin.people.enums import LaneFlag, ResidenceKind, Source, VisitResult
from tongxin.people.forms import (
    AwayForm,
    DocumentForm,
    FlagsForm,
    LeaveForm,
    MoveForm,
    ReturnedForm,
    TagForm,
    VisitForm,
)
from tongxin.people.models import Person, Tag
from tongxin.people.queries import register as queries
from tongxin.people.services import homes
from tongxin.people.services.residency import end_residences
from tongxin.places.queries.addresses import door_label

CHANGE = homes.CHANGE
FORM = ["GET", "POST"]


@require_http_methods(FORM)
@needs(CHANGE)
def move(request: ActorRequest, person_id: UUID) -> HttpResponse:
    """Somebody lives elsewhere from now on, or at a second address too."""

    def act(form: forms.Form) -> None:
        said = form.cleaned_data
        homes.move(
            person_id=person_id,
            door=said["door"],
            kind=ResidenceKind(said["kind"]),
            source=Source(said["source"]),
            on=said["on"],
            why=said["why"],
            keeps_old=said["keeps_old"],
            by=request.actor,
            at=clock.now(),
        )

    return _form(
        request, person_id, MoveForm(request.POST or None), act, _("Moved"), _("Note a move"), field="on"
    )


@require_http_methods(FORM)
@needs(CHANGE)
def leave(request: ActorRequest, person_id: UUID) -> HttpResponse:
    """Somebody lives here no more."""

    def act(form: forms.Form) -> None:
        found = queries.person_of(request.actor, person_id)
        end_residences(
            person_ids=[person_id],
            on=form.cleaned_data["on"],
            why=form.cleaned_data["why"],
            area_path=found.area_path,
            by=request.actor,
            at=clock.now(),
        )

    return _form(
        request,
        person_id,
        LeaveForm(request.POST or None),
        act,
        _("Moved out."),
        _("Note a move out"),
        field="on",
    )


@require_http_methods(FORM)
@needs(CHANGE)
def away(request: ActorRequest, person_id: UUID) -> HttpResponse:
    """Somebody is away for a time."""

    def act(form: forms.Form) -> None:
        said = form.cleaned_data | {"source": Source(form.cleaned_data["source"])}
        homes.note_away(person_id=person_id, by=request.actor, at=clock.now(), **said)

    form = AwayForm(request.POST or None)
    return _form(request, person_id, form, act, _("Noted."), _("Note an absence"), field="left_on")


@require_http_methods(FORM)
@needs(CHANGE)
def returned(request: ActorRequest, person_id: UUID) -> HttpResponse:
    """Somebody is back."""

    def act(form: forms.Form) -> None:
        homes.note_returned(person_id=person_id, on=form.cleaned_data["on"], by=request.actor, at=clock.now())

    form = ReturnedForm(request.POST or None)
    return _form(request, person_id, form, act, _("Noted."), _("Returned"), field="on")


@require_http_methods(FORM)
@needs(CHANGE)
def flags(request: ActorRequest, person_id: UUID) -> HttpResponse:
    """What a lane does differently for somebody."""
    found = queries.person_of(request.actor, person_id)

    def act(form: forms.Form) -> None:
        homes.set_flags(
            person_id=person_id,
            flags=[LaneFlag(flag) for flag in form.cleaned_data["flags"]],
            why=form.cleaned_data["why"],
            by=request.actor,
            at=clock.now(),
        )

    form = FlagsForm(request.POST or None, initial={"flags": found.flags})
    return _form(request, person_id, form, act, _("Set."), _("Say what the lane does"))


@require_http_methods(FORM)
@needs(CHANGE, homes.READ_TAGS)
def tag(request: ActorRequest, person_id: UUID) -> HttpResponse:
    """A circumstance of somebody."""
    found = queries.person_of(request.actor, person_id)

    def act(form: forms.Form) -> None:
        homes.set_tag(
            person_id=person_id,
            name=form.cleaned_data["name"],
            since=form.cleaned_data["since"],
            by=request.actor,
            at=clock.now(),
        )

    may_see = request.actor.may(homes.READ_TAGS, found.area_path)
    form = TagForm(request.POST or None, may_see_sensitive=may_see)
    return _form(
        request, person_id, form, act, _("Set."), _("Set a tag"), capability=CHANGE if not may_see else ""
    )


@require_POST
@needs(CHANGE, homes.READ_TAGS)
def tag_end(request: ActorRequest, tag_id: UUID) -> HttpResponse:
    """A circumstance holds no longer."""
    held = get_object_or_404(Tag, pk=tag_id)
    homes.end_tag(tag_id=tag_id, on=clock.today(), by=request.actor, at=clock.now())
    messages.success(request, _("Ended."))
    return redirect("people:person", held.person_id)


@require_http_methods(FORM)
@needs(CHANGE)
def document_new(request: ActorRequest, person_id: UUID) -> HttpResponse:
    """One more document of somebody."""

    def act(form: forms.Form) -> None:
        homes.add_document(person_id=person_id, by=request.actor, at=clock.now(), **form.cleaned_data)

    form = DocumentForm(request.POST or None)
    return _form(request, person_id, form, act, _("Added."), _("Add a document"), field="number")


@require_POST
@needs(CHANGE)
def verify(request: ActorRequest, person_id: UUID) -> HttpResponse:
    """Somebody has seen that this entry is right."""
    queries.person_of(request.actor, person_id)
    homes.verify(person_ids=[person_id], by=request.actor, at=clock.now())
    messages.success(request, _("Verified."))
    return redirect("people:person", person_id)


@require_http_methods(FORM)
@needs(CHANGE)
def visit(request: ActorRequest, household_id: UUID) -> HttpResponse:
    """What came of knocking at a door."""
    found, members = queries.household_of(request.actor, household_id)
    request.actor.must(CHANGE, within=found.area_path)
    choices = [(str(member.id), f"{member.name} {member.relation}") for member in members]
    form = VisitForm(choices, request.POST or None)
    if request.method == "POST" and form.is_valid():
        homes.visit(
            dwelling_id=found.dwelling_id,
            result=VisitResult(form.cleaned_data["result"]),
            present=[UUID(key) for key in form.cleaned_data["present"]],
            note=form.cleaned_data["note"],
            by=request.actor,
            at=clock.now(),
        )
        messages.success(request, _("Noted."))
        return redirect("people:household", household_id)
    context = {
        "heading": _("Door visit"),
        "lead": door_label(found.dwelling),
        "form": form,
        "submit": _("Save"),
    }
    context["back"] = f"/people/households/{household_id}"
    return render(request, "people/act.html", context, status=422 if form.errors else 200)


def _form(
    request: ActorRequest,
    person_id: UUID,
    form: forms.Form,
    act: Callable[[Any], None],
    done: str,
    heading: str,
    *,
    field: str = "",
    capability: str = CHANGE,
) -> HttpResponse:
    """One form about one person: sent back with 422 where it is bad, and where the act was refused says so."""
    found: Person = queries.person_of(request.actor, person_id)
    if capability:
        request.actor.must(capability, within=found.area_path)
    if request.method == "POST" and form.is_valid():
        try:
            act(form)
        except Refusal as refusal:
            if refusal.code in ("not_allowed", "not_found"):
                raise
            form.add_error(field or None, refusal.says)
        else:
            messages.success(request, done)
            return redirect("people:person", person_id)
    context = {
        "heading": heading,
        "lead": found.name,
        "form": form,
        "submit": heading,
        "back": f"/people/{person_id}",
    }
    return render(request, "people/act.html", context, status=422 if form.errors else 200)
