"""What a spreadsheet file holds, as plain values. Who reads the bytes is `exchange.reading`."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any, NamedTuple

# A number cell stays a number and text stays text: only so can a lost digit be told from a short number.
Value = str | int | float | bool | date | datetime | time | timedelta | None


class UnreadableFile(Exception):
    """A file that cannot be read as a table; `code` is a fact, `facts` say which and where."""

    def __init__(self, code: str, **facts: Any) -> None:
        super().__init__(code, facts)
        self.code = code
        self.facts = facts

    def __str__(self) -> str:
        return ", ".join([self.code, *(f"{name}={value}" for name, value in self.facts.items())])


class Cell(NamedTuple):
    """One cell with the place where it stands."""

    sheet: str
    row: int
    column: int
    value: Value

    @property
    def reference(self) -> str:
        """As a spreadsheet names it: G12."""
        return f"{column_letters(self.column)}{self.row}"


class Row(NamedTuple):
    """One row: its number counts from 1, its columns from 0."""

    number: int
    values: tuple[Value, ...]

    def at(self, column: int) -> Value:
        return self.values[column] if 0 <= column < len(self.values) else None

    def with_covered(self, covered: "dict[int, Value] | None") -> "Row":
        """The row with what merged cells say to it (`Sheet.spread`)."""
        if not covered:
            return self
        width = max(len(self.values), max(covered) + 1)
        return Row(self.number, tuple(covered.get(column, self.at(column)) for column in range(width)))


class Merge(NamedTuple):
    """A merged range; rows count from 1, columns from 0, both ends belong to it."""

    top: int
    left: int
    bottom: int
    right: int


@dataclass(frozen=True, slots=True)
class Sheet:
    """One visible sheet: its rows that are not blank; hidden columns are read like others."""

    name: str
    rows: tuple[Row, ...]
    merges: tuple[Merge, ...] = ()

    @property
    def width(self) -> int:
        return max((len(row.values) for row in self.rows), default=0)

    def spread(self) -> dict[int, dict[int, Value]]:
        """What merged cells say to the rows they cover, by row and column; the top cell itself is left out."""
        covered: dict[int, dict[int, Value]] = {}
        rows = {row.number: row for row in self.rows} if self.merges else {}
        for merge in self.merges:
            top = rows.get(merge.top)
            value = top.at(merge.left) if top else None
            if value is not None:
                for number in range(merge.top + 1, merge.bottom + 1):
                    covered.setdefault(number, {})[merge.left] = value
        return covered


@dataclass(frozen=True, slots=True)
class Workbook:
    """One file. `repeats_blanks`: in a CSV a blank cell can stand for the one above (merged cells are lost)."""

    name: str
    kind: str
    sheets: tuple[Sheet, ...]
    hidden_sheets: tuple[str, ...] = ()
    encoding: str = ""
    separator: str = ""
    repeats_blanks: bool = False
    remarks: tuple[str, ...] = field(default=())

    def sheet(self, name: str) -> Sheet:
        return next(sheet for sheet in self.sheets if sheet.name == name)

    def cells(self, sheet: str, number: int) -> Iterator[Cell]:
        """The cells of one row, for a page that shows why it was rejected."""
        for row in self.sheet(sheet).rows:
            if row.number == number:
                yield from (Cell(sheet, number, column, value) for column, value in enumerate(row.values))


def column_letters(column: int) -> str:
    """0 -> A, 25 -> Z, 26 -> AA."""
    letters = ""
    column += 1
    while column > 0:
        column, rest = divmod(column - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def column_number(letters: str) -> int:
    """A -> 0, AA -> 26."""
    number = 0
    for letter in letters.upper():
        number = number * 26 + ord(letter) - ord("A") + 1
    return number - 1


def is_number(value: Value) -> bool:
    """A cell that the sheet holds as a number."""
    return isinstance(value, int | float) and not isinstance(value, bool)
