"""Tubes."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from tongxin.core.models import AreaRow
from tongxin.testing.enums import LabReject, PoolKind, ResultStatus, ResultWord, TubeState
from tongxin.testing.models.rounds import Lane, Round


class TubeBatch(AreaRow):
    """A batch of vials as it came from the maker (采样管批次): registered into stock with its expiry (3.5)."""

    label = models.CharField(_("batch"), max_length=40)
    pool = models.CharField(_("pool"), max_length=10, choices=PoolKind.choices)
    capacity = models.PositiveSmallIntegerField(_("persons a tube"))
    expires_on = models.DateField(_("expires"))
    tube_count = models.PositiveIntegerField(_("tubes"))
    received_at = models.DateTimeField(_("received"))
    by_name = models.CharField(_("by"), max_length=60)

    class Meta:
        verbose_name = _("batch of tubes")
        constraints = [models.UniqueConstraint(fields=["area_path", "label"], name="one_tube_batch_a_label")]

    def __str__(self) -> str:
        return self.label


class Tube(AreaRow):
    """A vial with a barcode (混采管), dealt to one lane so that it has one owner even offline (MT-25).

    State, times and counts are settled from the tube's events, samples and boxes by a projector. Of the devices
    that worked on it, the chief may have accepted some and dropped others (MT-26).
    """

    code = models.CharField(_("tube"), max_length=24, unique=True)
    round = models.ForeignKey(Round, on_delete=models.PROTECT, null=True, related_name="tubes")
    lane = models.ForeignKey(Lane, on_delete=models.PROTECT, null=True, related_name="tubes")
    pool = models.CharField(_("pool"), max_length=10, choices=PoolKind.choices)
    capacity = models.PositiveSmallIntegerField(_("persons a tube"))
    state = models.CharField(
        _("state"), max_length=10, choices=TubeState.choices, default=TubeState.REGISTERED
    )
    batch_label = models.CharField(_("batch"), max_length=40, blank=True)
    expires_on = models.DateField(_("expires"), null=True)
    batch = models.ForeignKey(TubeBatch, on_delete=models.PROTECT, null=True, related_name="tubes")
    issued_at = models.DateTimeField(null=True)
    opened_at = models.DateTimeField(null=True)
    first_swab_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    close_reason = models.CharField(max_length=16, blank=True)
    held_count = models.PositiveSmallIntegerField(default=0)
    spoken_count = models.PositiveSmallIntegerField(null=True)
    frozen_at = models.DateTimeField(null=True)
    accepted_devices = ArrayField(models.UUIDField(), default=list, blank=True)
    dropped_devices = ArrayField(models.UUIDField(), default=list, blank=True)
    box_id = models.UUIDField(null=True)
    received_at = models.DateTimeField(null=True)
    rejected_at = models.DateTimeField(null=True)
    reject_reason = models.CharField(max_length=8, choices=LabReject.choices, blank=True)
    voided_at = models.DateTimeField(null=True)
    void_reason = models.CharField(max_length=200, blank=True)
    result = models.CharField(_("result"), max_length=8, choices=ResultWord.choices, blank=True)
    result_status = models.CharField(
        max_length=10, choices=ResultStatus.choices, default=ResultStatus.NO_RESULT
    )
    result_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("tube")
        indexes = [
            models.Index(fields=["round", "state"], name="tube_round_state"),
            models.Index(fields=["box_id"], name="tube_box", condition=models.Q(box_id__isnull=False)),
            models.Index(
                fields=["area_path", "pool", "expires_on", "code"],
                name="tube_stock",
                condition=models.Q(state__in=["registered", "returned"]),
            ),
        ]

    def __str__(self) -> str:
        return self.code
