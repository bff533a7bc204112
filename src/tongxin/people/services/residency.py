"""Ending where people live (迁出): a residence is closed with its day and reason, never deleted (LG-01)."""

from collections.abc import Collection
from datetime import date, datetime
from uuid import UUID

from django.db import transaction

from tongxin.access.actors import Actor
from tongxin.access.services import journal
from tongxin.people.models import Code, Household, Residence


@transaction.atomic
def end_residences(
    *, person_ids: Collection[UUID], on: date, why: str, area_path: str, by: Actor, at: datetime
) -> int:
    """Close the residences in which these people live now (迁出登记). Returns how many; the same again is none.

    A household is closed with its last member; sampling codes stop with the residence.
    """
    living = Residence.objects.filter(
        person_id__in=person_ids, is_current=True, to_on=None, area_path__startswith=area_path
    )
    rows = list(
        living.select_for_update().order_by("pk").values_list("pk", "person_id", "household_id", "area_path")
    )
    by.must("people.person.change")
    for path in {path for *_keys, path in rows}:
        by.must("people.person.change", within=path)
    if not rows:
        return 0
    ended = [person_id for _key, person_id, *_rest in rows]
    Residence.objects.filter(pk__in=[key for key, *_rest in rows]).update(to_on=on, is_current=False)
    Code.objects.filter(person_id__in=ended, revoked_at=None).update(revoked_at=at)
    Household.objects.filter(pk__in={each[2] for each in rows if each[2]}, closed_on=None).exclude(
        residences__in=Residence.objects.filter(to_on=None)
    ).update(closed_on=on)
    journal.record(
        "people.residence.ended",
        by=by,
        area_path=area_path,
        at=at,
        why=why,
        facts={"people": [str(each) for each in ended], "on": on.isoformat()},
    )
    return len(rows)
