"""Restrictions decided by a person: asked for with evidence and an end, or refused and shown to the auditor."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction

from tongxin.access.actors import Actor
from tongxin.access.services import journal
from tongxin.containment import rules
from tongxin.containment.enums import Ended, RestrictionKind, ToldBy
from tongxin.containment.models import Restriction
from tongxin.containment.queries import evidence
from tongxin.core import areas, clock, locks
from tongxin.core.ids import new_id
from tongxin.core.locks import lock
from tongxin.core.refusals import Refusal
from tongxin.people.models import Person
from tongxin.places.queries.rules import rule
from tongxin.testing.enums import RecheckState

DECIDE, RENEW, APPROVE, TELL = (
    "containment.restriction.decide",
    "containment.restriction.renew",
    "containment.restriction.approve",
    "containment.restriction.tell",
)
FOR_HEALTH, FOR_LAW = "containment.bulk.health", "containment.bulk.law"


@dataclass(frozen=True, slots=True)
class Order:
    """One restriction as it is asked for; what is missing is refused, never guessed."""

    person_id: UUID
    ground: str
    evidence_id: UUID | None
    ends_at: datetime | None
    kind: str = RestrictionKind.HOLD
    renews_id: UUID | None = None


@transaction.atomic
def impose(
    *, orders: Sequence[Order], by: Actor, at: datetime, approver: Actor | None = None
) -> list[Restriction]:
    """Restrict people (采取管控措施) with ground, evidence, end, decider and an address for appeal (LE-10).

    Who is already held on the same record is the restriction that is there. Whoever opens a door to this calls
    `note_refused` after a refusal: the attempt itself is for the auditor (LE-14).
    """
    capability = RENEW if any(order.renews_id for order in orders) else DECIDE
    by.must(capability)
    people = {each.pk: each for each in Person.objects.live().filter(pk__in=[o.person_id for o in orders])}
    for path in {people[order.person_id].area_path for order in orders if order.person_id in people}:
        by.must(capability, within=path)
        if approver is not None:
            approver.must(APPROVE, within=path)
    # One act on a person at a time: two deciders at once make one restriction.
    for person_id in sorted({order.person_id for order in orders if order.person_id in people}):
        locks.advisory(f"containment.restriction {person_id}")
    home = common_path([person.area_path for person in people.values()]) or by.home
    renewed = _renewed(orders)
    _judge(orders, people, renewed, home, by=by, approver=approver, at=at)
    made = []
    for order in orders:
        held = _held(order, at)
        made.append(
            held or _make(order, people[order.person_id], renewed, home, by=by, approver=approver, at=at)
        )
    return made


def note_refused(
    *, orders: Sequence[Order], refusal: Refusal, by: Actor, at: datetime, area_path: str = ""
) -> None:
    """Write a refused attempt down for the auditor, after the act has rolled back (LE-14)."""
    journal.record(
        "containment.restriction.refused",
        by=by,
        area_path=area_path or by.home,
        at=at,
        why=refusal.code,
        facts={
            "count": len(orders),
            "grounds": dict(Counter(order.ground for order in orders)),
            "without_evidence": sum(order.evidence_id is None for order in orders),
        },
    )


def renewal_of(*, restriction_id: UUID, ends_at: datetime, at: datetime) -> Order:
    """What going on past the end would rest on: the person's own recheck that is still owed, or nothing."""
    running = lock(Restriction, restriction_id)
    if running.lifted_at is not None or running.ends_at <= at:
        raise Refusal("restriction_over")
    recheck = evidence.recheck_of(running)
    is_owed = recheck is not None and recheck.state != RecheckState.NEGATIVE
    record = recheck.pk if recheck is not None and is_owed else None
    return Order(running.person_id, running.ground, record, ends_at, running.kind, running.pk)


