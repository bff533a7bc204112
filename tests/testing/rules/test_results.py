"""Result words, Ct values, tube codes and what a tube's rows make of it (CONTRACT, "Laboratory results")."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tongxin.testing.enums import ResultStatus, ResultWord
from tongxin.testing.rules.results import (
    Member,
    Recalled,
    ResultOutcome,
    ResultReason,
    ResultWarning,
    TubeRegister,
    TubeResult,
    members_of,
    read_ct,
    read_result,
    recall_list,
)

NEG, POS, SUSPECT = ResultWord.NEGATIVE, ResultWord.POSITIVE, ResultWord.SUSPECT
INVALID, PENDING = ResultWord.INVALID, ResultWord.PENDING


@pytest.mark.parametrize(
    ("word", "result"),
    [
        *(
            (word, NEG)
            for word in [
                "阴性",
                "阴",
                "阴 性",
                "阴性（-）",
                "-",
                "－",
                "(-)",
                "NEG",
                "Neg",
                "negative",
                "未检出",
            ]
        ),
        *((word, POS) for word in ["阳性", "阳", "阳性（+）", "+", "＋", "(+)", "POS", "positive", "检出"]),
        *(
            (word, SUSPECT)
            for word in ["可疑", "弱阳", "弱阳性", "单靶阳", "单通道阳性", "待复核", "灰区", "±"]
        ),
        *((word, INVALID) for word in ["无效", "不合格", "样本量不足", "试管破损", "漏液", "重采"]),
        *((word, PENDING) for word in ["待检", "未出", "检测中", "待出结果", "未检测", "", None]),
    ],
)
def test_words_of_laboratories(word: str | None, result: ResultWord) -> None:
    assert read_result(word) is result


@pytest.mark.parametrize(
    "word", ["阴性？阳性？", "不是阴性", "未检出/检出", "阴性（+）", "——", "见备注", "1"]
)
def test_a_word_that_is_not_understood_is_never_negative(word: str) -> None:
    assert read_result(word) is None


@pytest.mark.parametrize(
    ("cell", "value"),
    [("36.2", 36.2), (36.2, 36.2), ("Ct 36.2/37.1", 36.2), ("38", 38.0), ("<35", 35.0)]
    + [(cell, None) for cell in ["NoCt", "Undet", "-", "0", 0, "", None, ">40"]],
)
def test_ct_values(cell: str | float | None, value: float | None) -> None:
    assert read_ct(cell) == value


# ---- one tube


@pytest.mark.parametrize(
    ("words", "outcomes", "result", "status"),
    [
        ([NEG], ["accept"], "neg", "final"),
        ([PENDING], ["accept"], "pending", "pending"),
        ([NEG, NEG], ["accept", "merge"], "neg", "final"),
        ([NEG, PENDING], ["accept", "merge"], "neg", "final"),
        ([PENDING, PENDING], ["accept", "merge"], "pending", "pending"),
        ([PENDING, POS], ["accept", "update"], "pos", "final"),
        ([NEG, POS], ["accept", "conflict"], "conflict", "conflict"),
        ([NEG, POS, NEG, PENDING], ["accept", "conflict", "conflict", "conflict"], "conflict", "conflict"),
        ([INVALID, NEG], ["accept", "conflict"], "conflict", "conflict"),
    ],
)
def test_rows_of_one_tube_in_order(
    words: list[ResultWord], outcomes: list[str], result: str, status: str
) -> None:
    tube = TubeResult("T1")

    taken = [tube.take(word, None) for word in words]

    assert [(str(outcome), warnings) for outcome, warnings in taken] == [
        (outcome, ()) for outcome in outcomes
    ]
    assert (tube.result, tube.status) == (result, status)


def test_a_negative_with_a_low_ct_is_checked() -> None:
    tube = TubeResult("T1")

    outcome, warnings = tube.take(NEG, 36.2)

    assert (outcome, warnings) == (ResultOutcome.ACCEPT, (ResultWarning.CT_CONTRADICTS_RESULT,))
    assert (tube.result, tube.status, tube.is_recalled) == ("neg", ResultStatus.CHECK_CT, True)


@pytest.mark.parametrize(("word", "ct"), [(NEG, 38.0), (NEG, None), (POS, 24.0)])
def test_other_ct_values_contradict_nothing(word: ResultWord, ct: float | None) -> None:
    tube = TubeResult("T1")

    assert tube.take(word, ct)[1] == ()
    assert tube.status == ResultStatus.FINAL


@given(st.lists(st.sampled_from(list(ResultWord)), min_size=1))
def test_a_final_result_is_never_overwritten(words: list[ResultWord]) -> None:
    tube = TubeResult("T1")
    finals = {word.value for word in words if word != PENDING}

    for word in words:
        tube.take(word, None)

    assert tube.result == ("conflict" if len(finals) > 1 else min(finals, default="pending"))


@given(st.lists(st.sampled_from(list(ResultWord)), min_size=1))
def test_the_same_rows_again_change_no_tube_that_is_not_in_conflict(words: list[ResultWord]) -> None:
    first = TubeResult("T1")
    for word in words:
        first.take(word, None)
    again = TubeResult("T1", result=first.result, status=first.status)

    for word in words:
        again.take(word, None)

    assert (again.result, again.status, again.changed) == (first.result, first.status, False)


# ---- which tube


def _register(*codes: str) -> TubeRegister:
    return TubeRegister(TubeResult(code) for code in codes)


@pytest.mark.parametrize(
    "written",
    [
        "A041137",
        "a041137",
        " A041137",
        "A 041137",
        "A041137\t",
        "Ａ０４１１３７",
        "041137",
        "41137",
        41137,
        41137.0,
        "41137.0",
    ],
)
def test_a_damaged_code_is_found(written: str | float) -> None:
    tube = _register("A041137", "A420772").find(written)

    assert isinstance(tube, TubeResult)
    assert tube.code == "A041137"


@pytest.mark.parametrize(
    ("written", "reason"),
    [
        ("", ResultReason.CODE_MISSING),
        (None, ResultReason.CODE_MISSING),
        ("A99999", ResultReason.CODE_INVALID),
        ("B041137", ResultReason.CODE_INVALID),
        ("1234567", ResultReason.CODE_INVALID),
        ("A999999", ResultReason.TUBE_UNKNOWN),
        ("99999", ResultReason.TUBE_UNKNOWN),
    ],
)
def test_codes_without_a_tube(written: str | None, reason: ResultReason) -> None:
    assert _register("A041137", "A420772").find(written) is reason


def test_digits_that_fit_two_kinds_of_code_need_one_tube() -> None:
    register = _register("A000123", "B000123", "A000456")

    assert register.find("456") is register.tubes[2]
    assert register.find("123") is ResultReason.CODE_INVALID


def test_codes_of_digits_alone_get_their_zeros_back() -> None:
    register = _register("000123", "420772")

    assert register.find(123.0) is register.tubes[0]


def test_everybody_of_a_doubtful_tube_is_recalled() -> None:
    tubes = [
        TubeResult("T1", (Member("张伟", "1"), Member("李娜")), "pos", ResultStatus.FINAL),
        TubeResult("T2", (Member("王强"),), "neg", ResultStatus.FINAL),
        TubeResult("T3", (), "suspect", ResultStatus.FINAL),
        TubeResult("T4", (Member("赵敏"),), "neg", ResultStatus.CHECK_CT),
        TubeResult("T5", (), "conflict", ResultStatus.CONFLICT),
    ]

    assert recall_list(tubes) == [
        Recalled("T1", "张伟", "1"),
        Recalled("T1", "李娜"),
        Recalled("T3"),
        Recalled("T4", "赵敏"),
        Recalled("T5"),
    ]


def test_members_are_two_lists_side_by_side() -> None:
    assert members_of("张伟;李娜", "1;") == (Member("张伟", "1"), Member("李娜"))
    assert members_of("", "") == ()
    assert members_of("张伟", "") == (Member("张伟"),)
