"""Addresses inside a compound: building, unit and room out of every spelling (ID-04, CONTRACT "Address")."""

import re
from collections import Counter
from dataclasses import dataclass
from functools import lru_cache

from tongxin.core.text import DASHES, HAN, NUMERAL_CHARS, chinese_number, clean, without_blanks
from tongxin.people.rules.register import NOWHERE, Door

LONGEST = 100
LONGEST_PART = 8

VALUE = rf"(?:[A-Z]{{0,2}}|负)\d{{1,5}}(?:[A-Z](?![A-Z]))?|[{NUMERAL_CHARS}]{{1,7}}|(?<![A-Z])[A-Z](?![A-Z])|[甲乙丙丁戊己庚辛]"
BUILDING = r"号楼|号栋|号幢|栋楼|楼栋|栋|幢|座|#楼|#栋|#"
UNIT = r"号?单元|单(?=\d)|门洞|号门|门(?!牌|面|市|诊)|梯"
FLOOR = r"层楼?|楼|F"
ROOM = r"号房|房间|号室|室|房|户|号"
TOKEN = re.compile(
    rf"(?P<value>{VALUE})(?:(?P<building>{BUILDING})|(?P<unit>{UNIT})|(?P<floor>{FLOOR})|(?P<room>{ROOM}))?"
)
JOINT = re.compile(r"[-/._#,~、\\号]*")
LEADING_ZEROS = re.compile(r"(?<!\d)0+(?=\d)")
UNKNOWN = re.compile(r"^(?:\W*|_+|不详|地址不详|未知|不明|待查|待核实|无|没有|暂无|无地址|N/?A)$")
LABELS = ("building", "unit", "floor", "room")
NAMED_BUILDING = re.compile(
    rf"(?<![-~至到、,和及])(?:{VALUE})(?:号楼|号栋|号幢|栋|幢|座|#楼?)(?![-~至到、,和及]\d)"
)
SHEET_NAME = re.compile(rf"^(?:{VALUE})(?:楼|号)?$")
PLAIN = re.compile(r"^[1-9]\d{0,4}$")
LABEL_OF = {
    "building": re.compile(rf"(?:{BUILDING}|号|楼)$"),
    "unit": re.compile(rf"(?:{UNIT}|单元|号|门)$"),
    "room": re.compile(rf"(?:{ROOM})$"),
}


@dataclass(frozen=True, slots=True)
class Part:
    """One number of an address with the word behind it, if there is one."""

    value: str
    label: str
    start: int
    end: int


@lru_cache(maxsize=8192)
def read_address(text: str, building_known: bool = False) -> Door:
    """The door that an address means; `building_known`: the sheet says the building, 2-401 is unit and room."""
    text = _bare(text)
    if UNKNOWN.match(text):
        return NOWHERE
    parts = _parts(text)
    start = next((index for index, part in enumerate(parts) if part.label == "building"), None)
    if start is None:
        parts = _last_run(text, parts)
        parts = _without_street_number(parts)
    else:
        parts = parts[start:]
    return _assigned(parts, building_known)


def _bare(text: str) -> str:
    return without_blanks(clean(text)).translate(DASHES).upper()[:LONGEST]


def _parts(text: str) -> list[Part]:
    found: list[Part] = []
    for match in TOKEN.finditer(text):
        label = next((name for name in LABELS if match[name]), "")
        if (
            label == "floor"
            and match["floor"] == "楼"
            and not any(part.label == "building" for part in found)
        ):
            label = "building" if TOKEN.match(text, match.end()) else "floor"  # 5楼2单元401, not 401室在5楼
        found.append(Part(normal(match["value"]), label, match.start(), match.end()))
    return _with_street_door(found, text)


def _with_street_door(parts: list[Part], text: str) -> list[Part]:
    """12号3单元502: the number before a unit is the building's, where no other building is named."""
    if any(part.label == "building" for part in parts):
        return _with_last_hash(parts)
    for index, part in enumerate(parts[:-1]):
        if part.label in ("room", "") and parts[index + 1].label == "unit":
            gap = text[part.end : parts[index + 1].start]
            if JOINT.fullmatch(gap):
                parts[index] = Part(part.value, "building", part.start, part.end)
    return parts


def _with_last_hash(parts: list[Part]) -> list[Part]:
    """3#2-401#: the second hash stands behind the room."""
    seen = False
    for index, part in enumerate(parts):
        if part.label == "building" and seen:
            parts[index] = Part(part.value, "room", part.start, part.end)
        seen = seen or part.label == "building"
    return parts


def _last_run(text: str, parts: list[Part]) -> list[Part]:
    """The last parts that stand side by side and hold more than a floor: in 5组3-2-401 the last three."""
    runs: list[list[Part]] = []
    for part in parts:
        if not runs or not JOINT.fullmatch(text[runs[-1][-1].end : part.start]):
            runs.append([])
        runs[-1].append(part)
    return next((run for run in reversed(runs) if any(part.label != "floor" for part in run)), [])


def _without_street_number(parts: list[Part]) -> list[Part]:
    """建设路12号3-2-401: a number before the door's three."""
    while len(parts) > 1 and parts[0].label == "room":
        parts = parts[1:]
    return parts


