from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ReportsConfig(AppConfig):
    name = "tongxin.reports"
    label = "reports"
    verbose_name = _("Reports")

    def ready(self) -> None:
        from tongxin.reports import refusals  # noqa: F401, PLC0415 -- registers this app's codes
