"""Doors and the households behind them, made where a list or a visit names them first."""

from collections.abc import Iterable
from datetime import date

from tongxin.people.models import Household
from tongxin.people.rules.register import Door
from tongxin.places.models import Dwelling
from tongxin.places.rules import compound_name
from tongxin.places.services.areas import add_compounds, ensure_dwellings

BATCH = 2000


def dwellings_of(doors: Iterable[Door], area_path: str) -> dict[Door, Dwelling]:
    """The dwelling behind each door, made where it is missing; compounds first, for they hold buildings of their own."""
    wanted = list(dict.fromkeys(doors))
    compounds = add_compounds(area_path, [door.compound for door in wanted if door.compound])
    found: dict[Door, Dwelling] = {}
    for name in dict.fromkeys(door.compound for door in wanted):
        there = [door for door in wanted if door.compound == name]
        path = compounds[compound_name(name)].path if name else area_path
        made = ensure_dwellings(path, [(door.building, door.unit, door.room, "") for door in there])
        found |= {door: made[door.building, door.unit, door.room] for door in there}
    return found


def households_of(
    dwellings: dict[Door, Dwelling], doors: set[Door], opened_on: date
) -> dict[Door, Household]:
    """The open household behind each door, made where there is none."""
    wanted = {dwellings[door].pk: door for door in doors}
    open_now = Household.objects.filter(dwelling_id__in=list(wanted), closed_on=None)
    found: dict[Door, Household] = {wanted[household.dwelling_id]: household for household in open_now}
    missing = [door for door in doors if door not in found]
    made = [
        Household(dwelling=dwellings[door], area_path=dwellings[door].area_path, opened_on=opened_on)
        for door in missing
    ]
    Household.objects.bulk_create(made, batch_size=BATCH)
    Dwelling.objects.filter(pk__in=[household.dwelling_id for household in made], is_vacant=True).update(
        is_vacant=False
    )
    found.update(zip(missing, made, strict=True))
    return found
