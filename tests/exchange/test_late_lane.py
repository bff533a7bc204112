"""A round is closed while a lane is still offline: nothing is lost, and the count is corrected beside (MT-46)."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from tests import lane
from tests.cast import NOON
from tests.exchange.test_capture import send
from tongxin.core import scope
from tongxin.exchange.services import projection
from tongxin.testing.enums import Coverage, RoundState
from tongxin.testing.models import Closing, Expected, MakeUp, Sample
from tongxin.testing.queries.coverage import by_class
from tongxin.testing.services import claims, closing, tubes

pytestmark = pytest.mark.usefixtures("db")


@pytest.fixture
def station(db: None) -> lane.Station:
    """Chen Wei sampled and sent; the phone goes offline with Chen Fang and Zhang Wei; the round is closed."""
    with scope.everywhere():
        made = lane.station()
        town = made.town
        made.round.base_count = 3
        made.round.save(update_fields=["base_count"])
        send([made.phone.open("L1T1"), made.phone.sample("L1T1", 1, town.chen_wei.pk)])
        projection.project()
        for person in (town.chen_fang, town.zhang_wei):
            claims.claim(
                round_id=made.round.pk, person_id=person.pk, klass="isolated", place="悦来酒店",
                by=town.actor("tang"), at=NOON,
            )  # fmt: skip
        made.round.state = RoundState.RECONCILING
        made.round.save(update_fields=["state"])
        closing.sign(round_id=made.round.pk, role="grid_worker", by=town.actor("lin"), at=NOON)
        closing.sign(round_id=made.round.pk, role="point_chief", by=town.actor("zhao"), at=NOON)
        closing.close(round_id=made.round.pk, by=town.actor("tang"), at=NOON)
    return made


def late(station: lane.Station) -> dict[str, tuple]:
    phone, town = station.phone, station.town
    with scope.everywhere():
        told = send(
            [phone.sample("L1T1", 2, town.chen_fang.pk), phone.sample("L1T1", 3, town.zhang_wei.pk)],
            at=NOON + timedelta(hours=2), device_at=NOON + timedelta(hours=2),
        )  # fmt: skip
        projection.project()
    return told


def test_late_swabs_count_marked_beside_the_closed_figures(station: lane.Station) -> None:  # MT-46
    told = late(station)

    assert set(told.values()) == {("applied", "late")}
    with scope.everywhere():
        assert list(Sample.objects.order_by("position").values_list("is_late", flat=True)) == [
            False,
            True,
            True,
        ]
        closed = Closing.objects.get().classes
        assert (closed["here"], closed["isolated"], by_class(station.round.pk).here) == (1, 2, 3)
    client = Client()
    client.force_login(station.town.accounts["tang"])
    client.cookies["django_language"] = "en"
    page = client.get(reverse("testing:closing", args=[station.round.pk]))
    assert "Corrected since" in page.content.decode()


def test_a_late_swab_in_a_lost_tube_raises_a_make_up(station: lane.Station) -> None:  # MT-30, MT-46
    with scope.everywhere():
        town = station.town
        tubes.void_tube(code="L1T1", why="破裂", second=town.actor("tang"), by=town.actor("zhao"), at=NOON)

    late(station)

    with scope.everywhere():
        owed = set(MakeUp.objects.filter(done_at=None).values_list("person_id", flat=True))
        assert owed == {town.chen_wei.pk, town.chen_fang.pk, town.zhang_wei.pk}
        assert Expected.objects.get(person=town.chen_wei).klass == Coverage.UNKNOWN
        assert Closing.objects.get().classes["here"] == 1


def test_late_twice_is_late_once(station: lane.Station) -> None:
    late(station)
    with scope.everywhere():
        again = send(station.phone.written, at=NOON + timedelta(hours=3), device_at=NOON + timedelta(hours=3))
        projection.project()

        assert {verdict for verdict, _code in again.values()} == {"duplicate"}
        assert Sample.objects.count() == 3
