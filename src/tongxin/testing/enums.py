"""States and kinds of mass testing (DOMAIN.md 3)."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class RoundState(TextChoices):
    """MT-46, in order."""

    DRAFT = "draft", _("draft")
    APPROVED = "approved", _("approved")
    ANNOUNCED = "announced", _("announced")
    OPEN = "open", pgettext_lazy("round", "open")
    SAMPLING_CLOSED = "sampling_closed", _("sampling closed")
    RECONCILING = "reconciling", _("reconciling")
    CLOSED = "closed", pgettext_lazy("round", "closed")
    RESULTS_COMPLETE = "results_complete", _("results complete")
    ARCHIVED = "archived", _("archived")
    CANCELLED = "cancelled", _("cancelled")


class PoolKind(TextChoices):
    POOL20 = "pool20", _("20 in 1")
    POOL10 = "pool10", _("10 in 1")
    POOL5 = "pool5", _("5 in 1")
    HOUSEHOLD = "household", _("one tube a household")
    SINGLE = "single", _("single")


class LaneKind(TextChoices):
    FIXED = "fixed", _("lane")
    PRIORITY = "priority", _("priority lane")
    MOBILE = "mobile", _("mobile team")


class TubeState(TextChoices):
    """DOMAIN.md 3.5."""

    REGISTERED = "registered", _("in stock")
    ISSUED = "issued", _("issued")
    OPEN = "open", pgettext_lazy("tube", "open")
    CLOSED = "closed", pgettext_lazy("tube", "closed")
    BOXED = "boxed", _("boxed")
    IN_TRANSIT = "in_transit", _("in transit")
    RECEIVED = "received", _("at the laboratory")
    TESTING = "testing", _("being tested")
    RESULTED = "resulted", _("resulted")
    ARCHIVED = "archived", _("archived")
    RETURNED = "returned", _("returned")
    REJECTED = "rejected", _("rejected by the laboratory")
    VOIDED = "voided", _("voided")


class TubeAct(TextChoices):
    OPENED = "opened", pgettext_lazy("tube", "opened")
    CLOSED = "closed", pgettext_lazy("tube", "closed")


class BoxState(TextChoices):
    """Where a transport box is (DOMAIN.md 3.5, MT-32)."""

    SEALED = "sealed", pgettext_lazy("box", "sealed")
    IN_TRANSIT = "in_transit", _("in transit")
    RECEIVED = "received", _("at the laboratory")


class BoxKind(TextChoices):
    SMALL = "small", pgettext_lazy("box", "small")
    MEDIUM = "medium", pgettext_lazy("box", "medium")
    LARGE = "large", pgettext_lazy("box", "large")


class Leg(TextChoices):
    """Between whom a box changes hands."""

    POINT = "point", _("point to carrier")
    LABORATORY = "laboratory", _("carrier to laboratory")


class LabReject(TextChoices):
    """Why a laboratory sends a tube back (3.5, guard of `received`)."""

    LEAK = "leak", _("leaking or broken")
    LABEL = "label", _("label cannot be read")
    COUNT = "count", _("swabs differ from the list")
    WARM = "warm", _("too warm or too late")
    EMPTY = "empty", _("no fluid or no swab")


class RepeatReason(TextChoices):
    """Why somebody is swabbed again in the same round (MT-22)."""

    SPOILED_TUBE = "spoiled_tube", _("tube spoiled")
    DOUBTFUL_SWAB = "doubtful_swab", _("swab doubtful")


class Coverage(TextChoices):
    """The nine classes of MT-40: each person of the base is in exactly one."""

    HERE = "here", _("sampled here")
    ELSEWHERE = "elsewhere", _("sampled elsewhere, with proof")
    MOBILE = "mobile", _("sampled by the mobile team")
    ISOLATED = "isolated", _("isolated elsewhere")
    AWAY = "away", _("away")
    EXEMPT = "exempt", _("exempt")
    REFUSED = "refused", _("refused")
    UNREACHABLE = "unreachable", _("unreachable")
    UNKNOWN = "unknown", _("unknown")


class Origin(TextChoices):
    BASE = "base", _("in the base at opening")
    FOUND = "found", _("newly found")


class ResultWord(TextChoices):
    NEGATIVE = "neg", _("negative")
    POSITIVE = "pos", _("positive")
    SUSPECT = "suspect", _("grey zone")
    INVALID = "invalid", _("invalid")
    PENDING = "pending", _("pending")


class ResultStatus(TextChoices):
    NO_RESULT = "no_result", _("no result")
    PENDING = "pending", _("pending")
    FINAL = "final", _("final")
    CONFLICT = "conflict", _("conflict")
    CHECK_CT = "check_ct", _("check the Ct value")


class PoolState(TextChoices):
    OPEN = "open", _("in progress")
    LIFTED = "lifted", _("all negative, lifted")
    CONFIRMED = "confirmed", _("preliminary positive")


class RecheckState(TextChoices):
    DUE = "due", _("to be sampled at the door")
    SAMPLED = "sampled", _("sampled, waiting for the result")
    NEGATIVE = "negative", _("negative")
    POSITIVE = "positive", _("preliminary positive")


class VisitOutcome(TextChoices):
    """What a knock on the door came to (MT-44, MT-45)."""

    NOBODY = "nobody", _("nobody opened")
    WILL_COME = "will_come", _("will come to the point")
    REFUSES = "refuses", _("refuses")
    ELSEWHERE = "elsewhere", _("is elsewhere")
    MOVED = "moved", _("does not live here")


class RemovalReason(TextChoices):
    """Why somebody leaves the base of a round (MT-43)."""

    MOVED = "moved", _("moved away")
    DIED = "died", _("died")
    DOUBLE = "double", _("stands there twice")


class MakeUpReason(TextChoices):
    VOIDED = "voided", _("tube voided")
    INVALID = "invalid", _("result invalid")
    REJECTED = "rejected", _("rejected by the laboratory")
    DOUBLE = "double", _("one code on two tubes")
