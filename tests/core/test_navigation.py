"""What stands on the left: only what one may open, in order, with what waits."""

from collections.abc import Iterator

import pytest

from tests.cast import SHUANGXI
from tongxin.access.actors import Actor, GrantedRole
from tongxin.core import navigation

CLERK = Actor(account_id=None, name="秦红", grants=(GrantedRole("clerk", (SHUANGXI,)),))


@pytest.fixture(autouse=True)
def few_items() -> Iterator[None]:
    before = dict(navigation._items)
    navigation._items.clear()
    yield
    navigation._items.clear()
    navigation._items.update(before)


def test_only_what_one_may_open_is_shown_in_order() -> None:
    navigation.register_item("access:roles", "角色", "shield-lock", order=94)
    navigation.register_item("access:journal", "日志", "history", "access.journal.read", 92)
    navigation.register_item(
        "people:register", "底册", "users", "people.register.read", 60, count=lambda actor: 7
    )
    navigation.register_item("nowhere:at_all", "没有", "x", order=1)

    found = navigation.entries(CLERK, "/people/01234")

    assert [(entry.title, entry.waiting, entry.is_here) for entry in found] == [
        ("底册", 7, True),
        ("角色", 0, False),
    ]
