"""Sampling codes as cards: whose they are, where they live, which are printed."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection

from tongxin.access.actors import Actor
from tongxin.places.models import Area
from tongxin.places.rules.ground import door_said

PRINT = "testing.code.print"
MOST = 1000


@dataclass(frozen=True, slots=True)
class BuildingCodes:
    """A building: its people, and how many of them have a printed card."""

    path: str
    name: str
    people: int
    printed: int


@dataclass(frozen=True, slots=True)
class Card:
    """What stands on a paper card. The token alone goes into the QR."""

    person_id: UUID
    name: str
    token: str
    building: str
    unit: str
    room: str
    printed_at: datetime | None
    head: str = ""
    tail: str = ""
    compound: str = ""

    @property
    def masked(self) -> str:
        """First four and last four of the document, as everywhere."""
        if not self.tail:
            return ""
        return f"{self.head}**********{self.tail}" if self.head else f"****{self.tail}"

    @property
    def door(self) -> str:
        """The address as it is printed on the card: 东区3栋1单元401."""
        return door_said(self.building, self.unit, self.room, self.compound)


_LIVING = """
    FROM people_person p
    JOIN people_residence r ON r.person_id = p.id AND r.is_current AND r.to_on IS NULL
    LEFT JOIN people_code c ON c.person_id = p.id AND c.revoked_at IS NULL AND NOT c.is_bound
    WHERE p.voided_at IS NULL AND p.area_path ^@ ANY(%(paths)s)"""
_HAS_NO_PHONE = "NOT EXISTS (SELECT 1 FROM people_phone f WHERE f.person_id = p.id)"


def buildings(actor: Actor, *, after: str = "", size: int | None = None) -> list[BuildingCodes]:
    """The buildings where this actor prints codes, in order: all, or `size` of them from the path `after` on."""
    paths = actor.paths_for(PRINT)
    with connection.cursor() as cursor:
        # The paths first, from the list of areas: counting is for those that are shown.
        cursor.execute(
            """SELECT a.path FROM places_area a
               WHERE a.path ^@ ANY(%(paths)s) AND a.path > %(after)s
                 AND EXISTS (SELECT 1 FROM people_person p WHERE p.area_path = a.path AND p.voided_at IS NULL)
               ORDER BY a.path LIMIT %(size)s""",
            {"paths": paths, "after": after, "size": size},
        )
        shown = [path for (path,) in cursor.fetchall()]
        cursor.execute(
            f"""SELECT p.area_path, count(*), count(c.printed_at) {_LIVING} AND p.area_path = ANY(%(shown)s)
                GROUP BY p.area_path ORDER BY p.area_path""",
            {"paths": paths, "shown": shown},
        )
        found = cursor.fetchall()
    names = dict(Area.objects.filter(path__in=shown).values_list("path", "name"))
    return [BuildingCodes(path, str(names.get(path, path)), *counts) for path, *counts in found]


def cards(
    actor: Actor, path: str, *, only_new: bool = False, only_without_phone: bool = False, part: int = 1
) -> list[Card]:
    """The cards of one building, door by door: of all, of those without a printed one, of those without a phone.

    A part holds MOST of them, so that a document is made while somebody waits.
    """
    conditions = ["p.area_path = %(path)s", "c.token IS NOT NULL"]
    conditions += ["c.printed_at IS NULL"] if only_new else []
    conditions += [_HAS_NO_PHONE] if only_without_phone else []
    return _cards(
        " AND ".join(conditions),
        {"paths": actor.paths_for(PRINT), "path": path, "size": MOST, "skip": MOST * (part - 1)},
    )


def card_of(actor: Actor, person_id: UUID) -> Card | None:
    """The card of one person, when they have a code in force."""
    facts = {"paths": actor.paths_for(PRINT), "person": person_id, "size": 1, "skip": 0}
    return next(iter(_cards("p.id = %(person)s AND c.token IS NOT NULL", facts)), None)


def _cards(condition: str, facts: dict[str, Any]) -> list[Card]:
    joins = """LEFT JOIN places_dwelling d ON d.id = r.dwelling_id
               LEFT JOIN people_document m ON m.person_id = p.id AND m.is_primary WHERE"""
    sql = f"""
        SELECT p.id, p.name, c.token, coalesce(d.building, ''), coalesce(d.unit, ''), coalesce(d.room, ''),
               c.printed_at, coalesce(m.head, ''), coalesce(m.tail, ''), coalesce(d.compound, '')
        {_LIVING.replace("WHERE", joins)}
          AND {condition}
        ORDER BY length(coalesce(d.unit, '')), d.unit NULLS FIRST, coalesce(d.floor, -99),
                 length(coalesce(d.room, '')), d.room NULLS FIRST, p.id
        LIMIT %(size)s OFFSET %(skip)s"""
    with connection.cursor() as cursor:
        cursor.execute(sql, facts)
        return [Card(*values) for values in cursor.fetchall()]
