"""Laboratory sheets (检测结果) as files: which column is what, what each row does to its tube."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from tongxin.core import clock
from tongxin.core.dates import day_in_title, read_moment, year_in_title
from tongxin.core.headers import Field, Mapping, SheetMapping, Vocabulary, propose
from tongxin.core.layout import Ignored, Layout
from tongxin.core.sheets import Row, Sheet, Value, Workbook
from tongxin.core.text import text_of
from tongxin.testing.rules.results import (
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

CODE, RESULT, CT, TESTED_AT, LABORATORY = "code", "result", "ct", "tested_at", "laboratory"


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


RESULTS = Vocabulary(
    fields=(
        Field(
            CODE,
            _words(
                "试管编号 样本编号 管号 采样管编号 采样管号 条码 条形码 条码号 条形码号 样本号 标本编号 标本号 试管条码 试管号 管码 样品编号 "
                "样品号 样本条码 样本管号 混采管编号 混采管号 混检管号 混采编号 试管条形码 采样管条码 核酸条码 管编号 编码 code tube tubecode "
                "barcode sampleid sample"
            ),
            re.compile(r"(?:试管|样本|标本|样品|采样管|混采|混检).*(?:编号|编码|条码|条形码|号)|条形?码"),
        ),
        Field(
            CT,
            _words("ct ct值 n e s orf1ab orf n基因 e基因 orf基因"),
            re.compile(r"(?:^|[^a-z]|1ab|orf|^[nes])ct|ct值|orf|^[nes]基因"),
            several=True,
        ),
        Field(
            RESULT,
            _words(
                "检测结果 结果 核酸结果 核酸检测结果 检验结果 判定结果 结果判定 结论 检测结论 最终结果 报告结果 实验结果 检测结果判定 "
                "定性结果 result results"
            ),
            re.compile(r"结果|结论|判定"),
        ),
        Field(
            TESTED_AT,
            _words("检测时间 报告时间 检验时间 检测日期 报告日期 出结果时间 审核时间 实验时间 结果时间 time"),
            re.compile(r"(?:检测|报告|检验|出结果)(?:时间|日期)"),
        ),
        Field(
            LABORATORY,
            _words("检测机构 检测单位 实验室 检验机构 检验单位 检测实验室 送检机构 机构 laboratory lab"),
            re.compile(r"(?:检测|检验)(?:机构|单位)|实验室"),
        ),
    ),
    required=frozenset({CODE, RESULT}),
    foreign=re.compile(
        r"内参|内标|内对照|rnase|rnp|b2m|上次|上轮|历史|备注|身份|姓名|电话|采样(?:时间|日期|单位)"
    ),
)
TUBES = Vocabulary(
    fields=(
        RESULTS.fields[0],
        Field("names", _words("names 姓名 人员姓名 受检者 受检人员 人员")),
        Field("ids", _words("ids 身份证号 证件号码 身份证号码")),
        Field("people", _words("people 人数 混采人数")),
        Field("pool", _words("pool 混采类型 混采比例 类型")),
    ),
    required=frozenset({CODE}),
    foreign=re.compile(r"$^"),
)


@dataclass(frozen=True, slots=True)
class ResultRow:
    """What became of one row; `tube` is the code it was about, `column` the cell that a rejection is about."""

    sheet: str
    row: int
    outcome: ResultOutcome
    reason: str = ""
    warnings: tuple[ResultWarning, ...] = ()
    tube: str = ""
    result: str = ""
    lowest_ct: float | None = None
    tested_at: datetime | None = None
    laboratory: str = ""
    column: int | None = None
    values: tuple[Value, ...] = ()


@dataclass(slots=True)
class ResultsReading:
    """A laboratory sheet, read against the register of tubes: derivable again from bytes, mapping and register."""

    on: date
    mapping: Mapping
    tubes: list[TubeResult]
    rows: list[ResultRow] = field(default_factory=list)
    recall: list[Recalled] = field(default_factory=list)
    hidden_sheets: tuple[str, ...] = ()

    @property
    def counts(self) -> Counter[ResultOutcome]:
        return Counter(row.outcome for row in self.rows)

    @property
    def changed(self) -> list[TubeResult]:
        """The tubes that this sheet says something new of."""
        return [tube for tube in self.tubes if tube.changed]


def propose_mapping(workbook: Workbook) -> Mapping:
    """What each sheet's columns seem to mean, for a person to correct."""
    return Mapping(tuple(propose(sheet, RESULTS) for sheet in workbook.sheets))


