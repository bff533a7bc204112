"""Addresses of laboratory sheets; `urls` takes them in."""

from django.urls import URLPattern, path

from tongxin.exchange import views_lab as views

urlpatterns: list[URLPattern] = [
    path("rounds/<uuid:round_id>/laboratory/new", views.new, name="lab_new"),
    path("laboratory/", views.sheets, name="lab_sheets"),
    path("laboratory/<uuid:upload_id>", views.sheet, name="lab"),
    path("laboratory/<uuid:upload_id>/columns", views.columns, name="lab_columns"),
    path("laboratory/<uuid:upload_id>/store", views.store, name="lab_store"),
    path("laboratory/<uuid:upload_id>/discard", views.discard, name="lab_discard"),
]
