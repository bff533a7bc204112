"""How an address is said, by language: 3栋1单元401 | Building 3, Unit 1, 401 (ID-04)."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tongxin.places.models import Dwelling

PATTERNS = {
    (True, True, True): gettext_lazy("Building %(building)s, Unit %(unit)s, %(room)s"),
    (True, True, False): gettext_lazy("Building %(building)s, Unit %(unit)s"),
    (True, False, True): gettext_lazy("Building %(building)s, %(room)s"),
    (True, False, False): gettext_lazy("Building %(building)s"),
    (False, True, True): gettext_lazy("Unit %(unit)s, %(room)s"),
    (False, True, False): gettext_lazy("Unit %(unit)s"),
}


def address_label(building: str, unit: str = "", room: str = "", compound: str = "") -> str:
    """The address in the active language; without any part, that it is not known."""
    if compound:
        inside = address_label(building, unit, room) if building or unit or room else ""
        return (
            _("%(compound)s, %(address)s") % {"compound": compound, "address": inside} if inside else compound
        )
    pattern = PATTERNS.get((bool(building), bool(unit), bool(room)))
    if pattern is not None:
        return pattern % {"building": building, "unit": unit, "room": room}
    return room or _("address not known")


def door_label(door: Dwelling | None) -> str:
    """The address of a door, or that there is none."""
    return address_label(door.building, door.unit, door.room, door.compound) if door else address_label("")
