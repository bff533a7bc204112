"""A real server and a real browser. Each test gets windows of its own and leaves none."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.e2e.driver import Server, Window, launch

FAILED = pytest.StashKey[bool]()


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    """Shuangxi before its first register: areas and accounts stand, nobody lives there yet."""
    with Server() as started:
        yield started


@pytest.fixture(scope="session")
def server_at_work() -> Iterator[Server]:
    """Shuangxi with the small register and a round that is open, two lanes with tubes."""
    with Server(("--round",)) as started:
        yield started


@pytest.fixture
def browser() -> Iterator[Browser]:
    # Not for the session: its event loop would run on under tests that start one of their own.
    with sync_playwright() as playwright:
        started = launch(playwright)
        yield started
        started.close()


@pytest.fixture
def opens(browser: Browser, request: pytest.FixtureRequest) -> Iterator[Callable[..., Any]]:
    """opens(Desk, server, "qin") gives a window; at the end none may have met an error of a script."""
    windows: list[Window] = []

    def make(kind: Callable[..., Window], *words: Any, **settings: Any) -> Window:
        windows.append(kind(browser, *words, **settings))
        return windows[-1]

    yield make
    failed = request.node.stash.get(FAILED, False)
    for window in windows:
        window.close(failed=failed)
    if not failed:
        assert [complaint for window in windows for complaint in window.complaints] == []


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Iterator[None]:
    outcome: Any = yield
    if outcome.get_result().failed:
        item.stash[FAILED] = True
