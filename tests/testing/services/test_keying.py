"""Results keyed by hand twice: only what is the same in both passes is entered, and never after one pass alone."""

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from tests import cast
from tests.cast import NOON, Town
from tests.factories import lanes
from tongxin.core import clock
from tongxin.core.refusals import Refusal
from tongxin.testing.models import Result, Round
from tongxin.testing.services import keying
from tongxin.testing.services.keying import Keyed

pytestmark = pytest.mark.usefixtures("db_everywhere")
LIST = [Keyed("T1", "neg"), Keyed("T2", "pos", "31.20")]


@pytest.fixture
def town() -> Town:
    return cast.town()


@pytest.fixture
def round_(town: Town) -> Round:
    made = lanes.running_round(town.point, clock.now())
    lane = lanes.lane(made, town.point)
    for code, person in (("T1", town.chen_wei), ("T2", town.chen_fang)):
        lanes.filled_tube(lane, code, [person], clock.now())
    cache.clear()
    return made


def first(town: Town, round_: Round) -> keying.FirstPass:
    return keying.key_first(round_=round_, lines=LIST, laboratory="市疾控", by=town.actor("lab"), at=NOON)


def test_one_pass_is_nobodys_result(town: Town, round_: Round) -> None:
    first(town, round_)

    assert Result.objects.count() == 0


def test_the_same_list_by_a_second_person_is_entered(town: Town, round_: Round) -> None:
    first(town, round_)

    made = keying.key_second(
        round_=round_, lines=[Keyed("T2", "pos", "31.2"), LIST[0]], by=town.actor("he"), at=NOON
    )

    assert sorted((row.tube.code, row.word, row.ct, row.laboratory) for row in made) == [
        ("T1", "neg", "", "市疾控"),
        ("T2", "pos", "31.2", "市疾控"),
    ]


@pytest.mark.parametrize(
    ("second", "differ"),
    [
        ([Keyed("T1", "pos"), LIST[1]], "T1"),
        ([LIST[0], Keyed("T2", "pos", "13.20")], "T2"),
        ([LIST[0]], "T2"),
        ([*LIST, Keyed("T3", "neg")], "T3"),
        ([], "T1、T2"),
    ],
)
def test_what_differs_is_refused_by_its_tube(
    town: Town, round_: Round, second: list[Keyed], differ: str
) -> None:
    first(town, round_)

    with pytest.raises(Refusal) as refused:
        keying.key_second(round_=round_, lines=second, by=town.actor("he"), at=NOON)

    assert (refused.value.code, refused.value.facts) == ("keying_differs", {"tubes": differ})
    assert Result.objects.count() == 0


def test_a_second_pass_needs_a_first(town: Town, round_: Round) -> None:
    with pytest.raises(Refusal) as refused:
        keying.key_second(round_=round_, lines=LIST, by=town.actor("he"), at=NOON)

    assert refused.value.code == "keying_gone"


def test_a_tube_of_nobody_is_not_keyed(town: Town, round_: Round) -> None:
    with pytest.raises(Refusal) as refused:
        keying.key_first(
            round_=round_, lines=[Keyed("X9", "neg")], laboratory="", by=town.actor("lab"), at=NOON
        )

    assert (refused.value.code, refused.value.facts) == ("tube_unknown", {"tube": "X9"})


@pytest.mark.parametrize("name", ["tang", "zhao", "gao"])
def test_who_may_not_enter_results_keys_none(town: Town, round_: Round, name: str) -> None:
    with pytest.raises(Refusal) as refused:
        keying.key_first(round_=round_, lines=LIST, laboratory="", by=town.actor(name), at=NOON)

    assert refused.value.code == "not_allowed"


def post(town: Town, round_: Round, name: str, *lines: tuple[str, str]) -> int:
    client = Client()
    client.force_login(town.accounts[name])
    form = {"line-TOTAL_FORMS": "10", "line-INITIAL_FORMS": "0", "laboratory": "市疾控"}
    for number, (tube, word) in enumerate(lines):
        form |= {f"line-{number}-tube": tube, f"line-{number}-word": word}
    return client.post(reverse("testing:keying", args=[round_.pk]), form).status_code


def test_the_page_takes_two_passes_and_shows_what_differs(town: Town, round_: Round) -> None:
    statuses = [
        post(town, round_, "lab", ("t1", "neg"), ("T2", "neg")),
        post(town, round_, "he", ("T1", "neg"), ("T2", "pos")),
        post(town, round_, "he", ("T1", "neg"), ("T2", "neg")),
    ]

    assert statuses == [302, 422, 302]
    assert {row.word for row in Result.objects.all()} == {"neg"}


@pytest.mark.parametrize("lines", [[], [("T1", "")], [("T1", "neg"), ("T1", "pos")]])
def test_a_list_that_is_not_whole_is_sent_back(
    town: Town, round_: Round, lines: list[tuple[str, str]]
) -> None:
    assert post(town, round_, "lab", *lines) == 422
    assert keying.waiting(round_) is None
