"""How many people live where, for pages about places; row-level security bounds what is counted."""

from uuid import UUID

from django.db.models import Count

from tongxin.people.models import Person, Residence


def by_area(path: str) -> dict[str, int]:
    """Path -> people, of everybody here and below."""
    found = Person.objects.live().filter(area_path__startswith=path).order_by().values_list("area_path")
    return dict(found.annotate(persons=Count("id")))


def by_door(building_path: str) -> dict[UUID, int]:
    """Door -> people who live behind it now."""
    found = Residence.objects.filter(
        area_path__startswith=building_path, is_current=True, to_on=None, dwelling__isnull=False
    )
    return {
        door: persons
        for door, persons in found.order_by().values_list("dwelling_id").annotate(persons=Count("id"))
        if door is not None
    }
