"""Pages about areas, grids, sites and rules: what is shown, to whom, and how many queries it costs."""

from datetime import date

import pytest
from django.test import Client
from django.utils import translation

from tests import cast, factories
from tongxin.core import clock
from tongxin.places.models import Area, RuleRow, Site
from tongxin.places.queries.rules import holding

INSIDE = cast.SHUANGXI.strip("/")


@pytest.fixture
def town(db_everywhere: None) -> cast.Town:
    return cast.town()


def _client(town: cast.Town, name: str, language: str = "en") -> Client:
    client = Client()
    client.force_login(town.accounts[name])
    client.cookies["django_language"] = language
    return client


@pytest.mark.parametrize(
    "page", ["", "areas", f"areas/{INSIDE}", f"grids/{INSIDE}", f"sites/{INSIDE}", "rules", "search"]
)
def test_nobody_reads_without_logging_in(town: cast.Town, page: str) -> None:
    answer = Client().get(f"/places/{page}")

    assert (answer.status_code, answer.headers["Location"].split("?")[0]) == (302, "/accounts/login/")


def test_the_first_page_is_the_area_where_one_works(town: cast.Town) -> None:
    answer = _client(town, "lin").get("/places/")

    assert answer.headers["Location"] == f"/places/areas/{INSIDE}/G001"


def test_an_area_shows_what_contains_it_and_what_lies_below(town: cast.Town) -> None:
    answer = _client(town, "tang").get(f"/places/areas/{INSIDE}")

    page = answer.content.decode()
    assert answer.status_code == 200
    assert all(name in page for name in ("双溪社区", "第1网格", "1栋", "3栋", "430802L01001"))
    assert "永定社区" not in page


def test_a_branch_that_opens_fetches_its_children_alone(town: cast.Town) -> None:
    answer = _client(town, "tang").get(f"/places/areas/{INSIDE}", headers={"HX-Request": "true"})

    page = answer.content.decode()
    assert "<html" not in page
    assert "第1网格" in page


def test_an_ended_area_says_what_it_is_now(town: cast.Town) -> None:  # ID-03
    old, new = town.buildings["1"], town.buildings["3"]
    Area.objects.filter(pk=old.pk).update(valid_to=date(2021, 1, 2), successor=new)

    page = _client(town, "tang").get(f"/places/areas/{INSIDE}/B001").content.decode()

    assert "2 Jan 2021" in page
    assert new.key in page


def test_an_unknown_area_is_said_to_be_unknown(town: cast.Town) -> None:
    answer = _client(town, "tang").get("/places/areas/99/88")

    assert answer.status_code in (404, 409)
    assert "/99/88/" in answer.content.decode()


def test_areas_are_found_by_a_part_of_the_name(town: cast.Town) -> None:
    page = _client(town, "tang").get("/places/search", {"text": "永定"}).content.decode()

    assert "永定社区" in page
    assert "双溪社区" not in page.split('class="tx-list', 1)[1]


def test_the_grid_table_names_each_building(town: cast.Town) -> None:  # ID-05
    factories.building(town.community, "7")

    page = _client(town, "tang").get(f"/places/grids/{INSIDE}").content.decode()

    assert "3 buildings" in page
    assert "in no grid" in page


def test_the_head_of_the_next_community_learns_nothing_of_our_grids(town: cast.Town) -> None:
    page = _client(town, "gao").get(f"/places/grids/{INSIDE}").content.decode()

    assert "no right to see" in page
    assert "第1网格" not in page
    assert "3栋" not in page


def test_a_grid_worker_sees_his_own_grid_alone(town: cast.Town) -> None:
    factories.building(town.community, "7", factories.area(town.community, "G002", "第2网格", "grid"))

    page = _client(town, "lin").get(f"/places/grids/{INSIDE}/G001").content.decode()

    assert "第1网格" in page
    assert "第2网格" not in page
    assert "in no grid" not in page


def test_sites_are_counted_by_kind_and_filtered(town: cast.Town) -> None:
    factories.site(town.community, "东大门卡口", "checkpoint")
    client = _client(town, "tang")

    whole = client.get(f"/places/sites/{INSIDE}").content.decode()
    checkpoints = client.get(f"/places/sites/{INSIDE}", {"kind": "checkpoint"}).content.decode()

    assert "2 sites" in whole
    assert "1 site" in checkpoints
    assert "东大门卡口" in checkpoints
    assert "A点" not in checkpoints


def test_gao_sees_no_site_of_ours(town: cast.Town) -> None:
    page = _client(town, "gao").get(f"/places/sites/{INSIDE}").content.decode()

    assert "A点" not in page


def test_the_rules_page_shows_the_most_local_row_and_its_document(town: cast.Town) -> None:  # PO-01
    RuleRow.objects.create(
        name="testing.lane.rate", path="/43/08/02/", value=140, unit="persons/h", valid_from=date(2021, 1, 1),
        document="区防指〔2021〕7号", is_verified=True,
    )  # fmt: skip

    here = _client(town, "zhao").get("/places/rules").content.decode()
    national = holding(path="/11/01/01/", on=clock.today())

    assert "区防指〔2021〕7号" in here
    assert "Rate of a lane, as observed" in here
    assert "20 in 1: 20" in here
    assert [rule.values for rule in national if rule.name == "testing.lane.rate"] == [["160"]]


def test_every_default_rule_has_words_in_both_languages(town: cast.Town) -> None:
    for language in ("en", "zh-hans"):
        with translation.override(language):
            held = holding(path=cast.SHUANGXI, on=clock.today())

            assert [rule.name for rule in held if rule.title == rule.name] == []
            assert len(held) == RuleRow.objects.count()


@pytest.mark.parametrize("page", [f"areas/{INSIDE}", f"grids/{INSIDE}", f"sites/{INSIDE}", "rules"])
def test_a_page_costs_the_same_queries_for_more_rows(town: cast.Town, queries: list[str], page: str) -> None:
    client = _client(town, "tang")
    client.get(f"/places/{page}")
    queries.clear()
    client.get(f"/places/{page}")
    few = len(queries)
    for number in range(4, 7):
        factories.building(town.community, str(number), town.grid)
        Site.objects.create(area_path=cast.SHUANGXI, kind="checkpoint", name=f"卡口{number}")
        RuleRow.objects.create(name=f"testing.extra.{number}", path="/", value=number, valid_from=cast.TODAY)
    queries.clear()

    client.get(f"/places/{page}")

    assert len(queries) == few
