"""An early pytest plugin: before Django reads its settings, tests get a throw-away installation of their own.

It never touches `var/`, so `make test` may run beside `make run`.
"""

from contextlib import ExitStack

from tongxin.config import database

_stack = ExitStack()
_stack.enter_context(database.temporary("test"))


def pytest_unconfigure() -> None:
    _stack.close()
