"""Identity documents: ID-10 to ID-16, ID-2.3 and the order of CONTRACT."""

import csv
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tongxin.people.rules.documents import (
    DocumentReading,
    check_character,
    county_codes,
    masked,
    read_document,
)
from tongxin.people.rules.register import Reason, RowWarning

ON = date(2022, 3, 20)
DATA = Path(__file__).parents[2] / "data" / "ids" / "resident_id_generated.csv"


def _generated() -> list[dict[str, str]]:
    with DATA.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _status(reading: DocumentReading) -> str:
    if reading.reason:
        return reading.reason.removeprefix("id_")
    return "ok15" if RowWarning.ID_15_UPGRADED in reading.warnings else "ok"


def test_all_generated_numbers_are_read_as_their_list_says() -> None:
    numbers = _generated()

    wrong = []
    for row in numbers:
        reading = read_document(row["raw"], on=ON)
        got = ("valid" if reading.id else "invalid", _status(reading), reading.id)
        facts = (str(reading.birth or ""), reading.sex, ";".join(reading.warnings))
        if (*got, *facts) != tuple(
            row[name] for name in ("expected", "status", "normalised18", "birth", "sex", "warnings")
        ):
            wrong.append(row["raw"])

    assert len(numbers) == 1200
    assert wrong == []


# ID-14
@pytest.mark.parametrize(
    "number",
    [
        "990001194901010016",
        "990001198808080026",
        "99000119510615009X",
        "990001202002290031",
        "990001195106150049",
    ],
)
def test_vectors_that_are_valid(number: str) -> None:
    assert read_document(number, on=ON) == DocumentReading(
        id=number,
        sex="男" if int(number[16]) % 2 else "女",
        birth=date(int(number[6:10]), int(number[10:12]), int(number[12:14])),
    )


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ("990001195106150048", Reason.ID_CHECK),
        ("990001201802290019", Reason.ID_DATE),
        ("990001202203210014", Reason.ID_DATE),  # a day after the day of the list
        ("990001189103200010", Reason.ID_DATE),  # 131 years old
        (9.908021991041678e17, Reason.ID_PRECISION_LOST),
        (990802199104167812, Reason.ID_PRECISION_LOST),
        (9908021991041678, Reason.ID_PRECISION_LOST),
        ("9.90802E+17", Reason.ID_PRECISION_LOST),
        ("9.90802e+17", Reason.ID_PRECISION_LOST),
        ("99000119510615004", Reason.ID_LENGTH),
        ("9900011951061500499", Reason.ID_LENGTH),
        ("身份证丢失", Reason.ID_LENGTH),
        ("99000119510615O049", Reason.ID_FORMAT),
        ("99000151061500l", Reason.ID_FORMAT),
        ("X90001195106150049", Reason.ID_FORMAT),
    ],
)
def test_reasons_in_their_order(value: str | float, reason: Reason) -> None:
    assert read_document(value, on=ON).reason is reason


def test_the_day_of_birth_may_be_the_day_of_the_list() -> None:
    head = "99000120220320001"

    assert read_document(head + check_character(head), on=ON).birth == ON


@pytest.mark.parametrize(
    "value", ["990001510615004", 990001510615004, 990001510615004.0, "９９０００１５１０６１５００４"]
)
def test_fifteen_digits_become_eighteen(value: str | float) -> None:  # ID-12
    reading = read_document(value, on=ON)

    assert (reading.id, reading.warnings) == ("990001195106150049", (RowWarning.ID_15_UPGRADED,))


@pytest.mark.parametrize(
    "value", ["99000119510615009x", "990001 19510615 009X", "'99000119510615009X", "990001-19510615-009X"]
)
def test_a_number_is_brought_to_one_form(value: str) -> None:  # ID-13
    assert read_document(value, on=ON).id == "99000119510615009X"


@pytest.mark.parametrize(
    "value", ["E12345678", "g1234567", "EA1234567", "K12345678", "H1234567890", "m1234567890"]
)
def test_other_documents_are_kept(value: str) -> None:
    reading = read_document(value, on=ON)

    assert (reading.other, reading.id, reading.reason) == (value.upper(), "", None)


@pytest.mark.parametrize("value", [None, "", "  ", "-", "/", "无", "没有", "不详"])
def test_an_empty_cell_is_a_missing_number(value: str | None) -> None:
    assert read_document(value, on=ON).is_missing


def test_a_region_of_no_list_is_a_warning_only() -> None:
    head = "51020219900101001"
    number = head + check_character(head)

    reading = read_document(number, on=ON)

    assert (reading.id, reading.warnings) == (number, (RowWarning.ID_AREA_UNKNOWN,))


@pytest.mark.parametrize("region", ["810000", "820000", "830000"])
def test_residence_permits_have_known_regions(region: str) -> None:  # ID-16
    head = f"{region}19900101001"

    assert read_document(head + check_character(head), on=ON).warnings == ()


def test_the_county_codes_are_the_union_of_both_lists() -> None:
    assert len(county_codes()) == 2998
    assert {"430802", "110101", "440306"} <= county_codes()
    assert "320602" not in county_codes()  # ID-03: Chongchuan is 320613 since 2020


def test_a_number_is_shown_by_its_ends() -> None:
    assert masked("990001194901010016") == "9900**********0016"
    assert masked("E12345678") == "****5678"


@given(st.one_of(st.text(), st.floats(), st.integers(), st.none(), st.booleans()))
def test_any_cell_is_a_number_a_document_nothing_or_a_reason(value: str | float | None) -> None:
    reading = read_document(value, on=ON)

    assert [bool(reading.id), bool(reading.other), bool(reading.reason), reading.is_missing].count(True) == 1


@given(st.from_regex(r"\A99[0-9]{4}(?:19|20)[0-9]{2}[01][0-9][0-3][0-9]{4}\Z"))
def test_reading_what_was_read_changes_nothing(head: str) -> None:
    reading = read_document(head + check_character(head), on=ON)

    if reading.id:
        assert read_document(reading.id, on=ON).id == reading.id
