"""Addresses of the app."""

from django.urls import path

from tongxin.people import views, views_calls, views_homes, views_ledgers, views_merges

app_name = "people"
urlpatterns = [
    path("", views.register, name="register"),
    path("search", views.search, name="search"),
    path("<uuid:person_id>", views.person, name="person"),
    path("<uuid:person_id>/document", views.document, name="document"),
    path("<uuid:person_id>/phones/<uuid:phone_id>", views.phone, name="phone"),
    path("<uuid:person_id>/correction", views.correct, name="correct"),
    path("<uuid:person_id>/move", views_homes.move, name="move"),
    path("<uuid:person_id>/left", views_homes.leave, name="leave"),
    path("<uuid:person_id>/away", views_homes.away, name="away"),
    path("<uuid:person_id>/returned", views_homes.returned, name="returned"),
    path("<uuid:person_id>/flags", views_homes.flags, name="flags"),
    path("<uuid:person_id>/tags", views_homes.tag, name="tag"),
    path("tags/<uuid:tag_id>/end", views_homes.tag_end, name="tag_end"),
    path("<uuid:person_id>/documents", views_homes.document_new, name="document_new"),
    path("<uuid:person_id>/verified", views_homes.verify, name="verify"),
    path("households/<uuid:household_id>/visit", views_homes.visit, name="visit"),
    path("doubles/", views_merges.doubles, name="doubles"),
    path("<uuid:one_id>/same/<uuid:other_id>", views_merges.merge, name="merge"),
    path("merges/<uuid:merge_id>/part", views_merges.part, name="part"),
    path("<uuid:person_id>/seen", views.seen, name="seen"),
    path("calls/", views_calls.call_list, name="calls"),
    path("calls/next", views_calls.call_next, name="call_next"),
    path("calls/<uuid:task_id>/", views_calls.call, name="call"),
    path("calls/follow-ups/<uuid:follow_up_id>/done", views_calls.follow_up_done, name="follow_up_done"),
    path("calls/<uuid:task_id>/taken", views_calls.taken, name="call_taken"),
    path("calls/<uuid:task_id>/answered", views_calls.answered, name="call_answered"),
    path("calls/<uuid:task_id>/phones", views_calls.phones, name="call_phones"),
    path("households/<uuid:household_id>", views.household, name="household"),
    path("<uuid:person_id>/ledgers", views_ledgers.enter, name="ledger_enter"),
    path("ledgers/<uuid:entry_id>/end", views_ledgers.end, name="ledger_end"),
]
