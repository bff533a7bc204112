"""PDFs: rare characters are drawn or spelled, data never become markup, both weights are there."""

import pypdfium2
import pytest

from tongxin.core import documents

FRAME = {
    "lang": "zh",
    "area": "双溪社区",
    "as_of": "截至 14:05",
    "footer": "同心",
    "demo": "",
    "head": ["双溪社区", "8月20日", ""],
    "sections": [],
    "text": "",
    "text_title": "",
    "note": "",
    "signatures": ["签发"],
}


def text_of(body: bytes) -> str:
    with pypdfium2.PdfDocument(body) as document:
        parts = []
        for number in range(len(document)):
            page = document[number]
            words = page.get_textpage()
            parts.append(words.get_text_range())
            words.close()
            page.close()
    return "".join(parts)


def printed(**data: object) -> str:
    return text_of(documents.pdf("reports/templates/reports/briefing.typ", FRAME | {"title": "简报"} | data))


@pytest.mark.parametrize("name", ["䶮䶮", "㛃安", "𬭎生", "𠅤明", "王𬱖"])
def test_rare_characters_survive_into_the_pdf(name: str) -> None:
    assert name in printed(title=name)


def test_a_character_the_font_lacks_is_a_box_with_its_sound_or_code() -> None:
    assert documents.written({"name": ["张𡛟"]})["name"][0].startswith("张□(")
    assert documents.written("张伟 OK") == "张伟 OK"


def test_a_name_full_of_markup_stays_a_name() -> None:
    name = '*粗* #panic("x") $a$ _b_ @c <d> \\e `f`'

    assert '#panic("x")' in printed(text=name, text_title="说明")


def test_both_weights_are_embedded() -> None:
    body = documents.pdf("reports/templates/reports/briefing.typ", FRAME | {"title": "简报"})

    assert body.count(b"/FontName") >= 2
    assert b"Bold" in body


def test_fonts_are_unpacked_once() -> None:
    folder = documents.fonts()
    before = {each.name: each.stat().st_mtime_ns for each in folder.glob("*.ttf")}

    documents.fonts()

    assert sorted(before) == ["NotoSansSC-Bold.ttf", "NotoSansSC-Regular.ttf"]
    assert {each.name: each.stat().st_mtime_ns for each in folder.glob("*.ttf")} == before


def test_a_demo_register_is_marked_on_every_page() -> None:
    assert "演示" in printed(demo="演示")
