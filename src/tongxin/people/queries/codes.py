"""Sampling codes as cards: whose they are, where they live, which are printed."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection

from tongxin.access.actors import Actor
from tongxin.places.models import Area

PRINT = "testing.code.print"
MOST = 2000


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

    @property
    def door(self) -> str:
        unit = f"{self.unit}单元" if self.unit else ""
        building = f"{self.building}栋" if self.building else ""
        return f"{building}{unit}{self.room}"


_LIVING = """
    FROM people_person p
    JOIN people_residence r ON r.person_id = p.id AND r.is_current AND r.to_on IS NULL
    LEFT JOIN people_code c ON c.person_id = p.id AND c.revoked_at IS NULL AND NOT c.is_bound
    WHERE p.voided_at IS NULL AND p.area_path ^@ ANY(%(paths)s)"""
_HAS_NO_PHONE = "NOT EXISTS (SELECT 1 FROM people_phone f WHERE f.person_id = p.id)"


def buildings(actor: Actor) -> list[BuildingCodes]:
    """The buildings where this actor prints codes, in order."""
    sql = f"""
        SELECT p.area_path, count(*), count(c.printed_at) {_LIVING} GROUP BY p.area_path ORDER BY p.area_path"""
    with connection.cursor() as cursor:
        cursor.execute(sql, {"paths": actor.paths_for(PRINT)})
        found = cursor.fetchall()
    names = dict(Area.objects.filter(path__in=[path for path, *_ in found]).values_list("path", "name"))
    return [BuildingCodes(path, str(names.get(path, path)), *counts) for path, *counts in found]


def cards(actor: Actor, path: str, *, only_new: bool = False, only_without_phone: bool = False) -> list[Card]:
    """The cards of one building, door by door: of all, of those without a printed one, of those without a phone."""
    conditions = ["p.area_path = %(path)s", "c.token IS NOT NULL"]
    conditions += ["c.printed_at IS NULL"] if only_new else []
    conditions += [_HAS_NO_PHONE] if only_without_phone else []
    sql = f"""
        SELECT p.id, p.name, c.token, coalesce(d.building, ''), coalesce(d.unit, ''), coalesce(d.room, ''),
               c.printed_at
        {_LIVING.replace("WHERE", "LEFT JOIN places_dwelling d ON d.id = r.dwelling_id WHERE")}
          AND {" AND ".join(conditions)}
        ORDER BY length(coalesce(d.unit, '')), d.unit NULLS FIRST, coalesce(d.floor, -99),
                 length(coalesce(d.room, '')), d.room NULLS FIRST, p.id
        LIMIT {MOST}"""
    facts: dict[str, Any] = {"paths": actor.paths_for(PRINT), "path": path}
    with connection.cursor() as cursor:
        cursor.execute(sql, facts)
        return [Card(*values) for values in cursor.fetchall()]
