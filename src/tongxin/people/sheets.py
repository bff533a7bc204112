"""Household registers (户籍底册) as files: which column is what, what each row says, who is meant."""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date

from tongxin.core import clock
from tongxin.core.dates import day_in_title, read_day, year_in_title
from tongxin.core.headers import Mapping, SheetMapping, heading, propose
from tongxin.core.layout import Ignored, Layout
from tongxin.core.sheets import Row, Sheet, Value, Workbook
from tongxin.core.text import text_of
from tongxin.people.rules import columns as c
from tongxin.people.rules.addresses import (
    building_named,
    building_of_sheet,
    compound_named,
    joined,
    read_address,
    read_part,
    told_apart,
)
from tongxin.people.rules.columns import REGISTER
from tongxin.people.rules.documents import DocumentReading, read_document, unproven
from tongxin.people.rules.matching import KnownPerson, Matcher
from tongxin.people.rules.names import NameReading, names_nobody, read_name
from tongxin.people.rules.phones import read_phones
from tongxin.people.rules.register import (
    Door,
    Entry,
    Outcome,
    PersonRecord,
    Place,
    Reason,
    RowWarning,
)
from tongxin.people.rules.relations import read_relation
from tongxin.people.rules.tags import read_tags

STEP = 1000
YES = frozenset({"是", "有", "√", "✓", "✔", "Y", "YES", "1", "对", "属实"})
DITTO = frozenset({"同上", "〃", "″", '"', "''", "上同"})
NOTES_SHEETS = ("说明", "示例", "样例", "须知", "字典")
ADDRESS_FIELDS = (c.BUILDING, c.UNIT, c.ROOM)
SEXES = {
    "男": "男",
    "女": "女",
    "男性": "男",
    "女性": "女",
    "M": "男",
    "F": "女",
    "MALE": "男",
    "FEMALE": "女",
}


@dataclass(frozen=True, slots=True)
class RowReading:
    """What became of one row. `column` is the cell that a rejection is about; `person` an index of the reading."""

    sheet: str
    row: int
    outcome: Outcome
    reason: str = ""
    warnings: tuple[RowWarning, ...] = ()
    person: int | None = None
    column: int | None = None
    values: tuple[Value, ...] = ()


@dataclass(frozen=True, slots=True)
class HouseholdReading:
    """One door of the register, with how many of its people live there first, and whether it is vacant."""

    building: str
    unit: str
    room: str
    people: int
    vacant: bool
    compound: str = ""

    @property
    def door(self) -> Door:
        return Door(self.building, self.unit, self.room, self.compound)


@dataclass(slots=True)
class RegisterReading:
    """A whole register, read: derivable again from the stored bytes and the mapping."""

    on: date
    mapping: Mapping
    rows: list[RowReading] = field(default_factory=list)
    persons: list[PersonRecord] = field(default_factory=list)
    households: list[HouseholdReading] = field(default_factory=list)
    hidden_sheets: tuple[str, ...] = ()
    matcher: Matcher = field(default_factory=Matcher)

    @property
    def counts(self) -> Counter[Outcome]:
        return Counter(row.outcome for row in self.rows)

    @property
    def rejected(self) -> list[RowReading]:
        return [row for row in self.rows if row.outcome is Outcome.REJECT]


def propose_mapping(workbook: Workbook) -> Mapping:
    """What each sheet's columns seem to mean, for a person to correct."""
    return Mapping(tuple(_proposed(sheet, workbook) for sheet in workbook.sheets))


def read_register(
    workbook: Workbook,
    *,
    on: date | None = None,
    mapping: Mapping | None = None,
    existing: Matcher | None = None,
    step: Callable[[int], None] | None = None,
    allowed: Collection[tuple[str, int]] = (),
) -> RegisterReading:
    """Read a register as of a day: the one that is told, else the one its title names, else today.

    `allowed` are rows (sheet, number) whose document somebody answers for although it fails its check (ID-13).
    """
    given = mapping or Mapping()
    mappings = [given.of(sheet.name) or _proposed(sheet, workbook) for sheet in workbook.sheets]
    layouts = [Layout(sheet, each, REGISTER) for sheet, each in zip(workbook.sheets, mappings, strict=True)]
    on = on or _named_day(layouts) or clock.today()
    reading = RegisterReading(on, Mapping(tuple(mappings)), hidden_sheets=workbook.hidden_sheets)
    reading.matcher = existing or Matcher()
    doors: dict[Door, bool] = {}
    apart: set[str] = set()
    readers = [
        _SheetReader(sheet, each, layout, on, reading.matcher, doors, apart, allowed)
        for sheet, each, layout in zip(workbook.sheets, mappings, layouts, strict=True)
    ]
    seen: Counter[tuple[str, str]] = Counter()
    for reader in readers:
        seen.update(reader.compounds())
    apart |= told_apart(seen)
    for reader in readers:
        reading.rows.extend(reader.read(step))
    reading.persons = reading.matcher.records
    reading.households = _households(doors, reading.persons)
    return reading


