"""The phone app, served at /field/."""

from django.urls import URLPattern, path

from tongxin.exchange import views_field

app_name = "field"
urlpatterns: list[URLPattern] = [
    path("", views_field.shell, name="shell"),
    path("sw.js", views_field.service_worker, name="service_worker"),
    path("manifest.webmanifest", views_field.manifest, name="manifest"),
]
