"""The words of a register import: outcomes, reasons, warnings, and what a row or a person is made of (CONTRACT)."""

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import NamedTuple


class Outcome(StrEnum):
    """What became of one row of the file."""

    ACCEPT = "accept"
    MERGE = "merge"
    REJECT = "reject"
    IGNORE = "ignore"
    HOUSEHOLD_ONLY = "household_only"


class Reason(StrEnum):
    """Why a row goes to the "to verify" queue; tested in this order."""

    NAME_MISSING = "name_missing"
    ID_PRECISION_LOST = "id_precision_lost"
    ID_LENGTH = "id_length"
    ID_FORMAT = "id_format"
    ID_DATE = "id_date"
    ID_CHECK = "id_check"
    ID_CONFLICT = "id_conflict"


class RowWarning(StrEnum):
    """What to look at in a row that was stored."""

    NAME_UNREADABLE = "name_unreadable"
    ID_MISSING = "id_missing"
    ID_15_UPGRADED = "id_15_upgraded"
    ID_AREA_UNKNOWN = "id_area_unknown"
    SEX_MISMATCH = "sex_mismatch"
    BIRTH_MISMATCH = "birth_mismatch"
    PHONE_INVALID = "phone_invalid"
    ADDRESS_MISSING = "address_missing"
    ADDRESS_CONFLICT = "address_conflict"
    POSSIBLE_DUPLICATE = "possible_duplicate"
    DOCUMENT_UNPROVEN = "document_unproven"  # fails its check, kept because somebody answers for it (ID-13)


class Door(NamedTuple):
    """Where somebody lives, as far as the sheet says. It is a dwelling (房屋) only with a room."""

    building: str = ""
    unit: str = ""
    room: str = ""
    compound: str = ""  # only where the file speaks of several (东区3栋 beside 西区3栋)

    @property
    def is_known(self) -> bool:
        return bool(self.room)


NOWHERE = Door()


class Place(NamedTuple):
    """Where a row stands in its file."""

    sheet: str
    row: int

    def __str__(self) -> str:
        return f"{self.sheet}!{self.row}"


@dataclass(frozen=True, slots=True)
class Entry:
    """One row about one person, read and found good."""

    name: str
    id: str = ""
    other_document: str = ""
    sex: str = ""
    birth: date | None = None
    phones: tuple[str, ...] = ()
    door: Door = NOWHERE
    relation: str = ""
    tags: tuple[str, ...] = ()
    warnings: tuple[RowWarning, ...] = ()

    @property
    def document(self) -> str:
        return self.id or self.other_document


@dataclass(slots=True)
class PersonRecord:
    """One person as the rows of the file make them, in the order of the rows."""

    name: str
    id: str = ""
    other_document: str = ""
    sex: str = ""
    birth: date | None = None
    phones: list[str] = field(default_factory=list)
    door: Door = NOWHERE
    relation: str = ""
    tags: list[str] = field(default_factory=list)
    other_doors: list[Door] = field(default_factory=list)
    source_rows: list[Place] = field(default_factory=list)

    @property
    def document(self) -> str:
        return self.id or self.other_document

    @property
    def building(self) -> str:
        return self.door.building

    @property
    def unit(self) -> str:
        return self.door.unit

    @property
    def room(self) -> str:
        return self.door.room
