"""The export files of a register or a laboratory sheet: what is stored, as tables a program can compare.

The database side calls these with the rows it stored. The columns are those of the import contract ("Export").
"""

import csv
from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path
from typing import Protocol

PERSON_COLUMNS = (
    "name", "id", "other_document", "sex", "birth", "phones", "building", "unit", "room", "relation", "tags", "source_rows",
)  # fmt: skip
HOUSEHOLD_COLUMNS = ("building", "unit", "room", "people", "vacant")
ROW_COLUMNS = ("sheet", "row", "outcome", "reason", "warnings")
TUBE_COLUMNS = ("code", "result", "status")
RECALL_COLUMNS = ("tube", "name", "id")


class PersonLine(Protocol):
    """A stored person of a register, with the rows that made it ("sheet!row", the first one first)."""

    @property
    def name(self) -> str: ...
    @property
    def id(self) -> str: ...
    @property
    def other_document(self) -> str: ...
    @property
    def sex(self) -> str: ...
    @property
    def birth(self) -> date | None: ...
    @property
    def phones(self) -> Sequence[str]: ...
    @property
    def building(self) -> str: ...
    @property
    def unit(self) -> str: ...
    @property
    def room(self) -> str: ...
    @property
    def relation(self) -> str: ...
    @property
    def tags(self) -> Sequence[str]: ...
    @property
    def source_rows(self) -> Sequence[object]: ...


class HouseholdLine(Protocol):
    """A door of the register: how many people live there first, and whether it is vacant."""

    @property
    def building(self) -> str: ...
    @property
    def unit(self) -> str: ...
    @property
    def room(self) -> str: ...
    @property
    def people(self) -> int: ...
    @property
    def vacant(self) -> bool: ...


class RowLine(Protocol):
    """What became of a row of the file."""

    @property
    def sheet(self) -> str: ...
    @property
    def row(self) -> int: ...
    @property
    def outcome(self) -> str: ...
    @property
    def reason(self) -> str: ...
    @property
    def warnings(self) -> Sequence[str]: ...


class TubeLine(Protocol):
    """A tube of the register with the result that is stored for it."""

    @property
    def code(self) -> str: ...
    @property
    def result(self) -> str: ...
    @property
    def status(self) -> str: ...


class RecallLine(Protocol):
    """Somebody to be called back for a test; a tube without names has one line."""

    @property
    def tube(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def id(self) -> str: ...


def write_register_export(
    folder: Path,
    stem: str,
    persons: Iterable[PersonLine],
    households: Iterable[HouseholdLine],
    rows: Iterable[RowLine],
) -> list[Path]:
    """STEM.csv, STEM.households.csv and STEM.rows.csv in the folder; returns their paths."""
    tables: list[tuple[str, tuple[str, ...], Iterable[object]]] = [
        (f"{stem}.csv", PERSON_COLUMNS, persons),
        (f"{stem}.households.csv", HOUSEHOLD_COLUMNS, households),
        (f"{stem}.rows.csv", ROW_COLUMNS, rows),
    ]
    return [_write(folder / name, columns, lines) for name, columns, lines in tables]


def write_lab_export(
    folder: Path,
    stem: str,
    tubes: Iterable[TubeLine],
    recall: Iterable[RecallLine],
    rows: Iterable[RowLine],
) -> list[Path]:
    """STEM.csv, STEM.recall.csv and STEM.rows.csv in the folder; returns their paths."""
    tables: list[tuple[str, tuple[str, ...], Iterable[object]]] = [
        (f"{stem}.csv", TUBE_COLUMNS, tubes),
        (f"{stem}.recall.csv", RECALL_COLUMNS, recall),
        (f"{stem}.rows.csv", ROW_COLUMNS, rows),
    ]
    return [_write(folder / name, columns, lines) for name, columns, lines in tables]


def _write(path: Path, columns: Sequence[str], lines: Iterable[object]) -> Path:
    """A table that is whole or not there."""
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f".{path.name}.part")
    with unfinished.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows(_cells(line, columns) for line in lines)
    unfinished.replace(path)
    return path


def _cells(line: object, columns: Sequence[str]) -> list[str]:
    return [plain(getattr(line, column)) for column in columns]


def plain(value: object) -> str:
    """A value as the truth tables write it: days as yyyy-mm-dd, lists with ";", yes and no as 1 and 0."""
    if isinstance(value, str):
        return str(value)
    if value is None:
        return ""
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, date):
        return value.strftime("%Y-%m-%d")
    if isinstance(value, Iterable):
        return ";".join(plain(part) if isinstance(part, str) else str(part) for part in value)
    return str(value)
