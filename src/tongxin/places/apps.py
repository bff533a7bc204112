from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PlacesConfig(AppConfig):
    name = "tongxin.places"
    label = "places"
    verbose_name = _("Places and rules")

    def ready(self) -> None:
        from tongxin.places import refusals  # noqa: F401, PLC0415 -- registers this app's codes
