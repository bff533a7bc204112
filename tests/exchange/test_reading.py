"""Files of every kind are read, or refused with the reason (CONTRACT, "Reading")."""

import io
import lzma
import struct
import zipfile
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.factories.sheets import xlsx, xlsx_bytes
from tongxin.core.sheets import Merge, UnreadableFile, Workbook
from tongxin.exchange.reading import read_path, read_workbook

TABLE = "姓名,电话,住址\n张伟,13800000000,3-2-401\n李娜,13900000001,三栋二单元四〇二\n"
CELLS = [
    ("姓名", "电话", "住址"),
    ("张伟", "13800000000", "3-2-401"),
    ("李娜", "13900000001", "三栋二单元四〇二"),
]
RARE = (Path(__file__).parents[1] / "data" / "names" / "rare_chars.txt").read_text("utf-8").strip()


def _cells(book: Workbook) -> list[tuple[object, ...]]:
    return [row.values for row in book.sheets[0].rows]


def _code(data: bytes) -> str:
    with pytest.raises(UnreadableFile) as refused:
        read_workbook(data, name="x")
    return refused.value.code


# ---- text


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "gbk", "gb18030", "utf-16", "utf-16-le", "utf-16-be"]
)
@pytest.mark.parametrize("separator", [",", "\t", ";"])
def test_text_in_every_encoding_and_separator(encoding: str, separator: str) -> None:
    book = read_workbook(TABLE.replace(",", separator).encode(encoding), name="list.csv")

    assert _cells(book) == CELLS
    assert (book.kind, book.separator, book.repeats_blanks, len(book.sheets)) == ("csv", separator, True, 1)


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030", "utf-16"])
def test_rare_characters_survive(encoding: str) -> None:
    book = read_workbook(f"姓名,电话\n张{RARE},1\n".encode(encoding))

    assert _cells(book)[1][0] == f"张{RARE}"


def test_quoted_cells_hold_line_breaks_and_separators() -> None:
    book = read_workbook('姓名,电话\n张伟,"13800000000\n13900000001"\n李娜,"a,b"\n'.encode())

    assert _cells(book)[1:] == [("张伟", "13800000000\n13900000001"), ("李娜", "a,b")]
    assert [row.number for row in book.sheets[0].rows] == [1, 2, 3]


def test_rows_keep_their_number_when_blank_ones_are_left_out() -> None:
    book = read_workbook("姓名,电话\n,\n\n张伟,1\n".encode())

    assert [row.number for row in book.sheets[0].rows] == [1, 4]


def test_a_declared_separator_is_believed() -> None:
    book = read_workbook("sep=;\n姓名;地址\n张伟;a,b,c\n".encode())

    assert _cells(book)[1:] == [("姓名", "地址"), ("张伟", "a,b,c")]


def test_a_title_without_separators_does_not_mislead() -> None:
    book = read_workbook(("和平社区台账\n" + TABLE.replace(",", ";")).encode("gbk"))

    assert (book.separator, _cells(book)[1:]) == (";", CELLS)


def test_packed_files_are_opened() -> None:
    assert _cells(read_workbook(lzma.compress(TABLE.encode()), name="list.csv.xz")) == CELLS
    book = read_workbook(lzma.compress(xlsx_bytes({"S": CELLS})), name="list.xlsx.xz")
    assert (book.kind, book.name) == ("xlsx", "list.xlsx")


def test_a_few_broken_characters_are_marked_not_refused() -> None:
    data = (TABLE * 100).encode("gb18030").replace("李娜".encode("gbk"), b"\xc0\xee\xff\xff", 1)

    book = read_workbook(data)

    assert book.remarks == ("characters_lost",)
    assert "\ufffd" in str(_cells(book)[2][0])


# ---- workbooks


