"""The phone app at /field/: its shell, its service worker and its manifest, as the build of `field/` left them."""

from hashlib import sha256
from pathlib import Path

from django.contrib.staticfiles import finders
from django.http import HttpRequest, HttpResponse, HttpResponseNotModified
from django.shortcuts import render
from django.views.decorators.http import require_safe

SCOPE = "/field/"


@require_safe
def shell(request: HttpRequest) -> HttpResponse:
    return _built(request, "shell.html", "text/html; charset=utf-8")


@require_safe
def service_worker(request: HttpRequest) -> HttpResponse:
    response = _built(request, "sw.js", "text/javascript; charset=utf-8")
    response.headers["Service-Worker-Allowed"] = SCOPE
    return response


@require_safe
def manifest(request: HttpRequest) -> HttpResponse:
    return _built(request, "manifest.webmanifest", "application/manifest+json; charset=utf-8")


def _built(request: HttpRequest, name: str, content_type: str) -> HttpResponse:
    """A file of the build. It names the hashed ones, so a phone asks each time whether it has changed."""
    path = finders.find(f"field/{name}")
    if not isinstance(path, str):
        return render(request, "exchange/field_missing.html", status=503)
    body = Path(path).read_bytes()
    etag = f'"{sha256(body).hexdigest()[:24]}"'
    if request.headers.get("If-None-Match", "").removeprefix("W/") == etag:
        response: HttpResponse = HttpResponseNotModified()
    else:
        response = HttpResponse(body, content_type=content_type)
    response.headers["ETag"] = etag
    response.headers["Cache-Control"] = "no-cache"
    return response
