"""Doors."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from tongxin.core.models import AreaRow
from tongxin.places.rules.ground import door_said


class Dwelling(AreaRow):
    """A door (户室): compound, building, unit, floor, room below the community; stored parsed and as typed (ID-04)."""

    compound = models.CharField(_("compound"), max_length=40, blank=True, db_default="")
    building = models.CharField(_("building"), max_length=8)
    unit = models.CharField(_("unit"), max_length=8, blank=True)
    floor = models.SmallIntegerField(_("floor"), null=True)
    room = models.CharField(_("room"), max_length=8, blank=True)
    typed = models.CharField(_("as typed"), max_length=120, blank=True)
    is_vacant = models.BooleanField(_("vacant"), default=False)

    class Meta:
        verbose_name = _("dwelling")
        constraints = [
            models.UniqueConstraint(fields=["area_path", "building", "unit", "room"], name="one_row_a_door")
        ]

    def __str__(self) -> str:
        return self.label

    @property
    def label(self) -> str:
        """The address in Chinese, as it is said: 3栋1单元401, 东区3栋1单元401 in a compound."""
        return door_said(self.building, self.unit, self.room, self.compound)
