"""Names of people (ID-40): any script, one middle dot, no blanks between Chinese characters."""

import re
from dataclasses import dataclass

from tongxin.core.text import HAN, clean

LONGEST = 60
DOTS = re.compile(r"\s*[•・‧･·∙⋅᛫]+\s*")
HAN_DOT = re.compile(rf"(?<=[{HAN}])\s*[.。]\s*(?=[{HAN}])")
HAN_BLANK = re.compile(rf"(?<=[{HAN}·])\s+(?=[{HAN}·])")
BLANKS = re.compile(r"\s+")
SUFFIX = re.compile(r"\s*(?:\([^()]*\)?|\[[^\[\]]*\]?|【[^【】]*】?|〔[^〔〕]*〕?)$")
LOST = re.compile("[?\ufffd]")
NOBODY = re.compile(r"^(?:\W+|_+|无|没有|不详|未知|姓名不详)$")
VACANT = frozenset({"空置", "空房", "无人居住"})
VACANT_NOTE = re.compile("空置|空房|无人居住")


@dataclass(frozen=True, slots=True)
class NameReading:
    """A name, empty where the cell names nobody; `unreadable` when characters were lost on the way."""

    name: str = ""
    unreadable: bool = False


def read_name(text: str) -> NameReading:
    """The name in a cell, without a bracketed remark behind it."""
    name = clean(text)
    if not name:
        return NameReading()
    if not _is_plain(name):
        name = _dotted(_without_suffix(name))
        if NOBODY.match(name) and not LOST.search(name):
            return NameReading()
    elif NOBODY.match(name):
        return NameReading()
    lost = LOST.search(name) is not None or len(name) > LONGEST
    return NameReading(name[:LONGEST].rstrip("· "), lost)


def _is_plain(name: str) -> bool:
    """Chinese characters only: nearly every name."""
    return all("\u4e00" <= char <= "\u9fff" for char in name)


def _without_suffix(name: str) -> str:
    while (shorter := SUFFIX.sub("", name)) != name and shorter:
        name = shorter
    return name


def _dotted(name: str) -> str:
    name = BLANKS.sub(" ", HAN_DOT.sub("·", DOTS.sub("·", name)))
    return HAN_BLANK.sub("", name).strip("· ")


def names_nobody(name: str, note: str) -> bool:
    """A vacant dwelling (空置): said in the name's place, or in a note beside no name."""
    return name in VACANT or (not name and VACANT_NOTE.search(note) is not None)
