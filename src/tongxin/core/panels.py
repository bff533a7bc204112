"""Parts that higher apps put on a page of a lower one: the page asks here and knows none of them.

An app registers in its `ready`: `register_panel("people.person", "containment/standing.html", standing, "…read", 10)`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol
from uuid import UUID


class Who(Protocol):
    """What a panel asks of an actor before anything else."""

    def may(self, capability: str, within: str | None = None) -> bool: ...


Facts = Mapping[str, Any]
# What the panel shows of this row to this actor; None where it has nothing to say, and then it is not there at all.
Content = Callable[[Any, UUID], Facts | None]


@dataclass(frozen=True, slots=True)
class Panel:
    """One registered part. `content` decides what the actor may see of this very row."""

    template: str
    content: Content
    capability: str = ""
    order: int = 100


@dataclass(frozen=True, slots=True)
class Shown:
    """A panel with its facts: the page includes `template` with `panel=facts`."""

    template: str
    facts: Facts


_panels: dict[str, list[Panel]] = {}


def register_panel(
    place: str, template: str, content: Content, capability: str = "", order: int = 100
) -> None:
    """Put a part on a page. The same template on the same page is registered once."""
    others = [panel for panel in _panels.get(place, []) if panel.template != template]
    panel = Panel(template, content, capability, order)
    _panels[place] = sorted([*others, panel], key=lambda each: (each.order, each.template))


def panels_of(place: str, actor: Who, subject_id: UUID) -> list[Shown]:
    """The parts of this page that the actor may see and that have something to say, in order."""
    allowed = [
        panel for panel in _panels.get(place, []) if not panel.capability or actor.may(panel.capability)
    ]
    shown = [(panel.template, panel.content(actor, subject_id)) for panel in allowed]
    return [Shown(template, facts) for template, facts in shown if facts is not None]
