"""Addresses of the app."""

from django.urls import URLPattern

from tongxin.testing import urls_results

app_name = "testing"
urlpatterns: list[URLPattern] = [*urls_results.urlpatterns]
