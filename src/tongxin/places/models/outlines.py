"""What the map draws, and what a community says of itself."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from tongxin.core.models import AreaRow, Row
from tongxin.places.enums import Datum, Qualifier
from tongxin.places.models.areas import Area


class Outline(Row):
    """Where an area lies (轮廓): a polygon, or a point for a building, as it was given and in which system.

    Public like the areas themselves; nothing about a person is in it.
    """

    area = models.OneToOneField(Area, on_delete=models.PROTECT, related_name="+")
    geometry = models.JSONField()
    datum = models.CharField(_("system"), max_length=6, choices=Datum.choices)
    file_name = models.CharField(max_length=120, blank=True)
    drawn_by = models.CharField(max_length=60, blank=True)
    drawn_at = models.DateTimeField()

    class Meta:
        verbose_name = _("outline")

    def __str__(self) -> str:
        return str(self.area)


class StatedCount(AreaRow):
    """How many people a community says it has (上报人数), with its qualifier: exact, about (约), more than (余)."""

    persons = models.PositiveIntegerField(_("persons"))
    qualifier = models.CharField(_("qualifier"), max_length=6, choices=Qualifier.choices)
    stated_on = models.DateField(_("stated on"))
    source = models.CharField(_("source"), max_length=120)
    stated_by = models.CharField(max_length=60, blank=True)

    class Meta:
        verbose_name = _("stated count")
        constraints = [
            models.UniqueConstraint(fields=["area_path", "stated_on"], name="one_stated_count_a_day")
        ]

    def __str__(self) -> str:
        return f"{self.get_qualifier_display()} {self.persons}"
