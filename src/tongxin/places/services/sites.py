"""Places where work is done."""

from datetime import datetime

from django.db import transaction

from tongxin.access.actors import Actor
from tongxin.access.services import journal
from tongxin.places.models import Site


@transaction.atomic
def open_site(*, area_path: str, kind: str, name: str, by: Actor, at: datetime, address: str = "") -> Site:
    """Set up a sampling point, checkpoint, roadblock, institution or laboratory (设点). The same again is the same."""
    by.must("places.site.change", within=area_path)
    site, made = Site.objects.get_or_create(
        area_path=area_path, kind=kind, name=name, defaults={"address": address}
    )
    if made:
        journal.record("places.site.opened", by=by, area_path=area_path, on=site, at=at, facts={"kind": kind})
    elif site.closed_at is not None:
        site.closed_at = None
        site.save(update_fields=["closed_at"])
        journal.record("places.site.reopened", by=by, area_path=area_path, on=site, at=at)
    return site
