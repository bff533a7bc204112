"""Results: entering what a laboratory says, and releasing it (结果录入与发布)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from tongxin.access.actors import Actor
from tongxin.access.services import journal
from tongxin.core import clock
from tongxin.core.ids import new_id
from tongxin.core.locks import lock_all
from tongxin.core.refusals import Refusal
from tongxin.places.queries.rules import rule
from tongxin.testing.enums import MakeUpReason, ResultStatus, ResultWord, TubeState
from tongxin.testing.models import MakeUp, Result, Round, Tube
from tongxin.testing.queries.results import members_of, standings
from tongxin.testing.rules import release as rules
from tongxin.testing.rules.results import read_ct
from tongxin.testing.services import coverage, pools
from tongxin.testing.services.rounds import over_round


@dataclass(frozen=True, slots=True)
class Report:
    """One row of a laboratory's list, its tube code already made whole."""

    code: str
    word: str
    ct: str = ""
    laboratory: str = ""
    source_row: str = ""


@dataclass(slots=True)
class Released:
    """What a release did, by tube code; `again` were released before and stay as they are."""

    negative: list[str] = field(default_factory=list)
    invalid: list[str] = field(default_factory=list)
    pools: list[UUID] = field(default_factory=list)
    again: list[str] = field(default_factory=list)


def enter_result(*, tube_code: str, word: str, ct: str, laboratory: str, by: Actor, at: datetime) -> Result:
    """Enter one result by hand (录入结果). It counts for nobody before it is released."""
    return enter_results(reports=[Report(tube_code, word, ct, laboratory)], by=by, at=at)[0]


@transaction.atomic
def enter_results(
    *, reports: Sequence[Report], by: Actor, at: datetime, upload_id: UUID | None = None
) -> list[Result]:
    """Keep a laboratory's rows, all of them (结果批量录入). Rows of one upload are kept once.

    Two different final words mark the tube at once: a contradiction must be seen before anybody acts on it.
    """
    tubes = _locked({report.code for report in reports})
    for path in {tube.area_path for tube in tubes.values()}:
        by.must("testing.result.enter", within=path)
    known = _known_rows(upload_id)
    rows = [
        Result(
            id=new_id(),
            tube=tubes[report.code],
            area_path=tubes[report.code].area_path,
            word=ResultWord(report.word),
            ct=_plain_ct(report.ct),
            laboratory=report.laboratory.strip()[:80],
            upload_id=upload_id,
            source_row=report.source_row,
            entered_by_id=by.account_id,
            entered_at=at,
        )
        for report in reports
        if not report.source_row or report.source_row not in known
    ]
    Result.objects.bulk_create(rows, batch_size=2000)
    if rows:
        _note_entered(rows, by=by, at=at, upload_id=upload_id)
        _mark_conflicts({row.tube_id: row.tube for row in rows}, by=by, at=at)
    return rows


@transaction.atomic
def release_results(*, tube_codes: Iterable[str], by: Actor, at: datetime) -> Released:
    """Tell the results of tubes (发布结果): from now on they count. Released twice is released once.

    A positive or grey pool opens in the same act; an invalid one sends its people back to the lane.
    """
    codes = set(tube_codes)
    tubes = _locked(codes)
    for path in {tube.area_path for tube in tubes.values()}:
        by.must("testing.result.release", within=path)
    done = Released()
    by_word: dict[str, list[Tube]] = {}
    found = standings(tubes.values())
    for code, tube in sorted(tubes.items()):
        standing = found[tube.pk]
        if tube.result and tube.result == standing.word:
            done.again.append(code)
            continue
        rules.may_release(tube=code, state=tube.state, found=standing).or_refuse()
        by_word.setdefault(standing.word, []).append(tube)
    for word, group in sorted(by_word.items()):
        _settle(group, word, by=by, at=at)
        _follow(group, word, done, by=by, at=at)
    return done


@transaction.atomic
def release_as_grey(*, tube_code: str, why: str, by: Actor, at: datetime) -> Released:
    """Tell a contradicted result as grey (存疑按灰区处理): its people are rechecked one by one.

    There is no way to choose the negative one of two words by hand.
    """
    tube = _locked({tube_code})[tube_code]
    by.must("testing.result.release", within=tube.area_path)
    done = Released()
    if tube.result == ResultWord.SUSPECT:
        done.again.append(tube_code)
        return done
    if not why.strip():
        raise Refusal("reason_needed")
    found = standings([tube])[tube.pk]
    rules.may_doubt(tube=tube_code, state=tube.state, found=found).or_refuse()
    _settle([tube], ResultWord.SUSPECT, by=by, at=at, why=why)
    _follow([tube], ResultWord.SUSPECT, done, by=by, at=at)
    return done