def _assigned(parts: list[Part], building_known: bool) -> Door:
    """Labelled parts to their place, the others in order to what is still open."""
    named = {part.label: part.value for part in parts if part.label in ("building", "unit")}
    loose = [part.value for part in parts if part.label not in ("building", "unit", "floor")]
    building, unit = named.get("building", ""), named.get("unit", "")
    if not building and not unit and len(loose) >= (3 if building_known else 2):
        building = loose.pop(0)
    if not unit and len(loose) >= 2 and not _is_part_of_flat(loose):
        unit = loose.pop(0)
    if len(loose) > 2:
        return NOWHERE
    return Door(building[:LONGEST_PART], unit[:LONGEST_PART], _room(loose))


def _is_part_of_flat(loose: list[str]) -> bool:
    """401-1: the first number is too long for a unit, the second too short for a room."""
    return len(loose) == 2 and len(loose[0]) >= 3 and len(loose[1]) <= 2


def _room(loose: list[str]) -> str:
    """The room; a floor before it (4-401) says nothing new, a second number (401-1) is a part of the flat."""
    if len(loose) == 2 and loose[1].startswith(loose[0]) and len(loose[1]) >= 3:
        return loose[1][:LONGEST_PART]
    return "-".join(loose)[:LONGEST_PART]


def normal(value: str) -> str:
    """Digits as text, without leading zeros; Chinese numerals as digits."""
    number = chinese_number(value)
    return str(number) if number is not None else LEADING_ZEROS.sub("", value)


# What stands before a building's number and names the group of houses it belongs to: 东区3栋, 阳光花园二期3号楼.
COMPOUND = re.compile(
    rf"(?P<name>[{HAN}·A-Z]{{1,12}}?(?:[一二三四五六七八九十\\d]{{1,2}}期)?)[-,、_]?(?:{VALUE})(?:{BUILDING}|[-#])"
)
ABOVE = re.compile(r"^.*(?:省|市|县|街道|办事处|镇|乡|社区|居委会|路|街|大道|巷|弄|\d号)")
SIDE = re.compile(
    r"^(?:[东南西北中前后上下老新内外]{1,2}|[A-Z]|[一二三四五六七八九十])(?:区|院|苑|园|期|组团|片|里)$"
)


@lru_cache(maxsize=8192)
def compound_named(text: str) -> str:
    """The compound before the building's number (小区): 东区 of 东区3栋1单元401; nothing where none is named."""
    found = COMPOUND.search(_bare(text))
    return ABOVE.sub("", found["name"]).lstrip("号、,-") if found else ""


def told_apart(seen: Counter[tuple[str, str]]) -> frozenset[str]:
    """The compounds of a file that must be told apart, out of how often (compound, building) was seen.

    Most files speak of one compound, in many spellings: its name says nothing then. Only where the same number of
    a building stands under two names, both sides of a place (东区, 西区) or both frequent, are these two buildings.
    """
    rows: Counter[str] = Counter()
    names_of: dict[str, set[str]] = {}
    for (name, building), count in seen.items():
        rows[name] += count
        names_of.setdefault(building, set()).add(name)
    enough = max(3, sum(rows.values()) // 100)
    real = {name for name in rows if name and (SIDE.match(name) or rows[name] >= enough)}
    clashes = [names & real for names in names_of.values() if len(names & real) > 1]
    return frozenset(real) if clashes else frozenset()


@lru_cache(maxsize=8192)
def read_part(text: str, place: str) -> Door:
    """What a column of its own says: `place` is building, unit or room. 3栋2单元 in a building column is both."""
    if PLAIN.match(text):
        return Door(**{place: text})
    text = _bare(text)
    if UNKNOWN.match(text):
        return NOWHERE
    bare = LABEL_OF[place].sub("", text) or text
    if re.fullmatch(VALUE, bare):
        return Door(**{place: normal(bare)[:LONGEST_PART]})
    door = read_address(text, True)
    if getattr(door, place):
        return door
    if place == "building" and door.room:
        return Door(building=door.unit or door.room, unit=door.room if door.unit else "")
    return Door(**{place: bare[:LONGEST_PART]})  # a name: 教工楼, 东头


def joined(*doors: Door) -> Door:
    """The first of each part that is known."""
    return Door(
        next((door.building for door in doors if door.building), ""),
        next((door.unit for door in doors if door.unit), ""),
        next((door.room for door in doors if door.room), ""),
        next((door.compound for door in doors if door.compound), ""),
    )


def building_named(text: str) -> str:
    """The building that a title speaks of (3栋, 3号楼), or nothing where it names none or several."""
    found = {
        door.building for match in NAMED_BUILDING.finditer(_bare(text)) if (door := read_address(match[0]))
    }
    return found.pop() if len(found) == 1 else ""


def building_of_sheet(name: str) -> str:
    """The building that a sheet is named after; a bare number is one too."""
    bare = _bare(name)
    if SHEET_NAME.match(bare):
        return normal(bare.rstrip("楼号"))
    return building_named(name)


def label(door: Door) -> str:
    """The address in Chinese: 3栋2单元401."""
    return door.compound + "".join(
        [f"{door.building}栋" if door.building else "", f"{door.unit}单元" if door.unit else "", door.room]
    )
