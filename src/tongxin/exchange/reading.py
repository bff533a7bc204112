"""Bytes of a spreadsheet file to a `Workbook`: what kind it is, whether it is safe and whole to read."""

import lzma
from pathlib import Path

from tongxin.core.sheets import UnreadableFile, Workbook
from tongxin.exchange.books import read_book
from tongxin.exchange.separated import read_separated

LARGEST_PACKED = 64 * 2**20
LARGEST = 256 * 2**20

XZ = b"\xfd7zXZ\x00"
ZIP = b"PK\x03\x04"
OLE = bytes.fromhex("d0cf11e0a1b11ae1")
ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
OTHERS = {
    b"\x89PNG": "image",
    b"\xff\xd8\xff": "image",
    b"GIF8": "image",
    b"BM": "image",
    b"RIFF": "image",
    b"II*\x00": "image",
    b"MM\x00*": "image",
    b"%PDF": "pdf",
    b"Rar!": "archive",
    b"7z\xbc\xaf": "archive",
    b"\x1f\x8b": "archive",
    b"{\\rtf": "document",
    b"SQLite format": "database",
}
MARKUP = (b"<!doctype html", b"<html", b"<table", b"<?xml")


def read_path(path: Path) -> Workbook:
    """A file on disk."""
    return read_workbook(path.read_bytes(), name=path.name)


def read_workbook(data: bytes, *, name: str = "") -> Workbook:
    """The sheets of a file. What it is told by its bytes, never by its name. Raises `UnreadableFile`."""
    if len(data) > LARGEST_PACKED:
        raise UnreadableFile("too_large", size=len(data), limit=LARGEST_PACKED)
    if data.startswith(XZ):
        data, name = _unpacked(data), name.removesuffix(".xz")
    if not data.strip(b"\x00 \t\r\n\xef\xbb\xbf\xff\xfe"):
        raise UnreadableFile("empty")
    if data.startswith(ZIP):
        return read_book(data, name=name)
    if data.startswith(OLE):
        if ENCRYPTED in data:
            raise UnreadableFile("encrypted")
        return read_book(data, name=name)
    _must_be_text(data)
    return read_separated(data, name=name)


def _must_be_text(data: bytes) -> None:
    start = data[:64].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    for magic, kind in OTHERS.items():
        if data.startswith(magic):
            if magic == b"BM" and b"\x00" not in data[:64]:
                continue  # a table whose first heading begins with BM
            raise UnreadableFile("not_a_sheet", kind=kind)
    if start.startswith(MARKUP):
        raise UnreadableFile("not_a_sheet", kind="markup")


def _unpacked(data: bytes) -> bytes:
    unpacker = lzma.LZMADecompressor(format=lzma.FORMAT_XZ, memlimit=256 * 2**20)
    try:
        text = unpacker.decompress(data, max_length=LARGEST + 1)
    except lzma.LZMAError as error:
        raise UnreadableFile("damaged", detail=str(error)) from None
    if len(text) > LARGEST:
        raise UnreadableFile("too_large", size=len(text), limit=LARGEST)
    if not unpacker.eof:
        raise UnreadableFile("truncated")
    return text
