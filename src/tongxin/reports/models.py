"""Frozen figures and the briefings made of them."""

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
