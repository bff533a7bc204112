"""A positive or grey pool at work: open it, recheck its members one by one, lift or confirm (混管阳性处置)."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from tongxin.access.actors import Actor
from tongxin.access.services import journal
from tongxin.core import clock
from tongxin.core.ids import new_id
from tongxin.core.locks import lock, lock_all
from tongxin.core.refusals import Refusal
from tongxin.people.enums import CallPurpose
from tongxin.people.services import calls
from tongxin.places.queries.rules import rules as dated_rules
from tongxin.testing.enums import PoolKind, PoolState, RecheckState, ResultWord
from tongxin.testing.models import PositivePool, Recheck, Sample, Tube
from tongxin.testing.queries.results import Member, members_of
from tongxin.testing.rules import pools as rules

LIMITS = ("testing.pool.calls_minutes", "testing.pool.team_minutes", "testing.pool.results_minutes")


@transaction.atomic
def open_pool(*, tube_id: UUID, by: Actor, at: datetime) -> PositivePool:
    """Start the clocks of a pool that was not negative (混管阳性启动). T0 is the release; twice is once."""
    tube = lock(Tube, tube_id)
    by.must("testing.result.release", within=tube.area_path)
    if started := PositivePool.objects.filter(tube=tube).first():
        return started
    calls_due, team_due, results_due = _limits(tube.area_path, at).due(at)
    pool = PositivePool.objects.create(
        tube=tube,
        area_path=tube.area_path,
        opened_at=at,
        calls_due_at=calls_due,
        team_due_at=team_due,
        results_due_at=results_due,
    )
    _add_members(pool, members_of([tube.code]), at=at)
    journal.record(
        "testing.pool.opened",
        by=by,
        on=pool,
        area_path=pool.area_path,
        at=at,
        facts={"tube": tube.code, "members": pool.rechecks.count()},
    )
    return pool


@transaction.atomic
def complete_members(*, tube_codes: list[str], by: Actor, at: datetime) -> int:
    """Bring in whoever a late phone reports for a pool at work (补入迟传人员). Returns how many were new."""
    added = 0
    keys = PositivePool.objects.filter(tube__code__in=tube_codes, state=PoolState.OPEN)
    for pool in lock_all(PositivePool, keys.values_list("pk", flat=True)):
        held = set(pool.rechecks.values_list("person_id", flat=True))
        late = [member for member in members_of([pool.tube.code]) if member.person_id not in held]
        if late:
            _add_members(pool, late, at=at)
            journal.record(
                "testing.pool.joined",
                by=by,
                on=pool,
                area_path=pool.area_path,
                at=at,
                facts={"people": [str(member.person_id) for member in late]},
            )
            added += len(late)
    return added


@transaction.atomic
def record_recheck_sample(
    *, pool_id: UUID, person_id: UUID, tube_code: str, by: Actor, at: datetime
) -> Recheck:
    """Record the single swab taken at the door (单人单管采样). The same tube again changes nothing."""
    pool, recheck = _locked(pool_id, person_id, by)
    code = tube_code.strip().upper()
    if code and recheck.tube_code == code and recheck.state != RecheckState.DUE:
        return recheck
    rules.may_sample(pool=pool.state, recheck=recheck.state, name=recheck.person.name).or_refuse()
    _must_be_free(code, recheck)
    recheck.state, recheck.tube_code, recheck.sampled_at = RecheckState.SAMPLED, code, at
    recheck.save(update_fields=["state", "tube_code", "sampled_at"])
    journal.record(
        "testing.recheck.sampled",
        by=by,
        on=recheck,
        area_path=recheck.area_path,
        at=at,
        facts={"pool": str(pool.pk), "person": str(person_id), "tube": code},
    )
    return recheck


@transaction.atomic
def record_recheck_result(*, pool_id: UUID, person_id: UUID, word: str, by: Actor, at: datetime) -> Recheck:
    """Record a member's single result (单管复核结果): the last negative lifts the pool, a positive confirms it.

    Grey or invalid singles are sampled again; the hold stays meanwhile. The same word again changes nothing.
    """
    pool, recheck = _locked(pool_id, person_id, by)
    target = RecheckState(rules.after(ResultWord(word)))
    if target != RecheckState.DUE and recheck.state == target:
        return recheck
    rules.may_result(pool=pool.state, recheck=recheck.state, name=recheck.person.name).or_refuse()
    recheck.state, recheck.result_at = target, at
    recheck.save(update_fields=["state", "result_at"])
    act = {"neg": "negative", "pos": "positive"}.get(word, "unclear")
    journal.record(
        f"testing.recheck.{act}",
        by=by,
        on=recheck,
        area_path=recheck.area_path,
        at=at,
        facts={"pool": str(pool.pk), "person": str(person_id), "tube": recheck.tube_code, "word": word},
    )
    _settle(pool, by=by, at=at)
    return recheck


def _locked(pool_id: UUID, person_id: UUID, by: Actor) -> tuple[PositivePool, Recheck]:
    """The pool's lock guards all its rechecks: two last results cannot both miss that they were the last."""
    pool = lock(PositivePool, pool_id)
    by.must("testing.pool.run", within=pool.area_path)
    recheck = Recheck.objects.select_related("person").filter(pool=pool, person_id=person_id).first()
    if recheck is None:
        raise Refusal("not_found", what=str(Recheck._meta.verbose_name))
    return pool, recheck


