"""Numbers that change every few months: dated rule rows by area, never constants (PO-01)."""

from datetime import date

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from tongxin.core.models import Row


class RuleQuerySet(models.QuerySet["RuleRow"]):
    def valid_on(self, day: date) -> "RuleQuerySet":
        return self.filter(valid_from__lte=day).filter(Q(valid_to=None) | Q(valid_to__gt=day))


class RuleRow(Row):
    """One rule in one area from a day on (政策参数). The most local row that holds on the day wins.

    Rules are public; they have no row-level security. `path` is the area the row holds in.
    """

    name = models.CharField(_("rule"), max_length=60)
    path = models.CharField(_("area"), max_length=120)
    value = models.JSONField(_("value"))
    unit = models.CharField(_("unit"), max_length=20, blank=True)
    valid_from = models.DateField(_("from"))
    valid_to = models.DateField(_("until"), null=True)
    document = models.CharField(_("document"), max_length=200)
    is_verified = models.BooleanField(default=False)

    objects = RuleQuerySet.as_manager()

    class Meta:
        verbose_name = _("rule")
        constraints = [models.UniqueConstraint(fields=["name", "path", "valid_from"], name="one_rule_a_day")]
        indexes = [models.Index(fields=["name", "path"], name="rule_lookup")]

    def __str__(self) -> str:
        return f"{self.name} {self.path} {self.valid_from}"
