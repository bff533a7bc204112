"""Laboratory results as sheets hold them, and what a tube's rows make of it (CONTRACT, "Laboratory results")."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum

from tongxin.core.sheets import Value
from tongxin.core.text import clean, text_of, without_blanks
from tongxin.testing.enums import ResultStatus, ResultWord

# What a reading without a round takes, where no rule is in force; the rule testing.result.ct_limit says it otherwise.
CONTRACT_CT_LIMIT = 38.0
CONFLICT = "conflict"


class ResultOutcome(StrEnum):
    """What became of one row of a laboratory sheet."""

    ACCEPT = "accept"
    MERGE = "merge"
    UPDATE = "update"
    CONFLICT = "conflict"
    REJECT = "reject"
    IGNORE = "ignore"


class ResultReason(StrEnum):
    """Why a row goes to the "to verify" queue; the code is tested first."""

    CODE_MISSING = "code_missing"
    CODE_INVALID = "code_invalid"
    TUBE_UNKNOWN = "tube_unknown"
    RESULT_UNREADABLE = (
        "result_unreadable"  # not in the contract: a word nobody knows is never taken for negative
    )


class ResultWarning(StrEnum):
    CT_CONTRADICTS_RESULT = "ct_contradicts_result"


# Tested in this order: 弱阳 is no 阳, 未检出 no 检出. Denials and mixtures stay unread.
WORDS = (
    (
        ResultWord.SUSPECT,
        re.compile(
            r"可疑|疑似|弱阳|单靶|单通道|单阳|单基因|灰区|复核|复检|±|\+/-|suspect|inconclusive|equivocal"
        ),
    ),
    (
        ResultWord.INVALID,
        re.compile(
            r"无效|不合格|不足|破损|漏液|泄漏|渗漏|污染|重采|重新采|损坏|失败|失效|空管|少管|作废|标签|invalid|fail"
        ),
    ),
    (
        ResultWord.PENDING,
        re.compile(r"待|未出|未检(?!出)|检测中|检验中|实验中|进行中|送检|未完成|pending|testing"),
    ),
    (ResultWord.NEGATIVE, re.compile(r"阴|未检出|^\(?-\)?$|^-ve$|^neg|^not?.?detected|^undetected")),
    (ResultWord.POSITIVE, re.compile(r"阳|检出|^\(?\+{1,4}\)?$|^\+ve$|^pos|^detected")),
)
BOTH = re.compile(
    r"阴.*(?:阳|\+)|阳.*(?:阴|\(-\))|[非不]是?[阴阳]|neg.*(?:pos|\+)|pos.*(?:neg|\(-\))"
    r"|(?<!未)检出.*未检出|未检出.*(?<!未)检出"
)
CT_NUMBER = re.compile(r"([<>≤≥]?)\s*(\d{1,3}(?:\.\d+)?)")
DECIMAL = re.compile(r"^(\d+)\.0+$")
TRAILING = re.compile(r"^(.*?)(\d+)$", re.S)


def read_result(value: Value) -> ResultWord | None:
    """The result that a cell says; empty is pending, None a word that is not understood."""
    text = without_blanks(text_of(value)).casefold().replace("−", "-")
    if not text:
        return ResultWord.PENDING
    if BOTH.search(text):
        return None
    return next((word for word, pattern in WORDS if pattern.search(text)), None)


def read_ct(value: Value) -> float | None:
    """The lowest Ct value of a cell; NoCt, Undet, -, 0 and > 40 are none."""
    numbers = [
        float(number)
        for sign, number in CT_NUMBER.findall(text_of(value)[:100])
        if sign not in (">", "≥") and float(number) > 0
    ]
    return min(numbers, default=None)


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody whose swab is in a tube."""

    name: str
    id: str = ""


