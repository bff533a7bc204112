"""Workbooks of spreadsheet programs (xlsx, xls): checked before they are opened, read by calamine.

calamine lays a sheet out as one dense block, so one stray value in the last cell of a sheet would take all memory,
and a few kilobytes can unpack to gigabytes. Both are looked for in the packed file first.
"""

import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import PurePath

import python_calamine
from python_calamine import CalamineSheet, CalamineWorkbook

from tongxin.core.sheets import Merge, Row, Sheet, UnreadableFile, Workbook, column_letters, column_number

LARGEST_UNPACKED = 400 * 2**20
HIGHEST_RATIO = 400
SUSPECT_SIZE = 50 * 2**20
MOST_PARTS = 2_000
MOST_COLUMNS = 300
MOST_CELLS = 30_000_000
CHUNK = 2**20

FILLED = re.compile(rb'<(?:x:)?c\b[^>]*?\br="([A-Z]{1,3})(\d{1,7})"[^>]*(?<!/)>\s*<[^/]')
IS_SHEET = re.compile(r"xl/worksheets/[^/]+\.xml")
ENCRYPTED_BIT = 0x1
LOCAL_HEADER = 30


def read_book(data: bytes, *, name: str = "") -> Workbook:
    """The visible sheets of a workbook; hidden ones are named, not read."""
    is_xlsx = data.startswith(b"PK")
    if is_xlsx:
        inspect(data)
    try:
        return _workbook(CalamineWorkbook.from_filelike(io.BytesIO(data)), name, "xlsx" if is_xlsx else "xls")
    except UnreadableFile:
        raise
    except python_calamine.PasswordError:
        raise UnreadableFile("encrypted") from None
    except Exception as error:
        raise UnreadableFile("damaged", detail=str(error)[:200]) from None
    except BaseException as error:  # a panic inside calamine is not an Exception
        if type(error).__name__ != "PanicException":
            raise
        raise UnreadableFile("damaged", detail=str(error)[:200]) from None


def _workbook(book: CalamineWorkbook, name: str, kind: str) -> Workbook:
    sheets, hidden = [], []
    for index, about in enumerate(book.sheets_metadata):
        if about.typ is not python_calamine.SheetTypeEnum.WorkSheet:
            continue
        if about.visible is python_calamine.SheetVisibleEnum.Visible:
            sheets.append(_sheet(book.get_sheet_by_index(index), about.name))
        else:
            hidden.append(about.name)
    if not any(sheet.rows for sheet in sheets):
        raise UnreadableFile("empty", hidden_sheets=len(hidden))
    return Workbook(PurePath(name).name, kind, tuple(sheets), tuple(hidden))


def _sheet(sheet: CalamineSheet, name: str) -> Sheet:
    if sheet.total_width > MOST_COLUMNS:
        raise UnreadableFile("too_many_columns", sheet=name, count=sheet.total_width, limit=MOST_COLUMNS)
    rows = tuple(
        Row(number, tuple(None if value == "" else value for value in values))
        for number, values in enumerate(sheet.to_python(skip_empty_area=False), 1)
        if any(value != "" for value in values)
    )
    last = rows[-1].number if rows else 0
    merges = tuple(
        Merge(top + 1, left, min(bottom + 1, last), right)
        for (top, left), (bottom, right) in sheet.merged_cell_ranges or ()
    )
    return Sheet(name, rows, merges)


# ---- the packed file


def inspect(data: bytes) -> None:
    """Refuse a packed workbook that is not whole or not safe to open."""
    try:
        parts = zipfile.ZipFile(io.BytesIO(data)).infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError):
        raise UnreadableFile("truncated") from None
    if len(parts) > MOST_PARTS:
        raise UnreadableFile("too_many_parts", count=len(parts), limit=MOST_PARTS)
    if any(part.flag_bits & ENCRYPTED_BIT for part in parts):
        raise UnreadableFile("encrypted")
    names = {part.filename for part in parts}
    if "xl/workbook.xml" not in names:
        raise UnreadableFile("not_a_sheet", kind="xlsb" if "xl/workbook.bin" in names else "archive")
    room = LARGEST_UNPACKED
    for part in parts:
        room -= _measured(data, part, room)


def _measured(data: bytes, part: zipfile.ZipInfo, room: int) -> int:
    """Unpack a part in pieces and throw them away: how large it really is, and whether it is whole."""
    size, check = 0, 0
    extent = _Extent(part.filename) if IS_SHEET.fullmatch(part.filename) else None
    for piece in _pieces(data, part):
        size += len(piece)
        check = zlib.crc32(piece, check)
        if size > room or (size > SUSPECT_SIZE and size > HIGHEST_RATIO * part.compress_size):
            raise UnreadableFile("zip_bomb", part=part.filename)
        if extent:
            extent.add(piece)
    if check != part.CRC:
        raise UnreadableFile("damaged", part=part.filename)
    return size


def _pieces(data: bytes, part: zipfile.ZipInfo) -> Iterator[bytes]:
    start = part.header_offset
    lengths = data[start + 26 : start + LOCAL_HEADER]
    start += LOCAL_HEADER + int.from_bytes(lengths[:2], "little") + int.from_bytes(lengths[2:], "little")
    packed = data[start : start + part.compress_size]
    if part.compress_type == zipfile.ZIP_STORED:
        yield packed
        return
    if part.compress_type != zipfile.ZIP_DEFLATED:
        raise UnreadableFile("damaged", part=part.filename)
    unpacker = zlib.decompressobj(-zlib.MAX_WBITS)
    try:
        while packed and not unpacker.eof:
            yield unpacker.decompress(packed, CHUNK)
            packed = unpacker.unconsumed_tail
    except zlib.error:
        raise UnreadableFile("damaged", part=part.filename) from None


class _Extent:
    """How far right and down the filled cells of a sheet stand."""

    def __init__(self, part: str) -> None:
        self._part = part
        self._tail = b""
        self._width = self._height = 0

    def add(self, piece: bytes) -> None:
        text = self._tail + piece
        for letters, number in FILLED.findall(text):
            self._width = max(self._width, column_number(letters.decode()) + 1)
            self._height = max(self._height, int(number))
        if self._width > MOST_COLUMNS:
            raise UnreadableFile(
                "too_many_columns",
                part=self._part,
                count=self._width,
                column=column_letters(self._width - 1),
                limit=MOST_COLUMNS,
            )
        if self._width * self._height > MOST_CELLS:
            raise UnreadableFile("too_many_rows", part=self._part, row=self._height)
        self._tail = text[-2_000:][text[-2_000:].rfind(b"<c") :] if b"<c" in text[-2_000:] else b""
