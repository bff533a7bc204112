"""A reader for the few words of JSON Schema that contracts/capture.schema.json uses."""

import json
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

DEFINITIONS = json.loads(Path("contracts/capture.schema.json").read_text("utf-8"))["$defs"]
TYPES: dict[str, Any] = {
    "object": dict,
    "array": list,
    "string": str,
    "integer": int,
    "boolean": bool,
    "null": type(None),
    "number": (int, float),
}
READ = {
    "$ref", "anyOf", "oneOf", "type", "enum", "const", "properties", "required", "items", "minItems", "maxItems",
    "minLength", "maxLength", "minimum", "maximum", "format", "description", "examples",
}  # fmt: skip


def violations(name: str, value: Any) -> list[str]:
    """Where a value breaks the definition of this name."""
    return list(_check(DEFINITIONS[name], value, "$"))


def _check(schema: dict[str, Any], value: Any, where: str) -> Any:
    assert schema.keys() <= READ, f"{where}: teach the reader {schema.keys() - READ}"
    if reference := schema.get("$ref"):
        yield from _check(DEFINITIONS[reference.rsplit("/", 1)[1]], value, where)
    for word in ("anyOf", "oneOf"):
        if word in schema:
            fits = sum(not list(_check(each, value, where)) for each in schema[word])
            if not (fits == 1 or (fits and word == "anyOf")):
                yield f"{where}: fits {fits} of {word}"
    wanted = schema.get("type", [])
    wanted = [wanted] if isinstance(wanted, str) else wanted
    if wanted and not any(_is(each, value) for each in wanted):
        yield f"{where}: {value!r} is no {wanted}"
        return
    if "enum" in schema and value not in schema["enum"]:
        yield f"{where}: {value!r} is none of {schema['enum']}"
    if "const" in schema and value != schema["const"]:
        yield f"{where}: {value!r} is not {schema['const']}"
    yield from _check_size(schema, value, where)
    if isinstance(value, dict):
        yield from (f"{where}: no {key}" for key in schema.get("required", []) if key not in value)
        for key, inner in schema.get("properties", {}).items():
            if key in value:
                yield from _check(inner, value[key], f"{where}.{key}")
    if isinstance(value, list) and "items" in schema:
        for number, each in enumerate(value):
            yield from _check(schema["items"], each, f"{where}[{number}]")


def _check_size(schema: dict[str, Any], value: Any, where: str) -> Any:
    size = len(value) if isinstance(value, str | list) else value
    low = schema.get("minLength", schema.get("minItems", schema.get("minimum")))
    high = schema.get("maxLength", schema.get("maxItems", schema.get("maximum")))
    if size is not None and ((low is not None and size < low) or (high is not None and size > high)):
        yield f"{where}: {size} is not within {low} to {high}"
    if isinstance(value, str) and schema.get("format") in FORMATS:
        try:
            FORMATS[schema["format"]](value)
        except ValueError:
            yield f"{where}: {value!r} is no {schema['format']}"


def _aware(text: str) -> None:
    if datetime.fromisoformat(text).tzinfo is None:
        raise ValueError("no offset")


FORMATS: dict[str, Any] = {"uuid": UUID, "date-time": _aware}


def _is(word: str, value: Any) -> bool:
    if word in ("integer", "number") and isinstance(value, bool):
        return False
    return isinstance(value, TYPES[word])