def test_numbers_stay_numbers_and_text_text() -> None:
    rows = [["身份证", "生日"], [990802199104167812, date(1991, 4, 16)], ["990802199104167812", 33344]]

    first, second = _cells(xlsx({"S": rows}))[1:]

    assert isinstance(first[0], float)
    assert first[1] == date(1991, 4, 16)
    assert second == ("990802199104167812", 33344.0)


def test_merged_cells_are_told() -> None:
    book = xlsx({"S": [["标题", None], ["a", 1], [None, 2]]}, merges={"S": ["A1:B1", "A2:A3"]})

    sheet = book.sheets[0]

    assert set(sheet.merges) == {Merge(1, 0, 1, 1), Merge(2, 0, 3, 0)}
    assert sheet.spread() == {3: {0: "a"}}


def test_hidden_sheets_are_named_not_read() -> None:
    book = xlsx({"旧": [["a"]], "新": [["b"]]}, hidden=["旧"])

    assert ([sheet.name for sheet in book.sheets], book.hidden_sheets) == (["新"], ("旧",))


def test_formulas_count_by_what_they_last_gave() -> None:
    data = xlsx_bytes({"S": [["a", "b"], ["x", "y"]]})
    packed = zipfile.ZipFile(io.BytesIO(data))
    parts = {name: packed.read(name) for name in packed.namelist()}
    parts["xl/worksheets/sheet1.xml"] = (
        b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
        b'<row r="1"><c r="A1" t="str"><f>TEXT(1,"0")</f><v>1991-04-16</v></c><c r="B1" t="e"><v>#N/A</v></c></row>'
        b"</sheetData></worksheet>"
    )

    assert _cells(read_workbook(_zipped(parts))) == [("1991-04-16", None)]


def test_data_may_begin_anywhere() -> None:
    book = xlsx({"S": [[None, None], [None, None, "姓名"], [None, None, "张伟"]]})

    assert [(row.number, row.at(2)) for row in book.sheets[0].rows] == [(2, "姓名"), (3, "张伟")]


# ---- refused


def _zipped(parts: dict[str, bytes]) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return file.getvalue()


@pytest.mark.parametrize("data", [b"", b"\xef\xbb\xbf", b"  \n\n", b"\xff\xfe"])
def test_an_empty_file_is_refused(data: bytes) -> None:
    assert _code(data) == "empty"


def test_a_workbook_without_a_filled_visible_sheet_is_empty() -> None:
    assert _code(xlsx_bytes({"S": []})) == "empty"
    assert _code(xlsx_bytes({"S": [], "旧": [["a"]]}, hidden=["旧"])) == "empty"


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (b"\x89PNG\r\n\x1a\n" + b"\x00" * 50, "image"),
        (b"\xff\xd8\xff\xe0" + b"\x00" * 50, "image"),
        (b"%PDF-1.7\n", "pdf"),
        (b"<html><table><tr><td>a</td></tr></table></html>", "markup"),
        (_zipped({"a.txt": b"x"}), "archive"),
    ],
)
def test_other_files_renamed_are_refused(data: bytes, kind: str) -> None:
    with pytest.raises(UnreadableFile) as refused:
        read_workbook(data, name="list.xlsx")

    assert (refused.value.code, refused.value.facts) == ("not_a_sheet", {"kind": kind})


def test_an_encrypted_workbook_is_refused() -> None:
    data = (
        bytes.fromhex("d0cf11e0a1b11ae1")
        + b"\x00" * 600
        + "EncryptedPackage".encode("utf-16-le")
        + b"\x00" * 900
    )

    assert _code(data) == "encrypted"


