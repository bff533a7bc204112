"""Who somebody is and what they may see, and what stands in the journal about a row."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db.models import Prefetch, Q, QuerySet
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

from tongxin.access import acts
from tongxin.access.actors import SYSTEM, Actor, GrantedRole
from tongxin.access.models import Account, Device, Entry, Grant, Installation
from tongxin.core import areas

JOURNAL = "access.journal.read"
ENROL = "access.device.enrol"
MANAGE = "access.account.manage"
SIGHT = Q(act__endswith=acts.SIGHTS[0]) | Q(act__endswith=acts.SIGHTS[1])


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


@dataclass(frozen=True, slots=True)
class Told:
    """One entry as a page tells it."""

    id: UUID
    at: datetime
    act: str
    words: str
    who: str
    account_id: UUID | None
    device_id: UUID | None
    subject: str
    why: str
    area_path: str


def journal_of(actor: Actor, *, app: str = "", account_id: UUID | None = None) -> QuerySet[Entry]:
    """The entries of the areas whose journal the actor reads."""
    inside = Q(pk__in=[])
    for path in actor.paths_for(JOURNAL):
        inside |= Q(area_path__startswith=path)
    entries = Entry.objects.filter(inside).select_related("facts_row")
    if app:
        # By the names themselves, which an index finds; a pattern would walk the whole journal.
        entries = entries.filter(act__in=[act for act in acts.ACTS if act.startswith(f"{app}.")])
    if account_id:
        entries = entries.filter(account_id=account_id)
    return entries


def history_of(subject_id: UUID) -> QuerySet[Entry]:
    """What was done to one thing, the latest first, without who looked at it."""
    return entries_about(subject_id).exclude(SIGHT)


def watchers_of(person_id: UUID) -> QuerySet[Entry]:
    """Who has seen this person: on a page, in a list that held them, or a whole number; the latest first."""
    return Entry.objects.filter(sights__person_id=person_id).order_by("-sequence")


def told(entries: Iterable[Entry]) -> list[Told]:
    """Entries in words. A queryset is read together with its facts, where the names stand."""
    if isinstance(entries, QuerySet):
        entries = entries.select_related("facts_row")
    return [
        Told(
            id=entry.pk,
            at=entry.occurred_at,
            act=entry.act,
            words=acts.words_of(entry.act),
            who=_("system") if entry.account_name == SYSTEM.name else entry.account_name,
            account_id=entry.account_id,
            device_id=entry.device_id,
            subject=facts.label if (facts := getattr(entry, "facts_row", None)) else "",
            why=entry.why,
            area_path=entry.area_path,
        )
        for entry in entries
    ]


def accounts_of(actor: Actor, at: datetime) -> QuerySet[Account]:
    """The accounts that hold or held a role where the actor manages; who manages everywhere sees all."""
    grants = Grant.objects.in_force(at).order_by("valid_from", "id")
    accounts = Account.objects.prefetch_related(Prefetch("grants", grants, to_attr="held"))
    if actor.may(MANAGE, areas.EVERYWHERE):
        return accounts
    inside = Q(pk__in=[])
    for path in actor.paths_for(MANAGE):
        inside |= Q(area_path__startswith=path)
    return accounts.filter(pk__in=Grant.objects.filter(inside).values("account"))


def devices_of(actor: Actor) -> QuerySet[Device]:
    """The phones of the areas where the actor enrols."""
    inside = Q(pk__in=[])
    for path in actor.paths_for(ENROL):
        inside |= Q(area_path__startswith=path)
    return Device.objects.filter(inside).select_related("enrolled_by")
