"""Restrictions of persons: only with ground, evidence, end, decider and an address for appeal (LE-10)."""

from datetime import datetime

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from tongxin.containment.enums import Ground, RestrictionKind
from tongxin.core.models import AreaRow
from tongxin.people.models import Person


class RestrictionQuerySet(models.QuerySet["Restriction"]):
    def in_force(self, at: datetime) -> "RestrictionQuerySet":
        """What holds at an instant. The end comes by itself: nothing has to run for it (LE-12)."""
        return self.filter(starts_at__lte=at, ends_at__gt=at).filter(Q(lifted_at=None) | Q(lifted_at__gt=at))


class Restriction(AreaRow):
    """Something a person must or may not do for a time (管控措施)."""

    KEEPING = "health"

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(_("kind"), max_length=10, choices=RestrictionKind.choices)
    ground = models.CharField(_("ground"), max_length=14, choices=Ground.choices)
    evidence_id = models.UUIDField(_("evidence"))
    rule_id = models.UUIDField(null=True)
    starts_at = models.DateTimeField(_("starts"))
    ends_at = models.DateTimeField(_("ends"))
    decided_by_id = models.UUIDField(null=True)
    decided_by_name = models.CharField(_("decided by"), max_length=60)
    approved_by_id = models.UUIDField(null=True)
    appeal_to = models.CharField(_("appeal to"), max_length=160)
    noticed_at = models.DateTimeField(_("told"), null=True)
    lifted_at = models.DateTimeField(_("lifted"), null=True)
    lift_reason = models.CharField(max_length=160, blank=True)

    objects = RestrictionQuerySet.as_manager()

    class Meta:
        verbose_name = _("restriction")
        constraints = [
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="restriction_has_an_end"),
            models.UniqueConstraint(
                fields=["person", "kind", "evidence_id"], name="one_restriction_an_evidence"
            ),
        ]
        indexes = [models.Index(fields=["ends_at"], name="restriction_end")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.person}"
