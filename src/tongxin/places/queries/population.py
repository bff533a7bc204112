"""How many people live where: the register above counts them, pages about places only ask.

`people` registers its counters in its `ready`; without a register there are no counts, and pages show a dash.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from tongxin.core import areas
from tongxin.places.models import StatedCount

ByArea = Callable[[str], Mapping[str, int]]  # everybody here and below, by the path they carry
ByDoor = Callable[[str], Mapping[UUID, int]]  # who lives behind the doors of a building


@dataclass(slots=True)
class _Counters:
    by_area: ByArea | None = None
    by_door: ByDoor | None = None


_counters = _Counters()


def register_population(*, by_area: ByArea, by_door: ByDoor) -> None:
    """Say who counts people. Called once, by the app that holds them."""
    _counters.by_area, _counters.by_door = by_area, by_door


def people_by_area(path: str) -> Mapping[str, int]:
    """Path -> people, as far as the present scope sees them."""
    return _counters.by_area(path) if _counters.by_area else {}


def people_by_door(building_path: str) -> Mapping[UUID, int]:
    """Door -> people who live behind it now."""
    return _counters.by_door(building_path) if _counters.by_door else {}


def below(counts: Mapping[str, int], path: str) -> int:
    """The people of an area and all below it."""
    return sum(count for inner, count in counts.items() if areas.contains(path, inner))


def stated(area_path: str, on: date) -> StatedCount | None:
    """The latest number that the community has stated by that day, with its qualifier (A1)."""
    return StatedCount.objects.filter(area_path=area_path, stated_on__lte=on).order_by("-stated_on").first()
