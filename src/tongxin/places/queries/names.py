"""What areas are called on pages."""

from collections.abc import Iterable

from django.utils.translation import gettext as _

from tongxin.core import areas
from tongxin.places.enums import AreaLevel
from tongxin.places.models import Area

SMALL = (AreaLevel.GRID, AreaLevel.COMPOUND, AreaLevel.BUILDING)


def names_of(paths: Iterable[str]) -> dict[str, str]:
    """Path -> name, with one query; what is below a community carries the community's name before it."""
    wanted = list(dict.fromkeys(paths))
    around = {path: areas.parent_of(path) for path in wanted}
    rows = {
        path: (name, level)
        for path, name, level in Area.objects.filter(path__in={*wanted, *around.values()}).values_list(
            "path", "name", "level"
        )
    }
    names: dict[str, str] = {areas.EVERYWHERE: _("everywhere")}
    for path in wanted:
        name, level = rows.get(path, ("", ""))
        outer = rows.get(around[path], ("", ""))[0]
        if name:
            says_it = not outer or level not in SMALL or name.startswith(outer)
            names[path] = name if says_it else f"{outer} {name}"
    return names