def test_a_truncated_workbook_is_refused() -> None:
    data = xlsx_bytes({"S": CELLS * 200})

    assert _code(data[: len(data) // 2]) == "truncated"


def test_a_damaged_workbook_is_refused() -> None:
    data = bytearray(xlsx_bytes({"S": CELLS * 200}))
    info = zipfile.ZipFile(io.BytesIO(bytes(data))).getinfo("xl/worksheets/sheet1.xml")
    data[info.header_offset + 100] ^= 0xFF

    assert _code(bytes(data)) == "damaged"


def test_a_truncated_packed_file_is_refused() -> None:
    assert _code(lzma.compress(TABLE.encode() * 50)[:-20]) in {"truncated", "damaged"}


def test_a_bomb_is_refused_before_it_goes_off() -> None:
    packed = zipfile.ZipFile(io.BytesIO(xlsx_bytes({"S": CELLS})))
    parts = {name: packed.read(name) for name in packed.namelist()}
    parts["xl/worksheets/sheet1.xml"] += b" " * (80 * 2**20)

    assert _code(_zipped(parts)) == "zip_bomb"


def test_a_bomb_that_lies_about_its_size_is_refused_too() -> None:
    packed = zipfile.ZipFile(io.BytesIO(xlsx_bytes({"S": CELLS})))
    parts = {name: packed.read(name) for name in packed.namelist()}
    parts["xl/worksheets/sheet1.xml"] += b" " * (80 * 2**20)
    size = len(parts["xl/worksheets/sheet1.xml"])
    data = _zipped(parts).replace(struct.pack("<I", size), struct.pack("<I", 100))

    assert _code(data) == "zip_bomb"


def test_nul_bytes_are_refused_with_their_line() -> None:
    with pytest.raises(UnreadableFile) as refused:
        read_workbook((TABLE + "王\x00强,1,2\n").encode() + TABLE.encode() * 20)

    assert (refused.value.code, refused.value.facts) == ("nul_bytes", {"line": 4})


def test_absurdly_wide_tables_are_refused() -> None:
    assert _code((",".join("a" * 301) + "\n").encode() * 3) == "too_many_columns"
    assert _code(xlsx_bytes({"S": [["a"] * 301]})) == "too_many_columns"


def test_a_stray_cell_at_the_end_of_a_sheet_is_refused_by_name() -> None:
    packed = zipfile.ZipFile(io.BytesIO(xlsx_bytes({"S": CELLS})))
    parts = {name: packed.read(name) for name in packed.namelist()}
    parts["xl/worksheets/sheet1.xml"] = parts["xl/worksheets/sheet1.xml"].replace(
        b"</sheetData>", b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>'
    )

    with pytest.raises(UnreadableFile) as refused:
        read_workbook(_zipped(parts))

    assert (refused.value.code, refused.value.facts["column"]) == ("too_many_columns", "XFD")


def test_a_formatted_empty_cell_far_out_is_no_matter() -> None:
    packed = zipfile.ZipFile(io.BytesIO(xlsx_bytes({"S": CELLS})))
    parts = {name: packed.read(name) for name in packed.namelist()}
    parts["xl/worksheets/sheet1.xml"] = parts["xl/worksheets/sheet1.xml"].replace(
        b"</sheetData>", b'<row r="1048576"><c r="XFD1048576" s="0"/></row></sheetData>'
    )

    assert _cells(read_workbook(_zipped(parts))) == CELLS


def test_a_quote_that_is_never_closed_is_refused() -> None:
    assert _code('姓名,电话\n"张伟,1\n'.encode() + TABLE.encode() * 400) == "quote_unclosed"


def test_bytes_that_are_no_text_are_refused() -> None:
    assert _code(bytes(range(1, 256)) * 8) in {"encoding_unknown", "nul_bytes"}


@given(st.binary(max_size=400))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    try:
        book = read_workbook(data, name="x.csv")
    except UnreadableFile as refused:
        assert refused.code  # noqa: PT017 -- either way is right
    else:
        assert book.sheets


def test_a_file_is_read_from_its_path(tmp_path: Path) -> None:
    path = tmp_path / "3栋.csv"
    path.write_bytes(TABLE.encode())

    book = read_path(path)

    assert (book.name, book.sheets[0].name) == ("3栋.csv", "3栋")
