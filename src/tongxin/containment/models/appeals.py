"""Somebody says that a restriction is wrong: a number, a clock, and another pair of eyes (LE-13)."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from tongxin.containment.enums import OPEN_APPEALS, AppealChannel, AppealState, ToldBy
from tongxin.containment.models.restrictions import Restriction
from tongxin.core.models import AreaRow
from tongxin.people.models import Person


class Appeal(AreaRow):
    """An appeal against a restriction (申诉). The reviewer is never the one who decided."""

    KEEPING = "health"

    number = models.CharField(_("receipt"), max_length=16, unique=True)
    restriction = models.ForeignKey(Restriction, on_delete=models.PROTECT, related_name="appeals")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    channel = models.CharField(_("came"), max_length=6, choices=AppealChannel.choices)
    said_by = models.CharField(_("who says it"), max_length=60, blank=True)
    says = models.TextField(_("what is said"), max_length=1000)
    rule_id = models.UUIDField(null=True)
    received_at = models.DateTimeField(_("received"))
    received_by_id = models.UUIDField(null=True)
    received_by_name = models.CharField(_("received by"), max_length=60)
    due_at = models.DateTimeField(_("answer due"))
    state = models.CharField(max_length=8, choices=AppealState.choices, default=AppealState.RECEIVED)
    reviewer_id = models.UUIDField(null=True)
    reviewer_name = models.CharField(_("reviewer"), max_length=60, blank=True)
    taken_at = models.DateTimeField(null=True)
    decided_at = models.DateTimeField(_("answered"), null=True)
    answer = models.TextField(_("answer"), max_length=1000, blank=True)
    # An upheld appeal: by when every other list must be right, and when somebody said that they are.
    correct_by = models.DateTimeField(null=True)
    corrected_at = models.DateTimeField(null=True)
    told_at = models.DateTimeField(_("told"), null=True)
    told_how = models.CharField(max_length=6, choices=ToldBy.choices, blank=True)

    class Meta:
        verbose_name = _("appeal")
        constraints = [
            models.UniqueConstraint(
                fields=["restriction"],
                condition=Q(state__in=OPEN_APPEALS),
                name="one_open_appeal_a_restriction",
            ),
            models.CheckConstraint(
                condition=Q(state__in=OPEN_APPEALS) | (Q(decided_at__isnull=False) & ~Q(answer="")),
                name="appeal_is_answered_in_words",
            ),
        ]
        indexes = [models.Index(fields=["state", "due_at"], name="appeal_waiting")]

    def __str__(self) -> str:
        return self.number
