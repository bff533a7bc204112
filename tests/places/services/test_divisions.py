"""The packaged list of divisions: complete, dated, and loaded as often as one likes."""

from datetime import date

import pytest

from tongxin.core.refusals import Refusal
from tongxin.places.enums import AreaLevel, CodeSource
from tongxin.places.models import Area
from tongxin.places.queries import areas as queries
from tongxin.places.services import divisions
from tongxin.places.services.areas import load_divisions

pytestmark = pytest.mark.usefixtures("db_everywhere")


@pytest.fixture(scope="module")
def packed() -> list[divisions.Division]:
    return divisions.packed()


def test_the_packed_list_is_whole(packed: list[divisions.Division]) -> None:  # ID-01
    levels = [division.level for division in packed]

    assert {level: levels.count(level) for level in dict.fromkeys(levels)} == {
        "country": 1, "province": 34, "city": 362, "county": 3362, "street": 41352, "community": 2131,
    }  # fmt: skip
    assert len({division.path for division in packed}) == len(packed)
    assert len({division.key for division in packed}) == len(packed)


def test_every_path_is_the_path_of_the_parent_and_one_segment(packed: list[divisions.Division]) -> None:
    paths = {division.path for division in packed}

    lost = [division.path for division in packed[1:] if division.parent_path not in paths]

    assert lost == []


def test_what_has_no_national_code_is_marked_local(packed: list[divisions.Division]) -> None:  # ID-03
    local = [division for division in packed if division.source == CodeSource.LOCAL]

    assert {division.key[:3] for division in local} == {"71L"}
    assert all(any(letter.isalpha() for letter in division.key) for division in local)


def test_loading_twice_changes_nothing_and_mends_what_was_changed() -> None:
    progress: list[tuple[int, int]] = []

    first = load_divisions(lambda done, of: progress.append((done, of)))
    again = load_divisions()
    local = Area.objects.create(
        key="430802L01", path="/43/08/02/L01/", name="阳湖坪街道", level=AreaLevel.STREET,
        parent=queries.find("430802"), code_source=CodeSource.LOCAL,
    )  # fmt: skip
    Area.objects.filter(path="/11/01/01/").update(name="东城")
    mended = load_divisions()

    assert (first.added, first.areas) == (47242, 47242)
    assert progress[-1] == (47242, 47242)
    assert (again.added, again.changed) == (0, 0)
    assert (mended.added, mended.changed) == (0, 1)
    assert queries.find("110101").name == "东城区"
    assert queries.find("430802L01") == local


def test_the_loaded_tree_holds_what_the_rules_say() -> None:
    load_divisions()

    dongguan = queries.find("441900")  # a city without counties: its sub-districts lie directly below
    assert (dongguan.path, dongguan.level) == ("/44/19/", AreaLevel.CITY)
    assert queries.find("441900003").path == "/44/19/003/"
    assert queries.find("460400100").path == "/46/04/100/"
    assert queries.find("810001").path == "/81/01/"
    assert queries.find("台北市").path == "/71/L01/"
    assert queries.find("430802000000").name == "永定区"
    dongcheng = [area.key for area in queries.below("/11/01/01/", AreaLevel.STREET)]  # story E1, ID-02
    assert dongcheng == [f"110101{number:03d}" for number in range(1, 18)]
    # Chongchuan has a past (ID-03)
    old, new = queries.find("320602"), queries.find("320613")
    assert old.successor == new
    assert old.valid_to == new.valid_from == date(2020, 7, 3)
    counties = {area.key for area in Area.objects.valid_on(date(2020, 7, 2)).filter(parent__path="/32/06/")}
    assert {"320602", "320611", "320684"} <= counties
    assert not {"320613", "320614"} & counties
    assert queries.find("崇川区") == new


def test_an_unknown_area_is_refused() -> None:
    with pytest.raises(Refusal, match="area_unknown"):
        queries.find("999999")
