"""Closing: unknown is nobody, two sides have signed, one of two wins, and the figures never change again."""

import threading
from datetime import timedelta
from uuid import UUID

import pytest
from django.db import connection

from tests import cast
from tests.cast import NOON, Town
from tests.factories import lanes
from tongxin.access.models import Entry
from tongxin.core import scope
from tongxin.core.refusals import Refusal
from tongxin.testing.enums import RemovalReason, RoundState
from tongxin.testing.models import Closing, Round, Signature
from tongxin.testing.queries import coverage as figures
from tongxin.testing.services import claims, closing, coverage, tubes

S = RoundState


@pytest.fixture
def town(db_everywhere: None) -> Town:
    return cast.town()


def reconciled(town: Town) -> Round:
    """Two sampled, one isolated: nobody unknown."""
    round_ = lanes.running_round(town.point, NOON)
    lanes.filled_tube(lanes.lane(round_, town.point), "T1", [town.chen_wei, town.chen_fang], NOON)
    claims.claim(
        round_id=round_.pk,
        person_id=town.zhang_wei.pk,
        klass="isolated",
        place="悦来酒店",
        by=town.actor("lin"),
        at=NOON,
    )
    coverage.settle(round_.pk)
    Round.objects.filter(pk=round_.pk).update(state=S.RECONCILING)
    round_.refresh_from_db()
    return round_


def sign(town: Town, round_: Round, name: str, role: str) -> Signature:
    return closing.sign(round_id=round_.pk, role=role, by=town.actor(name), at=NOON)


def sign_both(town: Town, round_: Round) -> None:
    sign(town, round_, "lin", "grid_worker")
    sign(town, round_, "zhao", "point_chief")


def close(town: Town, round_: Round, name: str = "tang") -> Closing:
    return closing.close(round_id=round_.pk, by=town.actor(name), at=NOON)


def test_a_signed_round_closes_with_its_figures(town: Town) -> None:  # MT-40, MT-42, MT-43
    round_ = reconciled(town)
    sign_both(town, round_)

    closed = close(town, round_)

    round_.refresh_from_db()
    assert round_.state == S.CLOSED
    assert (closed.base_opening, closed.added, closed.removed, closed.base_closing) == (3, 0, 0, 3)
    assert {klass: count for klass, count in closed.classes.items() if count} == {"here": 2, "isolated": 1}
    assert (sum(closed.classes.values()), len(closed.classes), closed.sample_count) == (3, 9, 2)
    assert round_.steps.get(state=S.CLOSED).ground == "林志强, 赵敏"


def test_the_community_head_may_sign_for_the_homes(town: Town) -> None:  # MT-44
    round_ = reconciled(town)
    sign(town, round_, "tang", "community_head")
    sign(town, round_, "zhao", "point_chief")

    assert close(town, round_).base_closing == 3


@pytest.mark.parametrize(
    "signers",
    [
        (),
        (("lin", "grid_worker"),),
        (("zhao", "point_chief"),),
        (("lin", "grid_worker"), ("tang", "community_head")),
    ],
)
def test_without_both_sides_nothing_closes(town: Town, signers: tuple[tuple[str, str], ...]) -> None:  # MT-44
    round_ = reconciled(town)
    for name, role in signers:
        sign(town, round_, name, role)

    with pytest.raises(Refusal) as refused:
        close(town, round_)

    assert refused.value.code == "signature_role"
    assert Closing.objects.count() == 0


def test_nobody_signs_while_somebody_is_unknown(town: Town) -> None:  # MT-40
    round_ = reconciled(town)
    claims.withdraw(
        round_id=round_.pk, person_id=town.zhang_wei.pk, why="弄错", by=town.actor("lin"), at=NOON
    )

    with pytest.raises(Refusal) as refused:
        sign(town, round_, "lin", "grid_worker")

    assert (refused.value.code, refused.value.facts) == ("unknown_left", {"count": 1})


def test_a_grid_worker_does_not_sign_over_the_unknown_of_another_grid(town: Town) -> None:  # MT-40
    town.chen_wei.area_path = cast.SHUANGXI
    town.chen_wei.save(update_fields=["area_path"])
    round_ = lanes.running_round(town.point, NOON)
    for person in (town.chen_fang, town.zhang_wei):
        claims.claim(
            round_id=round_.pk,
            person_id=person.pk,
            klass="isolated",
            place="酒店",
            by=town.actor("lin"),
            at=NOON,
        )
    Round.objects.filter(pk=round_.pk).update(state=S.RECONCILING)
    lin = town.actor("lin")

    with scope.scoped(lin.paths), pytest.raises(Refusal) as refused:
        closing.sign(round_id=round_.pk, role="grid_worker", by=lin, at=NOON)

    assert (refused.value.code, refused.value.facts) == ("unknown_left", {"count": 1})


def test_a_grid_worker_signs_with_his_own_sight(town: Town) -> None:
    round_ = reconciled(town)
    lin = town.actor("lin")

    with scope.scoped(lin.paths):
        signed = closing.sign(round_id=round_.pk, role="grid_worker", by=lin, at=NOON)

    assert (signed.by_name, signed.role, signed.area_path) == ("林志强", "grid_worker", cast.SHUANGXI)


def test_signing_twice_is_signing_once(town: Town) -> None:
    round_ = reconciled(town)

    assert sign(town, round_, "zhao", "point_chief") == sign(town, round_, "zhao", "point_chief")
    assert Entry.objects.filter(act="testing.round.signed").count() == 1


