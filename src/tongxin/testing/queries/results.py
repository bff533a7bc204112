"""What laboratories have said about the tubes of a round, and what still waits for release."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection
from django.utils.translation import gettext as _

from tongxin.core import clock
from tongxin.places.queries.rules import rules as rules_of
from tongxin.testing.enums import ResultStatus, ResultWord, TubeState
from tongxin.testing.models import Result, Round, Tube
from tongxin.testing.rules import release as rules
from tongxin.testing.rules.release import Reported, Standing
from tongxin.testing.rules.results import CONTRACT_CT_LIMIT

PAGE = 50
CT_LIMIT = "testing.result.ct_limit"

# One row a tube with what its reports amount to; the same answer as `rules.release.standing` (a test holds them to it).
_STANDING = """
    WITH said AS (
        SELECT r.tube_id,
               count(DISTINCT r.word) FILTER (WHERE r.word <> 'pending') AS finals,
               min(r.word) FILTER (WHERE r.word <> 'pending') AS word,
               bool_or(r.word = 'neg' AND nullif(r.ct, '')::numeric < %(ct_limit)s) AS low,
               string_agg(DISTINCT nullif(r.ct, ''), ', ') AS cts,
               string_agg(DISTINCT nullif(r.laboratory, ''), ', ') AS laboratories,
               string_agg(DISTINCT r.word, ' ') AS words,
               max(r.entered_at) AS entered_at
        FROM testing_result r JOIN testing_tube t ON t.id = r.tube_id
        WHERE t.round_id = %(round)s GROUP BY r.tube_id),
    stands AS (
        SELECT t.id, t.code, t.state, t.held_count, t.result, t.result_at, t.closed_at, t.first_swab_at,
               l.number AS lane, s.cts, s.laboratories, s.words, s.entered_at,
               CASE WHEN s.tube_id IS NULL THEN 'no_result' WHEN s.finals = 0 THEN 'pending'
                    WHEN s.finals > 1 THEN 'conflict' WHEN s.low THEN 'check_ct' ELSE 'final' END AS status,
               CASE WHEN s.finals = 1 THEN s.word ELSE '' END AS word
        FROM testing_tube t LEFT JOIN testing_lane l ON l.id = t.lane_id LEFT JOIN said s ON s.tube_id = t.id
        WHERE t.round_id = %(round)s
          AND (s.tube_id IS NOT NULL OR t.state NOT IN ('registered', 'issued', 'returned')))
"""

VIEWS = {
    "to_release": "status = 'final' AND result = '' AND state <> 'voided'",
    "doubtful": "status IN ('conflict', 'check_ct') AND (result = '' OR result <> 'suspect') AND state <> 'voided'",
    "waiting": "status IN ('no_result', 'pending') AND state <> 'voided'",
    "released": "result <> ''",
    "all": "true",
}


@dataclass(frozen=True, slots=True)
class ResultRow:
    """One tube of a round with what was reported and what was released."""

    id: UUID
    code: str
    state: str
    held: int
    lane: int | None
    status: str
    word: str
    words: str
    ct: str
    laboratory: str
    result: str
    result_at: datetime | None
    entered_at: datetime | None
    swabbed_at: datetime | None = None
    due_at: datetime | None = None

    @property
    def status_label(self) -> str:
        return str(ResultStatus(self.status).label)

    @property
    def reported_label(self) -> str:
        return " / ".join(str(ResultWord(word).label) for word in self.words.split()) or _("no result")

    @property
    def result_label(self) -> str:
        return str(ResultWord(self.result).label) if self.result else ""

    @property
    def state_label(self) -> str:
        return str(TubeState(self.state).label)

    @property
    def may_release(self) -> bool:
        return self.status == "final" and not self.result and self.state != "voided"

    @property
    def may_doubt(self) -> bool:
        return self.status in {"conflict", "check_ct"} and self.result != "suspect" and self.state != "voided"


@dataclass(frozen=True, slots=True)
class ResultCounts:
    """How many tubes of a round stand where."""

    waiting: int
    to_release: int
    negatives: int
    doubtful: int
    released: int
    all: int


def result_rows(
    round_id: UUID, *, view: str, after: str = "", size: int | None = PAGE + 1, hours: float | None = None
) -> list[ResultRow]:
    """Tubes of a round in one of VIEWS by code, a page after the given code (one row more than PAGE tells of more).

    With the `hours` of the rule each row says until when its result is due (MT-33).
    """
    where = VIEWS.get(view, VIEWS["all"])
    sql = f"""{_STANDING} SELECT id, code, state, held_count, lane, status, word, coalesce(words, ''),
        coalesce(cts, ''), coalesce(laboratories, ''), result, result_at, entered_at, first_swab_at,
        coalesce(closed_at, first_swab_at) + %(hours)s * interval '1 hour'
        FROM stands WHERE {where} AND code > %(after)s ORDER BY code LIMIT %(size)s"""
    with connection.cursor() as cursor:
        cursor.execute(sql, _params(round_id) | {"after": after, "size": size, "hours": hours})
        return [ResultRow(*row) for row in cursor.fetchall()]


def oldest_waiting(round_id: UUID) -> tuple[str, datetime] | None:
    """The tube without a result that has waited longest since it was closed."""
    sql = f"""{_STANDING} SELECT code, coalesce(closed_at, first_swab_at) FROM stands
        WHERE {VIEWS["waiting"]} AND coalesce(closed_at, first_swab_at) IS NOT NULL AND state <> 'open'
        ORDER BY coalesce(closed_at, first_swab_at), code LIMIT 1"""
    with connection.cursor() as cursor:
        cursor.execute(sql, _params(round_id))
        found = cursor.fetchone()
    return (found[0], found[1]) if found else None


def hours_allowed(round_: Round) -> float | None:
    """How long a laboratory may take by the rule of the round's day (MT-33); None where no rule says."""
    found = rules_of(["testing.result.hours"], path=round_.area_path, on=clock.day_of(round_.opens_at))
    return float(found["testing.result.hours"].value) if found else None


