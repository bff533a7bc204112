"""Text as people type it and as sheets damage it, brought to one form (CONTRACT, "Reading")."""

import re
import unicodedata
from datetime import date, datetime, time
from functools import lru_cache

from tongxin.core.sheets import Value

# Control characters, soft hyphen, zero-width, direction marks, byte order mark: seen by nobody, kept by nobody.
UNSEEN = re.compile(
    "[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\xad\u034f\u061c\u115f\u1160\u180b-\u180e"
    "\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufeff\uffa0\ufff9-\ufffb]"
)
APOSTROPHES = ("'", "’", "‘", "`")
SHEET_ERRORS = frozenset(
    {"#N/A", "#REF!", "#VALUE!", "#DIV/0!", "#NAME?", "#NULL!", "#NUM!", "#SPILL!", "#CALC!"}
)
QUOTED_FORMULA = re.compile(r'^="([^"]*)"$', re.S)  # ="00123", how programs keep a CSV's zeros from Excel
DASHES = str.maketrans(dict.fromkeys("‐‑‒–—―−﹣－─━ー", "-"))

DIGITS = {char: value for value, char in enumerate("零一二三四五六七八九")} | {
    "〇": 0, "○": 0, "两": 2, "壹": 1, "贰": 2, "叁": 3, "肆": 4, "伍": 5, "陆": 6, "柒": 7, "捌": 8, "玖": 9,
}  # fmt: skip
UNITS = {"十": 10, "拾": 10, "百": 100, "佰": 100, "千": 1000, "仟": 1000}
NUMERAL_CHARS = "".join([*DIGITS, *UNITS, "廿卅"])

HAN = (
    "\u2e80-\u2fdf\u3005\u3007\u3021-\u3029\u3400-\u4dbf\u4e00-\u9fff\ue000-\uf8ff\uf900-\ufaff"
    "\U00020000-\U0003fffd\U000f0000-\U0010ffff"
)
IS_HAN = re.compile(f"[{HAN}]")
VARIATIONS = re.compile("[\ufe00-\ufe0f\U000e0100-\U000e01ef]")
NOT_IN_KEY = re.compile(r"[\s·'’\-.,]")


def clean(text: str) -> str:
    """One form of a cell's text: NFKC, nothing invisible, no blanks around, no leading apostrophe."""
    if text.isascii():
        if not text.isprintable():
            text = UNSEEN.sub("", text)
    else:
        text = unicodedata.normalize("NFKC", UNSEEN.sub("", text))
    text = text.strip()
    while text.startswith(APOSTROPHES):
        text = text[1:].lstrip()
    if text.startswith('="') and (found := QUOTED_FORMULA.match(text)):
        return clean(found[1])
    return "" if text.startswith("#") and text.upper() in SHEET_ERRORS else text


def text_of(value: Value) -> str:
    """A cell of any kind as clean text; whole numbers without a decimal point."""
    if isinstance(value, str):
        return clean(value)
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    if isinstance(value, datetime):
        return value.isoformat(" ", "seconds")
    if isinstance(value, date | time):
        return value.isoformat()
    return str(value)


def without_blanks(text: str) -> str:
    return "".join(text.split())


@lru_cache(maxsize=4096)
def chinese_number(text: str) -> int | None:
    """十二 -> 12, 二〇三 -> 203, 一百零五 -> 105, 廿三 -> 23; None where it is no numeral."""
    text = text.replace("廿", "二十").replace("卅", "三十")
    if not 0 < len(text) <= 12 or any(char not in DIGITS and char not in UNITS for char in text):
        return None
    if not any(char in UNITS for char in text):
        return int("".join(str(DIGITS[char]) for char in text))
    total, digit = 0, None
    for char in text:
        if char in DIGITS:
            digit = DIGITS[char]
        else:
            total += (1 if digit is None else digit) * UNITS[char]
            digit = None
    return total + (digit or 0)


def is_han(char: str) -> bool:
    return IS_HAN.match(char) is not None


def fold(text: str) -> str:
    """The form in which names are searched: no case, no blanks, no dots, no variants (ID-40)."""
    folded = unicodedata.normalize("NFKC", VARIATIONS.sub("", clean(text)).casefold())
    return unicodedata.normalize("NFKC", NOT_IN_KEY.sub("", folded))
