"""Spreadsheet files made for a test, as bytes and as read."""

import io
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from openpyxl import Workbook as Book

from tongxin.core.sheets import Workbook
from tongxin.exchange.reading import read_workbook

Rows = Iterable[Sequence[Any]]


def xlsx_bytes(
    sheets: Mapping[str, Rows],
    *,
    merges: Mapping[str, Iterable[str]] | None = None,
    hidden: Iterable[str] = (),
    hidden_columns: Iterable[str] = (),
) -> bytes:
    book = Book()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(list(row))
        for merged in (merges or {}).get(name, ()):
            sheet.merge_cells(merged)
        for letter in hidden_columns:
            sheet.column_dimensions[letter].hidden = True
        if name in hidden:
            sheet.sheet_state = "hidden"
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def xlsx(sheets: Mapping[str, Rows], **kwargs: Any) -> Workbook:
    return read_workbook(xlsx_bytes(sheets, **kwargs), name="list.xlsx")


def csv(text: str, *, encoding: str = "utf-8-sig", name: str = "list.csv") -> Workbook:
    return read_workbook(text.encode(encoding), name=name)
