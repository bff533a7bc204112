"""Addresses of the app."""

from django.urls import path

from tongxin.access import views

app_name = "access"
urlpatterns = [
    path("account", views.account, name="account"),
    path("area", views.choose_area, name="area"),
]
