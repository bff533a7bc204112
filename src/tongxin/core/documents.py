"""Printed documents: typst with an embedded free Chinese font (Noto Sans SC, OFL).

Data go in as JSON beside the source, never into it: a name full of markup stays a name. Two weights are shipped,
because a missing bold face is replaced silently.
"""

import json
import lzma
import os
from bisect import bisect_right
from functools import lru_cache
from pathlib import Path
from typing import Any

import typst
from django.conf import settings
from pypinyin import lazy_pinyin

PACKAGE = Path(__file__).resolve().parent.parent
SHIPPED = Path(__file__).resolve().parent / "fonts"


def pdf(template: str, data: dict[str, Any]) -> bytes:
    """The PDF of a template below `src/tongxin` with these data (`json(bytes(sys.inputs.data))` in the source)."""
    return bytes(
        typst.compile(
            PACKAGE / template,
            root=PACKAGE,
            font_paths=[fonts()],
            ignore_system_fonts=True,
            format="pdf",
            sys_inputs={"data": json.dumps(written(data), ensure_ascii=False, default=str)},
        )
    )


def fonts() -> Path:
    """The folder of the unpacked fonts; they are shipped packed (9 of 21 MB) and unpacked at the first document."""
    folder = Path(settings.TONGXIN_FONTS)
    folder.mkdir(parents=True, exist_ok=True)
    for packed in SHIPPED.glob("*.xz"):
        plain = folder / packed.stem
        if not plain.exists():
            # Two processes may unpack at once: each writes its own file, the last rename wins with equal bytes.
            part = plain.with_suffix(f".{os.getpid()}.part")
            part.write_bytes(lzma.decompress(packed.read_bytes()))
            part.replace(plain)
    return folder


def written(value: Any) -> Any:
    """Data with every character that the font lacks spelled out: □(pinyin)."""
    if isinstance(value, str):
        return value if value.isascii() else "".join(map(_written, value))
    if isinstance(value, dict):
        return {key: written(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [written(each) for each in value]
    return value


def has_glyph(character: str) -> bool:
    """Whether the shipped font can draw a character (core/fonts/coverage.txt, from both faces' cmap)."""
    starts, ends = _ranges()
    place = bisect_right(starts, ord(character)) - 1
    return place >= 0 and ord(character) <= ends[place]


def _written(character: str) -> str:
    if character.isspace() or has_glyph(character):
        return character
    said = lazy_pinyin(character)[0]
    return f"□({said if said != character else f'U+{ord(character):X}'})"


@lru_cache(maxsize=1)
def _ranges() -> tuple[list[int], list[int]]:
    pairs = [part.split("-") for part in (SHIPPED / "coverage.txt").read_text(encoding="ascii").split()]
    return [int(pair[0], 16) for pair in pairs], [int(pair[-1], 16) for pair in pairs]
