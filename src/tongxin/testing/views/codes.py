"""Sampling codes on paper: choose a building, print its cards."""

from dataclasses import dataclass

import segno
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from tongxin.access.gate import ActorRequest, needs
from tongxin.core import clock
from tongxin.core.formats import number
from tongxin.core.pages import Column, Empty, Table
from tongxin.core.refusals import Refusal
from tongxin.people.queries import codes as queries
from tongxin.people.rules.codes import PREFIX
from tongxin.people.services import codes as services
from tongxin.places.queries.areas import named
from tongxin.testing.queries import rounds


@dataclass(frozen=True, slots=True)
class PrintedCard:
    card: queries.Card
    picture: SafeString


@needs(queries.PRINT)
@require_GET
def codes(request: ActorRequest) -> HttpResponse:
    """The buildings, with how many cards each still needs."""
    found = queries.buildings(request.actor)
    people = sum(building.people for building in found)
    table = Table(
        columns=[
            Column(_("Building")),
            Column(_("Cards printed")),
            Column(_("Print")),
        ],
        rows=found,
        empty=Empty(_("Nobody is registered in this area. Import the register first.")),
        as_of=clock.now(),
        count=ngettext("%(n)s person", "%(n)s persons", people) % {"n": number(people)},
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
    found = queries.cards(
        request.actor, path, only_new=which == "new", only_without_phone=which == "without_phone"
    )
    if found:
        people = [card.person_id for card in found]
        services.mark_printed(area_path=path, person_ids=people, by=request.actor, at=at)
    context = {
        "cards": [PrintedCard(card, picture_of(card.token)) for card in found],
        "building": named(path),
        "at": at,
        "round": rounds.current(),
    }
    return render(request, "testing/cards.html", context)


def picture_of(token: str) -> SafeString:
    """The smallest QR that holds the token, as an SVG of the page itself."""
    picture = segno.make(PREFIX + token, error="m", micro=False)
    return mark_safe(picture.svg_inline(scale=4, border=2, omitsize=True))  # noqa: S308 -- made by segno from a token
