"""What laboratories say."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from tongxin.core.models import AreaRow
from tongxin.testing.enums import ResultWord
from tongxin.testing.models.tubes import Tube


class Result(AreaRow):
    """One result as a laboratory reported it (检测结果). A different second one is kept beside, never over it."""

    KEEPING = "health"

    tube = models.ForeignKey(Tube, on_delete=models.PROTECT, related_name="results")
    word = models.CharField(_("result"), max_length=8, choices=ResultWord.choices)
    ct = models.CharField(_("Ct value"), max_length=20, blank=True)
    laboratory = models.CharField(_("laboratory"), max_length=80, blank=True)
    upload_id = models.UUIDField(null=True)
    source_row = models.CharField(max_length=60, blank=True)
    entered_by_id = models.UUIDField(null=True)
    entered_at = models.DateTimeField()
    released_at = models.DateTimeField(_("released"), null=True)
    released_by_id = models.UUIDField(null=True)

    class Meta:
        verbose_name = _("result")
        indexes = [models.Index(fields=["upload_id"], name="result_upload")]

    def __str__(self) -> str:
        return f"{self.tube} {self.word}"
