"""Drawing grids: which buildings make up which grid, from a day on."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime

from django.db import transaction

from tongxin.access.actors import Actor
from tongxin.access.services import journal
from tongxin.core import areas, clock
from tongxin.core.locks import advisory
from tongxin.core.refusals import Refusal
from tongxin.places import rules
from tongxin.places.enums import AreaLevel, CodeSource
from tongxin.places.models import Area, GridMembership
from tongxin.places.queries.grids import drawing_mark


@transaction.atomic
def draw_grids(
    *,
    community_path: str,
    grids: Mapping[str, Sequence[str]],
    on: date,
    by: Actor,
    at: datetime,
    seen: str = "",
) -> dict[str, Area]:
    """Draw the grids of a community (网格划分): grid name -> its buildings by number or path, valid from `on`.

    The drawing is the whole community's: a building that it does not name is in no grid from that day. Memberships
    that change are ended and new ones begun; nothing is deleted (ID-05). The same drawing again changes nothing.
    `seen` is the mark of the drawing that the drawer had before them: another one since is refused.
    """
    by.must("places.grid.draw", within=community_path)
    advisory(f"places.grids:{community_path}")
    if seen and seen != drawing_mark(community_path):
        raise Refusal("grids_changed")
    if on < clock.day_of(at):
        raise Refusal("grid_in_past", on=on)
    drawn = _ensure_grids(community_path, list(grids), on)
    wanted = _wanted(community_path, grids, drawn)
    open_rows = {
        row.area_path: row
        for row in GridMembership.objects.select_for_update(of=("self",))
        .filter(area_path__startswith=community_path, valid_to=None)
        .select_related("grid")
    }
    held = {path: rules.Held(row.grid.path, row.valid_from) for path, row in open_rows.items()}
    change = rules.redraw(held, {path: grid.path for path, grid in wanted.items()})
    rules.may_redraw(held, change, on).or_refuse()
    if not change.close and not change.open:
        return drawn
    GridMembership.objects.filter(pk__in=[open_rows[path].pk for path in change.close]).update(valid_to=on)
    GridMembership.objects.bulk_create(
        [GridMembership(area_path=path, grid=wanted[path], valid_from=on) for path in change.open]
    )
    _end_empty_grids(community_path, on)
    journal.record(
        "places.grid.drawn",
        by=by,
        area_path=community_path,
        at=at,
        facts={"on": on.isoformat(), "closed": len(change.close), "opened": len(change.open)},
    )
    return drawn


def _ensure_grids(community_path: str, names: Sequence[str], on: date) -> dict[str, Area]:
    """The grids by name; new ones get the next free numbers (G001 ...), ended ones are used again."""
    community = Area.objects.filter(path=community_path).first()
    if community is None:
        raise Refusal("area_unknown", area=community_path)
    known = {area.name: area for area in Area.objects.filter(parent=community, level=AreaLevel.GRID)}
    number = max((int(area.path[len(community_path) + 1 : -1]) for area in known.values()), default=0)
    drawn: dict[str, Area] = {}
    for name in names:
        grid = known.get(name)
        if grid is None:
            number += 1
            segment = f"G{number:03d}"
            grid = Area.objects.create(
                key=f"{community.key}{segment}",
                path=areas.child(community_path, segment),
                name=name,
                level=AreaLevel.GRID,
                parent=community,
                code_source=CodeSource.LOCAL,
                valid_from=on,
            )
        elif grid.valid_to is not None:
            grid.valid_to = None
            grid.save(update_fields=["valid_to"])
        drawn[name] = grid
    return drawn


def _wanted(
    community_path: str, grids: Mapping[str, Sequence[str]], drawn: Mapping[str, Area]
) -> dict[str, Area]:
    """Building path -> grid. Refuses a building that is in two grids or in none of our streets."""
    buildings = {
        area.path: area
        for area in Area.objects.filter(path__startswith=community_path, level=AreaLevel.BUILDING)
    }
    wanted: dict[str, Area] = {}
    for name, numbers in grids.items():
        for number in numbers:
            path = (
                number
                if number.startswith("/")
                else areas.child(community_path, rules.building_segment(number))
            )
            if path not in buildings:
                raise Refusal("building_unknown", building=number)
            if wanted.get(path, drawn[name]) != drawn[name]:
                raise Refusal("grid_building_twice", building=number, first=wanted[path].name, second=name)
            wanted[path] = drawn[name]
    return wanted


def _end_empty_grids(community_path: str, on: date) -> None:
    held = GridMembership.objects.filter(area_path__startswith=community_path, valid_to=None)
    Area.objects.filter(path__startswith=community_path, level=AreaLevel.GRID, valid_to=None).exclude(
        pk__in=held.values("grid_id")
    ).update(valid_to=on)
