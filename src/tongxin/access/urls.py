"""Addresses of the app."""

from django.urls import path

from tongxin.access import views, views_accounts

app_name = "access"
urlpatterns = [
    path("account", views.account, name="account"),
    path("area", views.choose_area, name="area"),
    path("accounts", views_accounts.accounts, name="accounts"),
    path("accounts/new", views_accounts.open_one, name="open"),
    path("accounts/<uuid:account_id>", views_accounts.one, name="one"),
    path("accounts/<uuid:account_id>/password", views_accounts.password, name="password"),
    path("accounts/<uuid:account_id>/second-factor", views_accounts.second_factor, name="second_factor"),
    path("accounts/<uuid:account_id>/closing", views_accounts.close, name="close"),
    path("grants/<uuid:grant_id>/end", views_accounts.end, name="end"),
    path("roles", views.roles_table, name="roles"),
    path("journal", views.journal, name="journal"),
    path("devices", views.devices, name="devices"),
    path("devices/enrolment", views.enrol, name="enrol"),
    path("devices/<uuid:device_id>/revocation", views.revoke, name="revoke"),
]
