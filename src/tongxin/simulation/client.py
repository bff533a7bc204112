"""A phone's side of the wire: enrol, fetch the pack, send batches. Standard library only."""

import gzip
import json
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID, uuid4

Event = dict[str, Any]
CAPTURE = "/api/v1/capture"


class DoorClosed(Exception):
    """The server answered with an error: the status and what it said."""

    def __init__(self, status: int, body: str) -> None:
        super().__init__(f"{status}: {body[:300]}")
        self.status = status


@dataclass(slots=True)
class Phone:
    """An enrolled virtual phone. What it has sent and what was acknowledged is kept for the final count."""

    server: str
    token: str
    name: str
    acknowledged: dict[UUID, tuple[str, str | None]] = field(default_factory=dict)

    @classmethod
    def enrol(cls, server: str, code: str, name: str) -> "Phone":
        answer = _ask(server, "POST", "/api/v1/enrol", {"code": code, "name": name})
        return cls(server=server, token=answer["token"], name=name)

    def pack(self) -> dict[str, Any]:
        return _ask(self.server, "GET", "/api/v1/pack", token=self.token)

    def send(self, events: list[Event], at: datetime) -> list[dict[str, Any]]:
        """Send one batch and keep its receipts."""
        body = {"batch": str(uuid4()), "device_at": at.isoformat(), "app": "simulation", "events": events}
        answer = _ask(self.server, "POST", CAPTURE, body, token=self.token)
        for receipt in answer["receipts"]:
            self.acknowledged.setdefault(UUID(receipt["id"]), (receipt["verdict"], receipt.get("code")))
        receipts: list[dict[str, Any]] = answer["receipts"]
        return receipts


def _ask(server: str, method: str, path: str, body: Any = None, *, token: str = "") -> dict[str, Any]:
    if urlsplit(server).scheme not in {"http", "https"}:
        raise ValueError(f"{server} is not a web address")
    headers = {"Accept": "application/json", "Accept-Encoding": "gzip"}
    content = None
    if body is not None:
        content = json.dumps(body).encode()
        headers["Content-Type"] = "application/json"
        if path == CAPTURE:
            content = gzip.compress(content)
            headers["Content-Encoding"] = "gzip"
    if token:
        headers["Authorization"] = f"Device {token}"
    request = urllib.request.Request(f"{server}{path}", data=content, headers=headers, method=method)  # noqa: S310 -- scheme checked above
    try:
        with urllib.request.urlopen(request, timeout=60) as response:  # noqa: S310 -- scheme checked above
            raw = response.read()
            if response.headers.get("Content-Encoding") == "gzip":
                raw = gzip.decompress(raw)
    except urllib.error.HTTPError as error:
        with error:
            raise DoorClosed(error.code, error.read().decode(errors="replace")) from None
    answer: dict[str, Any] = json.loads(raw)
    return answer
