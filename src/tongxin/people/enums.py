"""Choices of the register."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Sex(TextChoices):
    MALE = "男", _("male")
    FEMALE = "女", _("female")


class DocumentKind(TextChoices):
    RESIDENT_ID = "resident_id", _("resident ID card")
    OTHER = "other", _("other document")
    TEMPORARY = "temporary", _("temporary number")


class ResidenceKind(TextChoices):
    USUAL = "usual", _("usual resident")
    FLOATING = "floating", _("floating population")
    SEPARATE = "separate", _("registered here, lives elsewhere")
    FOUND = "found", _("found at the lane, to verify")


class Source(TextChoices):
    IMPORT = "import", _("imported list")
    LANE = "lane", _("lane quick-add")
    DOOR = "door", _("door visit")
    DESK = "desk", _("desk")
    CALL = "call", _("call")
    POLICE = "police", _("police list")
    FAMILY = "family", _("family")


class LaneFlag(TextChoices):
    """What a lane does differently for somebody; never why (MT-21)."""

    PRIORITY = "priority", _("priority lane")
    SINGLE = "single", _("single tube, do not pool")
    DOOR = "door", _("sampled at the door")
    APART = "apart", _("own kind of tube")


class MergeGround(TextChoices):
    DOCUMENT = "document", _("the same document")
    PHONE = "phone", _("the same name, birth and phone")
    DOOR = "door", _("the same name behind the same door")
    OTHER = "other", _("known to be one person")


class VisitResult(TextChoices):
    DONE = "done", _("done")
    NOBODY = "nobody", _("nobody at home")
    REFUSED = "refused", _("refused")
    VACANT = "vacant", _("vacant")
    WRONG = "wrong", _("address wrong")


class CallPurpose(TextChoices):
    POOL = "pool", _("positive pool: stay where you are")
    NOT_YET = "not_yet", _("not yet tested")


class CallOutcome(TextChoices):
    REACHED = "reached", _("reached")
    NO_ANSWER = "no_answer", _("no answer")
    OFF = "off", _("phone off")
    WRONG_NUMBER = "wrong_number", _("wrong number")
    REFUSES = "refuses", _("refuses")
    CALL_BACK = "call_back", _("call back later")
    ELSEWHERE = "elsewhere", _("is elsewhere")
    DENIES = "denies", _("reached, says it is not so")
    LANGUAGE = "language", _("no common language")


class FollowUpKind(TextChoices):
    """What a call leaves to be done by somebody else (CT-20)."""

    VISIT = "visit", _("go to the door")
    NUMBER = "number", _("find the right number")
    INTERPRETER = "interpreter", _("have somebody call who speaks their language")
    POLICE = "police", _("ask the police for help")
    WHERE = "where", _("find out where they are, and ask for proof")
    CHECK = "check", _("check what they say")


class Ledger(TextChoices):
    """Ledgers with entries by hand (台账, LG-04). The first keeps the label of its source (story A6)."""

    FIVE = "five", _("Five guarantees and one")
    DIFFICULT = "difficult", _("In special difficulty")
    ISOLATED = "isolated", _("In isolation")
    RETURNED = "returned", _("Released elsewhere, back home")

    @property
    def is_sensitive(self) -> bool:
        """Facts of health: names for care and health roles alone (DOMAIN.md 12.3)."""
        return self in (Ledger.ISOLATED, Ledger.RETURNED)

    @property
    def needs_end(self) -> bool:
        return self == Ledger.RETURNED
