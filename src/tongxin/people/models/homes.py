"""Who lives together behind which door, since when."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from tongxin.core.models import AreaRow
from tongxin.people.enums import ResidenceKind, Source
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
