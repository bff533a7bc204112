"""The phone app's own files, and what stands there when nobody has built them."""

from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from tongxin.exchange import views_field


@pytest.fixture
def built(tmp_path: Path, monkeypatch: Any) -> Path:
    for name, text in (
        ("shell.html", "<!doctype html>同心"),
        ("sw.js", "self"),
        ("manifest.webmanifest", "{}"),
    ):
        (tmp_path / name).write_text(text, "utf-8")
    monkeypatch.setattr(views_field.finders, "find", lambda name: str(tmp_path / name.removeprefix("field/")))
    return tmp_path


@pytest.mark.parametrize(
    ("path", "content_type"),
    [
        ("/field/", "text/html; charset=utf-8"),
        ("/field/sw.js", "text/javascript; charset=utf-8"),
        ("/field/manifest.webmanifest", "application/manifest+json; charset=utf-8"),
    ],
)
def test_a_phone_asks_each_time_and_gets_it_once(built: Path, path: str, content_type: str) -> None:
    first = Client().get(path)
    second = Client().get(path, headers={"If-None-Match": first.headers["ETag"]})

    assert (first.status_code, first.headers["Content-Type"], first.headers["Cache-Control"]) == (
        200,
        content_type,
        "no-cache",
    )
    assert (second.status_code, second.content) == (304, b"")


def test_a_new_build_is_seen_at_once(built: Path) -> None:
    first = Client().get("/field/")
    (built / "shell.html").write_text("<!doctype html>new", "utf-8")

    assert Client().get("/field/", headers={"If-None-Match": first.headers["ETag"]}).content.endswith(b"new")


def test_the_worker_may_serve_the_whole_app(built: Path) -> None:
    assert Client().get("/field/sw.js").headers["Service-Worker-Allowed"] == "/field/"


@pytest.mark.parametrize("path", ["/field/", "/field/sw.js"])
def test_without_a_build_the_page_says_what_to_do(path: str, monkeypatch: Any) -> None:
    monkeypatch.setattr(views_field.finders, "find", lambda name: None)

    answer = Client().get(path, headers={"Cookie": "django_language=en"})

    assert answer.status_code == 503
    assert "npm run build" in answer.content.decode()
