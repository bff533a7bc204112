"""The invented plan of Shuangxi: where grids, buildings and sites lie, near 29.1 N, 110.4 E. No real place is meant."""

import json
from collections.abc import Mapping, Sequence
from math import ceil
from typing import Any

SOUTH, WEST = 29.0940, 110.3930
BLOCK, STREET = 0.0030, 0.0004  # degrees: a block of a grid, and the street between two
COLUMNS, ROWS = 4, 3
EDGE = 0.0006
Ring = list[list[float]]

_NORTH = SOUTH + ROWS * (BLOCK + STREET)
_EAST = WEST + COLUMNS * (BLOCK + STREET)
_MIDDLE = (SOUTH + _NORTH) / 2, (WEST + _EAST) / 2

# Latitude, longitude: gates and roadblocks on the edge, the others between the blocks.
SITES: Mapping[str, tuple[float, float]] = {
    "文化广场采样点": (_MIDDLE[0] - 0.0005, _MIDDLE[1] - STREET / 2),
    "区疾控中心核酸实验室": (_NORTH + 0.0011, _EAST + 0.0016),
    "东大门卡口": (_MIDDLE[0], _EAST + EDGE),
    "西门卡口": (_MIDDLE[0], WEST - EDGE),
    "集镇路口卡口": (SOUTH - EDGE, _MIDDLE[1]),
    "安置区卡口": (_NORTH + EDGE / 2, _MIDDLE[1]),
    "双溪桥": (SOUTH - EDGE, WEST + 0.0015),
    "老街口": (SOUTH - EDGE, _EAST - 0.0015),
    "卫生院后巷": (SOUTH + 0.0025, _EAST + EDGE),
    "安置区南路": (_NORTH - 0.0020, _EAST + EDGE),
    "菜市场北口": (_NORTH + EDGE / 2, _EAST - 0.0030),
    "河堤路": (SOUTH + 0.0020, WEST - EDGE),
    "学校西侧": (_NORTH - 0.0020, WEST - EDGE),
    "集镇卫生院": (SOUTH + BLOCK + STREET / 2, _EAST - BLOCK - STREET),
    "精神病医院": (_NORTH - BLOCK - STREET * 1.5, WEST + BLOCK + STREET / 2),
    "安置区服务站": (_NORTH - STREET, _MIDDLE[1] + 0.0020),
}


def community(path: str, houses: Mapping[str, Sequence[str]]) -> bytes:
    """GeoJSON of the community, its grids (path -> paths of buildings) and their buildings."""
    features = [_feature(path, _edge())]
    for number, (grid, buildings) in enumerate(houses.items()):
        row, column = divmod(number, COLUMNS)
        south = SOUTH + row * (BLOCK + STREET)
        west = WEST + column * (BLOCK + STREET)
        features.append(_feature(grid, _box(south, west, BLOCK, BLOCK)))
        features += _buildings(buildings, south, west)
    return _file(features)


def neighbour(path: str, side: int) -> bytes:
    """GeoJSON of the community to the west (-1) or east (1)."""
    gap = 0.0012
    west = WEST - EDGE - gap - 0.0100 if side < 0 else _EAST + EDGE + gap
    return _file([_feature(path, _box(SOUTH - EDGE, west, _NORTH - SOUTH + EDGE, 0.0100))])


def _buildings(paths: Sequence[str], south: float, west: float) -> list[dict[str, Any]]:
    """Rows of houses inside a block."""
    across = max(1, ceil(len(paths) ** 0.5))
    down = max(1, ceil(len(paths) / across))
    wide, high = BLOCK / (across + 0.5), BLOCK / (down + 0.5)
    features = []
    for number, path in enumerate(paths):
        row, column = divmod(number, across)
        corner = south + (row + 0.4) * high, west + (column + 0.35) * wide
        features.append(_feature(path, _box(*corner, high * 0.5, wide * 0.7)))
    return features


def _edge() -> Ring:
    """The community: a little wider than its blocks, with two corners cut by the river."""
    south, north, west, east = SOUTH - EDGE, _NORTH + EDGE / 2, WEST - EDGE, _EAST + EDGE
    cut = 0.0008
    corners = [
        (south + cut, west), (south, west + cut), (south, east), (north - cut, east), (north, east - cut),
        (north, west),
    ]  # fmt: skip
    return _ring(corners)


def _box(south: float, west: float, high: float, wide: float) -> Ring:
    return _ring([(south, west), (south, west + wide), (south + high, west + wide), (south + high, west)])


def _ring(corners: Sequence[tuple[float, float]]) -> Ring:
    ring = [[round(longitude, 6), round(latitude, 6)] for latitude, longitude in corners]
    return [*ring, ring[0]]


def _feature(path: str, ring: Ring) -> dict[str, Any]:
    return {
        "type": "Feature",
        "properties": {"path": path},
        "geometry": {"type": "Polygon", "coordinates": [ring]},
    }


def _file(features: list[dict[str, Any]]) -> bytes:
    return json.dumps({"type": "FeatureCollection", "features": features}, ensure_ascii=False).encode()
