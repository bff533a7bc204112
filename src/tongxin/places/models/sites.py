"""Places where work is done."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from tongxin.core.models import AreaRow
from tongxin.places.enums import SiteKind


class Site(AreaRow):
    """A sampling point, checkpoint, roadblock, institution or laboratory (点位)."""

    kind = models.CharField(_("kind"), max_length=16, choices=SiteKind.choices)
    name = models.CharField(_("name"), max_length=80)
    address = models.CharField(_("address"), max_length=160, blank=True)
    latitude = models.DecimalField(max_digits=9, decimal_places=6, null=True)
    longitude = models.DecimalField(max_digits=9, decimal_places=6, null=True)
    closed_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("site")
        constraints = [models.UniqueConstraint(fields=["area_path", "kind", "name"], name="one_site_a_name")]

    def __str__(self) -> str:
        return self.name
