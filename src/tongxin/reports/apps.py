from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from tongxin.core.navigation import register_item


class ReportsConfig(AppConfig):
    name = "tongxin.reports"
    label = "reports"
    verbose_name = _("Reports")

    def ready(self) -> None:
        from tongxin.reports import refusals  # noqa: F401, PLC0415 -- registers this app's codes
        from tongxin.reports.queries.work import exports_waiting  # noqa: PLC0415 -- models are ready now

        register_item("reports:home", _("Today"), "home", "", order=1)
        register_item("reports:ledgers", _("Ledgers"), "checklist", "people.ledger.read", order=62)
        register_item("reports:briefings", _("Briefings"), "news", "reports.report.read", order=80)
        register_item(
            "reports:exports",
            _("Exports"),
            "file-spreadsheet",
            "testing.round.read",
            order=85,
            count=exports_waiting,
        )
