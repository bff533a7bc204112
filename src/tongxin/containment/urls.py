"""Addresses of the app."""

from django.urls import URLPattern

app_name = "containment"
urlpatterns: list[URLPattern] = []
