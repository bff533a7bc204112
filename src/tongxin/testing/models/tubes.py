"""Tubes."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from tongxin.core.models import AreaRow
from tongxin.testing.enums import PoolKind, ResultStatus, ResultWord, TubeState
from tongxin.testing.models.rounds import Lane, Round


class Tube(AreaRow):
    """A vial with a barcode (混采管), dealt to one lane so that it has one owner even offline (MT-25).

    State, times and counts are settled from the tube's events and samples by a projector.
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
    issued_at = models.DateTimeField(null=True)
    opened_at = models.DateTimeField(null=True)
    first_swab_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    close_reason = models.CharField(max_length=16, blank=True)
    held_count = models.PositiveSmallIntegerField(default=0)
    spoken_count = models.PositiveSmallIntegerField(null=True)
    frozen_at = models.DateTimeField(null=True)
    voided_at = models.DateTimeField(null=True)
    void_reason = models.CharField(max_length=200, blank=True)
    result = models.CharField(_("result"), max_length=8, choices=ResultWord.choices, blank=True)
    result_status = models.CharField(
        max_length=10, choices=ResultStatus.choices, default=ResultStatus.NO_RESULT
    )
    result_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("tube")
        indexes = [models.Index(fields=["round", "state"], name="tube_round_state")]

    def __str__(self) -> str:
        return self.code
