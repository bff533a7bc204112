from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from tongxin.core.navigation import register_item
from tongxin.core.worklists import register_work


class ExchangeConfig(AppConfig):
    name = "tongxin.exchange"
    label = "exchange"
    verbose_name = _("Exchange")

    def ready(self) -> None:
        from tongxin.exchange import refusals  # noqa: F401, PLC0415 -- registers this app's codes
        from tongxin.exchange.queries_aside import waiting_count  # noqa: PLC0415 -- models are ready only now

        register_item(
            "exchange:aside",
            _("Records set aside"),
            "versions",
            "testing.lane.run",
            order=28,
            count=waiting_count,
        )
        register_work(
            "exchange:aside",
            _("Records set aside: count or dismiss"),
            "records",
            "testing.lane.run",
            waiting_count,
        )
        register_item("exchange:uploads", _("Imports"), "file-import", "people.register.import", order=35)
