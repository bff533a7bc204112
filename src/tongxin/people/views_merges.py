"""Entries that may be one person: proposed, laid side by side, merged, and taken apart again (ID-20, ID-21)."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from tongxin.access.gate import ActorRequest, needs
from tongxin.core import clock, pages
from tongxin.core.formats import number
from tongxin.core.refusals import Refusal
from tongxin.people.enums import MergeGround
from tongxin.people.forms import MergeForm, ReasonForm
from tongxin.people.models import Merge, Person
from tongxin.people.queries import register as queries
from tongxin.people.queries.doubles import CHANGE, proposed_pairs
from tongxin.people.services import merges
from tongxin.places.queries.areas import named


@dataclass(frozen=True, slots=True)
class PairRow:
    """Two entries beside each other, and why somebody should look."""

    ground: str
    one: queries.PersonRow
    other: queries.PersonRow


@require_GET
@needs(CHANGE)
def doubles(request: ActorRequest) -> HttpResponse:
    """Who may stand in the register twice, the surest ground first."""
    pairs = proposed_pairs(request.actor)
    rows = queries.rows_of(request.actor, {key for pair in pairs for key in (pair.one, pair.other)})
    shown = [
        PairRow(str(MergeGround(pair.ground).label), rows[pair.one], rows[pair.other])
        for pair in pairs
        if pair.one in rows and pair.other in rows
    ]
    table = pages.Table(
        columns=[
            pages.Column(_("Why")),
            pages.Column(pgettext("person", "Name")),
            pages.Column(_("Here and there")),
            pages.Column(""),
        ],
        rows=shown,
        empty=pages.Empty(_("Nobody in your area seems to stand in the register twice.")),
        scope=named(request.actor.home),
        as_of=clock.now(),
        count=ngettext("%(n)s pair", "%(n)s pairs", len(shown)) % {"n": number(len(shown))},
    )
    return render(request, "people/doubles.html", {"table": table})


@require_http_methods(["GET", "POST"])
@needs(CHANGE)
def merge(request: ActorRequest, one_id: UUID, other_id: UUID) -> HttpResponse:
    """Two entries side by side; which one is kept, and why they are one."""
    people = [queries.person_of(request.actor, key) for key in (one_id, other_id)]
    choices = [(str(person.pk), _side(request, person)) for person in people]
    ground = merges.ground_between(*people)
    form = MergeForm(choices, request.POST or None, initial={"kept": str(one_id), "ground": ground})
    if request.method == "POST" and form.is_valid():
        kept = UUID(form.cleaned_data["kept"])
        try:
            merges.merge(
                kept_id=kept,
                gone_id=other_id if kept == one_id else one_id,
                ground=MergeGround(form.cleaned_data["ground"]),
                why=form.cleaned_data["why"],
                by=request.actor,
                at=clock.now(),
            )
        except Refusal as refusal:
            if not refusal.code.startswith("merge_"):
                raise
            form.add_error(None, refusal.says)
        else:
            messages.success(request, _("Merged. The other entry points here and can be taken out again."))
            return redirect("people:person", kept)
    context = {
        "sides": [(person, queries.row_of(person, request.actor)) for person in people],
        "form": form,
        "ground": ground.label,
    }
    return render(request, "people/merge.html", context, status=422 if form.errors else 200)


def _side(request: ActorRequest, person: Person) -> str:
    row = queries.row_of(person, request.actor)
    return " · ".join(part for part in (row.name, row.masked, row.address) if part)


@require_POST
@needs(CHANGE)
def part(request: ActorRequest, merge_id: UUID) -> HttpResponse:
    """Take a merge back."""
    made = get_object_or_404(Merge, pk=merge_id)
    form = ReasonForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Say why the two entries are two people (at least 4 characters)."))
        return redirect("people:person", made.kept_id)
    try:
        merges.part(merge_id=merge_id, why=form.cleaned_data["why"], by=request.actor, at=clock.now())
    except Refusal as refusal:
        if refusal.code != "merge_built_upon":
            raise
        messages.error(request, refusal.says)
    else:
        messages.success(request, _("The two entries stand apart again."))
    return redirect("people:person", made.kept_id)


def merges_of(person: Person) -> list[Any]:
    """The merges into this person that stand."""
    return list(
        Merge.objects.filter(kept=person, undone_at=None).select_related("gone").order_by("merged_at")
    )
