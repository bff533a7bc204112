"""Area paths: `/43/08/02/L01/001/B003/`. A path contains another when it is a prefix of it.

A path is built from the chain of parents, never parsed for meaning (ID-03); `/` is the whole country.
"""

from collections.abc import Iterable, Sequence

EVERYWHERE = "/"


def child(parent: str, segment: str) -> str:
    """The path of a child. A segment holds letters and digits only."""
    if not segment.isalnum():
        raise ValueError(f"area segment {segment!r} may hold letters and digits only")
    return f"{parent}{segment}/"


def contains(outer: str, inner: str) -> bool:
    return inner.startswith(outer)


def within_any(path: str, scopes: Iterable[str]) -> bool:
    return any(contains(scope, path) for scope in scopes)


def segments(path: str) -> list[str]:
    return [part for part in path.split("/") if part]


def parent_of(path: str) -> str:
    """The path one step up; the country's parent is itself."""
    parts = segments(path)[:-1]
    return "/" + "".join(f"{part}/" for part in parts)


def chain(path: str) -> list[str]:
    """The path and all that contain it, the widest first: `/`, `/43/`, `/43/08/` ..."""
    parts = segments(path)
    return ["/" + "".join(f"{part}/" for part in parts[:depth]) for depth in range(len(parts) + 1)]


def outermost(paths: Sequence[str]) -> list[str]:
    """The paths without those that another one contains, sorted."""
    kept: list[str] = []
    for path in sorted(set(paths)):
        if not kept or not contains(kept[-1], path):
            kept.append(path)
    return kept
