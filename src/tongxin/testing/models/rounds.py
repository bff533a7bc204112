"""Rounds, their steps, and the lanes that work in them."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from tongxin.core.models import AreaRow
from tongxin.places.models import Site
from tongxin.testing.enums import LaneKind, PoolKind, RoundState


class Round(AreaRow):
    """One complete test of a defined population in a time window (轮次)."""

    number = models.PositiveSmallIntegerField(_("round"))
    state = models.CharField(_("state"), max_length=16, choices=RoundState.choices, default=RoundState.DRAFT)
    opens_at = models.DateTimeField(_("opens"))
    closes_at = models.DateTimeField(_("closes"))
    pool = models.CharField(_("pool"), max_length=10, choices=PoolKind.choices, default=PoolKind.POOL10)
    capacity = models.PositiveSmallIntegerField(_("persons a tube"))
    rule_id = models.UUIDField(null=True)
    base_count = models.PositiveIntegerField(_("base at opening"), null=True)
    made_at = models.DateTimeField()

    class Meta:
        verbose_name = _("round")
        constraints = [
            models.UniqueConstraint(fields=["area_path", "number"], name="one_round_a_number"),
            models.CheckConstraint(
                condition=Q(closes_at__gt=models.F("opens_at")), name="round_ends_after_start"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number}"


class RoundStep(AreaRow):
    """A change of a round's state: who, when, on what document (MT-46)."""

    round = models.ForeignKey(Round, on_delete=models.PROTECT, related_name="steps")
    state = models.CharField(max_length=16, choices=RoundState.choices)
    ground = models.CharField(_("document"), max_length=200, blank=True)
    by_id = models.UUIDField(null=True)
    by_name = models.CharField(max_length=60)
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("round step")
        ordering = ["at"]

    def __str__(self) -> str:
        return f"{self.round} {self.state}"


class Lane(AreaRow):
    """One queue: one registrar and one sampler (采样通道)."""

    round = models.ForeignKey(Round, on_delete=models.PROTECT, related_name="lanes")
    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="+")
    number = models.PositiveSmallIntegerField(_("lane"))
    kind = models.CharField(_("kind"), max_length=8, choices=LaneKind.choices, default=LaneKind.FIXED)
    pool = models.CharField(_("pool"), max_length=10, choices=PoolKind.choices)
    capacity = models.PositiveSmallIntegerField(_("persons a tube"))
    closed_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("lane")
        constraints = [models.UniqueConstraint(fields=["round", "site", "number"], name="one_lane_a_number")]

    def __str__(self) -> str:
        return f"{self.site} {self.number}"


class QueueCount(AreaRow):
    """How many people wait at a point, as its chief counts or estimates them (排队人数). The newest holds."""

    round = models.ForeignKey(Round, on_delete=models.PROTECT, related_name="+")
    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="+")
    waiting = models.PositiveSmallIntegerField(_("people waiting"))
    at = models.DateTimeField()
    by_name = models.CharField(max_length=60)

    class Meta:
        verbose_name = _("queue")
        indexes = [models.Index(fields=["round", "site", "-at"], name="queue_newest")]

    def __str__(self) -> str:
        return f"{self.site}: {self.waiting}"
