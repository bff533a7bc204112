"""Filters about places: {% load places %}.

area|page_of:"area"   the address of a page about an area (area, grids, sites, rules_at)
door|address          how a door is said in the active language (ID-04)
act|act_words          what an act of the journal is called
"""

from django import template

from tongxin.access.acts import words_of
from tongxin.places.models import Area, Dwelling
from tongxin.places.queries.addresses import door_label
from tongxin.places.views.parts import address as page_address

register = template.Library()


@register.filter
def page_of(area: Area, name: str) -> str:
    return page_address(name, area.path)


@register.filter
def address(door: Dwelling | None) -> str:
    return door_label(door)


@register.filter
def act_words(act: str) -> str:
    return words_of(act)
