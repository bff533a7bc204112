"""Addresses of reports, and of the first page of all."""

from django.urls import URLPattern, path

from tongxin.reports import views

app_name = "reports"
urlpatterns: list[URLPattern] = [
    path("", views.home, name="home"),
    path("reports/rounds/<uuid:round_id>/", views.round_report, name="round"),
    path("reports/rounds/<uuid:round_id>/buildings/", views.round_buildings, name="round_buildings"),
    path("reports/rounds/<uuid:round_id>/report.pdf", views.round_pdf, name="round_pdf"),
    path("reports/rounds/<uuid:round_id>/report.xlsx", views.round_sheet, name="round_sheet"),
    path("reports/rounds/<uuid:round_id>/figures/<slug:key>/", views.rows, name="rows"),
    path("reports/briefings/", views.briefings, name="briefings"),
    path("reports/briefings/new", views.briefing_new, name="briefing_new"),
    path("reports/briefings/<uuid:briefing_id>/", views.briefing, name="briefing"),
    path("reports/briefings/<uuid:briefing_id>/briefing.pdf", views.briefing_pdf, name="briefing_pdf"),
    path("reports/briefings/<uuid:briefing_id>/approve", views.briefing_approve, name="briefing_approve"),
    path(
        "reports/briefings/<uuid:briefing_id>/figures/<slug:key>/", views.briefing_rows, name="briefing_rows"
    ),
]
