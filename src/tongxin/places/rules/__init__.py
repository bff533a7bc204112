"""Decisions on plain values: `ground` (segments, doors, grids), `rulebook` (what a rule takes, what is stricter)."""

from tongxin.places.rules.ground import (
    Held,
    Redraw,
    building_number,
    building_segment,
    compound_name,
    floor_of,
    may_be_local,
    may_redraw,
    redraw,
    region_key,
)

__all__ = [
    "Held",
    "Redraw",
    "building_number",
    "building_segment",
    "compound_name",
    "floor_of",
    "may_be_local",
    "may_redraw",
    "redraw",
    "region_key",
]
