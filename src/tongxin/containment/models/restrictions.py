"""Restrictions of persons: only with ground, evidence, end, decider and an address for appeal (LE-10)."""

from datetime import datetime

from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from tongxin.containment.enums import Ended, Ground, RestrictionKind, ToldBy
from tongxin.core.models import AreaRow
from tongxin.people.models import Person


class RestrictionQuerySet(models.QuerySet["Restriction"]):
    def in_force(self, at: datetime) -> "RestrictionQuerySet":
        """What holds at an instant. The end comes by itself: nothing has to run for it (LE-12)."""
        return self.filter(starts_at__lte=at, ends_at__gt=at).filter(Q(lifted_at=None) | Q(lifted_at__gt=at))

    def begun(self, start: datetime, end: datetime) -> "RestrictionQuerySet":
        """Whose restriction began in [start, end]; a renewal begins nothing."""
        return self.filter(starts_at__gte=start, starts_at__lte=end, renews=None)

    def released(self, start: datetime, end: datetime) -> "RestrictionQuerySet":
        """Whose restriction ended in (start, end], by itself or lifted, and was not carried on by a renewal.

        This is the list "ended today", and it is the list of those released (LE-12): there is no other one.
        """
        carried_on = Restriction.objects.filter(renews=OuterRef("pk"), starts_at__lte=F("ends_at")).filter(
            Q(lifted_at=None) | Q(lifted_at__gt=F("starts_at"))
        )
        lifted = Q(
            lifted_at__gt=start, lifted_at__lte=end, lifted_at__gte=F("starts_at"), lifted_at__lt=F("ends_at")
        )
        ran_out = Q(lifted_at=None) | Q(lifted_at__gte=F("ends_at"))
        expired = ran_out & Q(ends_at__gt=start, ends_at__lte=end) & ~Exists(carried_on)
        return self.filter(lifted | expired)


class Restriction(AreaRow):
    """Something a person must or may not do for a time (管控措施).

    A renewal (延期) is a row of its own that begins where the row it renews ends, so that nobody counts twice.
    """

    KEEPING = "health"

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(_("kind"), max_length=10, choices=RestrictionKind.choices)
    ground = models.CharField(_("ground"), max_length=14, choices=Ground.choices)
    evidence_id = models.UUIDField(_("evidence"))
    number = models.PositiveSmallIntegerField(default=1)
    renews = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="renewals")
    rule_id = models.UUIDField(null=True)
    starts_at = models.DateTimeField(_("starts"))
    ends_at = models.DateTimeField(_("ends"))
    # The first day of a chain of renewals: what is longer than a day is counted from here.
    held_since = models.DateTimeField(null=True)
    # Where the end stood before the one grace while the final test is at the laboratory (LE-12).
    grace_from = models.DateTimeField(null=True)
    decided_by_id = models.UUIDField(null=True)
    decided_by_name = models.CharField(_("decided by"), max_length=60)
    approved_by_id = models.UUIDField(null=True)
    approved_by_name = models.CharField(_("approved by"), max_length=60, blank=True)
    appeal_to = models.CharField(_("appeal to"), max_length=160)
    noticed_at = models.DateTimeField(_("told"), null=True)
    noticed_how = models.CharField(max_length=6, choices=ToldBy.choices, blank=True)
    noticed_by_name = models.CharField(max_length=60, blank=True)
    lifted_at = models.DateTimeField(_("lifted"), null=True)
    lift_kind = models.CharField(max_length=8, choices=Ended.choices, blank=True)
    lift_reason = models.CharField(max_length=160, blank=True)
    lifted_by_name = models.CharField(max_length=60, blank=True)

    objects = RestrictionQuerySet.as_manager()

    class Meta:
        verbose_name = _("restriction")
        constraints = [
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="restriction_has_an_end"),
            models.CheckConstraint(condition=Q(ground__in=Ground.values), name="restriction_has_a_ground"),
            models.CheckConstraint(
                condition=Q(grace_from=None) | Q(grace_from__lt=F("ends_at")),
                name="restriction_grace_is_later",
            ),
            models.CheckConstraint(
                condition=Q(approved_by_id=None)
                | Q(decided_by_id=None)
                | ~Q(approved_by_id=F("decided_by_id")),
                name="restriction_has_two_names",
            ),
            models.UniqueConstraint(
                fields=["person", "kind", "evidence_id", "number"], name="one_restriction_a_decision"
            ),
            models.UniqueConstraint(fields=["renews"], name="one_renewal_a_restriction"),
        ]
        indexes = [
            models.Index(fields=["ends_at"], name="restriction_end"),
            models.Index(fields=["evidence_id"], name="restriction_evidence"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.person}"

    def is_in_force(self, at: datetime) -> bool:
        return self.starts_at <= at < self.ends_at and (self.lifted_at is None or self.lifted_at > at)
