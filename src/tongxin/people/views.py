"""Pages of the register: the list, one person, one household, and whole numbers shown with a reason."""

from collections.abc import Callable
from hashlib import sha256
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from tongxin.access.gate import ActorRequest, needs
from tongxin.access.queries import history_of, told, watchers_of
from tongxin.access.services import journal
from tongxin.core import clock, pages
from tongxin.core.formats import number
from tongxin.core.pages import Chip, Column, Empty, Table
from tongxin.core.panels import panels_of
from tongxin.core.refusals import Refusal
from tongxin.people.enums import LaneFlag
from tongxin.people.forms import CorrectionForm, ReasonForm
from tongxin.people.models import Person
from tongxin.people.queries import register as queries
from tongxin.people.queries.doubles import kept_of
from tongxin.people.services import persons, reveal
from tongxin.people.views_merges import merges_of
from tongxin.places.queries.addresses import door_label

KEPT_SEARCHES = 20


@require_POST
@needs(queries.READ)
def search(request: ActorRequest) -> HttpResponse:
    """Remember what is searched, so that no name or number stands in an address; then show the list."""
    text = request.POST.get("text", "").strip()[:60]
    if not text:
        return redirect("people:register")
    token = sha256(text.encode()).hexdigest()[:12]
    kept = {name: kept for name, kept in request.session.get("searches", {}).items() if name != token}
    request.session["searches"] = dict([*kept.items(), (token, text)][-KEPT_SEARCHES:])
    return redirect(f"{reverse('people:register')}?search={token}")


@needs(queries.READ)
def register(request: ActorRequest) -> HttpResponse:
    """The list, walked from door to door."""
    text = request.session.get("searches", {}).get(request.GET.get("search", ""), "")
    building = request.GET.get("building", "")
    page = queries.search_people(
        request.actor,
        text,
        building=building,
        after=request.GET.get("after", ""),
        before=request.GET.get("before", ""),
    )
    shown = [row.id for row in page.rows]
    journal.seen(by=request.actor, area_path=request.actor.home, what="register", people=shown)
    chips = [Chip(f"“{text}”", pages.without(request.GET, "search"))] if text else []
    chips += [
        Chip(found.name, pages.without(request.GET, "building"))
        for found in page.buildings
        if found.path == building
    ]
    table = Table(
        columns=[
            Column(pgettext("person", "Name")),
            Column(_("Sex, age"), "nowrap"),
            Column(_("Address"), "wide-only"),
            Column(_("Relation"), "wide-only"),
            Column(pgettext("person", "Document"), "wide-only"),
            Column(_("Phone"), "wide-only"),
            Column(_("Tags"), "wide-only"),
        ],
        rows=page.rows,
        empty=_nobody(request.actor, text or building),
        as_of=clock.now(),
        count=ngettext("%(n)s person", "%(n)s persons", page.total) % {"n": number(page.total)},
        chips=chips,
        **pages.links(request.GET, page),  # type: ignore[arg-type]
    )
    context = {"table": table, "buildings": page.buildings, "building": building, "text": text}
    context["may_change"] = request.actor.may("people.person.change")
    context["signers"] = [_("Filled in by"), _("Community head")]
    return render(request, "people/register.html", context)


def _nobody(actor: Any, is_filtered: str) -> Empty:
    if is_filtered:
        return Empty(
            _(
                "Nobody in your area answers to this. Try the pinyin, the room (3-1-401) or the last four digits."
            ),
            _("Show everybody"),
            reverse("people:register"),
        )
    if actor.may("people.register.import"):
        return Empty(
            _("The register of your area is empty. Import the household lists you have."),
            _("Import a list"),
            "/exchange/",
        )
    return Empty(_("The register of your area is empty. Ask the clerk to import the household lists."))


@needs(queries.READ)
def person(request: ActorRequest, person_id: UUID) -> HttpResponse:
    """One person: numbers masked, home, household, tags, and who has looked. A merged entry leads to its person."""
    if kept := kept_of([person_id]).get(person_id):
        return redirect("people:person", kept)
    found = queries.person_of(request.actor, person_id)
    journal.seen(by=request.actor, area_path=found.area_path, what="person", people=[found.pk])
    name = "people/person.html#drawer" if pages.wants_drawer(request) else "people/person.html"
    return render(request, name, _person_context(request, found))


