"""Records set aside: listed, counted after all, dismissed with a reason; by whom, and what then follows."""

from typing import Any
from uuid import UUID

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from tests import lane
from tests.cast import NOON
from tests.exchange.test_capture import send
from tongxin.access.actors import Actor
from tongxin.access.models import Entry
from tongxin.core import scope
from tongxin.core.refusals import Refusal
from tongxin.exchange.models import SetAside
from tongxin.exchange.services import aside, projection
from tongxin.testing.enums import Coverage
from tongxin.testing.models import Expected, Sample, Tube

pytestmark = pytest.mark.usefixtures("db")


@pytest.fixture
def station(db: None) -> lane.Station:
    """Phone A1 was put out while it owed Chen Wei's swab and an open tube."""
    with scope.everywhere():
        made = lane.station()
        made.device.revoked_at = timezone.now()
        made.device.save(update_fields=["revoked_at"])
        made.phone.open("L1T1")
        made.phone.sample("L1T1", 1, made.town.chen_wei.pk)
        send(made.phone.written)
        projection.project()
    return made


def keys() -> list[UUID]:
    with scope.everywhere():
        return list(SetAside.objects.order_by("pk").values_list("pk", flat=True))


def enter(station: lane.Station, name: str) -> Client:
    client = Client()
    client.force_login(station.town.accounts[name])
    return client


def actor_of(station: lane.Station, name: str) -> Actor:
    with scope.everywhere():
        return station.town.actor(name)


def count(station: lane.Station, who: str = "zhao") -> aside.Told:
    actor = actor_of(station, who)
    with scope.scoped(actor.paths):
        return aside.count(ids=keys_seen(), by=actor, at=NOON)


def keys_seen() -> list[UUID]:
    return list(SetAside.objects.values_list("pk", flat=True))


def test_what_a_revoked_phone_owed_counts_when_the_chief_says_so(station: lane.Station) -> None:  # bad day
    told = count(station)
    again = count(station)

    assert (told, again) == (aside.Told(2, {}), aside.Told(0, {}))
    with scope.everywhere():
        assert Sample.objects.values_list("person_id", "device_id").get() == (
            station.town.chen_wei.pk, station.device.pk,
        )  # fmt: skip
        assert Expected.objects.get(person=station.town.chen_wei).klass == Coverage.HERE
        assert Tube.objects.get(code="L1T1").held_count == 1
        assert set(SetAside.objects.values_list("settled_note", flat=True)) == {"counted: 赵敏"}
        assert Entry.objects.filter(act="exchange.aside.counted").count() == 1


def test_what_still_cannot_count_stays_and_says_why(station: lane.Station) -> None:
    with scope.everywhere():
        odd = station.phone.sample("NOBODYS", 1, station.town.chen_fang.pk)
        send([odd])

    told = count(station)

    assert told == aside.Told(2, {UUID(odd["id"]): "tube_unknown"})
    with scope.everywhere():
        assert SetAside.objects.get(pk=odd["id"]).settled_at is None


def test_dismissed_is_said_why_and_kept(station: lane.Station) -> None:
    zhao = actor_of(station, "zhao")
    with scope.scoped(zhao.paths):
        with pytest.raises(Refusal) as refused:
            aside.dismiss(ids=keys_seen(), why=" ", by=zhao, at=NOON)
        done = aside.dismiss(ids=keys_seen(), why="练习时扫的", by=zhao, at=NOON)
        again = aside.dismiss(ids=keys_seen(), why="练习时扫的", by=zhao, at=NOON)

    assert (refused.value.code, done, again) == ("reason_needed", 2, 0)
    assert count(station) == aside.Told(0, {})
    with scope.everywhere():
        assert (SetAside.objects.count(), Sample.objects.count()) == (2, 0)


@pytest.mark.parametrize("who", ["lin", "lab", "auditor"])
def test_who_runs_no_lanes_decides_nothing(station: lane.Station, who: str) -> None:
    actor = actor_of(station, who)

    with scope.everywhere(), pytest.raises(Refusal) as refused:
        aside.count(ids=keys_seen(), by=actor, at=NOON)

    assert refused.value.code == "not_allowed"
    assert enter(station, who).get(reverse("exchange:aside")).status_code == 403


def test_the_next_community_finds_none_of_them(station: lane.Station) -> None:
    gao = actor_of(station, "gao")
    with scope.scoped(gao.paths):
        assert aside.count(ids=keys(), by=gao, at=NOON) == aside.Told(0, {})

    page = enter(station, "gao").get(reverse("exchange:aside")).content.decode()

    assert ("陈伟" in page, "L1T1" in page) == (False, False)
    with scope.everywhere():
        assert set(SetAside.objects.values_list("settled_at", flat=True)) == {None}


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_the_page_says_what_whose_and_why(station: lane.Station, language: str) -> None:
    client = enter(station, "zhao")

    client.cookies["django_language"] = language
    page = client.get(reverse("exchange:aside")).content.decode()
    counted = client.post(reverse("exchange:aside_counted"), {"id": [str(key) for key in keys()]})
    decided = client.get(reverse("exchange:aside"), {"view": "decided"}).content.decode()

    assert ("陈伟" in page, "L1T1" in page, "A1" in page) == (True, True, True)
    assert (counted.status_code, "赵敏" in decided) == (302, True)
    with scope.everywhere():
        assert Entry.objects.filter(act="access.aside.seen").count() == 2


def test_the_page_takes_a_dismissal_and_strange_keys(station: lane.Station) -> None:
    client = enter(station, "zhao")

    client.post(
        reverse("exchange:aside_dismissed"), {"id": ["nonsense", *map(str, keys())], "reason": "练习"}
    )
    client.post(reverse("exchange:aside_counted"), {"id": "nonsense"})

    with scope.everywhere():
        assert set(SetAside.objects.values_list("settled_note", flat=True)) == {"dismissed: 练习"}


def test_it_stands_among_the_chiefs_work_and_in_the_navigation(station: lane.Station) -> None:
    url = reverse("exchange:aside")

    home = enter(station, "zhao").get("/").content.decode()

    assert home.count(f'href="{url}"') == 2
    assert f'href="{url}"' not in enter(station, "lin").get("/").content.decode()


def test_the_page_costs_the_same_for_one_and_for_three(
    station: lane.Station, django_assert_max_num_queries: Any
) -> None:
    client, url = enter(station, "zhao"), reverse("exchange:aside")
    client.get(url)
    with django_assert_max_num_queries(60) as two:
        client.get(url)
    with scope.everywhere():
        send([station.phone.sample("L1T1", each, station.town.chen_fang.pk) for each in (2, 3, 4)])

    with django_assert_max_num_queries(len(two.captured_queries)):
        client.get(url)
