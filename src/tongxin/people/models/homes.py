"""Who lives together behind which door, since when."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from tongxin.core.models import AreaRow
from tongxin.people.enums import ResidenceKind, Source, VisitResult
from tongxin.people.models.persons import Person, PersonalRow
from tongxin.places.models import Dwelling


class Household(AreaRow):
    """People who live together in one dwelling now (户)."""

    KEEPING = "identity"

    dwelling = models.ForeignKey(Dwelling, on_delete=models.PROTECT, related_name="+")
    opened_on = models.DateField()
    closed_on = models.DateField(null=True)

    class Meta:
        verbose_name = _("household")

    def __str__(self) -> str:
        return str(self.dwelling)


class Residence(PersonalRow):
    """A person lives somewhere for a time (居住). Moving ends a row, nothing is deleted (LG-01)."""

    KEEPING = "identity"

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="residences")
    dwelling = models.ForeignKey(Dwelling, on_delete=models.PROTECT, null=True, related_name="+")
    household = models.ForeignKey(Household, on_delete=models.PROTECT, null=True, related_name="residences")
    kind = models.CharField(
        _("kind"), max_length=8, choices=ResidenceKind.choices, default=ResidenceKind.USUAL
    )
    relation = models.CharField(_("relation"), max_length=20, blank=True)
    source = models.CharField(max_length=8, choices=Source.choices)
    from_on = models.DateField(_("from"))
    to_on = models.DateField(_("until"), null=True)
    is_current = models.BooleanField(default=True)

    class Meta:
        verbose_name = _("residence")
        constraints = [
            models.UniqueConstraint(
                fields=["person"], condition=Q(is_current=True, to_on=None), name="one_current_residence"
            )
        ]

    def __str__(self) -> str:
        return f"{self.dwelling or '—'}"


class Absence(PersonalRow):
    """A person is away for a time, with a known place (外出), and comes back (返回)."""

    KEEPING = "identity"

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="absences")
    place = models.CharField(_("where"), max_length=100)
    left_on = models.DateField(_("left"))
    back_on = models.DateField(_("expected back"), null=True)
    returned_on = models.DateField(_("returned"), null=True)
    source = models.CharField(max_length=8, choices=Source.choices)
    noted_by_name = models.CharField(_("noted by"), max_length=60)
    noted_at = models.DateTimeField()

    class Meta:
        verbose_name = _("absence")
        constraints = [
            models.UniqueConstraint(
                fields=["person"], condition=Q(returned_on=None), name="one_open_absence"
            ),
            models.CheckConstraint(
                condition=Q(returned_on=None) | Q(returned_on__gte=models.F("left_on")),
                name="absence_ends_after_start",
            ),
        ]

    def __str__(self) -> str:
        return self.place


class DoorVisit(AreaRow):
    """Somebody knocked to verify who lives here (入户核实, LG-02)."""

    KEEPING = "identity"

    dwelling = models.ForeignKey(Dwelling, on_delete=models.PROTECT, related_name="+")
    household = models.ForeignKey(Household, on_delete=models.PROTECT, null=True, related_name="visits")
    result = models.CharField(_("result"), max_length=8, choices=VisitResult.choices)
    note = models.CharField(_("note"), max_length=200, blank=True)
    verified_count = models.PositiveSmallIntegerField(default=0)
    visited_at = models.DateTimeField(_("visited"))
    by_id = models.UUIDField(null=True)
    by_name = models.CharField(_("visited by"), max_length=60)

    class Meta:
        verbose_name = _("door visit")
        indexes = [models.Index(fields=["dwelling", "-visited_at"], name="visit_door")]

    def __str__(self) -> str:
        return self.get_result_display()
