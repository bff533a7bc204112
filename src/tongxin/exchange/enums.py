"""What a door answers, and the life of an uploaded file."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Receipt(TextChoices):
    APPLIED = "applied", _("applied")
    DUPLICATE = "duplicate", _("already here")
    REFUSED = "refused", _("kept, does not count")
    CONFLICT = "conflict", _("conflict, kept for review")
    KEPT = "kept", _("kept, not yet understood")


class UploadKind(TextChoices):
    REGISTER = "register", _("household register")
    LAB = "lab", _("laboratory results")


class UploadState(TextChoices):
    READ = "read", _("read, to be checked")
    STORED = "stored", _("stored")
    UNDONE = "undone", _("undone")
    DISCARDED = "discarded", _("discarded")


class DifferenceKind(TextChoices):
    """How an updated register differs from what is stored (LG-05)."""

    ADDS = "adds", _("says more")
    DIFFERS = "differs", _("says otherwise")
    MISSING = "missing", _("is not in the file")


class Choice(TextChoices):
    """What somebody decided about a difference; empty while nobody has."""

    TAKE = "take", _("take over")
    LEAVE = "leave", _("leave as it is")
    MOVED_OUT = "moved_out", _("moved out")
    AWAY = "away", _("away for a time")
