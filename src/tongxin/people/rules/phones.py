"""Phone numbers as sheets hold them (ID-35): several in a cell, prefixed, spaced, with a stray decimal."""

import re
from dataclasses import dataclass
from functools import lru_cache

from tongxin.core.sheets import Value
from tongxin.core.text import DASHES, text_of

LONGEST = 200
MOBILE = r"1[3-9](?:[-\s.]{0,2}\d){9}"
AREA = r"0(?:10|2\d|[3-9]\d{2})"
NUMBER = re.compile(
    rf"(?<!\d)(?:(?:\+|00)?86[-\s)]*)?(?:(?P<mobile>{MOBILE})|"
    rf"\(?(?P<area>{AREA})[-\s)]*(?P<line>[1-9]\d{{6,7}})(?:[-\s]*(?:转|-)\s*(?P<extension>\d{{1,6}}))?)(?!\d)"
)
DECIMAL = re.compile(r"(?<=\d)\.0+(?!\d)")
NOT_DIGIT = re.compile(r"\D")
NONE = re.compile(
    r"^(?:[-/\\—_.*、无×]+|无.{0,6}|没有.{0,6}|暂无.{0,4}|没.{0,3}|不详|未知|未提供|拒绝提供|N/?A|NONE|NULL)$",
    re.I,
)


@dataclass(frozen=True, slots=True)
class PhoneReading:
    """The numbers of a cell, mobiles as 11 digits, land lines as area-number; `invalid`: something was no number."""

    numbers: tuple[str, ...] = ()
    invalid: bool = False


NO_PHONE = PhoneReading()


@lru_cache(maxsize=1024)
def _read_text(text: str) -> PhoneReading:
    text = DECIMAL.sub("", text.translate(DASHES))
    numbers = [_written(found) for found in NUMBER.finditer(text)]
    rest = NUMBER.sub(" ", text)
    wrong = any(char.isdecimal() for char in rest) or not numbers
    return PhoneReading(tuple(dict.fromkeys(numbers)), wrong)


def read_phones(value: Value) -> PhoneReading:
    """Every phone number of a cell, in its order."""
    text = text_of(value)[:LONGEST]
    if len(text) == 11 and text[0] == "1" and text[1] in "3456789" and text.isascii() and text.isdecimal():
        return PhoneReading((text,))
    if not text or NONE.match(text):
        return NO_PHONE
    return _read_text(text)


def _written(found: re.Match[str]) -> str:
    if found["mobile"]:
        return NOT_DIGIT.sub("", found["mobile"])
    extension = f"-{found['extension']}" if found["extension"] else ""
    return f"{found['area']}-{found['line']}{extension}"


def is_mobile(number: str) -> bool:
    return re.fullmatch(r"1[3-9][0-9]{9}", number) is not None


def e164(number: str) -> str:
    """The number as the world dials it; an extension is left to the person who calls."""
    if is_mobile(number):
        return f"+86{number}"
    area, line, *_ = number.split("-")
    return f"+86{area[1:]}{line}"
