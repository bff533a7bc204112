"""The closed list of grounds (LE-11), kinds of restriction (LE-10), and how appeals come and go (LE-13)."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Ground(TextChoices):
    POSITIVE = "positive", _("positive result")
    POOL_RECHECK = "pool_recheck", _("pool waiting for recheck")
    CLOSE = "close", _("close contact")
    SECONDARY = "secondary", _("secondary contact")
    VENUE = "venue", _("venue in the window")
    RISK_ORIGIN = "risk_origin", _("stay in a risk area")
    ZONE = "zone", _("zone decision")
    INBOUND = "inbound", _("inbound traveller")
    SYMPTOMATIC = "symptomatic", _("symptoms")
    CLOSED_LOOP = "closed_loop", _("closed loop, by consent")


class RestrictionKind(TextChoices):
    HOLD = "hold", _("hold: stay where you are")


class Ended(TextChoices):
    """Why a restriction was lifted before its end."""

    EARLY = "early", _("lifted early")
    NEGATIVE = "negative", _("lifted after the negative result")
    APPEAL = "appeal", _("lifted on appeal")


class ToldBy(TextChoices):
    """How somebody was told."""

    PHONE = "phone", _("by phone")
    DOOR = "door", _("at the door")
    PAPER = "paper", _("on paper")
    DESK = "desk", _("at the desk")


class ProposalState(TextChoices):
    WAITING = "waiting", pgettext_lazy("proposal", "waiting for the second signature")
    APPROVED = "approved", pgettext_lazy("proposal", "approved")
    DECLINED = "declined", pgettext_lazy("proposal", "declined")


class AppealChannel(TextChoices):
    PAPER = "paper", _("on paper")
    PHONE = "phone", _("by phone")
    DESK = "desk", _("at the desk")
    WORKER = "worker", _("through a worker")


class AppealState(TextChoices):
    RECEIVED = "received", pgettext_lazy("appeal", "received")
    REVIEW = "review", pgettext_lazy("appeal", "under review")
    UPHELD = "upheld", pgettext_lazy("appeal", "upheld: the hold was wrong")
    REJECTED = "rejected", pgettext_lazy("appeal", "rejected: the hold stands")


OPEN_APPEALS = (AppealState.RECEIVED, AppealState.REVIEW)
