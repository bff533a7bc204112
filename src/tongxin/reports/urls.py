"""Addresses of reports, and of the first page of all."""

from datetime import date

from django.urls import URLPattern, path, register_converter

from tongxin.reports import views, views_exports, views_ledgers


class Day:
    """A day in an address: 2021-08-20."""

    regex = r"\d{4}-\d{2}-\d{2}"

    def to_python(self, value: str) -> date:
        return date.fromisoformat(value)

    def to_url(self, value: date) -> str:
        return value.isoformat()


register_converter(Day, "day")

app_name = "reports"
urlpatterns: list[URLPattern] = [
    path("", views.home, name="home"),
    path("reports/rounds/<uuid:round_id>/", views.round_report, name="round"),
    path("reports/rounds/<uuid:round_id>/since/", views.round_since, name="round_since"),
    path("reports/rounds/<uuid:round_id>/buildings/", views.round_buildings, name="round_buildings"),
    path("reports/rounds/<uuid:round_id>/report.pdf", views.round_pdf, name="round_pdf"),
    path("reports/rounds/<uuid:round_id>/report.xlsx", views.round_sheet, name="round_sheet"),
    path("reports/rounds/<uuid:round_id>/figures/<slug:key>/", views.rows, name="rows"),
    path("reports/exports/", views_exports.exports, name="exports"),
    path("reports/exports/new/<slug:kind>", views_exports.export_new, name="export_new"),
    path("reports/exports/<uuid:export_id>/approve", views_exports.export_approve, name="export_approve"),
    path("reports/exports/<uuid:export_id>/list.xlsx", views_exports.export_file, name="export_file"),
    path("reports/briefings/", views.briefings, name="briefings"),
    path("reports/briefings/new", views.briefing_new, name="briefing_new"),
    path("reports/briefings/<uuid:briefing_id>/", views.briefing, name="briefing"),
    path("reports/briefings/<uuid:briefing_id>/briefing.pdf", views.briefing_pdf, name="briefing_pdf"),
    path("reports/briefings/<uuid:briefing_id>/approve", views.briefing_approve, name="briefing_approve"),
    path(
        "reports/briefings/<uuid:briefing_id>/figures/<slug:key>/", views.briefing_rows, name="briefing_rows"
    ),
    path("reports/ledgers/", views_ledgers.ledgers, name="ledgers"),
    path("reports/ledgers/<slug:code>/", views_ledgers.ledger, name="ledger"),
    path("reports/ledgers/<slug:code>/ledger.xlsx", views_ledgers.ledger_sheet, name="ledger_sheet"),
    path("reports/ledgers/<slug:code>/<day:day>/", views_ledgers.ledger_day, name="ledger_day"),
    path(
        "reports/ledgers/<slug:code>/<day:day>/ledger.pdf",
        views_ledgers.ledger_day_pdf,
        name="ledger_day_pdf",
    ),
    path(
        "reports/ledgers/days/<uuid:day_id>/signature", views_ledgers.ledger_day_sign, name="ledger_day_sign"
    ),
]
