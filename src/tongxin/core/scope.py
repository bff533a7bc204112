"""Which areas this database transaction may see: the second wall, enforced by row-level security.

The scope is a transaction-local setting that every policy reads. Without it a query finds no row (fail closed).
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from django.db import connection, transaction

from tongxin.core import areas

SETTING = "tongxin.scope"


def set_scope(paths: Iterable[str]) -> None:
    """Let the present transaction see these areas (and all below them) until it ends."""
    if not connection.in_atomic_block:
        raise RuntimeError("a scope lives in a transaction: open one first")
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT set_config('{SETTING}', %s, true)", [",".join(areas.outermost(list(paths)))])


def current_scope() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT current_setting('{SETTING}', true)")
        (value,) = cursor.fetchone() or ("",)
    return [path for path in (value or "").split(",") if path]


@contextmanager
def scoped(paths: Iterable[str]) -> Iterator[None]:
    """A transaction that sees these areas; the scope of an outer transaction is put back afterwards."""
    with transaction.atomic():
        before = current_scope()
        set_scope(paths)
        yield
        # Not after an error: the transaction (or its savepoint) is rolled back, and the setting with it.
        if not connection.needs_rollback:
            set_scope(before)


@contextmanager
def everywhere() -> Iterator[None]:
    """For the system's own work: projectors, expiry, the operator's command."""
    with scoped([areas.EVERYWHERE]):
        yield
