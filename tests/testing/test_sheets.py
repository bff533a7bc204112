"""Laboratory sheets as files (CONTRACT, "Laboratory results")."""

import importlib.util
from datetime import date, datetime
from pathlib import Path
from types import ModuleType

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.factories.sheets import csv, xlsx
from tongxin.core.dates import SHANGHAI
from tongxin.core.headers import Mapping
from tongxin.core.sheets import Row, Sheet, Workbook
from tongxin.exchange.exports import write_lab_export
from tongxin.exchange.reading import read_path
from tongxin.testing.rules.results import TubeRegister, TubeResult
from tongxin.testing.sheets import ResultsReading, read_results, read_tubes

ON = date(2022, 3, 20)
MESSY = Path(__file__).parents[1] / "data" / "messy"


def _scorer() -> ModuleType:
    spec = importlib.util.spec_from_file_location("score_import", MESSY / "score_import.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("name", ["E1_lab_results_10in1.xlsx", "E2_lab_results_csv.csv.xz"])
def test_messy_results_are_read_without_one_fault(name: str, tmp_path: Path) -> None:
    stem = name.split(".")[0]
    register = read_tubes(read_path(MESSY / f"{stem}.tube_register.csv.xz"))

    reading = read_results(read_path(MESSY / name), register=register, on=ON)

    write_lab_export(tmp_path, stem, reading.tubes, reading.recall, reading.rows)
    score = _scorer().score(str(MESSY / stem), "lab", str(tmp_path / f"{stem}.csv"))
    assert (score["bar"], score["pass"]) == (1.0, True), score


def _register() -> TubeRegister:
    return TubeRegister(TubeResult(f"A00000{number}") for number in range(1, 6))


def _read(text: str, register: TubeRegister | None = None) -> ResultsReading:
    return read_results(csv(text), register=register or _register(), on=ON)


@pytest.mark.parametrize(
    "header",
    [
        "试管编号,检测结果",
        "管号,结果",
        "样本编号,核酸检测结果",
        "采样管条码,判定结果",
        "条形码,检测结论",
        "标本编号*,结果（阴/阳）",
    ],
)
def test_headings_are_synonyms(header: str) -> None:
    reading = _read(f"{header}\nA000001,阴性\n")

    assert [(tube.code, tube.result) for tube in reading.tubes if tube.result] == [("A000001", "neg")]


def test_columns_in_another_order_with_titles_and_footers() -> None:
    book = xlsx(
        {
            "结果": [
                ["核酸检测结果报告单", None, None, None],
                ["检测机构：市疾控中心", None, None, None],
                ["检测时间", "结果", "N Ct", "管号"],
                ["03月19日04时36分", "阴性", "NoCt", "a000001"],
                ["2022/03/19 04:36:00", "阴性", 30.5, 2],
                ["检测时间", "结果", "N Ct", "管号"],
                ["报告人：　审核人：", None, None, None],
            ]
        },
        merges={"结果": ["A1:D1", "A2:D2"]},
    )

    reading = read_results(book, register=_register(), on=ON)

    assert [(row.row, str(row.outcome), row.tube) for row in reading.rows] == [
        (1, "ignore", ""),
        (2, "ignore", ""),
        (3, "ignore", ""),
        (4, "accept", "A000001"),
        (5, "accept", "A000002"),
        (6, "ignore", ""),
        (7, "ignore", ""),
    ]
    assert reading.rows[3].tested_at == datetime(2022, 3, 19, 4, 36, tzinfo=SHANGHAI)
    assert [str(tube.status) for tube in reading.tubes] == ["final", "check_ct", *["no_result"] * 3]
    assert [line.tube for line in reading.recall] == ["A000002"]


def test_rejected_rows_keep_their_cell_and_reason() -> None:
    reading = _read("管号,结果\n,阴性\nA01,阴性\nA999999,阴性\nA000001,见附件\nA000001,\n")

    assert [(str(row.outcome), str(row.reason), row.column) for row in reading.rows[1:]] == [
        ("reject", "code_missing", 0),
        ("reject", "code_invalid", 0),
        ("reject", "tube_unknown", 0),
        ("reject", "result_unreadable", 1),
        ("accept", "", None),
    ]
    assert reading.tubes[0].status == "pending"


def test_the_ct_of_the_internal_control_contradicts_nothing() -> None:
    reading = _read("管号,结果,ORF1ab Ct,N Ct,内参Ct\nA000001,阴性,NoCt,NoCt,24.5\n")

    assert reading.tubes[0].status == "final"


def test_the_same_sheet_again_is_only_merged() -> None:
    text = "管号,结果\nA000001,阴性\nA000002,待检\nA000003,阳性\n"
    first = _read(text)
    stored = TubeRegister(
        TubeResult(tube.code, tube.members, tube.result, tube.status) for tube in first.tubes
    )

    again = _read(text, stored)

    assert [str(row.outcome) for row in again.rows] == ["ignore", "merge", "merge", "merge"]
    assert again.changed == []


def test_a_later_sheet_shows_its_differences() -> None:
    stored = TubeRegister([TubeResult("A000001", result="pending", status="pending"), TubeResult("A000002")])  # type: ignore[arg-type]

    reading = _read("管号,结果\nA000001,阴性\n", stored)

    assert [str(row.outcome) for row in reading.rows[1:]] == ["update"]
    assert [tube.code for tube in reading.changed] == ["A000001"]


def test_the_mapping_can_be_given() -> None:
    book = csv("甲,乙\nA000001,阴性\n")
    plain = [{"sheet": "list", "header_rows": [1], "columns": {"0": "code", "1": "result"}}]

    reading = read_results(book, register=_register(), on=ON, mapping=Mapping.from_plain(plain))

    assert reading.tubes[0].result == "neg"


VALUES = st.one_of(
    st.none(),
    st.text(max_size=12),
    st.sampled_from(["A000001", "阴性", "阳性", "小计", "管号", "36.5"]),
    st.floats(),
    st.integers(),
    st.dates(),
)


@settings(max_examples=150)
@given(st.lists(st.lists(VALUES, max_size=5), max_size=8))
def test_no_sheet_breaks_the_reading(rows: list[list[object]]) -> None:
    table = (
        Row(1, ("管号", "结果", "Ct", "检测时间")),
        *(Row(number, tuple(row)) for number, row in enumerate(rows, 2)),
    )  # type: ignore[arg-type]

    reading = read_results(Workbook("x", "xlsx", (Sheet("S", table),)), register=_register(), on=ON)

    assert len(reading.rows) == len(rows) + 1
    assert len(reading.tubes) == 5
