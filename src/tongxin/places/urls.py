"""Addresses of the app."""

from django.urls import path

from tongxin.places.views import areas, grids, maps, rules, sites

app_name = "places"
urlpatterns = [
    path("", areas.index, name="index"),
    path("areas", areas.area, name="country"),
    path("areas/<path:inside>", areas.area, name="area"),
    path("add", areas.add, name="add_area"),
    path("add/<path:inside>", areas.add, name="add_area"),
    path("rename/<path:inside>", areas.rename, name="rename_area"),
    path("end/<path:inside>", areas.end, name="end_area"),
    path("count/<path:inside>", areas.state, name="state_count"),
    path("search", areas.search, name="search"),
    path("grids/<path:inside>", grids.grids, name="grids"),
    path("redraw/<path:inside>", grids.redraw, name="redraw"),
    path("drawings/<path:inside>", grids.history, name="grid_history"),
    path("sites/<path:inside>", sites.sites, name="sites"),
    path("new-site/<path:inside>", sites.new_site, name="new_site"),
    path("site/<uuid:site_id>", sites.site, name="site"),
    path("site/<uuid:site_id>/change", sites.change_site, name="change_site"),
    path("site/<uuid:site_id>/close", sites.close_site, name="close_site"),
    path("site/<uuid:site_id>/reopen", sites.reopen_site, name="reopen_site"),
    path("map/<path:inside>", maps.map_page, name="map"),
    path("shapes/<path:inside>", maps.shapes, name="shapes"),
    path("outlines/<path:inside>", maps.outlines, name="outlines"),
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
