"""Addresses of results and pools; `urls` takes them in."""

from django.urls import URLPattern, path

from tongxin.testing.views import pools, results

urlpatterns: list[URLPattern] = [
    path("results/", results.latest, name="results_latest"),
    path("rounds/<uuid:round_id>/results/", results.round_results, name="results"),
    path("rounds/<uuid:round_id>/results/enter", results.enter, name="result_enter"),
    path("rounds/<uuid:round_id>/results/release", results.release, name="results_release"),
    path("rounds/<uuid:round_id>/results/negatives", results.release_negatives, name="results_negatives"),
    path("rounds/<uuid:round_id>/results/grey", results.release_grey, name="results_grey"),
    path("pools/", pools.pool_list, name="pools"),
    path("pools/<uuid:pool_id>/", pools.pool_page, name="pool"),
    path("pools/<uuid:pool_id>/members/<uuid:person_id>/swab", pools.swab, name="recheck_swab"),
    path("pools/<uuid:pool_id>/members/<uuid:person_id>/result", pools.result, name="recheck_result"),
    path("pools/<uuid:pool_id>/members/<uuid:person_id>/call", pools.call, name="pool_call"),
]
