"""Writing and sealing the journal."""

import json
from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from hashlib import sha256
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import connection, models, transaction
from django.utils.module_loading import import_string

from tongxin.access.actors import Actor
from tongxin.access.models import Entry, EntryFacts, Seal
from tongxin.core import clock, scope
from tongxin.core.ids import new_id


def record(
    act: str,
    *,
    by: Actor,
    area_path: str,
    on: models.Model | None = None,
    at: datetime | None = None,
    why: str = "",
    facts: Mapping[str, Any] | None = None,
) -> Entry:
    """Write one act into the journal, in the transaction of the act itself, and owe its reactions."""
    moment = at or clock.now()
    body = dict(facts or {})
    entry = Entry(
        id=new_id(),
        area_path=area_path,
        act=act,
        account_id=by.account_id,
        account_name=by.name[:60],
        device_id=by.device_id,
        subject_kind=on._meta.label_lower if on is not None else "",
        subject_id=on.pk if on is not None and isinstance(on.pk, UUID) else None,
        subject_label=str(on)[:120] if on is not None else "",
        occurred_at=moment,
        why=why[:300],
    )
    entry.digest = digest_of(entry, body)
    entry.save(force_insert=True)
    if body:
        EntryFacts.objects.create(entry=entry, area_path=area_path, facts=body)
    _owe_reactions(entry)
    return entry


def digest_of(entry: Entry, facts: Mapping[str, Any]) -> bytes:
    """SHA-256 over what happened. The facts enter as their own digest, so they can go and the chain stays."""
    inner = sha256(json.dumps(facts, sort_keys=True, default=str).encode()).hexdigest()
    parts = (
        entry.id,
        entry.area_path,
        entry.act,
        entry.account_id,
        entry.device_id,
        entry.subject_kind,
        entry.subject_id,
        entry.occurred_at.isoformat(),
        entry.why,
        inner,
    )
    return sha256("\x1f".join(str(part) for part in parts).encode()).digest()


def seal_all() -> int:
    """Close what is final into the chain of each area. Returns how many links were made; safe to repeat."""
    links = 0
    with scope.everywhere(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(hashtextextended('access.seal', 0))")
        if not cursor.fetchone()[0]:
            return 0
        cursor.execute("SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint")
        (horizon,) = cursor.fetchone()
        for area_path in Entry.objects.order_by().values_list("area_path", flat=True).distinct():
            links += _seal_area(area_path, horizon)
    return links


def _seal_area(area_path: str, horizon: int) -> int:
    last = Seal.objects.filter(area_path=area_path).order_by("-number").first()
    entries = Entry.objects.filter(
        area_path=area_path, transaction__gte=last.below_transaction if last else 0, transaction__lt=horizon
    ).order_by("transaction", "sequence")
    digests = [bytes(digest) for digest in entries.values_list("digest", flat=True)]
    if not digests:
        return 0
    previous = bytes(last.digest) if last else b""
    Seal.objects.create(
        area_path=area_path,
        number=last.number + 1 if last else 1,
        below_transaction=horizon,
        count=len(digests),
        previous=previous,
        digest=link(previous, digests),
    )
    return 1


def link(previous: bytes, digests: list[bytes]) -> bytes:
    return sha256(previous + b"".join(digests)).digest()


def broken_links() -> list[str]:
    """Areas and numbers of links that no longer match their entries (for `tongxin doctor`)."""
    broken = []
    with scope.everywhere():
        previous: dict[str, tuple[bytes, int]] = {}
        for seal in Seal.objects.order_by("area_path", "number"):
            before, start = previous.get(seal.area_path, (b"", 0))
            rows = Entry.objects.filter(
                area_path=seal.area_path, transaction__gte=start, transaction__lt=seal.below_transaction
            ).order_by("transaction", "sequence")
            digests = [bytes(digest) for digest in rows.values_list("digest", flat=True)]
            if link(before, digests) != bytes(seal.digest) or bytes(seal.previous) != before:
                broken.append(f"{seal.area_path} {seal.number}")
            previous[seal.area_path] = (bytes(seal.digest), seal.below_transaction)
    return broken


@lru_cache(maxsize=1)
def _reactions() -> Mapping[str, tuple[str, ...]]:
    reactions: Mapping[str, tuple[str, ...]] = import_string(settings.TONGXIN_REACTIONS)
    return reactions


def _owe_reactions(entry: Entry) -> None:
    """Queue what must follow this act, in the same transaction: after commit, at least once."""
    services = _reactions().get(entry.act, ())
    if not services:
        return
    react = import_string("procrastinate.contrib.django.app")
    for service in services:
        react.configure_task("tongxin.react").defer(service=service, entry=str(entry.pk))


def seen(
    *, by: Actor, area_path: str, what: str, people: list[UUID], why: str = "", at: datetime | None = None
) -> None:
    """Record that sensitive fields of these people were shown (who saw whom, and why)."""
    with transaction.atomic():
        record(
            f"access.{what}.seen",
            by=by,
            area_path=area_path,
            at=at,
            why=why,
            facts={"people": [str(person) for person in people], "count": len(people)},
        )
