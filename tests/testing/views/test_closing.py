"""The closing page: what is signed, who may, and what it says afterwards."""

import pytest
from django.test import Client
from django.urls import reverse

from tests import cast
from tests.cast import Town
from tests.factories import lanes
from tongxin.core import clock, scope
from tongxin.testing.enums import RoundState
from tongxin.testing.models import Closing, Round, Signature
from tongxin.testing.services import claims, coverage, tubes

pytestmark = pytest.mark.usefixtures("db")


@pytest.fixture
def town(db: None) -> Town:
    with scope.everywhere():
        return cast.town()


@pytest.fixture
def round_(town: Town) -> Round:
    """Everybody sampled, the round being reconciled."""
    with scope.everywhere():
        running = lanes.running_round(town.point, clock.now())
        lanes.filled_tube(
            lanes.lane(running, town.point),
            "T1",
            [town.chen_wei, town.chen_fang, town.zhang_wei],
            clock.now(),
        )
        coverage.settle(running.pk)
        Round.objects.update(state=RoundState.RECONCILING)
        running.refresh_from_db()
    return running


def enter(town: Town, name: str) -> Client:
    client = Client()
    client.force_login(town.accounts[name])
    return client


def sign(town: Town, round_: Round, name: str, role: str) -> int:
    address = reverse("testing:signatures", args=[round_.pk])
    return enter(town, name).post(address, {"role": role}).status_code


def close(town: Town, round_: Round, name: str) -> int:
    return enter(town, name).post(reverse("testing:closed", args=[round_.pk])).status_code


def test_two_sign_and_one_closes(town: Town, round_: Round) -> None:  # MT-44
    assert sign(town, round_, "lin", "grid_worker") == 302
    assert sign(town, round_, "zhao", "point_chief") == 302
    assert close(town, round_, "tang") == 302

    context = enter(town, "tang").get(reverse("testing:closing", args=[round_.pk])).context
    assert (context["frozen"].here, context["is_corrected"], context["round"].state) == (3, False, "closed")


def test_the_second_to_close_gets_a_clear_answer(town: Town, round_: Round) -> None:
    sign(town, round_, "lin", "grid_worker")
    sign(town, round_, "zhao", "point_chief")
    close(town, round_, "tang")

    response = enter(town, "zhao").post(reverse("testing:closed", args=[round_.pk]))

    assert response.status_code == 409
    assert "唐书记" in response.content.decode()
    with scope.everywhere():
        assert Closing.objects.count() == 1


def test_unsigned_it_does_not_close(town: Town, round_: Round) -> None:
    assert close(town, round_, "tang") == 409


@pytest.mark.parametrize(
    ("name", "roles"),
    [("lin", ["grid_worker"]), ("zhao", ["point_chief"]), ("tang", ["community_head"]), ("qin", [])],
)
def test_each_is_offered_their_own_line(town: Town, round_: Round, name: str, roles: list[str]) -> None:
    context = enter(town, name).get(reverse("testing:closing", args=[round_.pk])).context

    assert [role for role, _title in context["may_sign_as"]] == roles


def test_who_has_signed_is_offered_nothing(town: Town, round_: Round) -> None:
    sign(town, round_, "lin", "grid_worker")

    context = enter(town, "lin").get(reverse("testing:closing", args=[round_.pk])).context

    assert context["may_sign_as"] == []
    assert [[each.by_name for each in side["signatures"]] for side in context["sides"]] == [["林志强"], []]


def test_the_clerk_signs_nothing(town: Town, round_: Round) -> None:
    assert sign(town, round_, "qin", "community_head") == 403


def test_who_is_unknown_stands_in_the_way_with_a_link(town: Town, round_: Round) -> None:  # MT-40
    with scope.everywhere():
        tubes.void_tube(
            code="T1", why="破裂", second=town.actor("tang"), by=town.actor("zhao"), at=clock.now()
        )

    page = enter(town, "tang").get(reverse("testing:closing", args=[round_.pk]))

    assert page.context["counts"].unknown == 3
    assert reverse("testing:not_yet", args=[round_.pk]) in page.content.decode()
    assert sign(town, round_, "lin", "grid_worker") == 409


def test_what_comes_later_stands_beside_the_closed_figures(town: Town, round_: Round) -> None:  # MT-46
    sign(town, round_, "lin", "grid_worker")
    sign(town, round_, "zhao", "point_chief")
    close(town, round_, "tang")
    with scope.everywhere():
        tubes.void_tube(
            code="T1", why="破裂", second=town.actor("tang"), by=town.actor("zhao"), at=clock.now()
        )

    context = enter(town, "tang").get(reverse("testing:closing", args=[round_.pk])).context

    assert context["is_corrected"] is True
    assert {row["code"]: (row["count"], row["now"]) for row in context["rows"] if row["differs"]} == {
        "here": (3, 0),
        "unknown": (0, 3),
    }


def test_a_removed_person_is_put_back_on_the_page(town: Town, round_: Round) -> None:  # MT-43
    with scope.everywhere():
        tubes.void_tube(
            code="T1", why="破裂", second=town.actor("tang"), by=town.actor("zhao"), at=clock.now()
        )
        claims.remove_from_base(
            round_id=round_.pk,
            person_id=town.chen_wei.pk,
            reason="moved",  # type: ignore[arg-type]
            note="房东证实",
            by=town.actor("lin"),
            at=clock.now(),
        )
    client = enter(town, "lin")
    assert client.get(reverse("testing:closing", args=[round_.pk])).context["counts"].base == 2

    client.post(reverse("testing:put_back", args=[round_.pk, town.chen_wei.pk]), {"why": "还住这里"})

    assert client.get(reverse("testing:closing", args=[round_.pk])).context["counts"].base == 3


@pytest.mark.parametrize("name", ["testing:signatures", "testing:closed"])
def test_the_next_community_finds_nothing_to_sign(town: Town, round_: Round, name: str) -> None:
    response = enter(town, "gao").post(reverse(name, args=[round_.pk]), {"role": "community_head"})

    assert response.status_code == 404
    with scope.everywhere():
        assert Signature.objects.count() == 0
