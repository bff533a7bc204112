"""Addresses of the app."""

from django.urls import path

from tongxin.places.views import areas, grids, rules, sites

app_name = "places"
urlpatterns = [
    path("", areas.index, name="index"),
    path("areas", areas.area, name="country"),
    path("areas/<path:inside>", areas.area, name="area"),
    path("search", areas.search, name="search"),
    path("grids/<path:inside>", grids.grids, name="grids"),
    path("sites/<path:inside>", sites.sites, name="sites"),
    path("rules", rules.index, name="rules"),
    path("rules/<path:inside>", rules.index, name="rules_at"),
    path("rule/<str:name>", rules.rule, name="rule"),
    path("rule/<str:name>/at/<path:inside>", rules.rule, name="rule"),
    path("rule/<str:name>/new", rules.new_rule, name="new_rule"),
    path("rule/<str:name>/new/<path:inside>", rules.new_rule, name="new_rule"),
    path("drafts/<uuid:draft_id>", rules.draft, name="draft"),
    path("drafts/<uuid:draft_id>/publish", rules.publish, name="publish"),
    path("drafts/<uuid:draft_id>/decline", rules.decline, name="decline"),
]
