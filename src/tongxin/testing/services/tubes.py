"""Tubes (混采管): deal them to a lane, and void one whose swabs came to nothing."""

from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db import connection, transaction

from tongxin.access.actors import Actor
from tongxin.access.services import journal
from tongxin.core import clock
from tongxin.core.locks import advisory, lock
from tongxin.core.refusals import Refusal
from tongxin.core.verdicts import Verdict
from tongxin.places.queries.rules import rule
from tongxin.testing.enums import MakeUpReason, RoundState, TubeState
from tongxin.testing.models import Lane, MakeUp, Round, Tube
from tongxin.testing.queries.points import SECOND_PERSON_MAY
from tongxin.testing.rules.boxes import is_expired
from tongxin.testing.services import coverage
from tongxin.testing.services.rounds import NEW_ID, over_round, refuse

DEALT_IN = frozenset({RoundState.APPROVED, RoundState.ANNOUNCED, RoundState.OPEN})
BEYOND_VOIDING = frozenset({TubeState.RESULTED, TubeState.ARCHIVED, TubeState.RETURNED})
DIGITS = 4


@transaction.atomic
def deal_tubes(
    *,
    lane_id: UUID,
    by: Actor,
    at: datetime,
    codes: Sequence[str] | None = None,
    count: int = 0,
    prefix: str = "",
    batch_label: str = "",
    expires_on: date | None = None,
) -> list[Tube]:
    """Deal tubes to one lane (发管), by their codes or as running numbers behind a prefix (MT-25)."""
    lane = lock(Lane, lane_id)
    by.must("testing.tube.issue", within=lane.area_path)
    must_be_dealt_in(lane)
    if is_expired(expires_on, clock.day_of(at)):
        raise Refusal("batch_expired", batch=batch_label.strip() or "—", day=expires_on)
    wanted = given_codes(codes) if codes is not None else running_numbers(prefix.strip().upper(), count)
    if not wanted:
        raise Refusal("no_tube_codes")
    tubes = store_new(
        Tube(
            area_path=lane.area_path,
            code=code,
            round=lane.round,
            lane=lane,
            pool=lane.pool,
            capacity=lane.capacity,
            state=TubeState.ISSUED,
            batch_label=batch_label.strip()[:40],
            expires_on=expires_on,
            issued_at=at,
        )
        for code in wanted
    )
    journal.record(
        "testing.tubes.dealt",
        by=by,
        area_path=lane.area_path,
        on=lane,
        at=at,
        facts={"first": wanted[0], "last": wanted[-1], "count": len(wanted), "batch": batch_label},
    )
    return tubes


@transaction.atomic
def void_tube(*, code: str, why: str, second: Actor, by: Actor, at: datetime) -> list[MakeUp]:
    """Void a tube (作废) before two people: every member must be sampled again and is not covered (MT-30)."""
    tube = Tube.objects.filter(code=code).first()
    if tube is None or tube.round_id is None:
        raise Refusal("tube_unknown", tube=code)
    round_ = Round.objects.get(pk=tube.round_id)
    tube = lock(Tube, tube.pk)
    by.must("testing.tube.void", within=tube.area_path)
    if tube.voided_at is not None:
        return list(MakeUp.objects.filter(tube_code=code).order_by("pk"))
    _must_be_second(second, by, tube.area_path)
    if len(why.strip()) < 2:
        raise Refusal("reason_needed_void", tube=code, count=tube.held_count)
    if tube.state in BEYOND_VOIDING:
        raise Refusal("tube_state", tube=code, state=TubeState(tube.state).label)
    tube.state, tube.voided_at, tube.void_reason = TubeState.VOIDED, at, why.strip()[:200]
    tube.save(update_fields=["state", "voided_at", "void_reason"])
    with over_round(round_):
        owe_make_ups(round_=round_, tube_codes=[code], reason=MakeUpReason.VOIDED, at=at)
        make_ups = list(MakeUp.objects.filter(tube_code=code).order_by("pk"))
        coverage.settle(round_.pk, [make_up.person_id for make_up in make_ups])
    journal.record(
        "testing.tube.voided",
        by=by,
        area_path=tube.area_path,
        on=tube,
        at=at,
        why=why,
        facts={"tube": code, "second": second.name, "people": [str(each.person_id) for each in make_ups]},
    )
    return make_ups


def owe_make_ups(*, round_: Round, tube_codes: Collection[str], reason: MakeUpReason, at: datetime) -> int:
    """Every member of these tubes must be sampled again within the time of the rule (补检). Safe to repeat."""
    due = rule("testing.make_up.due_minutes", path=round_.area_path, on=clock.day_of(at))
    with connection.cursor() as cursor:
        cursor.execute(
            f"""INSERT INTO testing_makeup (id, area_path, round_id, person_id, tube_code, reason, made_at, due_at)
                SELECT {NEW_ID}, p.area_path, %(round)s, p.id, member.tube_code, %(reason)s, %(at)s, %(due)s
                FROM (SELECT DISTINCT s.person_id, s.tube_code FROM testing_sample s
                      WHERE s.tube_code = ANY(%(codes)s) AND NOT EXISTS (
                          SELECT 1 FROM testing_samplerejection x WHERE x.sample_id = s.id)) AS member
                JOIN people_person p ON p.id = member.person_id
                ON CONFLICT (tube_code, person_id) DO NOTHING""",
            {
                "round": round_.pk,
                "reason": reason,
                "at": at,
                "due": at + timedelta(minutes=int(due.value)),
                "codes": list(tube_codes),
            },
        )
        return int(cursor.rowcount)


def must_be_dealt_in(lane: Lane) -> None:
    """Tubes go to lanes of a round that is prepared or open (guard of `issued`)."""
    if lane.round.state not in DEALT_IN:
        refuse(Verdict.no("round_state", number=lane.round.number, state=lane.round.state))


def store_new(tubes: Iterable[Tube]) -> list[Tube]:
    """Store vials that nobody has yet, all or none.

    A code is unique in the whole register, also where this actor sees nothing: ask by trying.
    """
    made = list(tubes)
    Tube.objects.bulk_create(made, ignore_conflicts=True)
    stored = set(Tube.objects.filter(pk__in=[tube.pk for tube in made]).values_list("code", flat=True))
    for tube in made:
        if tube.code not in stored:
            raise Refusal("tube_taken", tube=tube.code)
    return made


def given_codes(codes: Sequence[str]) -> list[str]:
    """The codes as a scanner or a sheet gave them, each once."""
    return list(dict.fromkeys(code for each in codes if (code := each.strip().upper())))


def running_numbers(prefix: str, count: int) -> list[str]:
    """The next numbers behind this prefix, as many digits as the longest needs."""
    advisory(f"testing.tubes:{prefix}")
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT coalesce(max(substring(code FROM %s)::bigint), 0) FROM testing_tube "
            "WHERE code ^@ %s AND substring(code FROM %s) ~ '^[0-9]{1,12}$'",
            [len(prefix) + 1, prefix, len(prefix) + 1],
        )
        (last,) = cursor.fetchone()
    return [f"{prefix}{number:0{DIGITS}d}" for number in range(last + 1, last + 1 + count)]


def _must_be_second(second: Actor, by: Actor, area_path: str) -> None:
    if second.account_id is None or second.account_id == by.account_id:
        raise Refusal("second_person_needed", name=by.name)
    if not any(second.may(capability, within=area_path) for capability in SECOND_PERSON_MAY):
        raise Refusal("second_person_may_not", name=second.name)
