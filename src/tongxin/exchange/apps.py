from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from tongxin.core.navigation import register_item


class ExchangeConfig(AppConfig):
    name = "tongxin.exchange"
    label = "exchange"
    verbose_name = _("Exchange")

    def ready(self) -> None:
        from tongxin.exchange import refusals  # noqa: F401, PLC0415 -- registers this app's codes

        register_item("exchange:uploads", _("Imports"), "file-import", "people.register.import", order=35)