@transaction.atomic
def extend(
    *, restriction_id: UUID, ends_at: datetime, by: Actor, at: datetime, approver: Actor | None = None
) -> Restriction:
    """Go on past the end (延期) as a new decision with its own ground; it begins where the old one ends."""
    order = renewal_of(restriction_id=restriction_id, ends_at=ends_at, at=at)
    return impose(orders=[order], by=by, at=at, approver=approver)[0]


@transaction.atomic
def lift(*, restriction_id: UUID, why: str, by: Actor, at: datetime) -> Restriction:
    """End a restriction early (提前解除), with a reason. Lifted twice is lifted once."""
    running = lock(Restriction, restriction_id)
    by.must(DECIDE, within=running.area_path)
    if running.lifted_at is not None:
        return running
    if running.ends_at <= at:
        raise Refusal("restriction_over")
    if not why.strip():
        raise Refusal("reason_needed")
    for row in [running, *Restriction.objects.filter(renews=running, lifted_at=None)]:
        end_row(row, Ended.EARLY, why=why, by=by, at=at)
    return running


@transaction.atomic
def tell(*, restriction_id: UUID, how: ToldBy, by: Actor, at: datetime) -> Restriction:
    """Note that the person was told (告知): ground, end, where to appeal. Told twice is told once."""
    row = lock(Restriction, restriction_id)
    by.must(TELL, within=row.area_path)
    if row.noticed_at is not None:
        return row
    row.noticed_at, row.noticed_how, row.noticed_by_name = at, how, by.name[:60]
    row.save(update_fields=["noticed_at", "noticed_how", "noticed_by_name"])
    journal.record(
        "containment.restriction.told",
        by=by,
        on=row,
        area_path=row.area_path,
        at=at,
        facts={"person": str(row.person_id), "how": str(how)},
    )
    return row


@transaction.atomic
def wait_for_result(*, restriction_id: UUID, by: Actor, at: datetime) -> Restriction:
    """Let the end wait for the final test (等待结果), once and for the hours of the rule at most (LE-12)."""
    row = lock(Restriction, restriction_id)
    by.must(RENEW, within=row.area_path)
    recheck = evidence.recheck_of(row)
    rules.may_wait_for_result(
        is_over=row.lifted_at is not None or row.ends_at <= at,
        grace_given=row.grace_from is not None or Restriction.objects.filter(renews=row).exists(),
        is_sampled=recheck is not None and recheck.state == RecheckState.SAMPLED,
        name=row.person.name,
    ).or_refuse()
    hours = float(value("containment.grace_hours", row.area_path, at))
    row.grace_from, row.ends_at = row.ends_at, row.ends_at + timedelta(hours=hours)
    row.save(update_fields=["grace_from", "ends_at"])
    journal.record(
        "containment.restriction.waited",
        by=by,
        on=row,
        area_path=row.area_path,
        at=at,
        facts=facts_of(row) | {"grace_from": row.grace_from.isoformat()},
    )
    return row


def end_row(row: Restriction, kind: Ended, *, why: str, by: Actor, at: datetime) -> None:
    """Write the end of one row that its caller has locked."""
    row.lifted_at, row.lift_kind = at, kind
    row.lift_reason, row.lifted_by_name = why.strip()[:160], by.name[:60]
    row.save(update_fields=["lifted_at", "lift_kind", "lift_reason", "lifted_by_name"])
    journal.record(
        "containment.restriction.lifted",
        by=by,
        on=row,
        area_path=row.area_path,
        at=at,
        why=why,
        facts=facts_of(row) | {"kind": str(kind)},
    )


def value(name: str, path: str, at: datetime) -> Any:
    """The value of a rule that holds here today."""
    return rule(name, path=path, on=clock.day_of(at)).value


def common_path(paths: Sequence[str]) -> str:
    """The smallest area that holds all of these."""
    chains = [areas.chain(path) for path in paths]
    return max(set.intersection(*map(set, chains)), key=len) if chains else ""


def facts_of(restriction: Restriction) -> dict[str, str]:
    return {
        "ground": restriction.ground,
        "evidence": str(restriction.evidence_id),
        "person": str(restriction.person_id),
        "ends_at": restriction.ends_at.isoformat(),
    }


