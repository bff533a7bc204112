"""Addresses of the app."""

from django.urls import path

from tongxin.places import views

app_name = "places"
urlpatterns = [
    path("", views.index, name="index"),
    path("areas", views.area, name="country"),
    path("areas/<path:inside>", views.area, name="area"),
    path("grids/<path:inside>", views.grids, name="grids"),
    path("sites/<path:inside>", views.sites, name="sites"),
    path("rules", views.rules, name="rules"),
    path("rules/<path:inside>", views.rules, name="rules_at"),
    path("search", views.search, name="search"),
]
