"""/trust: how a phone or computer comes to trust this machine's certificate, in both languages.

The office serves it over https; a second, tiny server gives the same page and the certificate over plain http,
because a phone that does not trust us yet has to fetch it somewhere. It serves these pages and nothing else.
"""

import argparse
import http.server
import os
import signal
import socket
import sys
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from types import FrameType
from urllib.parse import parse_qs, urlsplit

import django
import segno
from django.http import HttpRequest, HttpResponse, HttpResponseNotFound
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.safestring import SafeString, mark_safe
from django.views.decorators.http import require_safe

from tongxin.config import lan

CERTIFICATE = "/tongxin-ca.crt"
STYLE = "/trust.css"
STYLE_FILE = Path(__file__).resolve().parent / "static" / "config" / "trust.css"
LANGUAGES = {"zh": "zh-hans", "en": "en"}


def authority() -> Path | None:
    """The certificate of our authority, when this office serves TLS by itself."""
    path = os.environ.get("TONGXIN_CA")
    return Path(path) if path and Path(path).exists() else None


def qr(address: str) -> SafeString:
    return mark_safe(segno.make(address, error="m").svg_inline(border=2, omitsize=True))  # noqa: S308 -- our own drawing


def page(language: str, *, style: str) -> str:
    """The steps, in Chinese or English, with the address and the fingerprint to compare."""
    path = authority()
    assert path is not None
    address = os.environ["TONGXIN_ADDRESS"]
    with translation.override(language):
        return render_to_string(
            "config/trust.html",
            {
                "address": address,
                "qr": qr(address),
                "fingerprint": lan.fingerprint(path),
                "certificate": CERTIFICATE,
                "style": style,
                "is_english": language == "en",
            },
        )


@require_safe
def trust(request: HttpRequest) -> HttpResponse:
    """The page in the office."""
    if authority() is None:
        return HttpResponseNotFound()
    language = LANGUAGES.get(request.GET.get("lang", ""), translation.get_language() or "zh-hans")
    return HttpResponse(page(language, style="/static/config/trust.css"))


@require_safe
def certificate(request: HttpRequest) -> HttpResponse:
    path = authority()
    if path is None:
        return HttpResponseNotFound()
    return HttpResponse(path.read_bytes(), content_type="application/x-x509-ca-cert")


class _Pages(http.server.BaseHTTPRequestHandler):
    """Four addresses, read only; everything else leads to the page."""

    server_version, sys_version = "tongxin", ""
    timeout = 10

    def do_GET(self) -> None:
        asked = urlsplit(self.path)
        if asked.path == CERTIFICATE:
            path = authority()
            assert path is not None
            self._send(path.read_bytes(), "application/x-x509-ca-cert")
        elif asked.path == STYLE:
            self._send(STYLE_FILE.read_bytes(), "text/css; charset=utf-8")
        elif asked.path in ("/", "/trust"):
            chosen = parse_qs(asked.query).get("lang", [""])[0]
            self._send(_rendered(LANGUAGES.get(chosen) or self._wished()), "text/html; charset=utf-8")
        else:
            self.send_response(302)
            self.send_header("Location", "/trust")
            self.send_header("Content-Length", "0")
            self.end_headers()

    def _wished(self) -> str:
        wish = self.headers.get("Accept-Language", "").lower()
        return "en" if wish.startswith("en") else "zh-hans"

    def _send(self, content: bytes, kind: str) -> None:
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(content)))
        self.send_header(
            "Content-Security-Policy", "default-src 'none'; style-src 'self'; img-src 'self' data:"
        )
        self.send_header("X-Content-Type-Options", "nosniff")
        self.send_header("Cache-Control", "no-store")
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 -- the name of the overridden method
        return None


@lru_cache(maxsize=2)
def _rendered(language: str) -> bytes:
    return page(language, style=STYLE).encode()


class _Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    address_family = socket.AF_INET


def _stop(number: int, frame: FrameType | None) -> None:
    raise SystemExit(0)


def main(words: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--host", required=True)
    parser.add_argument("--port", type=int, required=True)
    args = parser.parse_args(words)
    signal.signal(signal.SIGTERM, _stop)
    django.setup()
    with _Server((args.host, args.port), _Pages) as server:
        server.serve_forever()
    return 0


if __name__ == "__main__":
    sys.exit(main())
