"""Sampling codes on paper: choose a building, take its cards as a PDF; a lost card is revoked and made anew."""

import io
from uuid import UUID

import segno
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from tongxin.access.gate import ActorRequest, needs
from tongxin.access.queries import installation
from tongxin.core import clock, documents, formats, pages
from tongxin.core.formats import number
from tongxin.core.pages import Column, Empty, Table
from tongxin.core.refusals import Refusal
from tongxin.people.queries import codes as queries
from tongxin.people.rules.codes import PREFIX
from tongxin.people.services import codes as services
from tongxin.places.queries.areas import named
from tongxin.testing.forms import WhyForm

A_SHEET = 10


@needs(queries.PRINT)
@require_GET
def codes(request: ActorRequest) -> HttpResponse:
    """The buildings, with how many cards each still needs."""
    after, size = request.GET.get("after", ""), pages.SIZE
    found = queries.buildings(request.actor, after=after, size=size + 1)
    shown = found[:size]
    table = Table(
        columns=[Column(_("Building")), Column(_("Cards printed")), Column(_("Print"))],
        rows=[{"building": each, "parts": _parts(each.people)} for each in shown],
        empty=Empty(_("Nobody is registered in this area. Import the register first.")),
        as_of=clock.now(),
        count=ngettext("%(n)s building", "%(n)s buildings", len(shown)) % {"n": number(len(shown))},
        older=pages.address(request.GET, after=shown[-1].path) if len(found) > size else "",
        newer=pages.without(request.GET) if after else "",
    )
    return render(request, "testing/codes.html", {"table": table})


@never_cache
@needs(queries.PRINT)
@require_POST
def cards(request: ActorRequest) -> HttpResponse:
    """The cards of one building as sheets of A4; who has no code gets one, and the listing is recorded."""
    path, which = request.POST.get("building", ""), request.POST.get("which", "new")
    if not request.actor.may(queries.PRINT, within=path):
        raise Refusal("not_found", what=_("building"))
    at = clock.now()
    services.issue_codes(area_path=path, by=request.actor, at=at)
    which, _mark, part = which.partition("-")
    found = queries.cards(
        request.actor,
        path,
        only_new=which == "new",
        only_without_phone=which == "without_phone",
        part=int(part) if part.isdigit() and int(part) else 1,
    )
    if not found:
        return render(request, "testing/cards.html", {"building": named(path), "at": at})
    people = [card.person_id for card in found]
    services.mark_printed(area_path=path, person_ids=people, by=request.actor, at=at)
    return _pdf(found, named(path))


@never_cache
@needs(queries.PRINT)
@require_GET
def card(request: ActorRequest, person_id: UUID) -> HttpResponse:
    """The card of one person: since when it is printed, and what to do when it is lost."""
    found = _card(request, person_id)
    return render(request, "testing/card.html", {"card": found, "form": WhyForm()})


@never_cache
@needs(queries.PRINT)
@require_POST
def card_print(request: ActorRequest, person_id: UUID) -> HttpResponse:
    """One card on a sheet."""
    found = _card(request, person_id)
    path, at = services.area_of(person_id), clock.now()
    services.mark_printed(area_path=path, person_ids=[person_id], by=request.actor, at=at)
    return _pdf([found], named(path))


@needs(queries.PRINT)
@require_POST
def card_reissued(request: ActorRequest, person_id: UUID) -> HttpResponse:
    """Revoke the code of a lost card and give a new one: the old card opens nothing any more."""
    found = _card(request, person_id)
    form = WhyForm(request.POST)
    if not form.is_valid():
        return render(request, "testing/card.html", {"card": found, "form": form}, status=422)
    services.reissue_code(person_id=person_id, why=form.cleaned_data["why"], by=request.actor, at=clock.now())
    messages.success(
        request, _("The old card of %(name)s is void. Print the new one.") % {"name": found.name}
    )
    return redirect("testing:card", person_id)


def picture_of(token: str) -> str:
    """The smallest QR that holds the token, as an SVG."""
    buffer = io.BytesIO()
    picture = segno.make(PREFIX + token, error="m", micro=False)
    picture.save(buffer, kind="svg", border=2, xmldecl=False, svgns=True, omitsize=True)
    return buffer.getvalue().decode()


def _card(request: ActorRequest, person_id: UUID) -> queries.Card:
    found = queries.card_of(request.actor, person_id)
    if found is None:
        raise Refusal("not_found", what=_("sampling code"))
    return found


def _parts(people: int) -> list[int]:
    """All cards of a big building come in parts; one part needs no number."""
    count = -(-people // queries.MOST)
    return list(range(1, count + 1)) if count > 1 else []


def _pdf(cards: list[queries.Card], building: str) -> HttpResponse:
    data = {
        "title": _("Sampling codes"),
        "lang": "zh" if formats.is_chinese() else "en",
        "building": building,
        "hint": _("Bring this card to every round. Show it, say your name."),
        "demo": _("DEMO") if installation().is_demo else "",
        "cards": [
            {"name": each.name, "masked": each.masked, "door": each.door, "svg": picture_of(each.token)}
            for each in cards
        ],
    }
    body = documents.pdf("testing/templates/testing/cards.typ", data)
    response = HttpResponse(body, content_type="application/pdf")
    response["Content-Disposition"] = 'inline; filename="cards.pdf"'
    return response
