"""Tables as text (CSV): which encoding, which separator, which records."""

import codecs
import csv
import io
from collections import Counter
from pathlib import PurePath

from tongxin.core.sheets import Row, Sheet, UnreadableFile, Workbook

SEPARATORS = (",", "\t", ";", "|")
SAMPLED = 300
MOST_COLUMNS = 300
MOST_ROWS = 1_100_000
LONGEST_CELL = 32_767  # what a spreadsheet's cell can hold
MOST_BREAKS = 100
BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))


def read_separated(data: bytes, *, name: str = "") -> Workbook:
    """The one sheet of a text file; its name is the file's."""
    text, encoding, remarks = _decoded(data)
    separator = _declared(text) or _likely(text)
    rows = tuple(_rows(text, separator))
    return Workbook(
        name=name,
        kind="csv",
        sheets=(Sheet(PurePath(name).stem.split(".")[0] or "CSV", rows),),
        encoding=encoding,
        separator=separator,
        repeats_blanks=True,
        remarks=remarks,
    )


def _decoded(data: bytes) -> tuple[str, str, tuple[str, ...]]:
    """The text, its encoding, and `characters_lost` where a few bytes of it could not be read."""
    encoding = next((name for bom, name in BOMS if data.startswith(bom)), "") or _without_bom(data)
    if encoding.startswith("utf-16") and len(data) % 2:
        raise UnreadableFile("truncated")
    for candidate in [encoding] if encoding else ["utf-8", "gb18030"]:
        try:
            return _text(data.decode(candidate)), candidate, ()
        except UnicodeDecodeError:
            continue
    return _with_losses(data, encoding)


def _without_bom(data: bytes) -> str:
    """UTF-16 that does not say so shows by its zero bytes, all on one side."""
    sample = data[:4096]
    even, odd = sample[0::2].count(0), sample[1::2].count(0)
    if max(even, odd) < max(3, len(sample) // 40):  # separators and digits alone make more: a stray byte
        return ""
    if odd > 4 * even:
        return "utf-16-le"
    return "utf-16-be" if even > 4 * odd else ""


def _with_losses(data: bytes, encoding: str) -> tuple[str, str, tuple[str, ...]]:
    """Text with a few broken characters is read with marks in their places; with many it is no text."""
    candidates = [encoding] if encoding else ["utf-8", "gb18030"]
    texts = {name: data.decode(name, "replace") for name in candidates}
    best = min(texts, key=lambda name: texts[name].count("\ufffd"))
    lost = texts[best].count("\ufffd")
    if lost > max(3, len(texts[best]) // 1000):
        raise UnreadableFile("encoding_unknown")
    return _text(texts[best]), best, ("characters_lost",)


def _text(text: str) -> str:
    if "\x00" in text:
        raise UnreadableFile("nul_bytes", line=text.count("\n", 0, text.index("\x00")) + 1)
    return text.removeprefix("\ufeff")


def _declared(text: str) -> str:
    """`sep=;` in the first line, as Excel writes it."""
    first = text.split("\n", 1)[0].strip().strip('"')
    return first[4:5] if first.lower().startswith("sep=") and len(first) == 5 else ""


def _likely(text: str) -> str:
    """The separator that cuts most records into the same number of cells, of these the one that cuts most."""

    def steadiness(separator: str) -> tuple[float, int]:
        widths = Counter(len(record) for record in _sample(text, separator) if any(record))
        if not widths:
            return (0.0, 0)
        width, times = max(widths.items(), key=lambda item: (item[1] * (item[0] > 1), item[0]))
        return (round(times / widths.total(), 1), width) if width > 1 else (0.0, 0)

    return max(SEPARATORS, key=steadiness)


def _sample(text: str, separator: str) -> list[list[str]]:
    csv.field_size_limit(LONGEST_CELL * 8)
    records = []
    try:
        for record in csv.reader(io.StringIO(text[:400_000], newline=""), delimiter=separator):
            records.append(record)
            if len(records) >= SAMPLED:
                break
    except csv.Error:
        pass  # the sample may end inside a quoted cell
    return records


def _rows(text: str, separator: str) -> list[Row]:
    csv.field_size_limit(LONGEST_CELL * 8)
    rows: list[Row] = []
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    try:
        for number, record in enumerate(reader, 1):
            if len(record) > MOST_COLUMNS:
                raise UnreadableFile("too_many_columns", row=number, count=len(record), limit=MOST_COLUMNS)
            if number > MOST_ROWS:
                raise UnreadableFile("too_many_rows", limit=MOST_ROWS)
            if any(len(cell) > 500 and cell.count("\n") > MOST_BREAKS for cell in record):
                raise UnreadableFile("quote_unclosed", row=number)
            if any(record):
                rows.append(Row(number, tuple(record)))
    except csv.Error as error:
        raise UnreadableFile("quote_unclosed", row=reader.line_num, detail=str(error)) from None
    return rows
