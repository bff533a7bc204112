"""Addresses of results and pools; `urls` takes them in."""

from django.urls import URLPattern, path

from tongxin.testing.views import pools, results

urlpatterns: list[URLPattern] = [
    path("results/", results.latest, name="results_latest"),
    path("results/<uuid:round_id>/", results.round_results, name="results"),
    path("results/<uuid:round_id>/enter", results.enter, name="result_enter"),
    path("results/<uuid:round_id>/keying", results.keying, name="keying"),
    path("results/<uuid:round_id>/release", results.release, name="results_release"),
    path("results/<uuid:round_id>/negatives", results.release_negatives, name="results_negatives"),
    path("results/<uuid:round_id>/grey", results.release_grey, name="results_grey"),
    path("pools/", pools.pool_list, name="pools"),
    path("pools/<uuid:pool_id>/", pools.pool_page, name="pool"),
    path("pools/<uuid:pool_id>/members/<uuid:person_id>/swab", pools.swab, name="recheck_swab"),
    path("pools/<uuid:pool_id>/members/<uuid:person_id>/result", pools.result, name="recheck_result"),
    path("pools/<uuid:pool_id>/members/<uuid:person_id>/call", pools.call, name="pool_call"),
]
