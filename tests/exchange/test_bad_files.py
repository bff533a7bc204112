"""Files that are no register: a clear message by page and by command, nothing stored, and the server goes on."""

import argparse
import io
import zipfile
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from tests import cast
from tests.factories.sheets import xlsx_bytes
from tongxin.config.commands import import_
from tongxin.core import scope
from tongxin.exchange.models import Upload
from tongxin.people.models import Person

pytestmark = pytest.mark.usefixtures("db")

HEAD = "姓名,身份证号,联系电话,楼栋,单元,房号\n"


def bomb() -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as book:
        book.writestr("xl/workbook.xml", "<workbook/>")
        book.writestr("xl/worksheets/sheet1.xml", b"0" * (80 * 2**20))
    return packed.getvalue()


def protected() -> bytes:
    return (
        bytes.fromhex("d0cf11e0a1b11ae1")
        + b"\x00" * 600
        + "EncryptedPackage".encode("utf-16-le")
        + b"\x00" * 600
    )


BAD = {
    "empty": (b"", "empty"),
    "blank": (b"\n\n  \n", "holds no rows"),
    "image": (b"\x89PNG\r\n\x1a\n" + b"\x00" * 300, "another kind of file"),
    "page": (b"<!DOCTYPE html><html><table></table></html>", "another kind of file"),
    "truncated": (xlsx_bytes({"s": [["姓名"], ["张伟"]]})[:-40], "missing"),
    "protected": (protected(), "password"),
    "bomb": (bomb(), "unpacks"),
    "columns": ((",".join(["姓名"] * 301) + "\n" + ",".join(["x"] * 301) + "\n").encode(), "301 columns"),
    "nul": ((HEAD + "张伟,,138\x0000000001,3,1,302\n").encode(), "Line 2"),
    "quote": ((HEAD + '张伟,"' + "x\n" * 40_000).encode(), "quotation mark"),
}


@pytest.fixture
def town() -> cast.Town:
    with scope.everywhere():
        return cast.town()


def send(town: cast.Town, content: bytes, name: str = "list.xlsx") -> Any:
    client = Client()
    client.cookies.load({"django_language": "en"})
    client.force_login(town.accounts["qin"])
    return client.post("/exchange/registers/new", {"file": SimpleUploadedFile(name, content)})


def by_command(path: Path, **options: Any) -> int:
    said: dict[str, Any] = {"date": None, "dry_run": False, "export": None, "work": import_._import_register}
    return import_.run(argparse.Namespace(file=path, area=cast.SHUANGXI, **(said | options)))


@pytest.mark.parametrize("kind", BAD)
def test_a_bad_file_is_told_by_page_and_nothing_is_stored(town: cast.Town, kind: str) -> None:
    content, says = BAD[kind]

    response = send(town, content)

    assert response.status_code == 422
    assert says in response.content.decode()
    with scope.everywhere():
        assert (Upload.objects.count(), Person.objects.count()) == (0, 3)


@pytest.mark.parametrize("kind", BAD)
def test_a_bad_file_is_told_by_the_command_in_one_line(
    town: cast.Town, kind: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "list.xlsx"
    path.write_bytes(BAD[kind][0])

    code = by_command(path)

    said = capsys.readouterr().err.strip()
    assert code == import_.CANNOT
    assert "Traceback" not in said
    assert said.startswith("tongxin:")
    with scope.everywhere():
        assert (Upload.objects.count(), Person.objects.count()) == (0, 3)


def test_a_file_that_is_not_there_is_told(
    town: cast.Town, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert by_command(tmp_path / "missing.csv") == import_.CANNOT
    assert "missing.csv" in capsys.readouterr().err


def test_an_upload_that_is_too_large_is_stopped_while_it_arrives(town: cast.Town, settings: Any) -> None:
    settings.TONGXIN_UPLOAD_LIMIT = 2**20

    response = send(town, b"x" * (3 * 2**20), "list.csv")

    assert response.status_code == 422
    assert "larger than 1 MB" in response.content.decode()
    with scope.everywhere():
        assert not Upload.objects.exists()


def test_a_file_too_large_for_the_command_is_not_even_read(
    town: cast.Town, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "huge.csv"
    with path.open("wb") as file:
        file.truncate(2 * 2**30)  # takes no room on the disk

    assert by_command(path) == import_.CANNOT
    assert str(2 * 2**30) in capsys.readouterr().err


FORMULAS = ("=cmd|' /C calc'!A0", '=HYPERLINK("http://x","y")', "+1+1", "-2+3", "@SUM(1)")


def test_formulas_in_cells_stay_text_and_are_no_formulas_when_sent_back(town: cast.Town) -> None:
    rows = "".join(
        f'"{text}",12345,13800000001,3,1,302\n' for text in (each.replace('"', '""') for each in FORMULAS)
    )
    client = Client()
    client.force_login(town.accounts["qin"])
    sent = client.post(
        "/exchange/registers/new", {"file": SimpleUploadedFile("list.csv", (HEAD + rows).encode())}
    )

    exported = client.post(f"{sent.headers['Location']}/rejects.xlsx", {"purpose": "逐户核对"})

    book = zipfile.ZipFile(io.BytesIO(exported.content))
    sheet = book.read("xl/worksheets/sheet1.xml")
    assert b"<f>" not in sheet
    assert b"HYPERLINK" in sheet