@pytest.mark.parametrize(
    ("name", "role", "code"),
    [
        ("zhao", "grid_worker", "signature_role"),
        ("qin", "clerk", "signature_role"),
        ("gao", "community_head", "not_allowed"),
    ],
)
def test_nobody_signs_as_what_they_are_not(town: Town, name: str, role: str, code: str) -> None:  # MT-44
    round_ = reconciled(town)

    with pytest.raises(Refusal) as refused:
        sign(town, round_, name, role)

    assert refused.value.code == code


def test_one_side_has_one_signature_of_a_role(town: Town) -> None:
    round_ = reconciled(town)
    Signature.objects.create(
        area_path=round_.area_path,
        round=round_,
        role="point_chief",
        by_id=UUID(int=7),
        by_name="钱站长",
        at=NOON,
    )

    with pytest.raises(Refusal) as refused:
        sign(town, round_, "zhao", "point_chief")

    assert (refused.value.code, refused.value.facts) == ("already_signed", {"name": "钱站长"})


def test_a_round_still_open_is_neither_signed_nor_closed(town: Town) -> None:  # MT-46
    round_ = reconciled(town)
    Round.objects.filter(pk=round_.pk).update(state=S.OPEN)

    for act in (lambda: sign(town, round_, "zhao", "point_chief"), lambda: close(town, round_)):
        with pytest.raises(Refusal) as refused:
            act()
        assert refused.value.code == "round_state"


def test_a_swab_that_falls_after_signing_stops_the_closing(town: Town) -> None:  # MT-30, MT-40
    round_ = reconciled(town)
    sign_both(town, round_)
    tubes.void_tube(code="T1", why="破裂", second=town.actor("tang"), by=town.actor("zhao"), at=NOON)

    with pytest.raises(Refusal) as refused:
        close(town, round_)

    assert (refused.value.code, refused.value.facts) == ("unknown_left", {"count": 2})


def test_a_void_after_closing_shows_beside_the_frozen_figures(town: Town) -> None:  # MT-46
    round_ = reconciled(town)
    sign_both(town, round_)
    closed = close(town, round_)

    tubes.void_tube(code="T1", why="破裂", second=town.actor("tang"), by=town.actor("zhao"), at=NOON)

    closed.refresh_from_db()
    assert figures.closed_counts(closed).here == 2
    assert (figures.by_class(round_.pk).here, figures.by_class(round_.pk).unknown) == (0, 2)


def test_the_second_to_close_is_told_who_was_first(town: Town) -> None:
    round_ = reconciled(town)
    sign_both(town, round_)
    close(town, round_, "tang")

    with pytest.raises(Refusal) as refused:
        close(town, round_, "zhao")

    assert refused.value.code == "round_closed_by"
    assert refused.value.facts == {"number": 10, "name": "唐书记", "at": "12:00"}


def test_who_was_removed_and_sampled_after_all_belongs_back(town: Town) -> None:  # MT-40, MT-43
    round_ = lanes.running_round(town.point, NOON)
    lane = lanes.lane(round_, town.point)
    lanes.filled_tube(lane, "T1", [town.chen_wei, town.chen_fang], NOON)
    facts = {"round_id": round_.pk, "person_id": town.zhang_wei.pk, "by": town.actor("lin"), "at": NOON}
    claims.remove_from_base(reason=RemovalReason.MOVED, note="房东说的", **facts)
    lanes.filled_tube(lane, "T2", [town.zhang_wei], NOON)
    coverage.settle(round_.pk)
    Round.objects.filter(pk=round_.pk).update(state=S.RECONCILING)

    with pytest.raises(Refusal) as refused:
        sign(town, round_, "zhao", "point_chief")

    assert (refused.value.code, refused.value.facts) == ("removed_sampled", {"count": 1})
    claims.put_back(why="今天来采样了", **facts)
    sign_both(town, round_)
    assert (close(town, round_).base_closing, Closing.objects.get().classes["here"]) == (3, 3)


def test_the_grid_worker_does_not_close(town: Town) -> None:
    round_ = reconciled(town)
    sign_both(town, round_)

    with pytest.raises(Refusal) as refused:
        close(town, round_, "lin")

    assert refused.value.code == "not_allowed"


@pytest.mark.usefixtures("committed")
def test_of_two_who_close_at_once_one_wins() -> None:
    with scope.everywhere():
        town = cast.town()
        round_ = reconciled(town)
        sign_both(town, round_)
        actors = {name: town.actor(name) for name in ("tang", "zhao")}
    gate = threading.Barrier(2)
    ends: dict[str, str] = {}

    def finish(name: str) -> None:
        try:
            with scope.scoped(actors[name].paths):
                gate.wait(timeout=20)
                closing.close(round_id=round_.pk, by=actors[name], at=NOON + timedelta(minutes=1))
            ends[name] = "closed"
        except Refusal as refusal:
            ends[name] = f"{refusal.code} {refusal.facts['name']}"
        finally:
            connection.close()

    threads = [threading.Thread(target=finish, args=(name,)) for name in actors]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)

    winner = next(name for name, end in ends.items() if end == "closed")
    loser = next(name for name in ends if name != winner)
    assert ends[loser] == f"round_closed_by {actors[winner].name}"
    with scope.everywhere():
        assert Closing.objects.count() == 1
        assert Round.objects.get().steps.filter(state=S.CLOSED).count() == 1
