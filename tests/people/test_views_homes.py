"""Pages of the acts on a person: what they do, what a bad form answers, and what does not leak."""

from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from tests import cast, factories
from tongxin.core import scope
from tongxin.people.enums import Source
from tongxin.people.models import Absence, Merge, Person, Residence, Tag

pytestmark = pytest.mark.usefixtures("db")


@pytest.fixture
def town() -> cast.Town:
    with scope.everywhere():
        return cast.town()


def as_(town: cast.Town, name: str) -> Client:
    client = Client()
    client.cookies.load({"django_language": "en"})
    client.force_login(town.accounts[name])
    return client


def post(town: cast.Town, tail: str, who: str = "lin", **said: Any) -> Any:
    return as_(town, who).post(f"/people/{town.chen_wei.pk}/{tail}", said)


MOVE = {"address": "1-2-401", "kind": "usual", "source": "door", "on": "2021-08-20", "why": "入户核实"}


def test_a_move_by_page(town: cast.Town) -> None:
    assert post(town, "move", **MOVE).status_code == 302

    with scope.everywhere():
        assert str(Residence.objects.get(person=town.chen_wei, to_on=None)) == "1栋2单元401"


@pytest.mark.parametrize(
    "wrong",
    [{"address": "somewhere"}, {"on": "2999-01-01"}, {"kind": "found"}, {"why": "x"}, {"on": "2001-01-01"}],
)
def test_a_bad_move_returns_its_form_and_moves_nobody(town: cast.Town, wrong: dict[str, str]) -> None:
    response = post(town, "move", **(MOVE | wrong))

    assert response.status_code == 422
    with scope.everywhere():
        assert str(Residence.objects.get(person=town.chen_wei, to_on=None)) == "3栋1单元302"


def test_away_and_back_by_page(town: cast.Town) -> None:
    post(town, "away", place="长沙", left_on="2021-08-20", source="call")
    shown = as_(town, "lin").get(f"/people/{town.chen_wei.pk}").content.decode()
    post(town, "returned", on="2021-08-22")

    assert "长沙" in shown
    with scope.everywhere():
        assert Absence.objects.get().returned_on == date(2021, 8, 22)


def test_who_left_has_no_home_any_more(town: cast.Town) -> None:
    post(town, "left", on="2021-08-20", why="迁往长沙")

    with scope.everywhere():
        assert not Residence.objects.filter(person=town.chen_wei, to_on=None).exists()


def test_flags_by_page(town: cast.Town) -> None:
    post(town, "flags", flags=["priority", "door"], why="家属要求")

    with scope.everywhere():
        assert Person.objects.get(pk=town.chen_wei.pk).flags == ["priority", "door"]


def test_a_household_is_visited_and_says_so(town: cast.Town) -> None:
    with scope.everywhere():
        household = Residence.objects.get(person=town.chen_wei).household_id
    client = as_(town, "lin")

    client.post(f"/people/households/{household}/visit", {"result": "done", "present": [town.chen_wei.pk]})

    page = client.get(f"/people/households/{household}").content.decode()
    assert "林志强" in page
    with scope.everywhere():
        assert Person.objects.exclude(verified_at=None).get() == town.chen_wei


@pytest.fixture
def double(town: cast.Town) -> Person:
    with scope.everywhere():
        return factories.person("陈伟", town.door_302, "", "13800000077")


def test_two_entries_are_compared_merged_and_taken_apart_by_page(town: cast.Town, double: Person) -> None:
    client = as_(town, "lin")
    side_by_side = f"/people/{town.chen_wei.pk}/same/{double.pk}"

    listed = client.get("/people/doubles/").content.decode()
    compared = client.get(side_by_side).content.decode()
    bad = client.post(side_by_side, {"kept": town.chen_wei.pk, "ground": "door", "why": ""})
    client.post(side_by_side, {"kept": town.chen_wei.pk, "ground": "door", "why": "入户核实为同一人"})
    merged = client.get(f"/people/{double.pk}", follow=True).content.decode()
    with scope.everywhere():
        made = Merge.objects.get()
    client.post(f"/people/merges/{made.pk}/part", {"why": "其实是两个人"})

    assert side_by_side in listed
    assert "*******0077" in compared
    assert bad.status_code == 422
    assert "入户核实为同一人" in merged
    with scope.everywhere():
        assert Person.objects.live().filter(name="陈伟").count() == 2


ACTS = ["move", "left", "away", "returned", "flags", "tags", "documents", "verified"]


@pytest.mark.parametrize("tail", ACTS)
def test_the_next_community_acts_on_nobody_here(town: cast.Town, tail: str) -> None:
    response = post(town, tail, "gao", **MOVE)

    assert response.status_code == 404


@pytest.mark.parametrize("tail", ACTS)
def test_who_only_reads_acts_on_nobody(town: cast.Town, tail: str) -> None:
    response = post(town, tail, "zhao", **MOVE)

    assert response.status_code == 403


# ---- what is sensitive stays with health roles


@pytest.fixture
def dialysis(town: cast.Town) -> Tag:
    with scope.everywhere():
        return Tag.objects.create(
            person=town.chen_wei,
            name="血透",
            is_sensitive=True,
            area_path=town.chen_wei.area_path,
            source=Source.DESK,
            since=date(2021, 8, 1),
        )


@pytest.mark.parametrize("who", ["lin", "qin", "tang", "zhao", "commander"])
def test_a_disease_stands_on_no_page_of_those_who_have_no_need(
    town: cast.Town, dialysis: Tag, who: str
) -> None:
    client = as_(town, who)
    with scope.everywhere():
        household = Residence.objects.get(person=town.chen_wei).household_id
    pages = [
        client.get("/people/"),
        client.get(f"/people/{town.chen_wei.pk}"),
        client.get(f"/people/{town.chen_wei.pk}", headers={"HX-Request": "true", "HX-Target": "drawer-body"}),
        client.get(f"/people/households/{household}"),
        client.get(f"/people/{town.chen_wei.pk}/tags"),
    ]
    searched = client.post("/people/search", {"text": "血透"}, follow=True)

    assert ["血透" in page.content.decode() for page in pages] == [False] * 5
    assert "陈伟" not in searched.content.decode()


def test_a_health_officer_sees_it(town: cast.Town, dialysis: Tag) -> None:
    assert "血透" in as_(town, "he").get(f"/people/{town.chen_wei.pk}").content.decode()


def test_the_database_shows_the_next_community_no_tag(town: cast.Town, dialysis: Tag) -> None:
    with scope.scoped([cast.NEXT_DOOR]), connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM people_tag")
        assert cursor.fetchone() == (0,)
