"""ID-42: names are found by every likely reading."""

import pytest

from tongxin.people.rules.pinyin import initials_of, pinyin_of


@pytest.mark.parametrize(
    ("name", "first", "initials"),
    [
        ("张伟", "zhangwei", "zw"),
        ("单伟", "shanwei", "sw"),
        ("仇丽", "qiuli", "ql"),
        ("曾芳", "zengfang", "zf"),
        ("尉迟恭", "yuchigong", "ycg"),
        ("陈 芳", "chenfang", "cf"),
        ("吕丽", "lvli", "ll"),
    ],
)
def test_a_surname_is_read_as_a_surname_first(name: str, first: str, initials: str) -> None:
    assert pinyin_of(name).split()[0] == first
    assert initials_of(name).split()[0] == initials


def test_the_other_readings_are_kept_too() -> None:
    assert "danwei" in pinyin_of("单伟").split()
    assert "dw" in initials_of("单伟").split()


@pytest.mark.parametrize("name", ["John Smith", "\U00020bb7田", ""])
def test_what_has_no_reading_has_no_pinyin(name: str) -> None:
    assert pinyin_of(name) == ""
    assert initials_of(name) == ""


def test_a_name_of_many_readings_stays_within_its_column() -> None:
    assert len(pinyin_of("乐" * 12).split()) == 8
    assert len(pinyin_of("长" * 8)) <= 400
