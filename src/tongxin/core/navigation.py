"""What stands in the navigation on the left: nouns, each with the count that waits. Apps register in `ready`."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise


class Who(Protocol):
    """What navigation asks of an actor."""

    def may(self, capability: str, within: str | None = None) -> bool: ...


Count = Callable[[Any], int]


@dataclass(frozen=True, slots=True)
class Item:
    """One entry: shown to those who hold the capability or one of several (everybody logged in, when it is empty)."""

    url_name: str
    title: str | Promise
    icon: str
    capability: str = ""
    order: int = 100
    count: Count | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """An item as one person sees it."""

    title: str
    icon: str
    href: str
    waiting: int
    is_here: bool


_items: dict[str, Item] = {}


def register_item(
    url_name: str,
    title: str | Promise,
    icon: str,
    capability: str = "",
    order: int = 100,
    count: Count | None = None,
) -> None:
    """Add an entry. `count(actor)` is one cheap query: it runs on every page."""
    _items[url_name] = Item(url_name, title, icon, capability, order, count)


def entries(actor: Who, path: str) -> list[Entry]:
    """The entries this person may open, in order; the one whose address is the longest start of `path` is here."""
    shown: list[tuple[Item, str]] = []
    for item in sorted(_items.values(), key=lambda item: (item.order, item.url_name)):
        if item.capability and not any(actor.may(each) for each in item.capability.split()):
            continue
        try:
            shown.append((item, reverse(item.url_name)))
        except NoReverseMatch:
            continue
    matches = [href for _item, href in shown if path == href or (href != "/" and path.startswith(href))]
    here = max(matches, key=len, default="")
    return [
        Entry(str(item.title), item.icon, href, item.count(actor) if item.count else 0, href == here)
        for item, href in shown
    ]


def entries_of(request: Any) -> list[Entry]:
    """The entries of whoever asks for this page; counted once a request, wherever they are shown."""
    actor = getattr(request, "actor", None)
    if actor is None or not actor.account_id:
        return []
    if not hasattr(request, "navigation"):
        request.navigation = entries(actor, request.path)
    found: list[Entry] = request.navigation
    return found