def ct_limit_of(round_id: UUID | None) -> float:
    """Below which Ct value a negative contradicts itself, by the rule of the round's day (CONTRACT, "Laboratory results")."""
    round_ = Round.objects.filter(pk=round_id).first() if round_id else None
    if round_ is None:
        return CONTRACT_CT_LIMIT
    found = rules_of([CT_LIMIT], path=round_.area_path, on=clock.day_of(round_.opens_at))
    return float(found[CT_LIMIT].value) if found else CONTRACT_CT_LIMIT


def result_count(round_id: UUID, *, view: str) -> int:
    """How many tubes of a round stand in one of VIEWS."""
    sql = f"{_STANDING} SELECT count(*) FROM stands WHERE {VIEWS.get(view, VIEWS['all'])}"
    with connection.cursor() as cursor:
        cursor.execute(sql, _params(round_id))
        return int(cursor.fetchone()[0])


def result_counts(round_id: UUID) -> ResultCounts:
    sql = f"""{_STANDING} SELECT count(*) FILTER (WHERE {VIEWS["waiting"]}),
        count(*) FILTER (WHERE {VIEWS["to_release"]}),
        count(*) FILTER (WHERE {VIEWS["to_release"]} AND word = 'neg'),
        count(*) FILTER (WHERE {VIEWS["doubtful"]}),
        count(*) FILTER (WHERE {VIEWS["released"]}), count(*) FROM stands"""
    with connection.cursor() as cursor:
        cursor.execute(sql, _params(round_id))
        return ResultCounts(*cursor.fetchone())


def negatives_to_release(round_id: UUID) -> list[str]:
    """Codes of the tubes reported negative that nobody has released and nothing contradicts."""
    sql = f"{_STANDING} SELECT code FROM stands WHERE {VIEWS['to_release']} AND word = 'neg' ORDER BY code"
    with connection.cursor() as cursor:
        cursor.execute(sql, _params(round_id))
        return [code for (code,) in cursor.fetchall()]


def _params(round_id: UUID) -> dict[str, Any]:
    return {"round": round_id, "ct_limit": ct_limit_of(round_id)}


def standings(tubes: Iterable[Tube]) -> dict[UUID, Standing]:
    """What the reports of these tubes amount to; the same few queries for any number of one round."""
    tubes = list(tubes)
    codes = {tube.pk: tube.code for tube in tubes}
    limits = {round_id: ct_limit_of(round_id) for round_id in {tube.round_id for tube in tubes}}
    limit_of = {tube.pk: limits[tube.round_id] for tube in tubes}
    reported: dict[UUID, list[Reported]] = {tube_id: [] for tube_id in codes}
    rows = Result.objects.filter(tube__in=list(reported)).order_by("entered_at", "id")
    for tube_id, word, ct in rows.values_list("tube_id", "word", "ct"):
        reported[tube_id].append(Reported(word, ct))
    return {
        tube_id: rules.standing(codes[tube_id], said, ct_limit=limit_of[tube_id])
        for tube_id, said in reported.items()
    }


@dataclass(frozen=True, slots=True)
class Member:
    """A person whose swab is in a tube and was not taken back."""

    tube_code: str
    person_id: UUID
    area_path: str
    position: int
    taken_at: datetime


def members_of(codes: Iterable[str]) -> list[Member]:
    """Who is in these tubes (管内人员): each person once a tube, by position."""
    sql = """SELECT DISTINCT ON (s.tube_code, s.person_id)
               s.tube_code, s.person_id, p.area_path, s.position, s.occurred_at
        FROM testing_sample s JOIN people_person p ON p.id = s.person_id
        WHERE s.tube_code = ANY(%s)
          AND NOT EXISTS (SELECT 1 FROM testing_samplerejection x WHERE x.sample_id = s.id)
        ORDER BY s.tube_code, s.person_id, s.position"""
    with connection.cursor() as cursor:
        cursor.execute(sql, [list(codes)])
        found = [Member(*row) for row in cursor.fetchall()]
    return sorted(found, key=lambda member: (member.tube_code, member.position))
