"""ID-42: what somebody means who types into the search of the register."""

from datetime import date

import pytest

from tongxin.people.rules.register import Door
from tongxin.people.rules.search import Term, read_search

TODAY = date(2021, 8, 20)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("张伟", [Term(name="张伟")]),
        ("ZW", [Term(name="zw", letters="zw")]),
        ("zhang wei", [Term(name="zhangwei", letters="zhangwei")]),
        ("lü", [Term(name="lü", letters="lv")]),
        ("0016", [Term(tail="0016", door=Door(room="0016"))]),
        ("009x", [Term(tail="009X", door=Door(room="009X"))]),
        ("990001198808080026", [Term(document="990001198808080026")]),
        ("990001 1988 0808 0026", [Term(document="990001198808080026")]),
        ("138 0000 0001", [Term(phone="13800000001")]),
        ("3-1-401", [Term(door=Door("3", "1", "401"))]),
        ("3栋1单元401", [Term(door=Door("3", "1", "401"))]),
        ("3-401", [Term(door=Door("3", "", "401"))]),
        ("401", [Term(door=Door(room="401"))]),
        ("陈 302", [Term(name="陈"), Term(door=Door(room="302"))]),
        ("张伟 3栋", [Term(name="张伟"), Term(door=Door(building="3"))]),
        ("", []),
        ("%", []),
        ("   ", []),
    ],
)
def test_a_search_means_a_name_a_sound_a_number_or_a_door(typed: str, meant: list[Term]) -> None:
    assert read_search(typed, on=TODAY) == meant
