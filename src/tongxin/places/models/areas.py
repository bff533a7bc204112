"""The tree of areas, and which buildings make up a grid at a time."""

from datetime import date

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models
from django.db.models import F, Func, Q
from django.utils.translation import gettext_lazy as _

from tongxin.core.models import AreaRow, Row
from tongxin.places.enums import AreaLevel, CodeSource

FIRST_DAY = date(2000, 1, 1)
# [from, until): an open end is NULL, and a membership that was corrected on its first day is empty.
DAYS_HELD = Func("valid_from", "valid_to", function="daterange", output_field=DateRangeField())


class AreaQuerySet(models.QuerySet["Area"]):
    def valid_on(self, day: date) -> "AreaQuerySet":
        return self.filter(valid_from__lte=day).filter(Q(valid_to=None) | Q(valid_to__gt=day))

    def under(self, path: str) -> "AreaQuerySet":
        return self.filter(path__startswith=path)

    def current(self) -> "AreaQuerySet":
        return self.filter(valid_to=None)


class Area(Row):
    """An area from the country down to a building (区域). `path` is what rows and grants carry.

    The list of areas is public and has no row-level security; what happens in them is not and has.
    """

    key = models.CharField(_("code"), max_length=32, db_index=True)
    path = models.CharField(_("path"), max_length=120, unique=True)
    name = models.CharField(_("name"), max_length=80)
    level = models.CharField(_("level"), max_length=12, choices=AreaLevel.choices)
    parent = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="children")
    code_source = models.CharField(max_length=8, choices=CodeSource.choices, default=CodeSource.NATIONAL)
    valid_from = models.DateField(default=FIRST_DAY)
    valid_to = models.DateField(null=True)
    successor = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="+")

    objects = AreaQuerySet.as_manager()

    class Meta:
        verbose_name = _("area")
        indexes = [models.Index(fields=["path"], name="area_path_prefix", opclasses=["text_pattern_ops"])]

    def __str__(self) -> str:
        return self.name


class GridMembership(AreaRow):
    """A building belongs to a grid for a time (网格划分, ID-05). `area_path` is the building's path."""

    grid = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="+")
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)

    class Meta:
        verbose_name = _("grid membership")
        constraints = [
            models.UniqueConstraint(
                fields=["area_path"], condition=Q(valid_to=None), name="one_open_grid_a_building"
            ),
            models.CheckConstraint(
                condition=Q(valid_to=None) | Q(valid_to__gte=F("valid_from")),
                name="membership_ends_after_start",
            ),
            ExclusionConstraint(
                name="one_grid_a_building_a_day",
                expressions=[
                    ("area_path", RangeOperators.EQUAL),
                    (DAYS_HELD, RangeOperators.OVERLAPS),
                ],
            ),
        ]

    def __str__(self) -> str:
        return f"{self.area_path} {self.grid}"
