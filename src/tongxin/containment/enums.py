"""The closed list of grounds (LE-11) and kinds of restriction (LE-10)."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


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
