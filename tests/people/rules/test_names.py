"""Names (ID-40, CONTRACT "Name"), relations and tags."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tongxin.people.rules.names import names_nobody, read_name
from tongxin.people.rules.relations import read_relation
from tongxin.people.rules.tags import read_tags

RARE = (Path(__file__).parents[2] / "data" / "names" / "rare_chars.txt").read_text("utf-8").strip()


@pytest.mark.parametrize(
    ("raw", "name"),
    [
        ("张　伟", "张伟"),
        (" 张  伟\n", "张伟"),
        ("\u200b张伟", "张伟"),
        ("John  Smith", "John Smith"),
        ("古丽娜尔 · 托合提", "古丽娜尔·托合提"),
        ("古丽娜尔•托合提", "古丽娜尔·托合提"),
        ("古丽娜尔．托合提", "古丽娜尔·托合提"),
        ("古丽娜尔・托合提", "古丽娜尔·托合提"),
        ("古丽娜尔.托合提", "古丽娜尔·托合提"),
        ("J. Smith", "J. Smith"),
        ("张三（组长）", "张三"),
        ("张三(组长", "张三"),
        ("张三【租户】", "张三"),
        ("", ""),
        ("-", ""),
        ("/", ""),
        ("无", ""),
    ],
)
def test_names_come_in_one_form(raw: str, name: str) -> None:
    assert read_name(raw).name == name


@pytest.mark.parametrize("raw", ["张?", "张？", "张\ufffd"])
def test_a_lost_character_is_seen(raw: str) -> None:
    reading = read_name(raw)

    assert reading.unreadable
    assert reading.name.startswith("张")


@pytest.mark.parametrize("char", list(RARE))
def test_rare_characters_stay(char: str) -> None:  # ID-41
    reading = read_name(f"张{char} 伟")

    assert (reading.name, reading.unreadable) == (f"张{char}伟", False)


@given(st.text())
def test_a_name_read_twice_is_the_name_read_once(raw: str) -> None:
    name = read_name(raw).name

    assert read_name(name).name == name
    assert len(name) <= 60


@pytest.mark.parametrize(
    ("name", "note", "vacant"),
    [
        ("空置", "", True),
        ("空房", "", True),
        ("无人居住", "", True),
        ("", "空房", True),
        ("", "长期空置，房主在外地", True),
        ("张伟", "空房", False),
        ("", "独居", False),
        ("", "", False),
    ],
)
def test_vacant_dwellings_are_said_in_the_name_or_beside_none(name: str, note: str, vacant: bool) -> None:
    assert names_nobody(name, note) is vacant


@pytest.mark.parametrize(
    ("raw", "relation"),
    [
        ("本人", "户主"),
        ("妻子", "配偶"),
        ("丈夫", "配偶"),
        ("儿子", "子"),
        ("长子", "子"),
        ("女儿", "女"),
        ("长 女", "女"),
        ("父", "父亲"),
        ("母", "母亲"),
        ("媳妇", "儿媳"),
        ("次子", "次子"),
        ("孙女", "孙女"),
        ("", ""),
    ],
)
def test_relations_in_one_word(raw: str, relation: str) -> None:
    assert read_relation(raw) == relation


@pytest.mark.parametrize(
    ("note", "tags"),
    [
        ("独居", ("独居老人",)),
        ("一人居住，需每日电话问候", ("独居老人",)),
        ("孕36周，预产期4月", ("孕妇",)),
        ("怀孕5个月", ("孕妇",)),
        ("享受低保；听力残疾三级", ("低保", "残疾")),
        ("每周二四六透析", ("血透",)),
        ("重精（在管）", ("精神障碍",)),
        ("高血压", ("慢病",)),
        ("慢病，长期服药", ("慢病",)),
        ("8个月婴儿", ("婴幼儿",)),
        ("90岁高龄老人 中共党员", ("高龄", "党员")),
        ("留守儿童", ("困境儿童",)),
        ("承租户", ("租户",)),
        ("非低保", ()),
        ("无残疾", ()),
        ("无肢体残疾", ()),
        ("不是孕妇", ()),
        ("已解除独居", ()),
        ("原低保，2021年已取消", ()),
        ("原低保，2021年已取消；党员", ("党员",)),
        ("非低保，独居", ("独居老人",)),
        ("无业，低保", ("低保",)),
        ("无业低保户", ("低保",)),
        ("低保已取消", ()),
        ("有宠物", ()),
        ("", ()),
    ],
)
def test_tags_from_notes(note: str, tags: tuple[str, ...]) -> None:
    assert read_tags(note) == tags
