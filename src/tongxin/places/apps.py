from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PlacesConfig(AppConfig):
    name = "tongxin.places"
    label = "places"
    verbose_name = _("Places and rules")

    def ready(self) -> None:
        from tongxin.core.navigation import register_item  # noqa: PLC0415 -- apps are ready only now
        from tongxin.places import refusals  # noqa: F401, PLC0415 -- registers this app's codes

        register_item("places:index", _("Areas and sites"), "map-2", order=70)
        register_item("places:rules", _("Rules"), "adjustments", order=75)
