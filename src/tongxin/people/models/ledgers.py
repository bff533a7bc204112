"""Who stands in a ledger by hand (LG-03)."""

from datetime import datetime

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from tongxin.people.enums import Ledger
from tongxin.people.models.persons import Person, PersonalRow


class LedgerEntryQuerySet(models.QuerySet["LedgerEntry"]):
    def standing(self, at: datetime) -> "LedgerEntryQuerySet":
        """What stood at an instant."""
        return self.filter(entered_at__lte=at).filter(Q(ended_at=None) | Q(ended_at__gt=at))


class LedgerEntry(PersonalRow):
    """Somebody stands in a ledger by hand (台账条目), on a ground; it is ended with a reason, never deleted."""

    KEEPING = "health"

    ledger = models.CharField(_("ledger"), max_length=10, choices=Ledger.choices)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    ground = models.CharField(_("ground"), max_length=200)
    until_on = models.DateField(_("until"), null=True)
    entered_at = models.DateTimeField(_("entered"))
    entered_by_id = models.UUIDField(null=True)
    entered_by_name = models.CharField(_("entered by"), max_length=60)
    ended_at = models.DateTimeField(_("ended"), null=True)
    ended_by_id = models.UUIDField(null=True)
    ended_by_name = models.CharField(max_length=60, blank=True)
    end_reason = models.CharField(_("reason"), max_length=200, blank=True)

    objects = LedgerEntryQuerySet.as_manager()

    class Meta:
        verbose_name = _("ledger entry")
        constraints = [
            models.UniqueConstraint(
                fields=["ledger", "person"], condition=Q(ended_at=None), name="one_standing_entry"
            ),
            models.CheckConstraint(
                condition=Q(ended_at=None) | Q(ended_at__gte=models.F("entered_at")), name="entry_ends_after"
            ),
        ]
        indexes = [models.Index(fields=["area_path", "ledger"], name="entry_ledger")]

    def __str__(self) -> str:
        return f"{self.get_ledger_display()} {self.person}"
