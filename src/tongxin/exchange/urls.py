"""Addresses of imported files."""

from django.urls import URLPattern, URLResolver, path

from tongxin.exchange import urls_lab, views, views_aside, views_differences

app_name = "exchange"
urlpatterns: list[URLPattern | URLResolver] = [
    *urls_lab.urlpatterns,
    path("aside/", views_aside.aside_list, name="aside"),
    path("aside/counted", views_aside.counted, name="aside_counted"),
    path("aside/dismissed", views_aside.dismissed, name="aside_dismissed"),
    path("registers/", views.upload_list, name="uploads"),
    path("registers/new", views.upload_new, name="upload_new"),
    path("registers/<uuid:upload_id>", views.upload_page, name="upload"),
    path("registers/<uuid:upload_id>/columns", views.upload_columns, name="upload_columns"),
    path("registers/<uuid:upload_id>/store", views.upload_store, name="upload_store"),
    path("registers/<uuid:upload_id>/discard", views.upload_discard, name="upload_discard"),
    path("registers/<uuid:upload_id>/undo", views.upload_undo, name="upload_undo"),
    path("registers/<uuid:upload_id>/differences", views_differences.differences, name="differences"),
    path("registers/<uuid:upload_id>/differences/decide", views_differences.decide, name="decide"),
    path("registers/<uuid:upload_id>/rows/<uuid:row_id>", views_differences.mend, name="mend"),
    path("registers/<uuid:upload_id>/rows/<uuid:row_id>/leave", views_differences.leave, name="leave_row"),
    path("registers/<uuid:upload_id>/rejects.xlsx", views.rejects, name="rejects"),
]