def _renewed(orders: Sequence[Order]) -> dict[UUID, Restriction]:
    """The restrictions that are carried on, locked, each once."""
    rows = locks.lock_all(Restriction, [order.renews_id for order in orders if order.renews_id])
    if Restriction.objects.filter(renews__in=rows).exists():
        raise Refusal("already_renewed")
    return {row.pk: row for row in rows}


def _held(order: Order, at: datetime) -> Restriction | None:
    """The restriction in force on the very same record, when no renewal was asked for."""
    if order.renews_id or order.evidence_id is None:
        return None
    records = evidence.kin([order.evidence_id])
    rows = Restriction.objects.in_force(at).filter(
        person=order.person_id, kind=order.kind, ground=order.ground
    )
    return rows.filter(evidence_id__in=records).order_by("-ends_at").first()


def _make(
    order: Order,
    person: Person,
    renewed: dict[UUID, Restriction],
    home: str,
    *,
    by: Actor,
    approver: Actor | None,
    at: datetime,
) -> Restriction:
    assert order.evidence_id is not None
    assert order.ends_at is not None
    before = renewed.get(order.renews_id) if order.renews_id else None
    decisions = Restriction.objects.filter(
        person=person, kind=order.kind, evidence_id=order.evidence_id
    ).count()
    made = Restriction.objects.create(
        id=new_id(),
        area_path=person.area_path,
        person=person,
        kind=order.kind,
        ground=order.ground,
        evidence_id=order.evidence_id,
        number=decisions + 1,
        renews=before,
        rule_id=rule("containment.second_approver_hours", path=home, on=clock.day_of(at)).row_id,
        starts_at=before.ends_at if before else at,
        held_since=(before.held_since or before.starts_at) if before else at,
        ends_at=order.ends_at,
        decided_by_id=by.account_id,
        decided_by_name=by.name[:60],
        approved_by_id=approver.account_id if approver else None,
        approved_by_name=approver.name[:60] if approver else "",
        appeal_to=str(value("containment.appeal_to", home, at)),
    )
    journal.record(
        "containment.restriction.renewed" if before else "containment.restriction.imposed",
        by=by,
        on=made,
        area_path=made.area_path,
        at=at,
        facts=facts_of(made) | {"approver": approver.name if approver else ""},
    )
    return made


def _judge(
    orders: Sequence[Order],
    people: dict[UUID, Person],
    renewed: dict[UUID, Restriction],
    home: str,
    *,
    by: Actor,
    approver: Actor | None,
    at: datetime,
) -> None:
    records = {order.evidence_id for order in orders if order.evidence_id}
    known = evidence.supported(records)
    asked = [
        rules.Asked(
            person=order.person_id,
            ground=order.ground,
            has_evidence=order.person_id in people
            and (order.person_id, order.ground, order.evidence_id) in known,
            starts_at=renewed[order.renews_id].ends_at if order.renews_id in renewed else at,
            ends_at=order.ends_at,
            held_since=_since(renewed.get(order.renews_id)) if order.renews_id else None,
        )
        for order in orders
    ]
    rules.may_impose(
        asked,
        bulk_limit=int(value("containment.bulk_limit", home, at)),
        second_after=timedelta(hours=float(value("containment.second_approver_hours", home, at))),
        decider=_hand(by, home),
        approver=_hand(approver, home) if approver else None,
    ).or_refuse()
    wrong = evidence.struck(records)
    for order in orders:
        if number := wrong.get((order.person_id, order.ground, order.evidence_id)):
            raise Refusal("evidence_struck", number=number)


def _since(row: Restriction | None) -> datetime | None:
    return (row.held_since or row.starts_at) if row else None


def _hand(actor: Actor, home: str) -> rules.Hand:
    return rules.Hand(actor.account_id, actor.may(FOR_HEALTH, home), actor.may(FOR_LAW, home))
