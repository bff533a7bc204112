"""What phones sent: the batch as it came, and the events that do not count."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from tongxin.exchange.enums import Receipt


class Batch(models.Model):
    """A batch of field events as it arrived (上传批次): the journal line of everything in it, sealed.

    `projected_at` is empty until the projectors have settled what it touched.
    """

    KEEPING = "identity"

    id = models.UUIDField(primary_key=True)
    area_path = models.CharField(max_length=120)
    device_id = models.UUIDField()
    device_at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    event_count = models.PositiveSmallIntegerField()
    sealed = models.BinaryField()
    projected_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("batch")
        indexes = [
            models.Index(
                fields=["recorded_at"], condition=models.Q(projected_at=None), name="batch_unprojected"
            ),
            models.Index(fields=["device_id", "-recorded_at"], name="batch_device"),
        ]

    def __str__(self) -> str:
        return str(self.id)


class SetAside(models.Model):
    """An event that is stored and does not count (未入账记录): refused, in conflict, or of an unknown kind."""

    KEEPING = "identity"

    id = models.UUIDField(primary_key=True)
    area_path = models.CharField(max_length=120)
    device_id = models.UUIDField()
    batch_id = models.UUIDField()
    kind = models.CharField(_("kind"), max_length=40)
    verdict = models.CharField(max_length=10, choices=Receipt.choices)
    code = models.CharField(_("why"), max_length=40)
    sealed = models.BinaryField()
    occurred_at = models.DateTimeField(null=True)
    recorded_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True)
    settled_note = models.CharField(max_length=200, blank=True)

    class Meta:
        verbose_name = _("record set aside")
        indexes = [models.Index(fields=["area_path", "-recorded_at"], name="set_aside_area")]

    def __str__(self) -> str:
        return f"{self.kind} {self.code}"
