"""Which row of a sheet is its header and which column means what: proposed here, corrected by a person."""

import re
from collections.abc import Iterable
from collections.abc import Mapping as Dictionary
from dataclasses import dataclass, field, replace
from typing import Any

from tongxin.core.sheets import Row, Sheet, Value
from tongxin.core.text import clean, text_of, without_blanks

SEARCHED_ROWS = 40
LONGEST_HEADING = 40

BRACKETS = re.compile(r"[(\[【〔<《].*?[)\]】〕>》]")
NUMBERING = re.compile(r"^(?:\d{1,2}|[一二三四五六七八九十]{1,2})[、.:)]")
ORNAMENT = re.compile(r"^[*#※★☆●·]+|[*:;,。、?※★]+$")
POLITE = re.compile(r"^(?:请(?:输入|填写|选择))?(?:您|你)?的?")


@dataclass(frozen=True, slots=True)
class Field:
    """One thing a column can mean. `words` are whole headings, `parts` a pattern for headings that are longer."""

    code: str
    words: frozenset[str]
    parts: re.Pattern[str] | None = None
    several: bool = False


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The fields of a kind of file. `foreign`: headings that speak of somebody or something else."""

    fields: tuple[Field, ...]
    required: frozenset[str]
    foreign: re.Pattern[str]
    _by_word: dict[str, str] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        words = {word: field.code for field in reversed(self.fields) for word in field.words}
        object.__setattr__(self, "_by_word", words)

    def exactly(self, text: str) -> str | None:
        """The field whose whole heading this is."""
        return self._by_word.get(text)

    def nearly(self, text: str) -> str | None:
        """The field that a longer heading speaks of."""
        if not text or len(text) > LONGEST_HEADING or self.foreign.search(text):
            return None
        return next((field.code for field in self.fields if field.parts and field.parts.search(text)), None)

    def without_foreign(self) -> "Vocabulary":
        """For sheets that speak of somebody else only: 户主姓名 is a name where there is no other."""
        return Vocabulary(self.fields, self.required, re.compile("$^"))

    def field_of(self, text: str) -> str | None:
        return self.exactly(text) or self.nearly(text)

    def may_repeat(self, code: str) -> bool:
        return any(field.code == code and field.several for field in self.fields)


@dataclass(frozen=True, slots=True)
class SheetMapping:
    """What a person may correct before a sheet is read. `header_rows` empty: the data begins in row 1."""

    sheet: str
    header_rows: tuple[int, ...] = ()
    columns: Dictionary[int, str] = field(default_factory=dict)
    constants: Dictionary[str, str] = field(default_factory=dict)
    headings: Dictionary[int, str] = field(default_factory=dict)
    repeats_blanks: bool = False
    skipped: bool = False

    @property
    def first_row(self) -> int:
        """Where the data begins."""
        return max(self.header_rows, default=0) + 1

    def columns_of(self, code: str) -> tuple[int, ...]:
        return tuple(sorted(column for column, meaning in self.columns.items() if meaning == code))

    def to_plain(self) -> dict[str, Any]:
        """For storing as JSON beside the file."""
        return {
            "sheet": self.sheet,
            "header_rows": list(self.header_rows),
            "columns": {str(column): code for column, code in self.columns.items()},
            "constants": dict(self.constants),
            "headings": {str(column): text for column, text in self.headings.items()},
            "repeats_blanks": self.repeats_blanks,
            "skipped": self.skipped,
        }

    @classmethod
    def from_plain(cls, plain: Dictionary[str, Any]) -> "SheetMapping":
        return cls(
            sheet=plain["sheet"],
            header_rows=tuple(plain.get("header_rows", ())),
            columns={int(column): code for column, code in plain.get("columns", {}).items() if code},
            constants=dict(plain.get("constants", {})),
            headings={int(column): text for column, text in plain.get("headings", {}).items()},
            repeats_blanks=bool(plain.get("repeats_blanks", False)),
            skipped=bool(plain.get("skipped", False)),
        )


@dataclass(frozen=True, slots=True)
class Mapping:
    """The mappings of a workbook's sheets; a sheet without one is proposed for."""

    sheets: tuple[SheetMapping, ...] = ()

    def of(self, sheet: str) -> SheetMapping | None:
        return next((mapping for mapping in self.sheets if mapping.sheet == sheet), None)

    def to_plain(self) -> list[dict[str, Any]]:
        return [sheet.to_plain() for sheet in self.sheets]

    @classmethod
    def from_plain(cls, plain: Iterable[Dictionary[str, Any]]) -> "Mapping":
        return cls(tuple(SheetMapping.from_plain(sheet) for sheet in plain))


