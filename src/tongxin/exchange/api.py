"""Doors for phones, /api/v1/: enrol, pack, capture. The wire contract is contracts/capture.schema.json."""

import gzip
import json
from functools import lru_cache
from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec
from django.core.exceptions import RequestDataTooBig
from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.request import UnreadablePostError
from ninja import Field, NinjaAPI, Schema, Status
from ninja.errors import ValidationError as NinjaValidationError

from tongxin import __version__
from tongxin.access.queries import actor_of_device, installation
from tongxin.access.services import devices
from tongxin.core import clock, scope
from tongxin.core.refusals import Refusal
from tongxin.exchange import examples
from tongxin.exchange.services import capture, parcels
from tongxin.places.queries.areas import named
from tongxin.testing.services import pack as packs

ZIP_FROM = 1_000
ZIP_LEVEL = 1  # receipts are dull: the first level takes nearly all there is

api = NinjaAPI(
    title="Tongxin field API",
    version=__version__,
    description=(
        "What a phone and the server say to each other. Times are ISO 8601 with an offset; ids of captured "
        "things are UUIDv7 made on the device; every receipt is given after commit."
    ),
    urls_namespace="api",
    docs_url=None,
    openapi_url=None,
)

SECURITY: dict[str, Any] = {"security": [{"DeviceToken": []}]}


class EnrolAsk(Schema):
    code: str = Field(min_length=1, max_length=200)
    name: str = Field(min_length=1, max_length=60)
    previous: UUID | None = None


class AreaOut(Schema):
    path: str
    name: str


class EnrolReply(Schema):
    token: str
    device: str
    area: AreaOut
    demo: bool
    recovery: str
    recovers: str | None = None


class ErrorReply(Schema):
    code: str
    wipe: bool | None = None
    detail: str | None = None


@api.post(
    "/enrol",
    response={200: EnrolReply, 410: ErrorReply, 422: ErrorReply, 503: ErrorReply},
    exclude_none=True,
    summary="Let a phone in with the code from the point chief's screen",
    openapi_extra={
        "requestBody": {"content": {"application/json": {"example": examples.ENROL_ASK}}},
        "responses": {
            200: {"content": {"application/json": {"example": examples.ENROL_REPLY}}},
            410: {"content": {"application/json": {"example": examples.ERRORS[410]}}},
        },
    },
)
def enrol(request: HttpRequest, ask: EnrolAsk) -> Any:
    try:
        name = "".join(char for char in ask.name if char.isprintable())
        device, token = devices.enrol(code=ask.code, name=name, at=clock.now(), previous=ask.previous)
    except Refusal as refusal:
        return Status(410, {"code": refusal.code})
    with scope.everywhere():
        return {
            "token": token,
            "device": str(device.pk),
            "area": {"path": device.area_path, "name": named(device.area_path)},
            "demo": installation().is_demo,
            "recovery": devices.recovery_of(device.pk),
            "recovers": devices.recovery_of(ask.previous) if ask.previous else None,
        }


@api.get(
    "/pack",
    summary="What a lane needs to work without a network: round, lanes, tubes, people of its area",
    openapi_extra={
        **SECURITY,
        "responses": {
            200: {
                "description": "The pack, with its version as ETag",
                "content": {
                    "application/json": {
                        "schema": {"$ref": "#/components/schemas/Pack"},
                        "example": examples.PACK,
                    }
                },
            },
            304: {"description": "The phone has the newest already (If-None-Match)"},
            401: examples.error(401, "device_unknown"),
            403: examples.error(403, "device_revoked: the phone wipes itself"),
        },
    },
)
def pack(request: HttpRequest) -> HttpResponse:
    device = devices.device_of(_token(request))
    if device.revoked_at is not None:
        raise capture.Revoked
    at = clock.now()
    devices.note_contact_of(device.pk, at)
    with scope.scoped([device.area_path]):
        known = request.headers.get("If-None-Match", "")
        made = packs.pack_for(
            area_path=device.area_path,
            post_id=device.post_id,
            unless=known.removeprefix("W/").strip('"'),
            by=actor_of_device(device),
            at=at,
        )
    if made.body is None:
        response = HttpResponse(status=304)
    elif _takes_gzip(request):
        response = HttpResponse(made.body, content_type="application/json")
        response.headers["Content-Encoding"] = "gzip"
    else:
        response = HttpResponse(gzip.decompress(made.body), content_type="application/json")
    response.headers["ETag"] = f'"{made.version}"'
    response.headers["Cache-Control"] = "private, no-cache"
    response.headers["Vary"] = "Accept-Encoding, Authorization"
    return response


