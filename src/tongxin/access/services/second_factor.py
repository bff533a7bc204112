"""The second factor (第二验证): who must have one, and taking one off for somebody who lost their phone."""

from datetime import datetime
from uuid import UUID

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.db import transaction

from tongxin.access.actors import Actor
from tongxin.access.models import Account, Grant
from tongxin.access.queries import installation
from tongxin.access.services import journal
from tongxin.access.services.accounts import managed
from tongxin.core import clock, scope
from tongxin.core.refusals import Refusal

PURPOSE = "mfa.authenticator"


def is_required(account: Account) -> bool:
    """Whether some role of this account needs one (`TONGXIN_SECOND_FACTOR_ROLES`); a demo register needs none."""
    if not settings.TONGXIN_SECOND_FACTOR_ROLES or installation().is_demo:
        return False
    with scope.everywhere():
        held = Grant.objects.in_force(clock.now()).filter(account=account)
        return held.filter(role__in=settings.TONGXIN_SECOND_FACTOR_ROLES).exists()


def is_owed(actor: Actor) -> bool:
    """Whether this actor must set one up before anything else."""
    if not actor.has_role(*settings.TONGXIN_SECOND_FACTOR_ROLES) or installation().is_demo:
        return False
    return not Authenticator.objects.filter(user_id=actor.account_id, type=Authenticator.Type.TOTP).exists()


@transaction.atomic
def reset(*, account_id: UUID, by: Actor, at: datetime, why: str) -> Account:
    """Take the second factor off an account whose phone is lost (重置第二验证); the next login sets up a new one."""
    account = managed(account_id, by, at)
    if account.pk == by.account_id:
        raise Refusal("not_oneself")
    if len(why.strip()) < 4:
        raise Refusal("reason_needed")
    gone, _each = Authenticator.objects.filter(user=account).delete()
    if gone:
        journal.record(
            "access.account.second_factor_reset", by=by, area_path=by.home, on=account, at=at, why=why
        )
    return account
