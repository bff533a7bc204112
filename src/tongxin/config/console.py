"""What the operator's command says: one console, in one language, the terminal's or TONGXIN_LANGUAGE."""

import gettext
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console

from tongxin.config import home

_STARTED = time.monotonic()

console = Console(highlight=False, soft_wrap=True)
errors = Console(stderr=True, highlight=False, soft_wrap=True)


def language() -> str:
    """`zh-hans` or `en`. Django's own choice needs settings, and settings need a database path."""
    for name in ("TONGXIN_LANGUAGE", "LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"):
        if value := os.environ.get(name):
            return "zh-hans" if value.lower().startswith("zh") else "en"
    return "en"


_ = gettext.translation(
    "django",
    str(home.SOURCE / "locale"),
    languages=["zh_Hans" if language() == "zh-hans" else "en"],
    fallback=True,
).gettext


def said(text: str) -> None:
    """A finished step, with the seconds since the command began; results alone go to standard output."""
    errors.print(f"[dim][{time.monotonic() - _STARTED:5.1f} s][/dim] ", end="")
    errors.print(text, markup=False)


def complain(text: str) -> None:
    errors.print(f"tongxin: {text}", style="bold red", markup=False)


@contextmanager
def step(doing: str, done: str) -> Iterator[None]:
    """A step that may take a while: a spinner on a terminal, one line when it is done."""
    with errors.status(doing):
        yield
    said(done)
