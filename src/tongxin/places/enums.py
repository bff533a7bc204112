"""Kinds of places."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class AreaLevel(TextChoices):
    COUNTRY = "country", _("country")
    PROVINCE = "province", _("province")
    CITY = "city", _("city")
    COUNTY = "county", _("county")
    STREET = "street", _("sub-district")
    COMMUNITY = "community", _("community")
    GRID = "grid", _("grid")
    COMPOUND = "compound", _("compound")
    BUILDING = "building", _("building")


class CodeSource(TextChoices):
    NATIONAL = "national", _("national list")
    LOCAL = "local", _("local code")


class SiteKind(TextChoices):
    SAMPLING_POINT = "sampling_point", _("sampling point")
    CHECKPOINT = "checkpoint", _("checkpoint")
    ROADBLOCK = "roadblock", _("roadblock")
    INSTITUTION = "institution", _("institution")
    LABORATORY = "laboratory", _("laboratory")


class DraftState(TextChoices):
    WAITING = "waiting", _("waits for approval")
    PUBLISHED = "published", _("published")
    DECLINED = "declined", _("declined")


class Datum(TextChoices):
    """The system of a position: Chinese maps show GCJ-02, receivers and most files give WGS-84."""

    WGS84 = "wgs84", _("WGS-84 (receivers, most files)")
    GCJ02 = "gcj02", _("GCJ-02 (Chinese maps)")


class Qualifier(TextChoices):
    """How a stated number is meant; it is kept with the number (DOMAIN, conventions)."""

    EXACT = "exact", _("exactly")
    ABOUT = "about", _("about")
    MORE = "more", _("more than")
