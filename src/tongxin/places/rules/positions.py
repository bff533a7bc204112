"""Positions: WGS-84 and GCJ-02, and whether an outline can be drawn. Nothing here knows a person."""

import math
from collections.abc import Iterator, Sequence
from typing import Any

from tongxin.core.verdicts import Verdict

# The parts of the world where a position of ours can lie.
LATITUDES, LONGITUDES = (3.0, 54.0), (73.0, 136.0)
AXIS, ECCENTRICITY = 6378245.0, 0.00669342162296594323  # Krasovsky 1940, as GCJ-02 uses it
CLOSE = 1e-7  # degrees: about a centimetre
SHAPES = ("Point", "Polygon", "MultiPolygon")
MOST_POINTS = 20_000


def may_lie_at(latitude: float, longitude: float) -> Verdict:
    """Whether a position can be in the country; the usual slip, latitude and longitude exchanged, is named."""
    if _within(latitude, LATITUDES) and _within(longitude, LONGITUDES):
        return Verdict.yes()
    if _within(longitude, LATITUDES) and _within(latitude, LONGITUDES):
        return Verdict.no("position_exchanged", latitude=latitude, longitude=longitude)
    return Verdict.no("position_outside", latitude=latitude, longitude=longitude)


def _within(value: float, limits: tuple[float, float]) -> bool:
    return limits[0] <= value <= limits[1]


def to_gcj02(latitude: float, longitude: float) -> tuple[float, float]:
    """A WGS-84 position as Chinese maps show it."""
    north, east = _shift(latitude, longitude)
    return latitude + north, longitude + east


def to_wgs84(latitude: float, longitude: float) -> tuple[float, float]:
    """A GCJ-02 position as a receiver shows it: the shift has no closed inverse, so it is found step by step."""
    guess = (latitude, longitude)
    for _step in range(12):
        shown = to_gcj02(*guess)
        off = (shown[0] - latitude, shown[1] - longitude)
        guess = (guess[0] - off[0], guess[1] - off[1])
        if max(abs(off[0]), abs(off[1])) < CLOSE:
            break
    return guess


def _shift(latitude: float, longitude: float) -> tuple[float, float]:
    x, y = longitude - 105.0, latitude - 35.0
    wave = (20.0 * math.sin(6.0 * x * math.pi) + 20.0 * math.sin(2.0 * x * math.pi)) * 2.0 / 3.0
    north = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * math.sqrt(abs(x)) + wave
    north += (20.0 * math.sin(y * math.pi) + 40.0 * math.sin(y / 3.0 * math.pi)) * 2.0 / 3.0
    north += (160.0 * math.sin(y / 12.0 * math.pi) + 320.0 * math.sin(y * math.pi / 30.0)) * 2.0 / 3.0
    east = 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * math.sqrt(abs(x)) + wave
    east += (20.0 * math.sin(x * math.pi) + 40.0 * math.sin(x / 3.0 * math.pi)) * 2.0 / 3.0
    east += (150.0 * math.sin(x / 12.0 * math.pi) + 300.0 * math.sin(x / 30.0 * math.pi)) * 2.0 / 3.0
    angle = math.radians(latitude)
    magic = 1.0 - ECCENTRICITY * math.sin(angle) ** 2
    root = math.sqrt(magic)
    north = math.degrees(north / (AXIS * (1.0 - ECCENTRICITY) / (magic * root)))
    east = math.degrees(east / (AXIS / root * math.cos(angle)))
    return north, east


def may_draw(geometry: Any) -> Verdict:
    """Whether a GeoJSON geometry can be drawn as an outline: shape, closed rings, positions in the country."""
    if not isinstance(geometry, dict) or geometry.get("type") not in SHAPES:
        kind = geometry.get("type", "—") if isinstance(geometry, dict) else "—"
        return Verdict.no("outline_shape", shape=str(kind)[:40])
    try:
        rings = _rings(geometry)
        spots = [(float(spot[1]), float(spot[0])) for ring in rings for spot in ring]
    except (TypeError, ValueError, IndexError, KeyError):
        return Verdict.no("outline_broken")
    if not spots or len(spots) > MOST_POINTS:
        return Verdict.no("outline_size", count=len(spots), most=MOST_POINTS)
    if geometry["type"] != "Point":
        for ring in rings:
            if len(ring) < 4 or list(ring[0][:2]) != list(ring[-1][:2]):
                return Verdict.no("outline_open")
    return next((verdict for spot in spots if not (verdict := may_lie_at(*spot)).ok), Verdict.yes())


def _rings(geometry: dict[str, Any]) -> list[Sequence[Any]]:
    held = geometry["coordinates"]
    if geometry["type"] == "Point":
        return [[held]]
    if geometry["type"] == "Polygon":
        return list(held)
    return [ring for polygon in held for ring in polygon]


def as_wgs84(geometry: dict[str, Any], datum: str) -> dict[str, Any]:
    """The geometry in the one system that maps of ours are drawn in."""
    if datum == "wgs84":
        return geometry
    return {"type": geometry["type"], "coordinates": _moved(geometry["coordinates"])}


def _moved(part: Any) -> Any:
    if part and isinstance(part[0], int | float):
        latitude, longitude = to_wgs84(part[1], part[0])
        return [round(longitude, 7), round(latitude, 7)]
    return [_moved(inner) for inner in part]


def corners(geometry: dict[str, Any]) -> Iterator[tuple[float, float]]:
    """Every position of the geometry as (latitude, longitude)."""
    for ring in _rings(geometry):
        for spot in ring:
            yield float(spot[1]), float(spot[0])