def _named_day(layouts: Iterable[Layout]) -> date | None:
    return next((day for layout in layouts if (day := day_in_title(layout.titles))), None)


def _proposed(sheet: Sheet, workbook: Workbook) -> SheetMapping:
    mapping = propose(sheet, REGISTER)
    if mapping.skipped or any(word in sheet.name for word in NOTES_SHEETS):
        return replace(mapping, skipped=True)
    building = "" if mapping.columns_of(c.BUILDING) else _building_of(sheet, mapping, workbook)
    return replace(
        mapping,
        columns=_with_merged_address(sheet, mapping, bool(building)),
        constants={c.BUILDING: building} if building else {},
        repeats_blanks=workbook.repeats_blanks,
    )


def _with_merged_address(sheet: Sheet, mapping: SheetMapping, building_known: bool) -> dict[int, str]:
    """An address heading that is merged over columns without headings of their own stands for its parts."""
    columns = dict(mapping.columns)
    for merge in sheet.merges:
        span = range(merge.left, merge.right + 1)
        is_address = merge.top in mapping.header_rows and columns.get(merge.left) == c.ADDRESS
        if not is_address or len(span) not in (2, 3) or any(column in columns for column in span[1:]):
            continue
        inner = (c.UNIT, c.ROOM) if building_known else (c.BUILDING, c.ROOM)
        columns |= zip(span, ADDRESS_FIELDS if len(span) == 3 else inner, strict=True)
    return columns


def _building_of(sheet: Sheet, mapping: SheetMapping, workbook: Workbook) -> str:
    """The building of a whole sheet: its name's, else its title's. A CSV's name is only the file's."""
    named = building_named(sheet.name) if workbook.kind == "csv" else building_of_sheet(sheet.name)
    return named or next(
        (found for title in Layout(sheet, mapping, REGISTER).titles if (found := building_named(title))), ""
    )


def _households(doors: dict[Door, bool], persons: list[PersonRecord]) -> list[HouseholdReading]:
    people = Counter(person.door for person in persons)
    return [
        HouseholdReading(
            door.building, door.unit, door.room, people[door], vacant and not people[door], door.compound
        )
        for door, vacant in doors.items()
    ]


