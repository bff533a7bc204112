"""Every template of the house: no inline script or style, and words that can be translated."""

import re
from pathlib import Path

import pytest
from django.template import engines
from django.template.loader import render_to_string
from django.test import Client, RequestFactory
from django.views.defaults import server_error

import tongxin

PACKAGE = Path(tongxin.__file__).parent
TEMPLATES = sorted(PACKAGE.glob("**/templates/**/*.html"))
INLINE = re.compile(r"<style|\sstyle=|\son[a-z]+=|javascript:|<script(?![^>]*\ssrc=)", re.IGNORECASE)
COMMENT = re.compile(r"{% comment %}.*?{% endcomment %}", re.DOTALL)
SYMBOL = re.compile(r"""{% icon "([a-z0-9-]+)""")
CLASSES = ("here", "elsewhere", "mobile", "isolated", "away", "exempt", "refused", "unreachable", "unknown")


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_nothing_is_inline(path: Path) -> None:
    assert INLINE.findall(COMMENT.sub("", path.read_text("utf-8"))) == []


def test_every_icon_that_is_named_is_drawn() -> None:
    drawn = set(
        re.findall(r'<symbol id="([^"]+)"', (PACKAGE / "static/tongxin/icons.svg").read_text("utf-8"))
    )
    named = {name for path in TEMPLATES for name in SYMBOL.findall(path.read_text("utf-8"))}

    assert named - drawn == set()


def rendered(source: str, **context: object) -> str:
    return engines["django"].from_string(source).render(context)


def test_a_coverage_bar_sums_to_the_whole_and_names_every_class() -> None:
    counts = (2431, 37, 96, 12, 41, 5, 3, 40, 203)
    classes = [(code, code, count) for code, count in zip(CLASSES, counts, strict=True)]

    html = render_to_string(
        "components/coverage.html", {"classes": classes, "title": "Round 10", "base": sum(counts)}
    )

    widths = [
        float(width)
        for width in re.findall(r'<rect class="tx-class-[a-z]+" x="[\d.]+" width="([\d.]+)"', html)
    ]
    assert len(widths) == 9
    assert sum(widths) == pytest.approx(1000, abs=0.1)
    assert re.findall(r"<b>([\d,]+)</b>", html) == [f"{count:,}" for count in counts]


def test_a_figure_is_a_door_when_it_has_rows() -> None:
    html = render_to_string(
        "components/figure.html", {"value": 2871, "unit": "persons", "label": "should test", "href": "/rows"}
    )

    assert '<a href="/rows" class="tx-figure">' in html
    assert "<b>2,871</b><i>persons</i>" in html
    assert "<a" not in render_to_string("components/figure.html", {"value": 3, "label": "x"})


def test_a_badge_is_icon_word_and_colour() -> None:
    html = rendered('{% badge "attention" "owes data" %}')

    assert 'class="tx-badge is-attention"' in html
    assert "#alert-triangle" in html
    assert "owes data" in html


def test_an_icon_says_nothing_to_a_screen_reader() -> None:
    assert 'aria-hidden="true"' in rendered('{% icon "phone" %}')


@pytest.mark.django_db
def test_an_address_that_is_nowhere_says_what_to_do() -> None:
    page = Client(headers={"Cookie": "django_language=en"}).get("/nowhere")

    assert page.status_code == 404
    assert "This is not there, or not in your area" in page.content.decode()


@pytest.mark.django_db
def test_a_form_from_an_old_page_is_refused_without_a_fright() -> None:
    page = Client(enforce_csrf_checks=True, headers={"Cookie": "django_language=en"}).post("/accounts/login/")

    assert page.status_code == 403
    assert "Please send it again" in page.content.decode()


def test_the_page_of_a_fault_needs_neither_database_nor_person() -> None:
    page = server_error(RequestFactory().get("/"))

    assert page.status_code == 500
    assert "没有保存" in page.content.decode()