@dataclass(slots=True)
class TubeResult:
    """A tube of the register (混采管) and what is known of it: a result word, or `conflict`."""

    code: str
    members: tuple[Member, ...] = ()
    result: str = ""
    status: ResultStatus = ResultStatus.NO_RESULT
    source_rows: list[int] = field(default_factory=list)
    changed: bool = False
    ct_limit: float = CONTRACT_CT_LIMIT

    def take(
        self, word: ResultWord, lowest_ct: float | None
    ) -> tuple[ResultOutcome, tuple[ResultWarning, ...]]:
        """One more row about this tube. A final result is never overwritten."""
        contradicts = word == ResultWord.NEGATIVE and lowest_ct is not None and lowest_ct < self.ct_limit
        warnings = (ResultWarning.CT_CONTRADICTS_RESULT,) if contradicts else ()
        before = (self.result, self.status)
        outcome = self._settle(word)
        if contradicts and self.status != ResultStatus.CONFLICT:
            self.status = ResultStatus.CHECK_CT
        self.changed = self.changed or before != (self.result, self.status)
        return outcome, warnings

    def _settle(self, word: ResultWord) -> ResultOutcome:
        if self.status == ResultStatus.CONFLICT:
            return ResultOutcome.CONFLICT
        if self.status == ResultStatus.NO_RESULT:
            self._become(word)
            return ResultOutcome.ACCEPT
        if word in (self.result, ResultWord.PENDING):
            return ResultOutcome.MERGE
        if self.status == ResultStatus.PENDING:
            self._become(word)
            return ResultOutcome.UPDATE
        self.result, self.status = CONFLICT, ResultStatus.CONFLICT
        return ResultOutcome.CONFLICT

    def _become(self, word: ResultWord) -> None:
        self.result = word.value
        self.status = ResultStatus.PENDING if word == ResultWord.PENDING else ResultStatus.FINAL

    @property
    def is_recalled(self) -> bool:
        """Whether everybody of this tube is to be tested again."""
        return self.result in (ResultWord.POSITIVE, ResultWord.SUSPECT) or self.status in (
            ResultStatus.CONFLICT,
            ResultStatus.CHECK_CT,
        )


def normal_code(value: Value) -> str:
    """A tube code as the register writes it, apart from lost characters."""
    return DECIMAL.sub(r"\1", without_blanks(text_of(value)).upper())


class TubeRegister:
    """The tubes that were sent to the laboratory, found by their code however a sheet has damaged it."""

    def __init__(self, tubes: Iterable[TubeResult]) -> None:
        self.tubes = list(tubes)
        self._by_code = {normal_code(tube.code): tube for tube in self.tubes}
        self._patterns = {
            (found[1], len(found[2])) for code in self._by_code if (found := TRAILING.match(code))
        }

    def find(self, value: Value) -> TubeResult | ResultReason:
        """The tube of a cell, or why there is none."""
        code = normal_code(value)
        if not code:
            return ResultReason.CODE_MISSING
        if tube := self._by_code.get(code):
            return tube
        if code.isascii() and code.isdecimal():
            restored = self._restored(code)
            if len(restored) == 1:
                code = restored[0]
        if tube := self._by_code.get(code):
            return tube
        return ResultReason.TUBE_UNKNOWN if self._fits(code) else ResultReason.CODE_INVALID

    def _restored(self, digits: str) -> list[str]:
        """What a code of digits alone may have been before it lost its prefix and its zeros."""
        whole = [head + digits.zfill(width) for head, width in self._patterns if len(digits) <= width]
        return whole if len(whole) == 1 else [code for code in whole if code in self._by_code]

    def _fits(self, code: str) -> bool:
        found = TRAILING.match(code)
        return not self._patterns or (found is not None and (found[1], len(found[2])) in self._patterns)


@dataclass(frozen=True, slots=True)
class Recalled:
    """Somebody to be called back; a tube whose people are not known has one line without a name."""

    tube: str
    name: str = ""
    id: str = ""


def recall_list(tubes: Iterable[TubeResult]) -> list[Recalled]:
    """Everybody in tubes that are positive, grey, in conflict or contradicted by their Ct value."""
    return [
        Recalled(tube.code, member.name, member.id)
        for tube in tubes
        if tube.is_recalled
        for member in tube.members or (Member(""),)
    ]


def members_of(names: str, ids: str) -> tuple[Member, ...]:
    """The people of a tube as a register writes them: two lists with ";" in the same order."""
    people = [clean(name) for name in names.split(";")] if names else []
    numbers = [clean(number) for number in ids.split(";")] if ids else []
    count = max(len(people), len(numbers))
    people += [""] * (count - len(people))
    numbers += [""] * (count - len(numbers))
    return tuple(Member(name, number) for name, number in zip(people, numbers, strict=True) if name or number)
