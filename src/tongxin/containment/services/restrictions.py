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
from tongxin.containment.enums import Ground, RestrictionKind
from tongxin.containment.models import Restriction
from tongxin.core import areas, clock
from tongxin.core.ids import new_id
from tongxin.core.locks import lock
from tongxin.core.refusals import Refusal
from tongxin.people.models import Person
from tongxin.places.queries.rules import rule
from tongxin.testing.enums import RecheckState
from tongxin.testing.models import Recheck


@dataclass(frozen=True, slots=True)
class Order:
    """One restriction as it is asked for; what is missing is refused, never guessed."""

    person_id: UUID
    ground: str
    evidence_id: UUID | None
    ends_at: datetime | None
    kind: str = RestrictionKind.HOLD


@transaction.atomic
def impose(
    *, orders: Sequence[Order], by: Actor, at: datetime, approver: Actor | None = None
) -> list[Restriction]:
    """Restrict people (采取管控措施) with ground, evidence, end, decider and an address for appeal (LE-10).

    The same person, kind and evidence again is the restriction that is there. Whoever opens a door to this
    calls `note_refused` after a refusal: the attempt itself is for the auditor (LE-14).
    """
    by.must("containment.restriction.decide")
    people = {each.pk: each for each in Person.objects.live().filter(pk__in=[o.person_id for o in orders])}
    for path in {people[order.person_id].area_path for order in orders if order.person_id in people}:
        by.must("containment.restriction.decide", within=path)
        if approver is not None:
            approver.must("containment.restriction.renew", within=path)
    home = _common_path(list(people.values())) or by.home
    _judge(orders, people, home, by=by, approver=approver, at=at)
    appeal_to = str(rule("containment.appeal_to", path=home, on=clock.day_of(at)).value)
    second = rule("containment.second_approver_hours", path=home, on=clock.day_of(at))
    made = [
        Restriction.objects.get_or_create(
            person=people[order.person_id],
            kind=order.kind,
            evidence_id=order.evidence_id or UUID(int=0),
            defaults={
                "id": new_id(),
                "area_path": people[order.person_id].area_path,
                "ground": order.ground,
                "rule_id": second.row_id,
                "starts_at": at,
                "ends_at": order.ends_at or at,
                "decided_by_id": by.account_id,
                "decided_by_name": by.name[:60],
                "approved_by_id": approver.account_id if approver else None,
                "appeal_to": appeal_to,
            },
        )
        for order in orders
    ]
    for restriction in (row for row, is_new in made if is_new):
        journal.record(
            "containment.restriction.imposed",
            by=by,
            on=restriction,
            area_path=restriction.area_path,
            at=at,
            facts=_facts(restriction) | {"approver": approver.name if approver else ""},
        )
    return [row for row, _is_new in made]


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


@transaction.atomic
def extend(
    *, restriction_id: UUID, ends_at: datetime, by: Actor, at: datetime, approver: Actor | None = None
) -> Restriction:
    """Go on past the end (延期) as a new decision, resting on the person's own recheck that is still owed."""
    running = lock(Restriction, restriction_id)
    by.must("containment.restriction.renew", within=running.area_path)
    if running.lifted_at is not None or running.ends_at <= at:
        raise Refusal("restriction_over")
    owed = Recheck.objects.filter(pool=running.evidence_id, person=running.person_id).exclude(
        state=RecheckState.NEGATIVE
    )
    recheck = owed.first()
    order = Order(running.person_id, running.ground, recheck.pk if recheck else None, ends_at)
    return impose(orders=[order], by=by, at=at, approver=approver)[0]


@transaction.atomic
def lift(*, restriction_id: UUID, why: str, by: Actor, at: datetime) -> Restriction:
    """End a restriction early (提前解除), with a reason. Lifted twice is lifted once."""
    running = lock(Restriction, restriction_id)
    by.must("containment.restriction.decide", within=running.area_path)
    if running.lifted_at is not None:
        return running
    if running.ends_at <= at:
        raise Refusal("restriction_over")
    if not why.strip():
        raise Refusal("reason_needed")
    running.lifted_at, running.lift_reason = at, why.strip()[:160]
    running.save(update_fields=["lifted_at", "lift_reason"])
    journal.record(
        "containment.restriction.lifted",
        by=by,
        on=running,
        area_path=running.area_path,
        at=at,
        why=why,
        facts=_facts(running),
    )
    return running


def _judge(
    orders: Sequence[Order],
    people: dict[UUID, Person],
    home: str,
    *,
    by: Actor,
    approver: Actor | None,
    at: datetime,
) -> None:
    supported = _supported(orders)
    asked = [
        rules.Asked(
            person=order.person_id,
            ground=order.ground,
            has_evidence=order.person_id in people
            and (order.person_id, order.ground, order.evidence_id) in supported,
            starts_at=at,
            ends_at=order.ends_at,
        )
        for order in orders
    ]
    rules.may_impose(
        asked,
        bulk_limit=int(_value("containment.bulk_limit", home, at)),
        second_after=timedelta(hours=float(_value("containment.second_approver_hours", home, at))),
        decider=by.account_id,
        approver=approver.account_id if approver else None,
    ).or_refuse()


def _supported(orders: Sequence[Order]) -> set[tuple[UUID, str, UUID | None]]:
    """Person, ground and record that belong together.

    The records that exist today are pools and their rechecks; a ground whose ledger is not kept here yet has no
    evidence and is refused.
    """
    evidence = {order.evidence_id for order in orders if order.evidence_id}
    found: set[tuple[UUID, str, UUID | None]] = set()
    for recheck in Recheck.objects.filter(pool__in=evidence) | Recheck.objects.filter(pk__in=evidence):
        ground = Ground.POSITIVE if recheck.state == RecheckState.POSITIVE else Ground.POOL_RECHECK
        if recheck.state != RecheckState.NEGATIVE:
            found.add((recheck.person_id, ground, recheck.pool_id))
            found.add((recheck.person_id, ground, recheck.pk))
    return found


def _common_path(people: Sequence[Person]) -> str:
    """The smallest area that holds all of them."""
    chains = [areas.chain(person.area_path) for person in people]
    return max(set.intersection(*map(set, chains)), key=len) if chains else ""


def _value(name: str, path: str, at: datetime) -> Any:
    return rule(name, path=path, on=clock.day_of(at)).value


def _facts(restriction: Restriction) -> dict[str, str]:
    return {
        "ground": restriction.ground,
        "evidence": str(restriction.evidence_id),
        "person": str(restriction.person_id),
        "ends_at": restriction.ends_at.isoformat(),
    }