class _SheetReader:
    """Reads one sheet, row by row. `doors` gathers the doors, and which of them were called vacant.

    `apart` names the compounds that the file must tell apart; it is filled before the first row is read.
    """

    def __init__(
        self,
        sheet: Sheet,
        mapping: SheetMapping,
        layout: Layout,
        on: date,
        matcher: Matcher,
        doors: dict[Door, bool],
        apart: set[str],
        allowed: Collection[tuple[str, int]] = (),
    ) -> None:
        self._apart = apart
        self._allowed = allowed
        self._sheet = sheet
        self._mapping = mapping
        self._layout = layout
        self._on = on
        self._year = year_in_title(layout.titles)
        self._matcher = matcher
        self._doors = doors
        self._covered = sheet.spread()
        self._name, self._id, self._sex, self._birth, self._relation = (
            self._one(code) for code in (c.NAME, c.ID, c.SEX, c.BIRTH, c.RELATION)
        )
        self._parts = tuple((place, self._one(place)) for place in ADDRESS_FIELDS)
        self._addresses = mapping.columns_of(c.ADDRESS)
        self._compound = self._one(c.COMPOUND)
        self._phones = mapping.columns_of(c.PHONES)
        self._notes = mapping.columns_of(c.NOTES)
        words = {
            column: heading(mapping.headings.get(column, "")).removeprefix("是否") for column in self._notes
        }
        self._flags = {column: word for column, word in words.items() if read_tags(word)}
        self._building = Door(building=mapping.constants.get(c.BUILDING, ""))
        self._above: dict[int, str] = {}

    def _one(self, code: str) -> int:
        return next(iter(self._mapping.columns_of(code)), -1)

    def compounds(self) -> Counter[tuple[str, str]]:
        """How often the sheet names each compound with each building; a first look at the address cells alone."""
        seen: Counter[tuple[str, str]] = Counter()
        building = dict(self._parts)[c.BUILDING]
        if self._mapping.skipped:
            return seen
        for row in self._sheet.rows:
            if row.number < self._mapping.first_row:
                continue
            texts = [text_of(row.at(column)) for column in (building, *self._addresses) if column >= 0]
            name = text_of(row.at(self._compound)) if self._compound >= 0 else ""
            name = name or next((found for text in texts if (found := compound_named(text))), "")
            if name:
                named = (
                    read_address(text).building or read_part(text, c.BUILDING).building for text in texts
                )
                seen[name, next(filter(None, named), "")] += 1
        return seen

    def read(self, step: Callable[[int], None] | None = None) -> Iterator[RowReading]:
        """Each row of the sheet with what became of it; `step` hears of every thousand."""
        for position, row in enumerate(self._sheet.rows, 1):
            if step and position % STEP == 0:
                step(STEP)
            ignored = Ignored.NOTES_SHEET if self._mapping.skipped else self._layout.ignored(row)
            if ignored:
                yield RowReading(self._sheet.name, row.number, Outcome.IGNORE, ignored)
            else:
                yield self._read(row.with_covered(self._covered.get(row.number)))

    def _read(self, row: Row) -> RowReading:
        reading = RowReading(self._sheet.name, row.number, Outcome.REJECT, values=row.values)
        door = self._door(row)
        note = ";".join(text for column in self._notes if (text := self._note(row, column)))
        name = read_name(text_of(row.at(self._name)))
        if names_nobody(name.name, note):
            if door.is_known:
                self._doors[door] = True
            return replace(reading, outcome=Outcome.HOUSEHOLD_ONLY)
        if not name.name:
            return replace(reading, reason=Reason.NAME_MISSING, column=self._name)
        document = read_document(row.at(self._id), on=self._on)
        if document.reason and (self._sheet.name, row.number) in self._allowed:
            document = unproven(row.at(self._id))
        if document.reason:
            return replace(reading, reason=document.reason, column=self._id)
        entry = self._entry(row, name, document, door, note)
        taken = self._matcher.take(entry, Place(self._sheet.name, row.number))
        if taken.reason:
            return replace(reading, reason=taken.reason, column=self._id)
        if door.is_known:
            self._doors.setdefault(door, False)
        return replace(reading, outcome=taken.outcome, warnings=taken.warnings, person=taken.person)

    def _entry(self, row: Row, name: NameReading, document: DocumentReading, door: Door, note: str) -> Entry:
        sex = SEXES.get(text_of(row.at(self._sex)).upper(), "")
        birth = read_day(row.at(self._birth), on=self._on, year=self._year)
        phones, invalid = self._numbers(row)
        doubts = (
            (RowWarning.NAME_UNREADABLE, name.unreadable),
            (RowWarning.ID_MISSING, document.is_missing),
            (RowWarning.SEX_MISMATCH, bool(document.sex and sex) and sex != document.sex),
            (RowWarning.BIRTH_MISMATCH, bool(document.birth and birth) and birth != document.birth),
            (RowWarning.PHONE_INVALID, invalid),
            (RowWarning.ADDRESS_MISSING, not door.is_known),
        )
        return Entry(
            name=name.name,
            id=document.id,
            other_document=document.other,
            sex=document.sex or sex,
            birth=document.birth or birth,
            phones=phones,
            door=door,
            relation=read_relation(text_of(row.at(self._relation))),
            tags=read_tags(note),
            warnings=(*document.warnings, *(warning for warning, holds in doubts if holds)),
        )

    def _note(self, row: Row, column: int) -> str:
        """What a note says; under a heading that is a tag itself (是否独居) a yes says the heading."""
        text = text_of(row.at(column))
        return self._flags.get(column, text) if text.upper() in YES else text

    def _numbers(self, row: Row) -> tuple[tuple[str, ...], bool]:
        readings = [read_phones(row.at(column)) for column in self._phones]
        if len(readings) == 1:
            return readings[0].numbers, readings[0].invalid
        numbers = dict.fromkeys(number for reading in readings for number in reading.numbers)
        return tuple(numbers), any(reading.invalid for reading in readings)

    def _door(self, row: Row) -> Door:
        """The door of a row; in a CSV a blank address cell repeats the row above."""
        parts = [
            read_part(text, place)
            for place, column in self._parts
            if column >= 0 and (text := self._address_text(row, column))
        ]
        known = bool(self._building.building) or any(part.building for part in parts)
        parts += [
            read_address(text, known)
            for column in self._addresses
            if (text := self._address_text(row, column))
        ]
        door = joined(*parts, self._building)
        return door._replace(compound=self._compound_of(row)) if self._apart else door

    def _compound_of(self, row: Row) -> str:
        named = [self._address_text(row, self._compound)] if self._compound >= 0 else []
        building = dict(self._parts)[c.BUILDING]
        texts = [self._address_text(row, column) for column in (building, *self._addresses) if column >= 0]
        found = [*named, *map(compound_named, texts)]
        return next((name for name in found if name in self._apart), "")

    def _address_text(self, row: Row, column: int) -> str:
        value = row.at(column)
        text = text_of(value) if not isinstance(value, date) else ""  # 3-2-10 that a sheet took for a day
        if text in DITTO or (not text and self._mapping.repeats_blanks):
            return self._above.get(column, "")
        self._above[column] = text
        return text


__all__ = [
    "HouseholdReading",
    "KnownPerson",
    "Matcher",
    "RegisterReading",
    "RowReading",
    "propose_mapping",
    "read_register",
]