def _limits(area_path: str, at: datetime) -> rules.Limits:
    found = dated_rules(list(LIMITS), path=area_path, on=clock.day_of(at))
    missing = [name for name in LIMITS if name not in found]
    if missing:
        raise Refusal("rule_missing", rule=missing[0], day=clock.day_of(at))
    return rules.Limits(*(int(found[name].value) for name in LIMITS))


def _add_members(pool: PositivePool, members: list[Member], *, at: datetime) -> None:
    Recheck.objects.bulk_create(
        [
            Recheck(id=new_id(), pool=pool, person_id=member.person_id, area_path=member.area_path)
            for member in members
        ],
        ignore_conflicts=True,
    )
    calls.owe(
        purpose=CallPurpose.POOL,
        about_id=pool.pk,
        person_ids=[member.person_id for member in members],
        due_at=pool.calls_due_at,
        at=at,
    )


def _must_be_free(code: str, recheck: Recheck) -> None:
    """A recheck goes into a single tube that holds nobody else."""
    if not code:
        raise Refusal("tube_unknown", tube="—")
    taken = (
        Recheck.objects.filter(tube_code=code).exclude(pk=recheck.pk).exists()
        or Sample.objects.filter(tube_code=code).exists()
        or Tube.objects.filter(code=code).exclude(pool=PoolKind.SINGLE).exists()
    )
    # A tube of a grey single was used up as well: the second try needs a new one.
    if taken or recheck.tube_code == code:
        raise Refusal("tube_recheck_used", tube=code)


def _settle(pool: PositivePool, *, by: Actor, at: datetime) -> None:
    states = list(pool.rechecks.values_list("state", flat=True))
    state = PoolState(rules.state_of(states))
    closed_at = at if rules.is_complete(states) else None
    if (pool.state, pool.closed_at) == (state, closed_at):
        return
    changed, pool.state, pool.closed_at = pool.state != state, state, closed_at
    pool.save(update_fields=["state", "closed_at"])
    if changed and state == PoolState.LIFTED:
        people = pool.rechecks.values_list("person_id", flat=True)
        calls.end_calls(about_id=pool.pk, person_ids=list(people), at=at)
    if changed:
        journal.record(
            f"testing.pool.{state}",
            by=by,
            on=pool,
            area_path=pool.area_path,
            at=at,
            facts={"tube": pool.tube.code, "members": len(states)},
        )
