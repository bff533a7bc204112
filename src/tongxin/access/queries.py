"""Who somebody is and what they may see, and what stands in the journal about a row."""

from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db.models import QuerySet
from django.utils.module_loading import import_string

from tongxin.access.actors import Actor, GrantedRole
from tongxin.access.models import Account, Device, Entry, Grant, Installation


def actor_of(account: Account, at: datetime) -> Actor:
    """The account with its grants in force. Call it in a transaction; it needs no scope."""
    resolve = import_string(settings.TONGXIN_SCOPE_RESOLVER)
    grants = Grant.objects.in_force(at).filter(account=account).order_by("valid_from", "id")
    held = tuple(
        GrantedRole(grant.role, tuple(resolve(grant.area_path, at)), grant.area_path) for grant in grants
    )
    home = grants[0].area_path if held else "/"
    return Actor(account_id=account.pk, name=str(account), grants=held, home=home)


def actor_of_device(device: Device) -> Actor:
    """A phone acts as registrar at its post, for nothing else and nowhere else."""
    return Actor(
        account_id=device.enrolled_by_id,
        name=device.name,
        grants=(GrantedRole("registrar", (device.area_path,)),),
        device_id=device.pk,
        home=device.area_path,
    )


def installation() -> Installation:
    return Installation.objects.filter(pk=1).first() or Installation()


def entries_about(subject_id: UUID) -> QuerySet[Entry]:
    """The history of one row, the latest first."""
    return Entry.objects.filter(subject_id=subject_id).order_by("-sequence")
