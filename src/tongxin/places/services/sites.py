"""Places where work is done: opened, changed, closed, never deleted."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from django.db import transaction

from tongxin.access.actors import Actor
from tongxin.access.services import journal
from tongxin.core.locks import advisory, lock
from tongxin.core.refusals import Refusal
from tongxin.places.enums import Datum, SiteKind
from tongxin.places.models import Area, Site
from tongxin.places.rules import positions

SHORTEST = 2


@dataclass(frozen=True, slots=True)
class Details:
    """What is known of a site beside its kind, name and area."""

    address: str = ""
    latitude: Decimal | None = None
    longitude: Decimal | None = None
    datum: str = Datum.WGS84
    emergency: str = ""
    is_flagged: bool = False


@transaction.atomic
def open_site(
    *,
    area_path: str,
    kind: str,
    name: str,
    by: Actor,
    at: datetime,
    address: str = "",
    details: Details | None = None,
) -> Site:
    """Set up a sampling point, checkpoint, roadblock, institution or laboratory (设点). The same again is the same.

    A roadblock says how it is opened in an emergency (CP-03). One that was closed is opened again.
    """
    by.must("places.site.change", within=area_path)
    wanted = details or Details(address=address)
    if not Area.objects.filter(path=area_path).exists():
        raise Refusal("area_unknown", area=area_path)
    _check(kind, name, wanted)
    advisory(f"places.site:{area_path}:{kind}:{name}")
    site, made = Site.objects.get_or_create(
        area_path=area_path, kind=kind, name=name.strip(), defaults=_columns(wanted)
    )
    if made:
        journal.record("places.site.opened", by=by, area_path=area_path, on=site, at=at, facts={"kind": kind})
    elif site.closed_at is not None:
        site.closed_at = None
        site.save(update_fields=["closed_at"])
        journal.record("places.site.reopened", by=by, area_path=area_path, on=site, at=at)
    return site


@transaction.atomic
def change_site(*, site_id: UUID, name: str, details: Details, by: Actor, at: datetime) -> Site:
    """Correct the name, address, position or emergency opening of a site (改点位). What it was stays in the journal."""
    site = lock(Site, site_id)
    by.must("places.site.change", within=site.area_path)
    if site.closed_at is not None:
        raise Refusal("site_closed", name=site.name)
    _check(site.kind, name, details)
    wanted = {"name": name.strip(), **_columns(details)}
    held = {column: getattr(site, column) for column in wanted}
    changed = [column for column in wanted if held[column] != wanted[column]]
    if not changed:
        return site
    same = Site.objects.filter(area_path=site.area_path, kind=site.kind, name=wanted["name"])
    if same.exclude(pk=site.pk).exists():
        raise Refusal("site_taken", name=wanted["name"])
    for column in changed:
        setattr(site, column, wanted[column])
    site.save(update_fields=changed)
    journal.record(
        "places.site.changed", by=by, area_path=site.area_path, on=site, at=at,
        facts={column: {"was": str(held[column] or ""), "now": str(wanted[column] or "")} for column in changed},
    )  # fmt: skip
    return site


@transaction.atomic
def close_site(*, site_id: UUID, why: str, by: Actor, at: datetime) -> Site:
    """Close a site with the reason (撤点). It stays in lists of the past; the same again is the same."""
    site = lock(Site, site_id)
    by.must("places.site.change", within=site.area_path)
    if site.closed_at is not None:
        return site
    if len(why.strip()) < SHORTEST:
        raise Refusal("site_why")
    site.closed_at = at
    site.save(update_fields=["closed_at"])
    journal.record("places.site.closed", by=by, area_path=site.area_path, on=site, at=at, why=why.strip())
    return site


def _check(kind: str, name: str, details: Details) -> None:
    if len(name.strip()) < SHORTEST:
        raise Refusal("site_name")
    if kind == SiteKind.ROADBLOCK and len(details.emergency.strip()) < SHORTEST:
        raise Refusal("roadblock_emergency", name=name.strip())
    if (details.latitude is None) != (details.longitude is None):
        raise Refusal("position_half")
    if details.latitude is not None and details.longitude is not None:
        positions.may_lie_at(float(details.latitude), float(details.longitude)).or_refuse()


def _columns(details: Details) -> dict[str, object]:
    return {
        "address": details.address.strip()[:160],
        "latitude": details.latitude,
        "longitude": details.longitude,
        "datum": details.datum,
        "emergency": details.emergency.strip()[:120],
        "is_flagged": details.is_flagged,
    }


def details_of(site: Site) -> Details:
    """What is known of the site as it stands."""
    return Details(
        address=site.address,
        latitude=site.latitude,
        longitude=site.longitude,
        datum=site.datum,
        emergency=site.emergency,
        is_flagged=site.is_flagged,
    )
