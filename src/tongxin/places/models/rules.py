"""Numbers that change every few months: dated rule rows by area, never constants (PO-01)."""

from datetime import date

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from tongxin.access.models import Account
from tongxin.core.models import Row
from tongxin.places.enums import DraftState


class RuleQuerySet(models.QuerySet["RuleRow"]):
    def valid_on(self, day: date) -> "RuleQuerySet":
        return self.filter(valid_from__lte=day).filter(Q(valid_to=None) | Q(valid_to__gt=day))


class RuleText(Row):
    """What a rule says, where, from when until when, and in which document it stands."""

    name = models.CharField(_("rule"), max_length=60)
    path = models.CharField(_("area"), max_length=120)
    value = models.JSONField(_("value"))
    unit = models.CharField(_("unit"), max_length=20, blank=True)
    valid_from = models.DateField(_("from"))
    valid_to = models.DateField(_("until"), null=True)
    document = models.CharField(_("document"), max_length=200)
    issuer = models.CharField(_("issuer"), max_length=80, blank=True, db_default="")
    number = models.CharField(_("document number"), max_length=60, blank=True, db_default="")
    edition = models.CharField(_("edition"), max_length=60, blank=True, db_default="")
    is_verified = models.BooleanField(default=False)
    # Nothing local any more: the wider row holds again. The value is then what is taken back.
    is_withdrawal = models.BooleanField(default=False, db_default=False)
    note = models.CharField(_("what changes"), max_length=300, blank=True, db_default="")
    is_stricter = models.BooleanField(default=False, db_default=False)
    reason = models.CharField(_("reason"), max_length=300, blank=True, db_default="")
    review_on = models.DateField(_("review"), null=True)
    author = models.ForeignKey(Account, on_delete=models.PROTECT, null=True, related_name="+")
    author_name = models.CharField(max_length=60, blank=True, db_default="")

    class Meta:
        abstract = True


class RuleRow(RuleText):
    """One rule in one area from a day on (政策参数). The most local row that holds on the day wins.

    Rules are public; they have no row-level security. `path` is the area the row holds in. A published row is never
    changed (PO-03; the database refuses it): a later row follows it, on the same day one with a higher version.
    """

    version = models.PositiveSmallIntegerField(default=1, db_default=1)
    approver = models.ForeignKey(Account, on_delete=models.PROTECT, null=True, related_name="+")
    approver_name = models.CharField(max_length=60, blank=True, db_default="")
    published_at = models.DateTimeField(null=True)

    objects = RuleQuerySet.as_manager()

    class Meta:
        verbose_name = _("rule")
        constraints = [
            models.UniqueConstraint(fields=["name", "path", "valid_from", "version"], name="one_rule_a_day")
        ]
        indexes = [models.Index(fields=["name", "path"], name="rule_lookup")]

    def __str__(self) -> str:
        return f"{self.name} {self.path} {self.valid_from}"


class RuleDraft(RuleText):
    """A rule row that waits for a second person (规则草案, PO-03): published, or declined with a reason."""

    state = models.CharField(max_length=10, choices=DraftState.choices, default=DraftState.WAITING)
    written_at = models.DateTimeField()
    decided_by = models.ForeignKey(Account, on_delete=models.PROTECT, null=True, related_name="+")
    decided_name = models.CharField(max_length=60, blank=True)
    decided_at = models.DateTimeField(null=True)
    why = models.CharField(max_length=200, blank=True)
    row = models.OneToOneField(RuleRow, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        verbose_name = _("rule draft")
        indexes = [models.Index(fields=["state", "path"], name="drafts_waiting")]

    def __str__(self) -> str:
        return f"{self.name} {self.path} {self.valid_from}"
