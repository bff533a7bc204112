"""Letting phones in and putting them out."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any
from uuid import UUID

from django.db import transaction

from tongxin.access.actors import Actor
from tongxin.access.models import Device, Enrolment
from tongxin.access.services import journal
from tongxin.core import areas, ciphers, scope
from tongxin.core.capture import Cursor
from tongxin.core.locks import lock
from tongxin.core.refusals import Refusal

CODE_LIVES = timedelta(minutes=15)


def digest(secret: str) -> bytes:
    return sha256(secret.encode()).digest()


@transaction.atomic
def offer_enrolment(*, area_path: str, post_id: UUID | None, by: Actor, at: datetime) -> str:
    """A one-time code for one phone, good for 15 minutes (登记码). Only its digest is kept."""
    by.must("access.device.enrol", within=area_path)
    if by.account_id is None:  # somebody answers for every phone
        raise Refusal("not_allowed", capability="access.device.enrol")
    code = secrets.token_urlsafe(12)
    Enrolment.objects.create(
        area_path=area_path,
        post_id=post_id,
        code_digest=digest(code),
        made_by_id=by.account_id,
        expires_at=at + CODE_LIVES,
    )
    return code


def recovery_of(device_id: UUID) -> str:
    """What opens the store of a phone whose PIN is forgotten (恢复钥). The phone wraps its key with it and forgets it.

    It is computed, not stored: a copy of the database opens no phone.
    """
    return ciphers.blind_index(str(device_id), purpose="access.device.recovery").hex()


def enrol(*, code: str, name: str, at: datetime, previous: UUID | None = None) -> tuple[Device, str]:
    """Let a phone in with its code. Returns the device and its token, which is shown this once.

    `previous` is what this phone was before: somebody forgot its PIN and it still owes. A code of an area opens only
    what was enrolled there; for another one it is refused (`previous_elsewhere`) and stays good.
    """
    with scope.everywhere():
        offer = Enrolment.objects.select_for_update().filter(code_digest=digest(code)).first()
        if offer is None or offer.used_by_id or offer.expires_at < at:
            raise Refusal("enrolment_expired")
        before = None
        if previous is not None:
            before = Device.objects.filter(pk=previous, area_path__startswith=offer.area_path).first()
            if before is None:
                raise Refusal("previous_elsewhere")
        token = secrets.token_urlsafe(32)
        device = Device.objects.create(
            area_path=offer.area_path,
            name=name.strip()[:60] or "phone",
            token_digest=digest(token),
            post_id=offer.post_id,
            enrolled_by_id=offer.made_by_id,
            enrolled_at=at,
        )
        offer.used_by = device
        offer.save(update_fields=["used_by"])
        maker = Actor(account_id=offer.made_by_id, name=str(offer.made_by), device_id=device.pk)
        journal.record("access.device.enrolled", by=maker, area_path=offer.area_path, on=device, at=at)
        if before is not None:
            journal.record("access.device.recovered", by=maker, area_path=before.area_path, on=before, at=at)
    return device, token


@transaction.atomic
def revoke(*, device_id: UUID, by: Actor, at: datetime, why: str) -> Device:
    """Put a phone out (吊销). Its next contact is told to wipe; twice is once."""
    device = lock(Device, device_id)
    by.must("access.device.enrol", within=device.area_path)
    if device.revoked_at is None:
        device.revoked_at, device.revoked_by_id = at, by.account_id
        device.save(update_fields=["revoked_at", "revoked_by"])
        journal.record("access.device.revoked", by=by, area_path=device.area_path, on=device, at=at, why=why)
    return device


def device_of(token: str) -> Device:
    """The phone this token belongs to. Refuses `device_unknown`; a revoked one is returned, and judged by the door."""
    with scope.everywhere():
        device = Device.objects.filter(token_digest=digest(token)).first()
    if device is None:
        raise Refusal("device_unknown")
    return device


@dataclass(frozen=True, slots=True)
class KnownDevice:
    """A phone as the capture door needs it, without the ORM."""

    id: UUID
    name: str
    area_path: str
    post_id: UUID | None
    revoked_at: datetime | None


# Every look-up of a batch is by key: a plan made while a table was small must not read it whole when it is
# large. And a phone that waits longer than this is better told to come later.
_LOOK_UP = (
    "SELECT set_config(%s, %s, true), set_config('enable_seqscan', 'off', true),"
    " set_config('statement_timeout', '10s', true)"
)


def recognise(cursor: Cursor, token: str) -> KnownDevice | None:
    """The phone of this token, by plain SQL in the transaction of a batch, which sees everything until `look_as`.

    Nothing is remembered between batches: a revoked token stops with the next one.
    """
    with cursor.together():
        cursor.execute(_LOOK_UP, [scope.SETTING, areas.EVERYWHERE])
        found = cursor.execute(
            "SELECT id, name, area_path, post_id, revoked_at FROM access_device WHERE token_digest = %s",
            [digest(token)],
        )
    rows = found.fetchall()
    return KnownDevice(*rows[0]) if rows else None


def look_as(cursor: Cursor, device: KnownDevice) -> None:
    """From here on the transaction sees that phone's area only."""
    cursor.execute("SELECT set_config(%s, %s, true)", [scope.SETTING, device.area_path])


def note_contact(
    last: Mapping[UUID, datetime], owed: Mapping[UUID, tuple[int, datetime | None]] | None = None
) -> None:
    """Note when phones were last heard of (最近联系), only ever later, and what they said they still owe."""
    for device_id in sorted(last):
        said: dict[str, Any] = {}
        if owed and device_id in owed:
            said["owed_count"], said["owed_since"] = owed[device_id]
        Device.objects.filter(pk=device_id).exclude(seen_at__gte=last[device_id]).update(
            seen_at=last[device_id], **said
        )


def note_contact_of(device_id: UUID, at: datetime) -> None:
    """The same for one phone, in the system's own sight."""
    with scope.everywhere():
        note_contact({device_id: at})
