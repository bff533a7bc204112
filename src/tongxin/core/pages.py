"""Parts of a page as values: a page of rows by key, and what the table component shows around it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Generic, TypedDict, TypeVar

from django.core.exceptions import ValidationError
from django.db.models import Model, Q, QuerySet
from django.http import HttpRequest, QueryDict

M = TypeVar("M", bound=Model)
T = TypeVar("T")

SIZE = 50
WHOLE = 5000  # a list on paper; what is longer says so and offers its parts
DRAWER = "drawer-body"


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """Some rows in order. `newer` and `older` are the keys to go on from, empty at either end."""

    rows: Sequence[T]
    newer: str = ""
    older: str = ""


def keyset(
    rows: QuerySet[M], key: Sequence[str], *, after: str = "", before: str = "", size: int = SIZE
) -> Page[M]:
    """A page of `rows` ordered by `key` (as in order_by; not null, the last part unique).

    The key in an address is the id of the row at the edge: an address never carries a name or a number. An edge
    that has left the rows meanwhile opens the first page. `key` may name annotations.
    """
    edge, backwards = (before, True) if before else (after, False)
    values = _values_of(rows, key, edge) if edge else None
    if values is None:
        edge, backwards = "", False
    order = [_flipped(part) for part in key] if backwards else list(key)
    wanted = rows.order_by(*order)
    if values is not None:
        wanted = wanted.filter(_beyond(order, values))
    found = list(wanted[: size + 1])
    has_more, found = len(found) > size, found[:size]
    if backwards:
        found.reverse()
    if not found:
        return Page(found)
    first, last = str(found[0].pk), str(found[-1].pk)
    if backwards:
        return Page(found, newer=first if has_more else "", older=last)
    return Page(found, newer=first if edge else "", older=last if has_more else "")


def page_of(params: QueryDict, rows: QuerySet[M], key: Sequence[str], *, size: int = SIZE) -> Page[M]:
    """The page that an address asks for: some rows, or with `?whole=1` the whole list for paper."""
    after, before = params.get("after", ""), params.get("before", "")
    return keyset(rows, key, after=after, before=before, size=WHOLE if is_whole(params) else size)


def is_whole(params: QueryDict) -> bool:
    """Whether the list is asked for as a whole, to be printed."""
    return params.get("whole") == "1"


def _values_of(rows: QuerySet[M], key: Sequence[str], edge: str) -> tuple[Any, ...] | None:
    names = [part.removeprefix("-") for part in key]
    try:
        return rows.filter(pk=edge).order_by().values_list(*names).first()
    except (ValueError, ValidationError):
        return None


def _flipped(part: str) -> str:
    return part[1:] if part.startswith("-") else f"-{part}"


def _beyond(order: Sequence[str], values: Sequence[Any]) -> Q:
    """Rows that come after these values: (a, b) > (1, 2) is a > 1, or a = 1 and b > 2."""
    condition = Q()
    same: dict[str, Any] = {}
    for part, value in zip(order, values, strict=True):
        name = part.removeprefix("-")
        condition |= Q(**same, **{f"{name}__{'lt' if part.startswith('-') else 'gt'}": value})
        same[name] = value
    return condition


@dataclass(frozen=True, slots=True)
class Column:
    """A heading. `css`: `num` for figures, `wide-only` for what a phone leaves out."""

    title: Any
    css: str = ""


@dataclass(frozen=True, slots=True)
class Chip:
    """A filter in force, and the address without it."""

    title: Any
    without: str


@dataclass(frozen=True, slots=True)
class Empty:
    """Why there is nothing, and the act that fills it."""

    says: Any
    act: Any = ""
    href: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """What components/table.html shows. `count` is a phrase with its unit; `newer`, `older` are addresses.

    With a `name` of its own its columns can be chosen. `whole` is the address of the list on paper, `export` that of
    the list as a workbook; `is_cut` says that even the whole list was too long for one page.
    """

    columns: Sequence[Column]
    rows: Sequence[Any]
    empty: Empty
    scope: str = ""
    as_of: datetime | None = None
    count: Any = ""
    chips: Sequence[Chip] = ()
    newer: str = ""
    older: str = ""
    name: str = "rows"
    select: str = ""
    whole: str = ""
    export: str = ""
    is_cut: bool = False
    extra: Mapping[str, Any] = field(default_factory=dict)


class Edges(TypedDict):
    """The addresses of the pages on either side (empty at an end), and of the whole list where this is a part."""

    newer: str
    older: str
    whole: str
    is_cut: bool


def links(params: QueryDict, page: Page[Any]) -> Edges:
    """The addresses of the pages beside this one, with all filters kept: `Table(..., **links(request.GET, page))`."""
    return {
        "newer": address(params, before=page.newer, after="") if page.newer else "",
        "older": address(params, after=page.older, before="") if page.older else "",
        "whole": whole(params, is_part=bool(page.newer or page.older)),
        "is_cut": is_whole(params) and bool(page.older),
    }


def whole(params: QueryDict, *, is_part: bool) -> str:
    """The address of the whole list for paper; empty where it is shown already."""
    return address(params, after="", before="", whole="1") if is_part and not is_whole(params) else ""


def address(params: QueryDict, **changes: str) -> str:
    """The query string with some parts changed; an empty part is left out."""
    changed = params.copy()
    for name, value in changes.items():
        changed.pop(name, None)
        if value:
            changed[name] = value
    return f"?{changed.urlencode()}"


def without(params: QueryDict, *names: str) -> str:
    """The query string without these filters, at the first page: for a chip."""
    return address(params, **dict.fromkeys([*names, "after", "before", "whole"], ""))


def wants_drawer(request: HttpRequest) -> bool:
    """Whether this request fills the drawer: answer with the fragment, not the page."""
    htmx: Any = getattr(request, "htmx", None)
    return bool(htmx) and htmx.target == DRAWER
