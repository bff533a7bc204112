"""Files that came in: kept with sender, mapping and the verdict on every row (LG-05)."""

import json
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from tongxin.core import ciphers
from tongxin.core.models import AreaRow
from tongxin.exchange.enums import Choice, DifferenceKind, UploadKind, UploadState
from tongxin.people.models import Person


class Upload(AreaRow):
    """An uploaded file (导入文件) and what became of it. The bytes are kept sealed until they are purged."""

    KEEPING = "identity"

    kind = models.CharField(_("kind"), max_length=10, choices=UploadKind.choices)
    state = models.CharField(_("state"), max_length=10, choices=UploadState.choices, default=UploadState.READ)
    file_name = models.CharField(_("file"), max_length=200)
    digest = models.BinaryField()
    size = models.PositiveIntegerField()
    sealed = models.BinaryField()
    mapping = models.JSONField(default=dict)
    list_day = models.DateField(_("day of the list"), null=True)
    subject_id = models.UUIDField(null=True)
    counts = models.JSONField(default=dict)
    notes = models.JSONField(default=list)
    effects = models.BinaryField(default=bytes)
    sent_by_id = models.UUIDField(null=True)
    sent_by_name = models.CharField(_("sent by"), max_length=60)
    sent_at = models.DateTimeField()
    stored_at = models.DateTimeField(null=True)
    undone_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("upload")
        indexes = [models.Index(fields=["area_path", "-sent_at"], name="upload_area")]

    def __str__(self) -> str:
        return self.file_name


class UploadRow(AreaRow):
    """The verdict on one row of a file (导入行): outcome, reason, warnings, and the row it made or joined."""

    KEEPING = "identity"

    upload = models.ForeignKey(Upload, on_delete=models.CASCADE, related_name="rows")
    position = models.PositiveIntegerField()
    sheet = models.CharField(max_length=80)
    row = models.PositiveIntegerField()
    outcome = models.CharField(max_length=16)
    reason = models.CharField(max_length=30, blank=True)
    warnings = models.JSONField(default=list)
    sealed = models.BinaryField(default=bytes)
    subject_id = models.UUIDField(null=True)
    is_left = models.BooleanField(
        default=False, db_default=False
    )  # new here, and somebody said: not this one
    mended_at = models.DateTimeField(null=True)
    mended_by_name = models.CharField(max_length=60, blank=True, db_default="")
    allowed_why = models.CharField(max_length=200, blank=True, db_default="")  # ID-13

    class Meta:
        verbose_name = _("row of an upload")
        constraints = [models.UniqueConstraint(fields=["upload", "position"], name="one_row_a_position")]
        indexes = [models.Index(fields=["upload", "outcome"], name="upload_row_outcome")]

    def __str__(self) -> str:
        return f"{self.sheet}!{self.row}"


class Difference(AreaRow):
    """One thing in which an updated register differs from what is stored (差异), and what was decided about it."""

    KEEPING = "identity"
    PURPOSE = "exchange.difference"

    upload = models.ForeignKey(Upload, on_delete=models.CASCADE, related_name="differences")
    position = models.PositiveIntegerField()
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(_("kind"), max_length=8, choices=DifferenceKind.choices)
    field = models.CharField(max_length=10, blank=True)
    sealed = models.BinaryField(default=bytes)
    choice = models.CharField(_("decided"), max_length=10, choices=Choice.choices, blank=True)
    applied_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("difference")
        constraints = [
            models.UniqueConstraint(fields=["upload", "person", "field"], name="one_difference_a_field"),
            models.UniqueConstraint(fields=["upload", "position"], name="one_difference_a_position"),
        ]
        indexes = [models.Index(fields=["upload", "kind", "position"], name="difference_kind")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.field}"

    @property
    def value(self) -> Any:
        """What the file says, as plain values: days and doors as texts."""
        return json.loads(ciphers.decrypt(self.sealed, purpose=self.PURPOSE)) if self.sealed else None

    @classmethod
    def sealed_value(cls, value: Any) -> bytes:
        return ciphers.encrypt(json.dumps(value, ensure_ascii=False), purpose=cls.PURPOSE)
