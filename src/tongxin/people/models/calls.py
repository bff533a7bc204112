"""Calls that somebody owes to somebody: one engine for every list (CT-20)."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from tongxin.core.models import AreaRow
from tongxin.people.enums import CallOutcome, CallPurpose, FollowUpKind
from tongxin.people.models.persons import Person


class CallTask(AreaRow):
    """Somebody must be called (外呼任务): by when, who has it now, and how it ended."""

    KEEPING = "calls"

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    purpose = models.CharField(_("purpose"), max_length=10, choices=CallPurpose.choices)
    about_id = models.UUIDField()
    due_at = models.DateTimeField(_("due"))
    # After a try that reached nobody: not before another hour, and not before others had their turn.
    not_before = models.DateTimeField(null=True)
    leased_by_id = models.UUIDField(null=True)
    leased_by_name = models.CharField(max_length=60, blank=True)
    leased_until = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    outcome = models.CharField(_("outcome"), max_length=12, choices=CallOutcome.choices, blank=True)
    made_at = models.DateTimeField()

    class Meta:
        verbose_name = _("call")
        constraints = [
            models.UniqueConstraint(
                fields=["purpose", "about_id", "person"], name="one_call_a_person_a_matter"
            )
        ]
        indexes = [models.Index(fields=["about_id"], name="call_about")]

    def __str__(self) -> str:
        return f"{self.get_purpose_display()} {self.person}"


class CallTry(AreaRow):
    """One try of a call (通话记录)."""

    KEEPING = "calls"

    task = models.ForeignKey(CallTask, on_delete=models.PROTECT, related_name="tries")
    outcome = models.CharField(_("outcome"), max_length=12, choices=CallOutcome.choices)
    note = models.CharField(_("note"), max_length=200, blank=True)
    by_id = models.UUIDField()
    by_name = models.CharField(_("by"), max_length=60)
    occurred_at = models.DateTimeField()

    class Meta:
        verbose_name = _("call try")

    def __str__(self) -> str:
        return self.get_outcome_display()


class FollowUp(AreaRow):
    """What a call has left to be done (外呼后续): by when, and who did it."""

    KEEPING = "calls"

    task = models.ForeignKey(CallTask, on_delete=models.PROTECT, related_name="follow_ups")
    kind = models.CharField(_("what to do"), max_length=12, choices=FollowUpKind.choices)
    note = models.CharField(_("note"), max_length=200, blank=True)
    due_at = models.DateTimeField(_("due"))
    made_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True)
    done_by_name = models.CharField(max_length=60, blank=True)

    class Meta:
        verbose_name = _("follow-up of a call")
        constraints = [models.UniqueConstraint(fields=["task", "kind"], name="one_follow_up_a_kind")]
        indexes = [models.Index(fields=["due_at"], condition=models.Q(done_at=None), name="follow_up_owed")]

    def __str__(self) -> str:
        return self.get_kind_display()
