"""Addresses of the app."""

from django.urls import path

from tongxin.testing.urls_results import urlpatterns as results
from tongxin.testing.views import board, closing, codes, notyet, rounds

app_name = "testing"
urlpatterns = [
    path("rounds/", rounds.round_list, name="rounds"),
    path("rounds/new", rounds.round_new, name="round_new"),
    path("rounds/<uuid:round_id>/", rounds.round_page, name="round"),
    path("rounds/<uuid:round_id>/moves/<str:to>", rounds.move, name="round_move"),
    path("rounds/<uuid:round_id>/points", rounds.points_of, name="points"),
    path("rounds/<uuid:round_id>/people/", rounds.people, name="people"),
    path("rounds/<uuid:round_id>/people/<uuid:person_id>/", notyet.standing, name="standing"),
    path("rounds/<uuid:round_id>/people/<uuid:person_id>/call", notyet.call, name="call"),
    path("rounds/<uuid:round_id>/people/<uuid:person_id>/visit", notyet.visit, name="visit"),
    path("rounds/<uuid:round_id>/people/<uuid:person_id>/reason", notyet.reason, name="reason"),
    path("rounds/<uuid:round_id>/people/<uuid:person_id>/withdrawn", notyet.withdrawn, name="withdrawn"),
    path("rounds/<uuid:round_id>/people/<uuid:person_id>/removal", notyet.removal, name="removal"),
    path("rounds/<uuid:round_id>/people/<uuid:person_id>/back", notyet.put_back, name="put_back"),
    path("rounds/<uuid:round_id>/closing", closing.closing, name="closing"),
    path("rounds/<uuid:round_id>/closing/signatures", closing.signatures, name="signatures"),
    path("rounds/<uuid:round_id>/closing/closed", closing.closed, name="closed"),
    path("rounds/<uuid:round_id>/tubes/", board.tube_list, name="tubes"),
    path("tubes/<str:code>/", board.tube_page, name="tube"),
    path("lanes/<uuid:lane_id>/tubes", board.deal, name="deal"),
    path("lanes/<uuid:lane_id>/closed", board.lane_closed, name="lane_closed"),
    path("not-yet/", notyet.now, name="not_yet_now"),
    path("not-yet/<uuid:round_id>/", notyet.not_yet, name="not_yet"),
    path("not-yet/<uuid:round_id>/bulk", notyet.bulk, name="not_yet_bulk"),
    path("not-yet/<uuid:round_id>/proposals", notyet.proposals, name="proposals"),
    path("not-yet/<uuid:round_id>/sheet", notyet.sheet, name="not_yet_sheet"),
    path("board/", board.board_now, name="board_now"),
    path("board/<uuid:round_id>/", board.board, name="board"),
    path("codes/", codes.codes, name="codes"),
    path("codes/cards", codes.cards, name="cards"),
    path("codes/people/<uuid:person_id>/", codes.card, name="card"),
    path("codes/people/<uuid:person_id>/print", codes.card_print, name="card_print"),
    path("codes/people/<uuid:person_id>/reissued", codes.card_reissued, name="card_reissued"),
    *results,
]
