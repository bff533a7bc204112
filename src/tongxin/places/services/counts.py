"""What a community says of itself: its stated number of people, with the qualifier."""

from datetime import date, datetime

from django.db import transaction

from tongxin.access.actors import Actor
from tongxin.access.services import journal
from tongxin.core.refusals import Refusal
from tongxin.places.enums import Qualifier
from tongxin.places.models import Area, StatedCount

SHORTEST = 2


@transaction.atomic
def state_count(
    *, area_path: str, persons: int, qualifier: str, stated_on: date, source: str, by: Actor, at: datetime
) -> StatedCount:
    """Note how many people the community is said to have (上报人数): about 3,000 stays about 3,000 (A1).

    It is shown beside the counted rows and never used as a denominator. The same day again corrects that day's row.
    """
    by.must("places.grid.draw", within=area_path)
    if not Area.objects.filter(path=area_path).exists():
        raise Refusal("area_unknown", area=area_path)
    if qualifier not in Qualifier.values or persons < 1 or len(source.strip()) < SHORTEST:
        raise Refusal("stated_count")
    row, _made = StatedCount.objects.update_or_create(
        area_path=area_path,
        stated_on=stated_on,
        defaults={
            "persons": persons, "qualifier": qualifier, "source": source.strip()[:120], "stated_by": by.name[:60],
        },
    )  # fmt: skip
    journal.record(
        "places.count.stated", by=by, area_path=area_path, on=row, at=at,
        facts={"persons": persons, "qualifier": qualifier, "on": stated_on.isoformat()},
    )  # fmt: skip
    return row
