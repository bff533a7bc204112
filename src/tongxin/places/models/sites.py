"""Places where work is done."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from tongxin.core.models import AreaRow
from tongxin.places.enums import Datum, SiteKind


class Site(AreaRow):
    """A sampling point, checkpoint, roadblock, institution or laboratory (点位). Closed, never deleted."""

    kind = models.CharField(_("kind"), max_length=16, choices=SiteKind.choices)
    name = models.CharField(_("name"), max_length=80)
    address = models.CharField(_("address"), max_length=160, blank=True)
    latitude = models.DecimalField(_("latitude"), max_digits=9, decimal_places=6, null=True)
    longitude = models.DecimalField(_("longitude"), max_digits=9, decimal_places=6, null=True)
    # In which system the position was given; maps bring all of them into one.
    datum = models.CharField(
        _("system"), max_length=6, choices=Datum.choices, default=Datum.WGS84, db_default="wgs84"
    )
    # A roadblock is opened for ambulance and fire at once: by whom, with which key (CP-03, A2).
    emergency = models.CharField(_("emergency opening"), max_length=120, blank=True, db_default="")
    # An institution that shapes the risk of its surroundings: hospital, resettlement area (A1).
    is_flagged = models.BooleanField(_("shapes the risk here"), default=False, db_default=False)
    closed_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("site")
        constraints = [
            models.UniqueConstraint(fields=["area_path", "kind", "name"], name="one_site_a_name"),
            models.CheckConstraint(
                condition=Q(latitude=None, longitude=None)
                | Q(latitude__isnull=False, longitude__isnull=False),
                name="position_has_both_halves",
            ),
        ]

    def __str__(self) -> str:
        return self.name