def heading(value: Value) -> str:
    """A heading's bare words: no blanks, brackets, numbering, stars or courtesies."""
    if not isinstance(value, str):
        return ""
    text = without_blanks(clean(value))
    text = NUMBERING.sub("", BRACKETS.sub("", text))
    text = ORNAMENT.sub("", text)
    return POLITE.sub("", text).casefold() or text.casefold()


def propose(sheet: Sheet, vocabulary: Vocabulary) -> SheetMapping:
    """The header that a sheet seems to have; skipped, when none of its first rows looks like one."""
    covered = sheet.spread()
    rows = [row.with_covered(covered.get(row.number)) for row in sheet.rows[:SEARCHED_ROWS]]
    for words in (vocabulary, vocabulary.without_foreign()):
        if header := _header(rows, words):
            return _mapping(sheet.name, header, words)
    return SheetMapping(sheet=sheet.name, skipped=True)


def _header(rows: list[Row], vocabulary: Vocabulary) -> list[Row]:
    """The one or two rows that say what the columns are."""
    for row, below in zip(rows, [*rows[1:], None], strict=True):
        pair = [row, below] if below is not None and _continues(below, vocabulary) else []
        if _is_header(_meanings([row], vocabulary), vocabulary):
            return pair or [row]
        if (
            below is not None
            and pair
            and not _is_header(_meanings([below], vocabulary), vocabulary)
            and _is_header(_meanings(pair, vocabulary), vocabulary)
        ):
            return pair
    return []


def _meanings(rows: list[Row], vocabulary: Vocabulary) -> dict[int, str]:
    """What each column says it is, by the lowest row that says something known."""
    width = max(len(row.values) for row in rows)
    found: dict[int, str] = {}
    for column in range(width):
        words = [text for row in rows if (text := heading(row.at(column)))]
        for text in [*reversed(words), "".join(words)]:
            if code := vocabulary.field_of(text):
                found[column] = code
                break
    return found


def _is_header(meanings: dict[int, str], vocabulary: Vocabulary) -> bool:
    known = set(meanings.values())
    return vocabulary.required <= known and len(known) >= 2


def _continues(row: Row, vocabulary: Vocabulary) -> bool:
    """A second header row: headings only, at least one of them known, nothing that looks like a person's data."""
    words = [value for value in row.values if value not in (None, "")]
    headings = [heading(value) for value in words]
    known = [text for text in headings if vocabulary.field_of(text)]
    return bool(known) and 2 * len(known) >= len(words) and not any(_is_datum(value) for value in words)


def _is_datum(value: Value) -> bool:
    return not isinstance(value, str) or sum(char.isdecimal() for char in value) > 2


def _mapping(sheet: str, header: list[Row], vocabulary: Vocabulary) -> SheetMapping:
    """Each column its field; of two columns with one meaning the better heading, else the first, is taken."""
    meanings = _meanings(header, vocabulary)
    texts = {
        column: " ".join(dict.fromkeys(text for row in header if (text := text_of(row.at(column)))))
        for column in range(max(len(row.values) for row in header))
    }
    columns: dict[int, str] = {}
    for column in sorted(meanings, key=lambda column: (_is_loose(header, column, vocabulary), column)):
        code = meanings[column]
        if code not in columns.values() or vocabulary.may_repeat(code):
            columns[column] = code
    return SheetMapping(
        sheet=sheet,
        header_rows=tuple(row.number for row in header),
        columns=dict(sorted(columns.items())),
        headings={column: text for column, text in texts.items() if text},
    )


def _is_loose(header: list[Row], column: int, vocabulary: Vocabulary) -> bool:
    return not any(vocabulary.exactly(heading(row.at(column))) for row in header)


def with_columns(mapping: SheetMapping, columns: Dictionary[int, str]) -> SheetMapping:
    """The same header with other meanings, as a person corrected them."""
    return replace(mapping, columns={column: code for column, code in columns.items() if code})
