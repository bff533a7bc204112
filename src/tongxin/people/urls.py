"""Addresses of the app."""

from django.urls import path

from tongxin.people import views, views_calls, views_ledgers

app_name = "people"
urlpatterns = [
    path("", views.register, name="register"),
    path("search", views.search, name="search"),
    path("<uuid:person_id>", views.person, name="person"),
    path("<uuid:person_id>/document", views.document, name="document"),
    path("<uuid:person_id>/phones/<uuid:phone_id>", views.phone, name="phone"),
    path("<uuid:person_id>/correction", views.correct, name="correct"),
    path("<uuid:person_id>/seen", views.seen, name="seen"),
    path("calls/", views_calls.call_list, name="calls"),
    path("calls/next", views_calls.call_next, name="call_next"),
    path("calls/<uuid:task_id>/", views_calls.call, name="call"),
    path("calls/<uuid:task_id>/taken", views_calls.taken, name="call_taken"),
    path("calls/<uuid:task_id>/answered", views_calls.answered, name="call_answered"),
    path("calls/<uuid:task_id>/phones", views_calls.phones, name="call_phones"),
    path("households/<uuid:household_id>", views.household, name="household"),
    path("<uuid:person_id>/ledgers", views_ledgers.enter, name="ledger_enter"),
    path("ledgers/<uuid:entry_id>/end", views_ledgers.end, name="ledger_end"),
]