@api.post(
    "/capture",
    summary="Send field events; idempotent by each event's id",
    description=(
        "At most 500 events; gzip allowed. Every verdict means that the event is stored: applied, duplicate, "
        "refused (does not count, see code), conflict (kept for review), kept (of a kind this server does not "
        "know, or device_revoked: a phone that was put out is answered with wipe). A refused event never keeps the others from being taken."
    ),
    openapi_extra={
        **SECURITY,
        "requestBody": {
            "required": True,
            "content": {
                "application/json": {
                    "schema": {"$ref": "#/components/schemas/CaptureBatch"},
                    "example": examples.BATCH,
                }
            },
        },
        "responses": {
            200: {
                "description": "A receipt for each event, in their order, after commit",
                "content": {
                    "application/json": {
                        "schema": {"$ref": "#/components/schemas/CaptureReply"},
                        "examples": {
                            "taken": {"value": examples.REPLY},
                            "from a phone that was put out": {"value": examples.REPLY_TO_REVOKED},
                        },
                    }
                },
            },
            401: examples.error(401, "device_unknown"),
            413: examples.error(413, "batch_too_large: more than 500 events or 8 MB"),
            422: examples.error(422, "batch_malformed, with what and where"),
            503: examples.error(503, "later: come back after Retry-After seconds, with the same batch"),
        },
    },
)
def take_batch(request: HttpRequest) -> HttpResponse:
    reply = capture.receive(token=_token(request), sent=request.body, at=clock.now())
    body = msgspec.json.encode(reply)
    response = HttpResponse(content_type="application/json")
    if len(body) > ZIP_FROM and _takes_gzip(request):
        body = gzip.compress(body, ZIP_LEVEL, mtime=0)
        response.headers["Content-Encoding"] = "gzip"
    response.content = body
    response.headers["Cache-Control"] = "no-store"
    return response


def _token(request: HttpRequest) -> str:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "device" or not token.strip():
        raise Refusal("device_unknown")
    return token.strip()


def _takes_gzip(request: HttpRequest) -> bool:
    return "gzip" in request.headers.get("Accept-Encoding", "")


def _declined(status: int, code: str, **more: Any) -> JsonResponse:
    response = JsonResponse({"code": code, **more}, status=status)
    response.headers["Cache-Control"] = "no-store"
    return response


@api.exception_handler(Refusal)
def _refused(request: HttpRequest, refusal: Refusal) -> HttpResponse:
    return _declined(401 if refusal.code == "device_unknown" else 409, refusal.code)


@api.exception_handler(capture.Revoked)
def _revoked(request: HttpRequest, _: capture.Revoked) -> HttpResponse:
    return _declined(403, "device_revoked", wipe=True)


@api.exception_handler(parcels.TooLarge)
@api.exception_handler(RequestDataTooBig)
def _too_large(request: HttpRequest, _: Exception) -> HttpResponse:
    return _declined(413, "batch_too_large")


@api.exception_handler(parcels.Malformed)
def _malformed(request: HttpRequest, problem: parcels.Malformed) -> HttpResponse:
    return _declined(422, "batch_malformed", detail=str(problem))


@api.exception_handler(UnreadablePostError)
def _cut_off(request: HttpRequest, _: UnreadablePostError) -> HttpResponse:
    return _declined(422, "batch_malformed", detail="the body ended too early")


@api.exception_handler(NinjaValidationError)
def _invalid(request: HttpRequest, problem: NinjaValidationError) -> HttpResponse:
    where = ["/".join(str(part) for part in error["loc"]) for error in problem.errors]
    return _declined(422, "malformed", detail=", ".join(where)[:300])


@api.exception_handler(capture.Busy)
def _later(request: HttpRequest, busy: capture.Busy) -> HttpResponse:
    response = _declined(503, "later")
    response.headers["Retry-After"] = str(busy.retry_after)
    response._has_been_logged = True  # type: ignore[attr-defined] # an answer, not a fault of ours
    return response


@api.exception_handler(DatabaseError)
def _database_away(request: HttpRequest, problem: DatabaseError) -> HttpResponse:
    if not capture.is_passing(problem):
        raise problem
    connection.close()
    return _later(request, capture.Busy())


@lru_cache(maxsize=1)
def _wire_contract() -> dict[str, Any]:
    """The wire contract's definitions, where the checkout has them: for the OpenAPI page only."""
    path = Path(__file__).resolve().parents[3] / "contracts" / "capture.schema.json"
    if not path.exists():
        return {}
    text = path.read_text("utf-8").replace("#/$defs/", "#/components/schemas/")
    definitions: dict[str, Any] = json.loads(text)["$defs"]
    return definitions


def openapi() -> dict[str, Any]:
    """The OpenAPI description with the wire contract's schemas in it."""
    described: dict[str, Any] = api.get_openapi_schema(path_prefix="/api/v1/")
    components = described.setdefault("components", {})
    components["schemas"] = {**components.get("schemas", {}), **_wire_contract()}
    components["securitySchemes"] = {
        "DeviceToken": {
            "type": "apiKey",
            "in": "header",
            "name": "Authorization",
            "description": "`Device TOKEN`, the token from enrol",
        }
    }
    return described


@api.get("/openapi.json", include_in_schema=False)
def openapi_json(request: HttpRequest) -> HttpResponse:
    return HttpResponse(msgspec.json.encode(openapi()), content_type="application/json")
