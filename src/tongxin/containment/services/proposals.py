"""Restrictions that need two people: one asks, another signs on their own account (LE-10, LE-14)."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from tongxin.access.actors import Actor
from tongxin.access.models import Account
from tongxin.access.queries import actor_of
from tongxin.access.services import journal
from tongxin.containment.enums import ProposalState
from tongxin.containment.models import Proposal, ProposedLine, Restriction
from tongxin.containment.services import restrictions
from tongxin.containment.services.restrictions import APPROVE, Order
from tongxin.core import scope
from tongxin.core.locks import lock
from tongxin.core.refusals import Refusal
from tongxin.people.models import Person

# What one person alone may not decide, but two may.
WANTS_ANOTHER = frozenset({"second_approver_needed", "too_many_at_once"})


def ask(*, orders: Sequence[Order], by: Actor, at: datetime) -> list[Restriction] | Proposal:
    """Restrict, or, where one signature is not enough, write the proposal down for the second one (拟定).

    A refusal rolls the act back and is for the auditor; so is a proposal, which holds nobody.
    """
    try:
        with transaction.atomic():
            return restrictions.impose(orders=orders, by=by, at=at)
    except Refusal as refusal:
        if refusal.code not in WANTS_ANOTHER:
            raise
        return _propose(orders=orders, because=refusal.code, by=by, at=at)


@transaction.atomic
def approve(*, proposal_id: object, by: Actor, at: datetime) -> list[Restriction]:
    """Sign as the second person (批准): the restrictions exist from now on, decided by who asked."""
    proposal = _waiting(proposal_id, by)
    if proposal.ends_at <= at:
        raise Refusal("proposal_late")
    with scope.everywhere():
        asker = actor_of(Account.objects.get(pk=proposal.made_by_id), at)
    made = restrictions.impose(orders=orders_of(proposal), by=asker, at=at, approver=by)
    _answer(proposal, ProposalState.APPROVED, by=by, at=at)
    return made


@transaction.atomic
def decline(*, proposal_id: object, why: str, by: Actor, at: datetime) -> Proposal:
    """Do not sign (不批准), with a reason."""
    proposal = _waiting(proposal_id, by)
    if not why.strip():
        raise Refusal("reason_needed")
    proposal.why = why.strip()[:160]
    _answer(proposal, ProposalState.DECLINED, by=by, at=at)
    return proposal


def orders_of(proposal: Proposal) -> list[Order]:
    return [
        Order(
            line.person_id,
            line.ground,
            line.evidence_id,
            proposal.ends_at,
            proposal.kind,
            proposal.renews_id,
        )
        for line in proposal.lines.order_by("pk")
    ]


def _propose(*, orders: Sequence[Order], because: str, by: Actor, at: datetime) -> Proposal:
    people = Person.objects.live().in_bulk([order.person_id for order in orders])
    first = orders[0]
    assert first.ends_at is not None
    if by.account_id is None:  # somebody answers for every proposal
        raise Refusal("not_allowed", capability=restrictions.DECIDE)
    with transaction.atomic():
        proposal = Proposal.objects.create(
            area_path=restrictions.common_path([person.area_path for person in people.values()]),
            kind=first.kind,
            ends_at=first.ends_at,
            renews_id=first.renews_id,
            because=because,
            made_at=at,
            made_by_id=by.account_id,
            made_by_name=by.name[:60],
        )
        ProposedLine.objects.bulk_create(
            ProposedLine(
                proposal=proposal,
                person=people[order.person_id],
                area_path=people[order.person_id].area_path,
                ground=order.ground,
                evidence_id=order.evidence_id,
            )
            for order in orders
            if order.evidence_id
        )
        journal.record(
            "containment.restriction.proposed",
            by=by,
            on=proposal,
            area_path=proposal.area_path,
            at=at,
            why=because,
            facts={"count": len(orders), "people": [str(order.person_id) for order in orders]},
        )
    return proposal


def _waiting(proposal_id: object, by: Actor) -> Proposal:
    proposal = lock(Proposal, str(proposal_id))
    by.must(APPROVE, within=proposal.area_path)
    if proposal.state != ProposalState.WAITING:
        raise Refusal("proposal_answered", state=proposal.get_state_display(), name=proposal.answered_by_name)
    return proposal


def _answer(proposal: Proposal, state: ProposalState, *, by: Actor, at: datetime) -> None:
    proposal.state, proposal.answered_at = state, at
    proposal.answered_by_id, proposal.answered_by_name = by.account_id, by.name[:60]
    proposal.save(update_fields=["state", "answered_at", "answered_by_id", "answered_by_name", "why"])
    journal.record(
        f"containment.proposal.{state}",
        by=by,
        on=proposal,
        area_path=proposal.area_path,
        at=at,
        why=proposal.why,
        facts={"count": proposal.lines.count()},
    )
