"""Abstract shapes of rows. No tables here."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from tongxin.core.ids import new_id


class Row(models.Model):
    """A row with a key made by us (UUIDv7)."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)

    class Meta:
        abstract = True


class AreaRow(Row):
    """A row that belongs to one area; row-level security reads `area_path`."""

    area_path = models.CharField(_("area"), max_length=120)

    class Meta:
        abstract = True


class Captured(models.Model):
    """A row that a device made: its id is the key of capture; sending it twice changes nothing.

    `occurred_at` is the device's clock, `recorded_at` the server's; `is_clock_off` marks a device clock that
    was off by more than the rule allows (MT-26), then the server's time counts.
    """

    id = models.UUIDField(primary_key=True, editable=False)
    area_path = models.CharField(_("area"), max_length=120)
    device_id = models.UUIDField(null=True)
    sequence = models.BigIntegerField(default=0)
    batch_id = models.UUIDField(null=True)
    occurred_at = models.DateTimeField(_("at"))
    recorded_at = models.DateTimeField(_("recorded"))
    is_clock_off = models.BooleanField(default=False)

    class Meta:
        abstract = True
