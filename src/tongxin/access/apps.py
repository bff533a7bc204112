from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AccessConfig(AppConfig):
    name = "tongxin.access"
    label = "access"
    verbose_name = _("Access and journal")

    def ready(self) -> None:
        from tongxin.access import refusals  # noqa: F401, PLC0415 -- registers this app's codes
