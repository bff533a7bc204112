"""Writing and sealing the journal."""

import json
from collections.abc import Collection, Iterator, Mapping
from datetime import UTC, datetime
from functools import lru_cache
from hashlib import sha256
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import connection, models, transaction
from django.utils.module_loading import import_string

from tongxin.access.actors import Actor
from tongxin.access.models import Entry, EntryFacts, Seal, Sight
from tongxin.core import areas, clock, scope
from tongxin.core.ids import new_id
from tongxin.core.refusals import Refusal

# A restored register counts its earlier transactions below zero.
FIRST_TRANSACTION = -(2**63)


def record(
    act: str,
    *,
    by: Actor,
    area_path: str,
    on: models.Model | None = None,
    at: datetime | None = None,
    why: str = "",
    facts: Mapping[str, Any] | None = None,
    people: Collection[UUID] = (),
) -> Entry:
    """Write one act into the journal, in the transaction of the act itself, and owe its reactions.

    `people`: whom this act showed to the actor.
    """
    moment = at or clock.now()
    body = dict(facts or {})
    label = str(on)[:120] if on is not None else ""
    entry = Entry(
        id=new_id(),
        area_path=area_path,
        act=act,
        account_id=by.account_id,
        account_name=by.name[:60],
        device_id=by.device_id,
        subject_kind=on._meta.label_lower if on is not None else "",
        subject_id=on.pk if on is not None and isinstance(on.pk, UUID) else None,
        occurred_at=moment,
        why=why[:300],
        facts_digest=digest_of_facts(body, label),
    )
    entry.digest = digest_of(entry)
    entry.save(force_insert=True)
    if body or label:
        EntryFacts.objects.create(entry=entry, area_path=area_path, facts=body, label=label)
    _note_sights(entry, people)
    _owe_reactions(entry)
    return entry


def digest_of_facts(facts: Mapping[str, Any], label: str) -> bytes:
    """SHA-256 over what can be destroyed."""
    body = json.dumps([facts, label], sort_keys=True, default=str)
    return sha256(body.encode()).digest()


def digest_of(entry: Entry) -> bytes:
    """SHA-256 over what happened. The facts enter as their own digest, so they can go and the chain stays."""
    parts = (
        entry.id,
        entry.area_path,
        entry.act,
        entry.account_id,
        entry.account_name,
        entry.device_id,
        entry.subject_kind,
        entry.subject_id,
        entry.occurred_at.astimezone(UTC).isoformat(),
        entry.why,
        bytes(entry.facts_digest).hex(),
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
        # What came since the last run only: the whole journal is never walked for a minute's entries.
        since = Seal.objects.aggregate(horizon=models.Max("below_transaction"))["horizon"] or 0
        fresh = Entry.objects.filter(transaction__gte=since, transaction__lt=horizon)
        for area_path in fresh.order_by().values_list("area_path", flat=True).distinct():
            links += _seal_area(area_path, horizon)
    return links


def _seal_area(area_path: str, horizon: int) -> int:
    last = Seal.objects.filter(area_path=area_path).order_by("-number").first()
    entries = Entry.objects.filter(
        area_path=area_path,
        transaction__gte=last.below_transaction if last else FIRST_TRANSACTION,
        transaction__lt=horizon,
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
    """What in the journal is no longer as it was sealed (for `tongxin doctor`): links, and entries that were changed.

    Facts that were destroyed leave their digest behind, and break nothing.
    """
    with scope.everywhere():
        return [*_broken_chain(), *_changed_entries()]


def destroy_facts(*, entry_ids: Collection[UUID], by: Actor, at: datetime, why: str) -> int:
    """Destroy the facts and sights of entries whose time is over (销毁日志事实). Who acted and when stays (LE-30)."""
    if not by.is_system:
        raise Refusal("not_allowed", capability="access.facts.destroy")
    with scope.everywhere(), connection.cursor() as cursor:
        cursor.execute("SELECT set_config('tongxin.destroying', 'on', true)")
        gone, _each = EntryFacts.objects.filter(entry__in=entry_ids).delete()
        Sight.objects.filter(entry__in=entry_ids).delete()
        cursor.execute("SELECT set_config('tongxin.destroying', '', true)")
        record("access.facts.destroyed", by=by, area_path="/", at=at, why=why, facts={"count": gone})
    return gone


def _broken_chain() -> Iterator[str]:
    previous: dict[str, tuple[bytes, int]] = {}
    for seal in Seal.objects.order_by("area_path", "number"):
        before, start = previous.get(seal.area_path, (b"", FIRST_TRANSACTION))
        rows = Entry.objects.filter(
            area_path=seal.area_path, transaction__gte=start, transaction__lt=seal.below_transaction
        ).order_by("transaction", "sequence")
        digests = [bytes(digest) for digest in rows.values_list("digest", flat=True)]
        if link(before, digests) != bytes(seal.digest) or bytes(seal.previous) != before:
            yield f"{seal.area_path} {seal.number}"
        previous[seal.area_path] = (bytes(seal.digest), seal.below_transaction)


def _changed_entries() -> Iterator[str]:
    """Entries whose own digest, or whose facts' digest, does not fit what stands there now."""
    # Those from before the facts had a digest of their own are held by the chain alone.
    entries = Entry.objects.exclude(facts_digest=b"").select_related("facts_row").order_by("sequence")
    for entry in entries.iterator(chunk_size=2000):
        held = getattr(entry, "facts_row", None)
        facts_fit = held is None or digest_of_facts(held.facts, held.label) == bytes(entry.facts_digest)
        if not facts_fit or digest_of(entry) != bytes(entry.digest):
            yield f"{entry.area_path} {entry.pk}"


def _note_sights(entry: Entry, people: Collection[UUID]) -> None:
    if not people:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            """INSERT INTO access_sight (entry_id, person_id, area_path)
               SELECT %s, person, %s FROM unnest(%s::uuid[]) AS person""",
            [entry.pk, entry.area_path, sorted(set(people))],
        )


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
    *,
    by: Actor,
    area_path: str,
    what: str,
    people: list[UUID] | None,
    why: str = "",
    at: datetime | None = None,
) -> None:
    """Record that sensitive fields of these people were shown (who saw whom, and why). Nobody shown is no look.

    `None` says that the shown ones stand in no register yet: rows to verify, lines of a laboratory.
    """
    if people is not None and not people:
        return
    people = people or []
    if not by.is_system and not areas.within_any(area_path, by.paths):
        # Who works in a grid holds its buildings, not the grid's own path.
        area_path = by.paths[0] if by.paths else area_path
    with transaction.atomic():
        record(
            f"access.{what}.seen",
            by=by,
            area_path=area_path,
            at=at,
            why=why,
            facts={"people": [str(person) for person in people], "count": len(people)},
            people=people,
        )
