"""What higher apps put on a page of a lower one: only to whom it may concern, in order, and only with something to say."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

import pytest

from tests.cast import SHUANGXI
from tongxin.access.actors import Actor, GrantedRole
from tongxin.core import panels

CLERK = Actor(account_id=None, name="秦红", grants=(GrantedRole("clerk", (SHUANGXI,)),))
SOMEBODY = UUID(int=7)


@pytest.fixture(autouse=True)
def no_panels() -> Iterator[None]:
    before = dict(panels._panels)
    panels._panels.clear()
    yield
    panels._panels.clear()
    panels._panels.update(before)


def says(word: str) -> panels.Content:
    return lambda actor, subject_id: {"word": word, "who": actor.name, "on": subject_id}


def test_panels_stand_in_order_with_what_they_say() -> None:
    panels.register_panel("people.person", "b.html", says("second"), "people.register.read", 20)
    panels.register_panel("people.person", "a.html", says("first"), order=10)
    panels.register_panel("another.page", "c.html", says("elsewhere"))

    shown = panels.panels_of("people.person", CLERK, SOMEBODY)

    assert shown == [
        panels.Shown("a.html", {"word": "first", "who": "秦红", "on": SOMEBODY}),
        panels.Shown("b.html", {"word": "second", "who": "秦红", "on": SOMEBODY}),
    ]


def test_a_panel_without_the_right_is_not_even_asked() -> None:
    def never(actor: Any, subject_id: UUID) -> panels.Facts:
        raise AssertionError("asked without the right")

    panels.register_panel("people.person", "a.html", never, "access.journal.read")

    assert panels.panels_of("people.person", CLERK, SOMEBODY) == []


def test_a_panel_with_nothing_to_say_is_not_there() -> None:
    panels.register_panel("people.person", "a.html", lambda actor, subject_id: None)

    assert panels.panels_of("people.person", CLERK, SOMEBODY) == []


def test_the_same_panel_registered_again_stands_once() -> None:
    panels.register_panel("people.person", "a.html", says("old"))
    panels.register_panel("people.person", "a.html", says("new"))

    (shown,) = panels.panels_of("people.person", CLERK, SOMEBODY)

    assert shown.facts["word"] == "new"
