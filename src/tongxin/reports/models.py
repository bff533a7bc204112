"""Frozen figures and the briefings made of them."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from tongxin.core.models import AreaRow


class Briefing(AreaRow):
    """A briefing (简报, CM-30) with its figures frozen at a time; each figure keeps the query it came from."""

    number = models.PositiveSmallIntegerField(_("issue"))
    day = models.DateField(_("day"))
    as_of = models.DateTimeField(_("as of"))
    round_id = models.UUIDField(null=True)
    figures = models.JSONField()
    text = models.TextField(_("text"), blank=True)
    author_id = models.UUIDField()
    author_name = models.CharField(_("author"), max_length=60)
    approved_at = models.DateTimeField(null=True)
    approved_by_id = models.UUIDField(null=True)
    approved_by_name = models.CharField(max_length=60, blank=True)
    corrects = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        verbose_name = _("briefing")
        constraints = [models.UniqueConstraint(fields=["area_path", "number"], name="one_briefing_a_number")]

    def __str__(self) -> str:
        return f"{self.number}"


class LedgerDay(AreaRow):
    """A ledger as it stood at 24:00 of a day (台账日结): yesterday, in, out, today, each change with its event."""

    KEEPING = "health"

    ledger = models.CharField(_("ledger"), max_length=10)
    day = models.DateField(_("day"))
    yesterday = models.PositiveIntegerField(_("yesterday"))
    came = models.PositiveIntegerField(_("in"))
    went = models.PositiveIntegerField(_("out"))
    today = models.PositiveIntegerField(_("today"))
    members = ArrayField(models.UUIDField())
    changes = models.JSONField()
    frozen_at = models.DateTimeField(_("frozen"))
    filled_by_id = models.UUIDField(null=True)
    filled_by_name = models.CharField(max_length=60, blank=True)
    filled_at = models.DateTimeField(null=True)
    head_id = models.UUIDField(null=True)
    head_name = models.CharField(max_length=60, blank=True)
    head_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("day of a ledger")
        constraints = [
            models.UniqueConstraint(fields=["area_path", "ledger", "day"], name="one_ledger_day"),
            models.CheckConstraint(
                condition=models.Q(today=models.F("yesterday") + models.F("came") - models.F("went")),
                name="ledger_day_adds_up",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.ledger} {self.day:%Y-%m-%d}"


class Export(AreaRow):
    """A workbook of a list that somebody asked for (导出, LE-32): what for, how many rows, who allowed it, until when.

    The rows are read when it is taken and are not kept here.
    """

    kind = models.CharField(_("list"), max_length=20)
    filters = models.JSONField()
    purpose = models.CharField(_("purpose"), max_length=200)
    row_count = models.PositiveIntegerField(_("rows"))
    asked_by_id = models.UUIDField()
    asked_by_name = models.CharField(_("asked by"), max_length=60)
    asked_at = models.DateTimeField(_("asked"))
    ends_at = models.DateTimeField(_("ends"))
    approved_at = models.DateTimeField(null=True)
    approved_by_id = models.UUIDField(null=True)
    approved_by_name = models.CharField(max_length=60, blank=True)
    taken_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("export")
        indexes = [models.Index(fields=["-asked_at"], name="export_latest")]

    def __str__(self) -> str:
        return f"{self.kind} {self.row_count}"
