"""Addresses of the app."""

from django.urls import path

from tongxin.people import views

app_name = "people"
urlpatterns = [
    path("", views.register, name="register"),
    path("search", views.search, name="search"),
    path("<uuid:person_id>", views.person, name="person"),
    path("<uuid:person_id>/document", views.document, name="document"),
    path("<uuid:person_id>/phones/<uuid:phone_id>", views.phone, name="phone"),
    path("<uuid:person_id>/correction", views.correct, name="correct"),
    path("<uuid:person_id>/seen", views.seen, name="seen"),
    path("households/<uuid:household_id>", views.household, name="household"),
]
