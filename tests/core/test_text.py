"""Text out of sheets comes in one form (CONTRACT, "Normalise")."""

from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tongxin.core.text import chinese_number, clean, fold, text_of


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("９９０８０２", "990802"),
        ("\u3000张伟\xa0", "张伟"),
        ("\u200b刘\ufeff萍", "刘萍"),
        ("'990802199406106830", "990802199406106830"),
        ("\t990802\n", "990802"),
        ('="00123"', "00123"),
        ("#N/A", ""),
        ("#REF!", ""),
        ("3#-2-401", "3#-2-401"),
        ("# 3", "# 3"),
    ],
)
def test_a_cell_is_cleaned(raw: str, expected: str) -> None:
    assert clean(raw) == expected


@given(st.text())
def test_cleaning_twice_is_cleaning_once(raw: str) -> None:
    assert clean(clean(raw)) == clean(raw)


@given(st.text())
def test_folding_twice_is_folding_once(raw: str) -> None:
    assert fold(fold(raw)) == fold(raw)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (17876600696.0, "17876600696"),
        (101, "101"),
        (3.5, "3.5"),
        (None, ""),
        (date(2022, 3, 5), "2022-03-05"),
        (datetime(2022, 3, 5, 8, 1), "2022-03-05 08:01:00"),
    ],
)
def test_other_cells_become_text(value: object, expected: str) -> None:
    assert text_of(value) == expected  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("十二", 12),
        ("二〇三", 203),
        ("一百零五", 105),
        ("廿三", 23),
        ("三十", 30),
        ("一千二百零三", 1203),
        ("两", 2),
        ("甲", None),
        ("", None),
    ],
)
def test_chinese_numerals(text: str, number: int | None) -> None:
    assert chinese_number(text) == number


def test_names_fold_to_what_is_searched() -> None:
    assert fold("古丽娜尔 · 托合提") == fold("古丽娜尔·托合提") == "古丽娜尔托合提"
    assert fold("Ｊohn  Smith") == "johnsmith"
