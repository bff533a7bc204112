"""Pages by key: every row once, whatever the direction and the equal values."""

import pytest
from django.http import QueryDict

from tongxin.core import pages
from tongxin.places.models import Area

pytestmark = pytest.mark.usefixtures("db_everywhere")


def rows(count: int) -> None:
    Area.objects.bulk_create(
        Area(
            key=f"K{number:02}",
            path=f"/{number:02}/",
            name="同名" if number % 2 else "别名",
            level="province",
        )
        for number in range(count)
    )


@pytest.mark.parametrize("key", [("name", "-path"), ("-name", "path"), ("path",)])
def test_forward_then_back_shows_every_row_once(key: tuple[str, ...]) -> None:
    rows(11)
    wanted = [area.path for area in Area.objects.order_by(*key)]

    page = pages.keyset(Area.objects.all(), key, size=4)
    seen, steps = [list(page.rows)], 0
    while page.older:
        page = pages.keyset(Area.objects.all(), key, after=page.older, size=4)
        seen.append(list(page.rows))
    while page.newer:
        page = pages.keyset(Area.objects.all(), key, before=page.newer, size=4)
        steps += 1

    assert [area.path for part in seen for area in part] == wanted
    assert [len(part) for part in seen] == [4, 4, 3]
    assert steps == 2
    assert [area.path for area in page.rows] == wanted[:4]


def test_a_key_that_is_no_id_opens_the_first_page() -> None:
    rows(3)

    page = pages.keyset(Area.objects.all(), ("path",), after="not-an-id", size=2)

    assert [area.path for area in page.rows] == ["/00/", "/01/"]
    assert page.newer == ""


def test_the_next_page_keeps_the_filters() -> None:
    params = QueryDict("building=B003&before=x")

    found = pages.links(params, pages.Page([], newer="", older="b"))

    assert found == {
        "newer": "",
        "older": "?building=B003&after=b",
        "whole": "?building=B003&whole=1",
        "is_cut": False,
    }
    assert pages.without(QueryDict("a=1&building=B003&after=k"), "building") == "?a=1"


def test_the_whole_list_is_one_page_and_says_so_when_it_is_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    rows(9)
    monkeypatch.setattr(pages, "WHOLE", 5)
    params = QueryDict("whole=1")

    page = pages.page_of(params, Area.objects.all(), ["path"], size=2)

    assert len(page.rows) == 5
    assert pages.links(params, page)["is_cut"] is True
    assert pages.links(params, page)["whole"] == ""
