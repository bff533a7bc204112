"""Segments, floors, and how a grid is re-drawn: decisions without a database."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tongxin.places import rules

DAY = date(2021, 8, 1)


@pytest.mark.parametrize(
    ("number", "segment"),
    [("3", "B003"), ("03", "B003"), ("12a", "B12A"), ("12A", "B12A"), ("101", "B101"), ("1203", "B1203")],
)
def test_a_building_number_makes_its_segment(number: str, segment: str) -> None:  # ID-04
    assert rules.building_segment(number) == segment


def test_a_number_in_chinese_letters_gets_a_segment_of_letters_and_digits() -> None:  # ID-04
    segments = {rules.building_segment(number) for number in ("甲3", "甲4", "乙3")}

    assert len(segments) == 3
    assert all(segment.isascii() and segment.isalnum() for segment in segments)


@given(st.text(alphabet="0123456789ABCab甲乙 ", min_size=1, max_size=6).filter(lambda text: text.strip()))
def test_spelling_a_number_otherwise_is_the_same_building(typed: str) -> None:
    number = rules.building_number(typed)

    assert rules.building_number(number) == number
    assert rules.building_segment(typed) == rules.building_segment(number)


@pytest.mark.parametrize(
    ("room", "floor"),
    [
        ("401", 4), ("1203", 12), ("0401", 4), ("1203A", 12), ("B102", -1), ("-101", -1), ("负201", -2),
        ("12", None), ("", None), ("A", None), ("后门", None), ("001", None), ("12345", None),
    ],
)  # fmt: skip
def test_a_room_number_says_its_floor(room: str, floor: int | None) -> None:  # ID-04
    assert rules.floor_of(room) == floor


@pytest.mark.parametrize(
    ("typed", "key"),
    [
        ("430802000000", "430802"), ("441900", "4419"), ("441900003000", "441900003"), ("110000", "11"),
        ("110101001", "110101001"), ("430802l01001", "430802L01001"), ("43", "43"), ("双溪社区", "双溪社区"),
    ],
)  # fmt: skip
def test_a_padded_key_is_the_key_of_the_list(typed: str, key: str) -> None:  # ID-01
    assert rules.region_key(typed) == key


@pytest.mark.parametrize(
    ("segment", "ok"), [("L01", True), ("12A", True), ("001", False), ("", False), ("L-1", False)]
)
def test_a_local_code_has_a_letter(segment: str, ok: bool) -> None:  # ID-03
    assert rules.may_be_local(segment).ok is ok


def test_a_drawing_cannot_end_what_began_later() -> None:  # ID-05
    held = {"/B003/": rules.Held("/G001/", DAY)}
    change = rules.redraw(held, {"/B003/": "/G002/"})

    verdict = rules.may_redraw(held, change, DAY - timedelta(days=1))

    assert (verdict.ok, verdict.code) == (False, "grid_drawn_later")


def test_the_same_drawing_changes_nothing() -> None:
    held = {"/B001/": rules.Held("/G001/", DAY), "/B003/": rules.Held("/G002/", DAY)}

    change = rules.redraw(held, {"/B001/": "/G001/", "/B003/": "/G002/"})

    assert (change.close, change.open) == (frozenset(), {})


DRAWING = st.dictionaries(st.sampled_from("abcdef"), st.sampled_from("123"))


@given(st.lists(st.tuples(DRAWING, st.integers(0, 3)), min_size=1, max_size=8))
def test_redrawing_never_loses_or_doubles_a_building(
    drawings: list[tuple[dict[str, str], int]],
) -> None:  # ID-05
    history: list[list] = []  # building, grid, from, to
    on, last_of_day = DAY, {}
    for wanted, days in drawings:
        on += timedelta(days=days)
        open_rows = {row[0]: row for row in history if row[3] is None}
        held = {building: rules.Held(row[1], row[2]) for building, row in open_rows.items()}
        change = rules.redraw(held, wanted)
        assert rules.may_redraw(held, change, on).ok
        for building in change.close:
            open_rows[building][3] = on
        history += [[building, grid, on, None] for building, grid in change.open.items()]
        last_of_day[on] = wanted

    for day, wanted in last_of_day.items():
        holding = [(row[0], row[1]) for row in history if row[2] <= day and (row[3] is None or row[3] > day)]
        assert sorted(holding) == sorted(wanted.items())