def _person_context(request: ActorRequest, found: Person) -> dict[str, Any]:
    actor = request.actor
    row = queries.row_of(found, actor)
    may_read_journal = actor.may("access.journal.read", found.area_path)
    members = queries.members_of(actor, row.household_id) if row.household_id else []
    return {
        "person": found,
        "row": row,
        "homes": [(home, door_label(home.dwelling)) for home in found.homes],  # type: ignore[attr-defined]
        "members": [member for member in members if member.id != found.pk],
        "may_reveal": actor.may(reveal.REVEAL, found.area_path),
        "may_change": actor.may("people.person.change", found.area_path),
        "watchers": told(watchers_of(found.pk)[:5]) if may_read_journal else None,
        "history": told(history_of(found.pk)[:10]) if may_read_journal else None,
        "reason": ReasonForm(),
        "absence": found.absences.filter(returned_on=None).first(),
        "flags": [LaneFlag(flag).label for flag in found.flags],
        "tags": _tags(found, actor),
        "merges": merges_of(found),
        "may_tag": actor.may("people.person.change", found.area_path)
        or actor.may(queries.READ_TAGS, found.area_path),
        "panels": panels_of("people.person", actor, found.pk),
        "as_of": clock.now(),
    }


def _tags(found: Person, actor: Any) -> list[Any]:
    """The open tags that this actor may see, each with its key so that it can be ended."""
    may_see = actor.may(queries.READ_TAGS, found.area_path)
    return [tag for tag in found.open_tags if may_see or not tag.is_sensitive]  # type: ignore[attr-defined]


@never_cache
@needs(reveal.REVEAL)
def document(request: ActorRequest, person_id: UUID) -> HttpResponse:
    """Ask why, then show the whole document number once."""
    return _reveal(
        request,
        queries.person_of(request.actor, person_id),
        lambda why: reveal.reveal_document(person_id=person_id, by=request.actor, at=clock.now(), why=why),
        what=pgettext("person", "Document number"),
    )


@never_cache
@needs(reveal.REVEAL)
def phone(request: ActorRequest, person_id: UUID, phone_id: UUID) -> HttpResponse:
    """Ask why, then show the whole phone number once."""
    found = queries.person_of(request.actor, person_id)
    if phone_id not in {line.pk for line in found.lines}:  # type: ignore[attr-defined]
        raise Refusal("not_found", what=_("phone"))
    return _reveal(
        request,
        found,
        lambda why: reveal.reveal_phone(phone_id=phone_id, by=request.actor, at=clock.now(), why=why),
        what=_("Phone number"),
    )


def _reveal(request: ActorRequest, found: Person, show: Callable[[str], str], *, what: str) -> HttpResponse:
    form = ReasonForm(request.POST or None)
    shown = show(form.cleaned_data["why"]) if request.method == "POST" and form.is_valid() else ""
    context = {
        "person": found,
        "row": queries.row_of(found, request.actor),
        "form": form,
        "shown": shown,
        "what": what,
    }
    name = "people/reveal.html#part" if request.htmx else "people/reveal.html"
    return render(request, name, context, status=422 if form.errors else 200)


@needs("people.person.change")
def correct(request: ActorRequest, person_id: UUID) -> HttpResponse:
    """Mend a name or a phone."""
    found = queries.person_of(request.actor, person_id)
    form = CorrectionForm(request.POST or None, initial={"name": found.name})
    if request.method == "POST" and form.is_valid():
        try:
            persons.correct(person_id=person_id, by=request.actor, at=clock.now(), **form.cleaned_data)
        except Refusal as refusal:
            if refusal.code not in ("name_unreadable", "phone_unreadable"):
                raise
            form.add_error("name" if refusal.code == "name_unreadable" else "phone", refusal.says)
        else:
            messages.success(request, _("Corrected."))
            return redirect("people:person", person_id)
    return render(
        request,
        "people/correct.html",
        {"person": found, "form": form},
        status=422 if form.errors else 200,
    )


@needs(queries.READ)
def household(request: ActorRequest, household_id: UUID) -> HttpResponse:
    """Who lives behind one door."""
    found, members = queries.household_of(request.actor, household_id)
    shown = [member.id for member in members]
    journal.seen(by=request.actor, area_path=found.area_path, what="household", people=shown)
    return render(
        request,
        "people/household.html",
        {
            "household": found,
            "door": door_label(found.dwelling),
            "members": members,
            "visits": found.visits.order_by("-visited_at")[:10],
            "may_change": request.actor.may("people.person.change", found.area_path),
            "as_of": clock.now(),
        },
    )


@needs("access.journal.read")
def seen(request: ActorRequest, person_id: UUID) -> HttpResponse:
    """Who has seen this person: every page, list, copy and whole number that showed them, when and why."""
    found = queries.person_of(request.actor, person_id)
    request.actor.must("access.journal.read", within=found.area_path)
    page = pages.keyset(
        watchers_of(found.pk).select_related("facts_row"),
        ("-sequence",),
        after=request.GET.get("after", ""),
        before=request.GET.get("before", ""),
    )
    table = Table(
        columns=[
            Column(_("When"), "nowrap"),
            Column(_("Who")),
            Column(_("Did what")),
            Column(_("Why"), "wide-only"),
        ],
        rows=told(page.rows),
        empty=Empty(_("Nobody has seen this person yet.")),
        as_of=clock.now(),
        **pages.links(request.GET, page),  # type: ignore[arg-type]
    )
    return render(request, "people/seen.html", {"person": found, "table": table})
