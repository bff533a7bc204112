"""Coverage as figures: the nine classes that sum to the base, by building, and how the base changed (MT-40..43)."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, fields
from datetime import datetime
from uuid import UUID

from django.db.models import Count, Q, QuerySet

from tongxin.core.areas import EVERYWHERE
from tongxin.places.models import Area
from tongxin.places.queries.areas import grids_of
from tongxin.testing.enums import Coverage, Origin
from tongxin.testing.models import Closing, Expected, Round
from tongxin.testing.rules.rounds import RUNNING

COVERED = (Coverage.HERE, Coverage.ELSEWHERE, Coverage.MOBILE)
NOT_DUE = (Coverage.AWAY, Coverage.ISOLATED, Coverage.EXEMPT)


@dataclass(frozen=True, slots=True)
class ClassCounts:
    """How many persons of a base are in each of the nine classes."""

    here: int = 0
    elsewhere: int = 0
    mobile: int = 0
    isolated: int = 0
    away: int = 0
    exempt: int = 0
    refused: int = 0
    unreachable: int = 0
    unknown: int = 0

    @property
    def base(self) -> int:
        return sum(count for _klass, count in self.items())

    @property
    def should_test(self) -> int:
        """MT-41: the base without who is away, isolated elsewhere or exempt."""
        return self.base - self.away - self.isolated - self.exempt

    @property
    def covered(self) -> int:
        return self.here + self.elsewhere + self.mobile

    @property
    def coverage(self) -> float | None:
        """Covered of those who should be tested; None where nobody should."""
        return self.covered / self.should_test if self.should_test else None

    @property
    def raw_share(self) -> float | None:
        """Covered of the whole base, shown beside it."""
        return self.covered / self.base if self.base else None

    def of(self, klass: str) -> int:
        return int(getattr(self, klass))

    def items(self) -> Iterator[tuple[Coverage, int]]:
        for klass in Coverage:
            yield klass, self.of(klass)

    def as_dict(self) -> dict[str, int]:
        return {field.name: self.of(field.name) for field in fields(self)}


@dataclass(frozen=True, slots=True)
class BuildingCounts:
    """One building, or the people without an address, on whose row the community's path stands."""

    path: str
    name: str
    grid: str
    counts: ClassCounts


@dataclass(frozen=True, slots=True)
class BaseChange:
    """MT-43: the base at opening, what was added and removed since, and the base now."""

    opening: int
    added: int
    removed: int

    @property
    def closing(self) -> int:
        return self.opening + self.added - self.removed


@dataclass(frozen=True, slots=True)
class Tally:
    """The classes of a round and how its base came about, from one reading of its list."""

    counts: ClassCounts
    change: BaseChange


def by_class(round_id: UUID, *, within: str = EVERYWHERE) -> ClassCounts:
    """The nine classes of a round as they stand now, of the people one may see."""
    here = Expected.objects.filter(round_id=round_id, removed_at=None)
    if within != EVERYWHERE:
        here = here.filter(area_path__startswith=within)
    return ClassCounts(**dict(here.values_list("klass").annotate(count=Count("pk")).order_by()))


def tally(round_id: UUID) -> Tally:
    """`by_class` and `base_change` of a round at once: each alone reads the whole list."""
    counted = (
        Expected.objects.filter(round_id=round_id)
        .annotate(stands=Q(removed_at=None))
        .values_list("klass", "origin", "stands")
        .annotate(count=Count("pk"))
        .order_by()
    )
    classes: dict[str, int] = defaultdict(int)
    base = added = removed = 0
    for klass, origin, stands, count in counted:
        if stands:
            classes[klass] += count
        else:
            removed += count
        if origin == Origin.BASE:
            base += count
        else:
            added += count
    return Tally(ClassCounts(**classes), BaseChange(base, added, removed))


def unknown_count(round_id: UUID) -> int:
    return Expected.objects.filter(round_id=round_id, removed_at=None, klass=Coverage.UNKNOWN).count()


def removed_sampled(round_id: UUID) -> int:
    """How many were removed from the base and have a swab in the round after all: they belong back into it."""
    outside = Expected.objects.filter(round_id=round_id, klass__in=[Coverage.HERE, Coverage.MOBILE])
    return outside.exclude(removed_at=None).count()


def by_building(
    round_id: UUID, at: datetime, *, after: str = "", most_unknown: int = 0, size: int = 0
) -> list[BuildingCounts]:
    """The same, building by building in the order of their paths, with the grid of the day.

    A part of them: `size` from the path `after` on, or the ones with the `most_unknown` people first.
    """
    counted = (
        Expected.objects.filter(round_id=round_id, removed_at=None)
        .values_list("area_path")
        .annotate(**{f"n_{klass}": Count("pk", filter=Q(klass=klass)) for klass in Coverage})
        .order_by("area_path")
    )
    if after:
        counted = counted.filter(area_path__gt=after)
    if most_unknown:
        counted = counted.order_by("-n_unknown", "area_path")[:most_unknown]  # type: ignore[misc]  # an annotation
    elif size:
        counted = counted[:size]
    found = {path: dict(zip(Coverage.values, counts, strict=True)) for path, *counts in counted}
    names = dict(Area.objects.filter(path__in=list(found)).values_list("path", "name"))
    grids = grids_of(EVERYWHERE, at) if found else {}
    return [
        BuildingCounts(
            path=path,
            name=names.get(path, path),
            grid=grids[path].name if path in grids else "",
            counts=ClassCounts(**classes),
        )
        for path, classes in found.items()
    ]


def base_change(round_: Round) -> BaseChange:
    """Why the base is not what it was at opening."""
    counted = Expected.objects.filter(round_id=round_.pk).aggregate(
        base=Count("pk", filter=Q(origin=Origin.BASE)),
        added=Count("pk", filter=Q(origin=Origin.FOUND)),
        removed=Count("pk", filter=~Q(removed_at=None)),
    )
    return BaseChange(counted["base"], counted["added"], counted["removed"])


def closing_of(round_id: UUID) -> Closing | None:
    return Closing.objects.filter(round_id=round_id).first()


def closed_counts(closing: Closing) -> ClassCounts:
    """The frozen figures of a closed round (MT-46)."""
    return ClassCounts(**closing.classes)


def by_class_of(round_ids: list[UUID]) -> dict[UUID, ClassCounts]:
    """The nine classes of several rounds with one query."""
    found: dict[UUID, dict[str, int]] = {round_id: {} for round_id in round_ids}
    counted = Expected.objects.filter(round_id__in=round_ids, removed_at=None).values_list(
        "round_id", "klass"
    )
    for round_id, klass, count in counted.annotate(count=Count("pk")).order_by():
        found[round_id][klass] = count
    return {round_id: ClassCounts(**classes) for round_id, classes in found.items()}


def changes(round_id: UUID) -> QuerySet[Expected]:
    """Who was added to the base and who was removed from it since the opening, the latest first (MT-43)."""
    changed = Expected.objects.filter(round_id=round_id).filter(Q(origin=Origin.FOUND) | ~Q(removed_at=None))
    return changed.select_related("person", "dwelling").order_by("-added_at", "-pk")


def not_yet_waiting(actor: object) -> int:
    """How many people in sight are not yet covered in a round at work (the count in the navigation)."""
    return Expected.objects.filter(round__state__in=RUNNING, removed_at=None, klass=Coverage.UNKNOWN).count()
