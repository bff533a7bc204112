"""Sites of an area, by kind."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.db.models import QuerySet

from tongxin.core.refusals import Refusal
from tongxin.places.enums import SiteKind
from tongxin.places.models import Site


@dataclass(frozen=True, slots=True)
class KindCount:
    kind: str
    title: str
    count: int


def sites_in(path: str, kind: str = "", *, closed: bool = False) -> QuerySet[Site]:
    """Open sites here and below, or the closed ones."""
    sites = Site.objects.filter(area_path__startswith=path, closed_at__isnull=not closed)
    return sites.filter(kind=kind) if kind else sites


def one(site_id: UUID) -> Site:
    """One site of the present scope. Refuses `not_found`."""
    site = Site.objects.filter(pk=site_id).first()
    if site is None:
        raise Refusal("not_found", what=str(Site._meta.verbose_name))
    return site


def kinds_in(path: str, *, closed: bool = False) -> list[KindCount]:
    """How many open (or closed) sites of each kind, kinds without one left out."""
    counts = Counter(sites_in(path, closed=closed).values_list("kind", flat=True))
    return [KindCount(kind, str(title), counts[kind]) for kind, title in SiteKind.choices if counts[kind]]


@dataclass(frozen=True, slots=True)
class PostName:
    """A sampling point as a choice: what it is called, where it lies, whether it still works."""

    id: UUID
    name: str
    area_path: str
    is_open: bool


def points_of(paths: Iterable[str]) -> list[PostName]:
    """The sampling points here and below, closed ones too, each once, by name."""
    found = {
        site.pk: PostName(site.pk, site.name, site.area_path, site.closed_at is None)
        for path in paths
        for site in Site.objects.filter(area_path__startswith=path, kind=SiteKind.SAMPLING_POINT)
    }
    return sorted(found.values(), key=lambda post: (post.name, str(post.id)))
