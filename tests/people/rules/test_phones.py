"""Phones as sheets hold them (ID-35, CONTRACT "Phone")."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tongxin.people.rules.phones import e164, is_mobile, read_phones


@pytest.mark.parametrize(
    ("value", "numbers"),
    [
        ("13800000000", ("13800000000",)),
        (13800000000, ("13800000000",)),
        (13800000000.0, ("13800000000",)),
        ("13800000000.0", ("13800000000",)),
        ("１３８００００００００", ("13800000000",)),
        ("138-0000-0000", ("13800000000",)),
        ("138 0000 0000", ("13800000000",)),
        ("+8613800000000", ("13800000000",)),
        ("+86 13800000000", ("13800000000",)),
        ("0086-13800000000", ("13800000000",)),
        ("86-13800000000", ("13800000000",)),
        ("13800000000、13900000001", ("13800000000", "13900000001")),
        ("13800000000/13900000001", ("13800000000", "13900000001")),
        ("13800000000 13900000001", ("13800000000", "13900000001")),
        ("13800000000；13900000001", ("13800000000", "13900000001")),
        ("13800000000\n13900000001", ("13800000000", "13900000001")),
        ("13800000000，13800000000", ("13800000000",)),
        ("13800000000（儿子）", ("13800000000",)),
        ("0744-8222333", ("0744-8222333",)),
        ("0744－8222333", ("0744-8222333",)),
        ("0744—8222333", ("0744-8222333",)),
        ("(0744)8222333", ("0744-8222333",)),
        ("07448222333", ("0744-8222333",)),
        ("010-82223334", ("010-82223334",)),
        ("0744-8222333转801", ("0744-8222333-801",)),
        ("13800000000 0744-8222333", ("13800000000", "0744-8222333")),
    ],
)
def test_numbers_are_found_and_brought_to_one_form(value: str | float, numbers: tuple[str, ...]) -> None:
    reading = read_phones(value)

    assert (reading.numbers, reading.invalid) == (numbers, False)


@pytest.mark.parametrize("value", [None, "", "无", "/", "-", "——", "没有", "无电话", "不详"])
def test_words_for_none_are_none(value: str | None) -> None:
    reading = read_phones(value)

    assert (reading.numbers, reading.invalid) == ((), False)


@pytest.mark.parametrize(
    "value", ["1380000000", "138000000000", "12800000000", "8222333", "1.38E+10", "停机"]
)
def test_a_wrong_length_is_no_phone(value: str) -> None:
    reading = read_phones(value)

    assert (reading.numbers, reading.invalid) == ((), True)


def test_the_good_one_of_two_is_kept() -> None:
    reading = read_phones("1380000000、13900000001")

    assert (reading.numbers, reading.invalid) == (("13900000001",), True)


def test_numbers_as_the_world_dials_them() -> None:
    assert e164("13800000000") == "+8613800000000"
    assert e164("0744-8222333") == "+867448222333"
    assert e164("0744-8222333-801") == "+867448222333"


@given(st.one_of(st.text(), st.floats(), st.integers(), st.none()))
def test_what_was_read_is_read_again_the_same(value: str | float | None) -> None:
    numbers = read_phones(value).numbers

    assert all(read_phones(number).numbers == (number,) for number in numbers)


@given(st.from_regex(r"\A1[3-9][0-9]{9}\Z"))
def test_every_mobile_is_itself(number: str) -> None:
    assert read_phones(number).numbers == (number,)
    assert is_mobile(number)
