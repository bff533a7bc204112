"""Transport boxes, their handovers, and the laboratories they go to (DOMAIN.md 3.5, MT-30 to MT-33)."""

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.utils.translation import gettext_lazy as _

from tongxin.core.models import AreaRow, Captured
from tongxin.testing.enums import BoxKind, BoxState, Leg
from tongxin.testing.models.rounds import Round


class Laboratory(AreaRow):
    """Where tubes are tested (检测机构)."""

    name = models.CharField(_("laboratory"), max_length=80)
    phone = models.CharField(_("phone"), max_length=40, blank=True)
    closed_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("laboratory")
        constraints = [models.UniqueConstraint(fields=["area_path", "name"], name="one_laboratory_a_name")]

    def __str__(self) -> str:
        return self.name


class Box(AreaRow):
    """A sealed transport box (转运箱): settled from its sealings and handovers, in whatever order they come."""

    round = models.ForeignKey(Round, on_delete=models.PROTECT, related_name="boxes")
    seal = models.CharField(_("seal"), max_length=24, blank=True)
    kind = models.CharField(_("box"), max_length=8, choices=BoxKind.choices, blank=True)
    state = models.CharField(_("state"), max_length=10, choices=BoxState.choices, default=BoxState.SEALED)
    tube_count = models.PositiveSmallIntegerField(_("tubes"), default=0)
    has_ice = models.BooleanField(_("ice packs"), default=False)
    temperature = models.DecimalField(_("temperature"), max_digits=4, decimal_places=1, null=True)
    sealed_at = models.DateTimeField(_("sealed"), null=True)
    handed_at = models.DateTimeField(_("taken over"), null=True)
    received_at = models.DateTimeField(_("received"), null=True)

    class Meta:
        verbose_name = _("box")
        indexes = [models.Index(fields=["round", "state"], name="box_round_state")]

    def __str__(self) -> str:
        return self.seal or str(self.pk)[:8]


class BoxFact(Captured):
    """Something that was done with a box, at a lane (device) or at a desk (account). Never changed."""

    round_id = models.UUIDField()
    lane_id = models.UUIDField(null=True)
    box_id = models.UUIDField(db_index=True)
    temperature = models.DecimalField(max_digits=4, decimal_places=1, null=True)
    by_id = models.UUIDField(null=True)
    by_name = models.CharField(max_length=60, blank=True)

    class Meta:
        abstract = True


class BoxSealing(BoxFact):
    """A box was counted and sealed (装箱封箱). Sealed again with another list, the newest list holds."""

    seal = models.CharField(max_length=24)
    kind = models.CharField(max_length=8, choices=BoxKind.choices, blank=True)
    tube_codes = ArrayField(models.CharField(max_length=24))
    has_ice = models.BooleanField(default=False)

    class Meta:
        verbose_name = _("sealing of a box")
        indexes = [GinIndex(fields=["tube_codes"], name="box_sealing_tubes")]

    def __str__(self) -> str:
        return self.seal


class Handover(BoxFact):
    """A box changed hands (交接): who gave, who took, when, how warm. Two names, or it is none."""

    leg = models.CharField(max_length=10, choices=Leg.choices)
    giver = models.CharField(_("handed over by"), max_length=60)
    taker = models.CharField(_("taken over by"), max_length=60)
    vehicle = models.CharField(_("vehicle"), max_length=40, blank=True)
    laboratory_id = models.UUIDField(null=True)
    counted = models.PositiveSmallIntegerField(_("tubes counted"), null=True)
    note = models.CharField(_("note"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("handover")

    def __str__(self) -> str:
        return f"{self.giver} > {self.taker}"