def read_results(
    workbook: Workbook, *, register: TubeRegister, on: date | None = None, mapping: Mapping | None = None
) -> ResultsReading:
    """Read a laboratory sheet; the register's tubes take the results as they come."""
    given = mapping or Mapping()
    mappings = [given.of(sheet.name) or propose(sheet, RESULTS) for sheet in workbook.sheets]
    layouts = [Layout(sheet, each, RESULTS) for sheet, each in zip(workbook.sheets, mappings, strict=True)]
    on = on or _named_day(layouts) or clock.today()
    rows = [
        row
        for sheet, each, layout in zip(workbook.sheets, mappings, layouts, strict=True)
        for row in _SheetReader(sheet, each, layout, on, register).read()
    ]
    return ResultsReading(
        on,
        Mapping(tuple(mappings)),
        register.tubes,
        rows,
        recall_list(register.tubes),
        workbook.hidden_sheets,
    )


def _named_day(layouts: Iterable[Layout]) -> date | None:
    return next((day for layout in layouts if (day := day_in_title(layout.titles))), None)


def read_tubes(workbook: Workbook) -> TubeRegister:
    """The register of tubes from a file of its own: code, and the people's names and ids where it has them."""
    tubes: dict[str, TubeResult] = {}
    for sheet in workbook.sheets:
        mapping = propose(sheet, TUBES)
        layout = Layout(sheet, mapping, TUBES)
        columns = {code: next(iter(mapping.columns_of(code)), -1) for code in (CODE, "names", "ids")}
        for row in sheet.rows if not mapping.skipped else ():
            texts = {code: text_of(row.at(column)) for code, column in columns.items()}
            if texts[CODE] and not layout.ignored(row):
                members = members_of(texts["names"], texts["ids"])
                tubes.setdefault(texts[CODE], TubeResult(texts[CODE], members))
    return TubeRegister(tubes.values())


class _SheetReader:
    """Reads one sheet, row by row."""

    def __init__(
        self, sheet: Sheet, mapping: SheetMapping, layout: Layout, on: date, register: TubeRegister
    ) -> None:
        self._sheet = sheet
        self._mapping = mapping
        self._layout = layout
        self._on = on
        self._year = year_in_title(layout.titles)
        self._register = register
        self._covered = sheet.spread()
        self._code, self._result, self._tested_at, self._laboratory = (
            next(iter(mapping.columns_of(code)), -1) for code in (CODE, RESULT, TESTED_AT, LABORATORY)
        )

    def read(self) -> Iterator[ResultRow]:
        """Each row of the sheet with what became of it."""
        for row in self._sheet.rows:
            ignored = Ignored.NOTES_SHEET if self._mapping.skipped else self._layout.ignored(row)
            if ignored:
                yield ResultRow(self._sheet.name, row.number, ResultOutcome.IGNORE, ignored)
            else:
                yield self._read(row.with_covered(self._covered.get(row.number)))

    def _read(self, row: Row) -> ResultRow:
        reading = ResultRow(self._sheet.name, row.number, ResultOutcome.REJECT, values=row.values)
        tube = self._register.find(row.at(self._code))
        if isinstance(tube, ResultReason):
            return replace(reading, reason=tube, column=self._code)
        word = read_result(row.at(self._result))
        if word is None:
            return replace(
                reading, reason=ResultReason.RESULT_UNREADABLE, tube=tube.code, column=self._result
            )
        cts = [ct for column in self._mapping.columns_of(CT) if (ct := read_ct(row.at(column))) is not None]
        lowest_ct = min(cts, default=None)
        outcome, warnings = tube.take(word, lowest_ct)
        tube.source_rows.append(row.number)
        return replace(
            reading,
            outcome=outcome,
            warnings=warnings,
            tube=tube.code,
            result=word.value,
            lowest_ct=lowest_ct,
            tested_at=read_moment(row.at(self._tested_at), on=self._on, year=self._year),
            laboratory=text_of(row.at(self._laboratory)),
        )
