"""Rows of a sheet that are no data: titles, repeated headers, subtotals, footers, examples, blank lines."""

import re
from collections.abc import Mapping as Dictionary
from collections.abc import Sequence
from enum import StrEnum

from tongxin.core.headers import SheetMapping, Vocabulary, heading
from tongxin.core.sheets import Row, Sheet, Value
from tongxin.core.text import text_of, without_blanks


class Ignored(StrEnum):
    """Why a row is not data."""

    TITLE = "title"
    BLANK = "blank"
    HEADER = "header"
    NOTES_SHEET = "notes_sheet"
    EXAMPLE = "example"
    SUBTOTAL = "subtotal"
    FOOTER = "footer"


SUBTOTAL = re.compile(r"^(?:本页)?(?:小计|合计|总计|共计|累计)")
FOOTER = re.compile(
    r"^(?:填表|填报|制表|审核|审批|报告人|报告日期|(?:注|备注|说明|填表说明|负责人|经办人|登记人|联系人|签字|签名|盖章|"
    r"日期|单位负责人|打印时间|打印日期)[::]|第\d+页|共\d+页|以下空白|以上为)"
)
EXAMPLE = re.compile(r"^[(\[【<《*]*示例|[(\[【<《]示例[)\]】>》]")
LONGEST_LONE_NAME = 8  # a longer lone text in the name's column is a line across the page
END = re.compile(r"^[-—=*/_.·]+$")


class Layout:
    """Tells a sheet's data rows from the rest."""

    def __init__(self, sheet: Sheet, mapping: SheetMapping, vocabulary: Vocabulary) -> None:
        self._mapping = mapping
        self._vocabulary = vocabulary
        self._mapped = tuple(sorted(mapping.columns))
        self._keys = tuple(column for column, code in mapping.columns.items() if code in vocabulary.required)
        above = [row for row in sheet.rows if row.number < min(mapping.header_rows, default=0)]
        header = [row for row in sheet.rows if row.number in mapping.header_rows]
        self.titles = [text for row in above for value in row.values if (text := text_of(value))]
        self._title_texts = frozenset(self.titles)
        self._headings = self._by_column(header, sheet.spread())

    def ignored(self, row: Row) -> Ignored | None:
        """Why this row is not data, or None when it is."""
        if row.number < self._mapping.first_row:
            return Ignored.HEADER if row.number in self._mapping.header_rows else self._above(row)
        filled = [
            (column, value) for column, value in enumerate(row.values) if value is not None and value != ""
        ]
        if not filled:
            return Ignored.BLANK
        first = text_of(filled[0][1])
        if not first:
            filled = [(column, value) for column, value in filled if text_of(value)]
            if not filled:
                return Ignored.BLANK
            first = text_of(filled[0][1])
        return self._by_first(first) or self._by_all(filled, first)

    def _above(self, row: Row) -> Ignored:
        return Ignored.TITLE if any(text_of(value) for value in row.values) else Ignored.BLANK

    def _by_first(self, first: str) -> Ignored | None:
        """Subtotals and footers begin with their word."""
        if first[0].isdecimal():
            return None
        words = without_blanks(first)
        if SUBTOTAL.match(words):
            return Ignored.SUBTOTAL
        return Ignored.FOOTER if FOOTER.match(words) else None

    def _by_all(self, filled: Sequence[tuple[int, Value]], first: str) -> Ignored | None:
        if any(
            type(value) is str and "示例" in value and EXAMPLE.search(text_of(value)) for _, value in filled
        ):
            return Ignored.EXAMPLE
        if self._is_header(filled):
            return Ignored.HEADER
        if first in self._title_texts and all(text_of(value) in self._title_texts for _, value in filled):
            return Ignored.TITLE
        if len(filled) == 1 and self._is_line(filled[0][0], first):
            return Ignored.TITLE
        if not any(column in self._mapping.columns for column, _ in filled):
            return Ignored.BLANK
        return None

    def _is_header(self, filled: Sequence[tuple[int, Value]]) -> bool:
        """The header again, as printed on each page, in the same words or in others of the vocabulary."""
        column, value = filled[0]
        if text_of(value) in self._headings.get(column, ()):
            return all(text_of(value) in self._headings.get(column, ()) for column, value in filled)
        named = {column: value for column, value in filled if column in self._keys}
        if len(named) < len(self._keys) or not all(self._repeats(*cell) for cell in named.items()):
            return False
        mapped = [(column, value) for column, value in filled if column in self._mapping.columns]
        return 2 * sum(self._repeats(*cell) for cell in mapped) > len(mapped)

    def _repeats(self, column: int, value: Value) -> bool:
        return self._vocabulary.exactly(heading(value)) == self._mapping.columns[column]

    def _is_line(self, column: int, text: str) -> bool:
        """A lone line of text: a title printed again, or a rule across the page."""
        if text in self._title_texts or END.match(text):
            return True
        if column in self._keys:
            return len(text) > LONGEST_LONE_NAME and "·" not in text
        return column not in self._mapping.columns and not text.isdecimal()

    @staticmethod
    def _by_column(header: list[Row], covered: dict[int, dict[int, Value]]) -> Dictionary[int, set[str]]:
        texts: dict[int, set[str]] = {}
        for row in header:
            values = dict(enumerate(row.values)) | covered.get(row.number, {})
            for column, value in values.items():
                if text := text_of(value):
                    texts.setdefault(column, set()).add(text)
        return texts
