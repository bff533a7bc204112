"""Addresses of the app."""

from django.urls import path

from tongxin.access import views

app_name = "access"
urlpatterns = [
    path("account", views.account, name="account"),
    path("area", views.choose_area, name="area"),
    path("roles", views.roles_table, name="roles"),
    path("journal", views.journal, name="journal"),
    path("devices", views.devices, name="devices"),
    path("devices/enrolment", views.enrol, name="enrol"),
    path("devices/<uuid:device_id>/revocation", views.revoke, name="revoke"),
]