def _locked(codes: set[str]) -> dict[str, Tube]:
    keys = Tube.objects.filter(code__in=codes).values_list("pk", flat=True)
    tubes = {tube.code: tube for tube in lock_all(Tube, keys)}
    if missing := sorted(codes - set(tubes)):
        raise Refusal("tube_unknown", tube=missing[0])
    return tubes


def _known_rows(upload_id: UUID | None) -> set[str]:
    if upload_id is None:
        return set()
    return set(Result.objects.filter(upload_id=upload_id).values_list("source_row", flat=True))


def _plain_ct(text: str) -> str:
    """The lowest Ct value as a plain number; NoCt, Undet, - and 0 are none. The sheet itself is kept sealed."""
    value = read_ct(text)
    return "" if value is None else f"{value:g}"


def _note_entered(rows: Sequence[Result], *, by: Actor, at: datetime, upload_id: UUID | None) -> None:
    words: dict[str, int] = {}
    for row in rows:
        words[row.word] = words.get(row.word, 0) + 1
    one = rows[0] if len(rows) == 1 else None
    journal.record(
        "testing.result.entered",
        by=by,
        on=one.tube if one else None,
        area_path=rows[0].area_path,
        at=at,
        facts={"count": len(rows), "words": words, "upload": str(upload_id) if upload_id else ""},
    )


def _mark_conflicts(tubes: dict[UUID, Tube], *, by: Actor, at: datetime) -> None:
    found = standings(tubes.values())
    struck = [
        tube
        for tube_id, tube in tubes.items()
        if found[tube_id].status == "conflict"
        and tube.result_status != ResultStatus.CONFLICT
        and tube.result != ResultWord.SUSPECT  # told as grey already: its people are being rechecked
    ]
    Tube.objects.filter(pk__in=[tube.pk for tube in struck]).update(result_status=ResultStatus.CONFLICT)
    for tube in struck:
        journal.record(
            "testing.result.conflicted",
            by=by,
            on=tube,
            area_path=tube.area_path,
            at=at,
            facts={"released": tube.result},
        )


def _settle(tubes: Sequence[Tube], word: str, *, by: Actor, at: datetime, why: str = "") -> None:
    keys = [tube.pk for tube in tubes]
    Tube.objects.filter(pk__in=keys).update(
        result=word, result_status=ResultStatus.FINAL, result_at=at, state=TubeState.RESULTED
    )
    Result.objects.filter(tube__in=keys, released_at=None).update(
        released_at=at, released_by_id=by.account_id
    )
    journal.record(
        "testing.result.released",
        by=by,
        on=tubes[0] if len(tubes) == 1 else None,
        area_path=tubes[0].area_path,
        at=at,
        why=why,
        facts={"word": str(word), "count": len(tubes), "tubes": [tube.code for tube in tubes]},
    )


def _follow(tubes: Sequence[Tube], word: str, done: Released, *, by: Actor, at: datetime) -> None:
    """What a released word sets going."""
    if word in rules.OPENS_POOL:
        done.pools.extend(pools.open_pool(tube_id=tube.pk, by=by, at=at).pk for tube in tubes)
    elif word == ResultWord.INVALID:
        done.invalid.extend(tube.code for tube in tubes)
        _send_back(tubes, at=at)
    else:
        done.negative.extend(tube.code for tube in tubes)


def _send_back(tubes: Sequence[Tube], *, at: datetime) -> None:
    """Everybody in an invalid tube is sampled again within the hour and does not count as tested (MT-30)."""
    rounds = {tube.code: tube.round_id for tube in tubes if tube.round_id}
    minutes = rule("testing.make_up.due_minutes", path=tubes[0].area_path, on=clock.day_of(at)).value
    members = [member for member in members_of(rounds) if member.tube_code in rounds]
    MakeUp.objects.bulk_create(
        [
            MakeUp(
                round_id=rounds[member.tube_code],
                person_id=member.person_id,
                area_path=member.area_path,
                tube_code=member.tube_code,
                reason=MakeUpReason.INVALID,
                made_at=at,
                due_at=at + timedelta(minutes=minutes),
            )
            for member in members
        ],
        ignore_conflicts=True,
    )
    for round_id in set(rounds.values()):
        people = [member.person_id for member in members if rounds[member.tube_code] == round_id]
        with over_round(Round.objects.get(pk=round_id)):
            coverage.settle(round_id, people)
