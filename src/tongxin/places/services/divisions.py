"""The packaged list of divisions: from the file into the table, in one go and as often as one likes."""

import csv
import lzma
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from hashlib import md5
from itertools import groupby, islice
from pathlib import Path

from django.db import connection, transaction

from tongxin.core import areas
from tongxin.core.ids import uuid7
from tongxin.core.locks import advisory
from tongxin.places.models.areas import FIRST_DAY

PACKED = Path(__file__).resolve().parent.parent / "data" / "divisions.csv.xz"
CHUNK = 6000
Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Division:
    """One line of the list, with the path that the chain of its parents makes."""

    key: str
    path: str
    parent_path: str
    name: str
    level: str
    source: str
    valid_from: date
    valid_to: date | None
    successor_path: str

    @property
    def mark(self) -> str:
        """What may change from edition to edition."""
        ends = self.valid_to.isoformat() if self.valid_to else ""
        return f"{self.path} {self.name} {self.valid_from.isoformat()} {ends} {self.successor_path}"


@dataclass(frozen=True, slots=True)
class Counts:
    """What a load did."""

    areas: int
    added: int
    changed: int


def packed() -> list[Division]:
    """The list as shipped, parents before children."""
    with lzma.open(PACKED, "rt", encoding="utf-8", newline="") as f:
        rows = list(csv.DictReader(f))
    paths: dict[str, str] = {"": areas.EVERYWHERE}
    for row in rows:
        above = paths[row["parent"]]
        paths[row["key"]] = areas.child(above, row["segment"]) if row["segment"] else above
    return [
        Division(
            key=row["key"],
            path=paths[row["key"]],
            parent_path=paths[row["parent"]] if row["segment"] else "",
            name=row["name"],
            level=row["level"],
            source=row["source"],
            valid_from=date.fromisoformat(row["valid_from"]) if row["valid_from"] else FIRST_DAY,
            valid_to=date.fromisoformat(row["valid_to"]) if row["valid_to"] else None,
            successor_path=paths[row["successor"]] if row["successor"] else "",
        )
        for row in rows
    ]


def are_loaded(divisions: list[Division]) -> bool:
    """Whether the table says of every packed area what the file says."""
    marks = "\n".join(sorted(division.mark for division in divisions))
    # No join: just after a load the planner still takes the table for empty and would loop over it for each row.
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT md5(string_agg(mark, E'\\n' ORDER BY mark COLLATE "C")) FROM (
                 SELECT concat_ws(' ', a.path, a.name, a.valid_from, coalesce(a.valid_to::text, ''),
                                  CASE WHEN a.successor_id IS NULL THEN '' ELSE
                                  (SELECT s.path FROM places_area s WHERE s.id = a.successor_id) END) AS mark
                 FROM places_area a WHERE a.path = ANY(%s)) marks""",
            [[division.path for division in divisions]],
        )
        (found,) = cursor.fetchone() or (None,)
    return bool(found == md5(marks.encode(), usedforsecurity=False).hexdigest())


@transaction.atomic
def load_divisions(progress: Progress | None = None) -> Counts:
    """Bring the table to the packed list (行政区划). Local areas are not touched; safe to repeat, and by two at once.

    `progress(done, of)` is called as rows go in.
    """
    advisory("places.divisions")
    divisions = packed()
    if are_loaded(divisions):
        return Counts(len(divisions), 0, 0)
    added = changed = done = 0
    for part in _parts(divisions):
        new, other = _put(part)
        added, changed, done = added + new, changed + other, done + len(part)
        if progress is not None:
            progress(done, len(divisions))
    changed += _put_successors([division for division in divisions if division.successor_path])
    return Counts(len(divisions), added, changed)


def _parts(divisions: list[Division]) -> Iterator[list[Division]]:
    """One level at a time, so that parents are there when their children come; not too many at once."""
    for _level, rows in groupby(divisions, key=lambda division: division.level):
        while part := list(islice(rows, CHUNK)):
            yield part


def _put(part: list[Division]) -> tuple[int, int]:
    """Insert or correct; returns how many were added and how many changed."""
    now = time.time_ns() // 1_000_000
    columns = list(
        zip(
            *(
                (uuid7(now), row.key, row.path, row.parent_path, row.name, row.level, row.source, row.valid_from,
                 row.valid_to)
                for row in part
            ),
            strict=True,
        )
    )  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(
            """INSERT INTO places_area AS held
                 (id, key, path, parent_id, name, level, code_source, valid_from, valid_to)
               SELECT new.id, new.key, new.path, parent.id, new.name, new.level, new.source, new.valid_from,
                      new.valid_to
               FROM unnest(%s::uuid[], %s::text[], %s::text[], %s::text[], %s::text[], %s::text[], %s::text[],
                           %s::date[], %s::date[])
                 AS new(id, key, path, parent_path, name, level, source, valid_from, valid_to)
               LEFT JOIN places_area parent ON parent.path = new.parent_path
               ON CONFLICT (path) DO UPDATE
                 SET key = excluded.key, name = excluded.name, level = excluded.level,
                     parent_id = excluded.parent_id, valid_from = excluded.valid_from,
                     valid_to = excluded.valid_to
                 WHERE (held.key, held.name, held.level, held.parent_id, held.valid_from, held.valid_to)
                   IS DISTINCT FROM (excluded.key, excluded.name, excluded.level, excluded.parent_id,
                                     excluded.valid_from, excluded.valid_to)
               RETURNING (xmax = 0)""",
            [list(column) for column in columns],
        )
        fresh = [row[0] for row in cursor.fetchall()]
    return sum(fresh), len(fresh) - sum(fresh)


def _put_successors(ended: list[Division]) -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            """UPDATE places_area held SET successor_id = after.id
               FROM unnest(%s::text[], %s::text[]) AS ended(path, successor_path)
               JOIN places_area after ON after.path = ended.successor_path
               WHERE held.path = ended.path AND held.successor_id IS DISTINCT FROM after.id""",
            [[row.path for row in ended], [row.successor_path for row in ended]],
        )
        return int(cursor.rowcount)
