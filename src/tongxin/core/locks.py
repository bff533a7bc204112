"""Row locks, taken once per transaction and in one order, before anything is decided."""

from collections.abc import Iterable
from typing import TypeVar
from uuid import UUID

from django.db import connection
from django.db.models import Model

from tongxin.core.refusals import Refusal

M = TypeVar("M", bound=Model)


def lock(model: type[M], pk: UUID | str) -> M:
    """The row, locked until the transaction ends. Out of scope or unknown: refused `not_found`."""
    row = model._default_manager.select_for_update(of=("self",)).filter(pk=pk).first()
    if row is None:
        raise Refusal("not_found", what=str(model._meta.verbose_name))
    return row


def lock_all(model: type[M], pks: Iterable[UUID | str]) -> list[M]:
    """Several rows, locked in key order so that two acts never wait for each other in a ring."""
    return list(
        model._default_manager.select_for_update(of=("self",)).filter(pk__in=list(pks)).order_by("pk")
    )


def advisory(name: str) -> None:
    """Serialise one kind of act until the transaction ends (a small number of callers only)."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [name])
