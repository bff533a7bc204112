"""Addresses of the ledger of restrictions."""

from django.urls import URLPattern, path

from tongxin.containment import views

app_name = "containment"
urlpatterns: list[URLPattern] = [
    path("restrictions/", views.ledger, name="restrictions"),
    path("restrictions/new", views.new, name="restriction_new"),
    path("restrictions/<uuid:restriction_id>/lift", views.lift, name="restriction_lift"),
    path("restrictions/<uuid:restriction_id>/extend", views.extend, name="restriction_extend"),
]
