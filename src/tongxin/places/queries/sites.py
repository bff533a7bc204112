"""Sites of an area, by kind."""

from collections import Counter
from dataclasses import dataclass

from django.db.models import QuerySet

from tongxin.places.enums import SiteKind
from tongxin.places.models import Site


@dataclass(frozen=True, slots=True)
class KindCount:
    kind: str
    title: str
    count: int


def sites_in(path: str, kind: str = "") -> QuerySet[Site]:
    """Open sites here and below."""
    sites = Site.objects.filter(area_path__startswith=path, closed_at=None)
    return sites.filter(kind=kind) if kind else sites


def kinds_in(path: str) -> list[KindCount]:
    """How many open sites of each kind, kinds without one left out."""
    counts = Counter(sites_in(path).values_list("kind", flat=True))
    return [KindCount(kind, str(title), counts[kind]) for kind, title in SiteKind.choices if counts[kind]]
