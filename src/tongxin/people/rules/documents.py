"""Identity documents: the resident ID number of GB 11643-1999 (ID-10 to ID-16) and the others (ID-2.3)."""

import re
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from importlib import resources

from tongxin.core.sheets import Value, is_number
from tongxin.core.text import DASHES, text_of, without_blanks
from tongxin.people.rules.register import Reason, RowWarning

WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
CHECKS = "10X98765432"
OLDEST = 130
ID_LENGTHS = (15, 18)
LONGEST = 40
RESIDENCE_PERMITS = frozenset({"810000", "820000", "830000"})  # ID-16

SCIENTIFIC = re.compile(r"^\d(?:\.\d+)?E\+?\d+$")
SHAPE = re.compile(r"^[0-9]{15}$|^[0-9]{17}[0-9X]$")
SHORT_DOCUMENT = re.compile(r"^[A-Z]{1,2}[0-9]{7,8}$")
TRAVEL_PERMIT = re.compile(r"^[HM][0-9]{10}$")
LIFELONG = re.compile(r"^[HM][0-9]{8}(?:[0-9]{2})?$")
NONE_WORDS = frozenset(
    {"", "/", "无", "没有", "暂无", "不详", "未知", "未提供", "无证件", "无身份证", "N/A", "NONE"}
)
EXCEL_EXACT = 10**15  # a sheet keeps 15 digits of a number; the sixteenth is already lost


@dataclass(frozen=True, slots=True)
class DocumentReading:
    """What a cell says about somebody's document; with a `reason` it says nothing that may be stored."""

    id: str = ""
    other: str = ""
    sex: str = ""
    birth: date | None = None
    reason: Reason | None = None
    warnings: tuple[RowWarning, ...] = ()

    @property
    def is_missing(self) -> bool:
        return not (self.id or self.other or self.reason)


def read_document(value: Value, *, on: date) -> DocumentReading:
    """A resident ID number in the form of 18, another document, nothing, or the reason against it (ID-13)."""
    if is_number(value) and abs(value) >= EXCEL_EXACT:  # type: ignore[arg-type,operator]
        return DocumentReading(reason=Reason.ID_PRECISION_LOST)
    text = bare(value)
    if text in NONE_WORDS:
        return DocumentReading()
    if SHORT_DOCUMENT.match(text) or TRAVEL_PERMIT.match(text):
        return DocumentReading(other=text)
    if SCIENTIFIC.match(text):
        return DocumentReading(reason=Reason.ID_PRECISION_LOST)
    if len(text) not in ID_LENGTHS:
        return DocumentReading(reason=Reason.ID_LENGTH)
    if not SHAPE.match(text):
        return DocumentReading(reason=Reason.ID_FORMAT)
    return _read_number(text, on)


def matching_form(number: str) -> str:
    """What of a number is compared: of a permit of Hong Kong or Macau the letter and eight digits, for life.

    The last two digits count the issues of the card, and newer cards leave them out (DOMAIN.md 2.3).
    """
    return number[:9] if LIFELONG.match(number) else number


def bare(value: Value) -> str:
    """A document number without blanks and hyphens, in capitals."""
    return without_blanks(text_of(value)).translate(DASHES).replace("-", "").upper()


def unproven(value: Value) -> DocumentReading:
    """A number that fails its check and stands on a card all the same: kept as it is, it says nothing of its holder."""
    text = bare(value)[:LONGEST]
    if not text:
        return DocumentReading()
    return DocumentReading(other=text, warnings=(RowWarning.DOCUMENT_UNPROVEN,))


def _read_number(text: str, on: date) -> DocumentReading:
    number = text if len(text) == 18 else upgraded(text)
    birth = birth_in(number)
    if birth is None or birth > on or age(birth, on) > OLDEST:
        return DocumentReading(reason=Reason.ID_DATE)
    if check_character(number) != number[-1]:
        return DocumentReading(reason=Reason.ID_CHECK)
    warnings = []
    if len(text) == 15:
        warnings.append(RowWarning.ID_15_UPGRADED)
    if not is_known_area(number[:6]):
        warnings.append(RowWarning.ID_AREA_UNKNOWN)
    return DocumentReading(id=number, sex=sex_in(number), birth=birth, warnings=tuple(warnings))


def upgraded(number: str) -> str:
    """The 18-character form of an old number of 15 digits (ID-12)."""
    longer = f"{number[:6]}19{number[6:]}"
    return longer + check_character(longer)


def check_character(number: str) -> str:
    """The check over the first 17 digits (ID-11)."""
    return CHECKS[sum(weight * int(digit) for weight, digit in zip(WEIGHTS, number, strict=False)) % 11]


def birth_in(number: str) -> date | None:
    try:
        return date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        return None


def sex_in(number: str) -> str:
    """Odd sequence numbers are men's (ID-10)."""
    return "男" if int(number[16]) % 2 else "女"


def age(birth: date, on: date) -> int:
    return on.year - birth.year - ((on.month, on.day) < (birth.month, birth.day))


def is_known_area(code: str) -> bool:
    """Whether a county of today has this code; 99xxxx are the invented people of tests and training (ID-15)."""
    return code.startswith("99") or code in RESIDENCE_PERMITS or code in county_codes()


@lru_cache(maxsize=1)
def county_codes() -> frozenset[str]:
    """Today's county codes; data/county_codes.ORIGIN.md says where they are from."""
    text = (resources.files("tongxin.people") / "data" / "county_codes.txt").read_text("utf-8")
    return frozenset(line[:4] + county for line in text.splitlines() for county in line.split()[1:])


def masked(number: str) -> str:
    """First four and last four of a resident ID number; of another document the last four."""
    return f"{number[:4]}{'*' * 10}{number[-4:]}" if len(number) == 18 else f"****{number[-4:]}"
