"""When a tube's result may be told (结果发布; DOMAIN.md 3.5, 3.6): what its reports amount to decides."""

from collections.abc import Iterable
from dataclasses import dataclass

from tongxin.core.verdicts import Verdict
from tongxin.testing.enums import ResultStatus, ResultWord
from tongxin.testing.rules.results import CONFLICT, CONTRACT_CT_LIMIT, TubeResult, read_ct

OPENS_POOL = frozenset({ResultWord.POSITIVE, ResultWord.SUSPECT})


@dataclass(frozen=True, slots=True)
class Reported:
    """One report of a laboratory as it is kept."""

    word: str
    ct: str = ""


@dataclass(frozen=True, slots=True)
class Standing:
    """What all reports of a tube amount to. `word` is empty while there is none, and in a conflict."""

    status: str
    word: str = ""
    ct: str = ""


def standing(code: str, reports: Iterable[Reported], *, ct_limit: float = CONTRACT_CT_LIMIT) -> Standing:
    """The tube's status from its reports in the order of their arrival."""
    tube, lowest = TubeResult(code, ct_limit=ct_limit), ""
    for report in reports:
        _outcome, warnings = tube.take(ResultWord(report.word), read_ct(report.ct))
        lowest = lowest or (report.ct if warnings else "")
    word = "" if tube.result in {CONFLICT, ResultWord.PENDING} else tube.result
    return Standing(str(tube.status), word, lowest)


def may_release(*, tube: str, state: str, found: Standing) -> Verdict:
    """May this tube's result be told as it was reported? A contradicted one may not."""
    if state in {"voided", "rejected"}:
        return Verdict.no("tube_state", tube=tube, state=state)
    if found.status in {ResultStatus.NO_RESULT, ResultStatus.PENDING}:
        return Verdict.no("result_missing", tube=tube)
    if found.status == ResultStatus.CONFLICT:
        return Verdict.no("result_conflict", tube=tube)
    if found.status == ResultStatus.CHECK_CT:
        return Verdict.no("result_check_ct", tube=tube, ct=found.ct)
    return Verdict.yes()


def may_doubt(*, tube: str, state: str, found: Standing) -> Verdict:
    """May a contradicted result be told as grey? It never becomes negative by hand."""
    if state in {"voided", "rejected"}:
        return Verdict.no("tube_state", tube=tube, state=state)
    if found.status in {ResultStatus.CONFLICT, ResultStatus.CHECK_CT}:
        return Verdict.yes()
    return Verdict.no("result_not_doubtful", tube=tube)
