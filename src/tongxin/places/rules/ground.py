"""Decisions about areas and doors on plain values: segments of paths, floors, how a grid is re-drawn."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from hashlib import sha256

from tongxin.core.verdicts import Verdict

PLAIN_NUMBER = re.compile(r"^[0-9A-Z]{1,8}$")
ROOM = re.compile(r"^(?P<below>[-B负])?0*(?P<floor>\d{1,2})(?P<door>\d{2})[A-Z]?$")
LOCAL_SEGMENT = re.compile(r"^(?=.*[A-Z])[0-9A-Z]{1,8}$")
REGION_WIDTHS = (2, 2, 2, 3, 3)


def building_number(typed: str) -> str:
    """A building's number as it is kept: 03 and 3 are one building, 12a is 12A."""
    number = "".join(typed.split()).upper()
    return number.lstrip("0") or number[:1]


def compound_name(typed: str) -> str:
    """A compound's name as it is kept: without spaces, at most forty characters."""
    return "".join(typed.split())[:40]


def door_said(building: str, unit: str = "", room: str = "", compound: str = "") -> str:
    """A door in Chinese, as it is said: 3栋1单元401, 东区3栋1单元401 in a compound. Two doors never sound alike (ID-04)."""
    inside = f"{building}栋" * bool(building) + f"{unit}单元" * bool(unit)
    return f"{compound}{inside}{room}"


def building_segment(number: str) -> str:
    """`B003`, `B12A` (ID-04). A number in other letters (甲3) gets a digest: a segment holds letters and digits."""
    number = building_number(number)
    if PLAIN_NUMBER.match(number):
        return f"B{number.rjust(3, '0')}"
    return f"BX{sha256(number.encode()).hexdigest()[:8].upper()}"


def floor_of(room: str) -> int | None:
    """The floor that a room number says: 401 -> 4, 1203A -> 12, B102 -> -1; None where it says none."""
    found = ROOM.match("".join(room.split()).upper())
    if found is None or int(found["floor"]) == 0:
        return None
    return -int(found["floor"]) if found["below"] else int(found["floor"])


def may_be_local(segment: str) -> Verdict:
    """A local code has a letter, so that it never meets a national one of a later list (ID-03)."""
    if LOCAL_SEGMENT.match(segment):
        return Verdict.yes()
    return Verdict.no("local_code_needs_letter", segment=segment)


def region_key(text: str) -> str:
    """A key as the list has it: 441900 and 441900000000 are 4419, 430802000000 is 430802; local codes stay."""
    key = text.strip().upper()
    if not key.isdigit() or len(key) not in (6, 9, 12):
        return key
    parts, start = [], 0
    for width in REGION_WIDTHS:
        parts.append(key[start : start + width])
        start += width
    while parts and not parts[-1].strip("0"):
        parts.pop()
    return "".join(parts)


@dataclass(frozen=True, slots=True)
class Held:
    """The open membership of a building: which grid, since when."""

    grid: str
    since: date


@dataclass(frozen=True, slots=True)
class Redraw:
    """What a new drawing changes: memberships to close, memberships to open (building -> grid)."""

    close: frozenset[str] = field(default_factory=frozenset)
    open: Mapping[str, str] = field(default_factory=dict)


def redraw(held: Mapping[str, Held], wanted: Mapping[str, str]) -> Redraw:
    """From the open memberships to the wanted ones (ID-05). What stays as it is, is not touched."""
    stays = {
        building for building, grid in wanted.items() if building in held and held[building].grid == grid
    }
    return Redraw(
        close=frozenset(held.keys() - stays),
        open={building: grid for building, grid in wanted.items() if building not in stays},
    )


def may_redraw(held: Mapping[str, Held], change: Redraw, on: date) -> Verdict:
    """History is written forward: a membership that began later than `on` cannot end before it began."""
    later = max((held[building].since for building in change.close), default=on)
    if later > on:
        return Verdict.no("grid_drawn_later", day=later, on=on)
    return Verdict.yes()
