"""Closing a round (关闭轮次): two signatures under figures without an unknown, then frozen (MT-40..46)."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from tongxin.access.actors import Actor
from tongxin.access.services import journal
from tongxin.core.clock import SHANGHAI
from tongxin.core.locks import lock
from tongxin.core.refusals import Refusal
from tongxin.testing.enums import RoundState
from tongxin.testing.models import Closing, Round, Signature
from tongxin.testing.queries import coverage as figures
from tongxin.testing.queries import rounds as queries
from tongxin.testing.rules import rounds as rules
from tongxin.testing.services import coverage
from tongxin.testing.services.rounds import move, over_round, refuse

SIGN = "testing.round.sign"
NOBODY = UUID(int=0)


@transaction.atomic
def sign(*, round_id: UUID, role: str, by: Actor, at: datetime) -> Signature:
    """Sign the figures of a round (签字). One person signs once; signing again returns the signature."""
    round_ = queries.one(round_id)
    _must_sign_as(role, by, round_)
    with over_round(round_):
        round_ = lock(Round, round_id)
        standing = {each.by_id: each for each in queries.signatures(round_id)}
        mine = standing.get(by.account_id) if by.account_id else None
        if mine is not None and mine.role == role:
            return mine
        if mine is not None:
            raise Refusal("already_signed", name=by.name)
        coverage.settle(round_id)
        stands = queries.facts(round_, RoundState.CLOSED)
        refuse(rules.may_sign(RoundState(round_.state), role, stands))
        for each in standing.values():
            if each.role == role:
                raise Refusal("already_signed", name=each.by_name)
        signature = Signature.objects.create(
            area_path=round_.area_path,
            round=round_,
            role=role,
            by_id=by.account_id or NOBODY,
            by_name=by.name[:60],
            at=at,
        )
        journal.record(
            "testing.round.signed",
            by=by,
            area_path=round_.area_path,
            on=round_,
            at=at,
            facts={"role": role, "classes": figures.by_class(round_id).as_dict()},
        )
    return signature


@transaction.atomic
def close(*, round_id: UUID, by: Actor, at: datetime, ground: str = "") -> Closing:
    """Close a round and freeze its figures. Of two who close at once, one is told who was first."""
    round_ = lock(Round, round_id)
    by.must(rules.MOVED_BY[RoundState.CLOSED], within=round_.area_path)
    if round_.state == RoundState.CLOSED:
        _refuse_second(round_)
    with over_round(round_):
        coverage.settle(round_id)
        names = ", ".join(queries.signatures(round_id).values_list("by_name", flat=True))
        facts = queries.facts(round_, RoundState.CLOSED, ground=ground or names or by.name)
        refuse(rules.may_move(RoundState(round_.state), RoundState.CLOSED, facts))
        change = figures.base_change(round_)
        closing = Closing.objects.create(
            area_path=round_.area_path,
            round=round_,
            at=at,
            base_opening=change.opening,
            added=change.added,
            removed=change.removed,
            base_closing=change.closing,
            classes=figures.by_class(round_id).as_dict(),
            sample_count=queries.standing_samples(round_id).count(),
        )
        move(round_, to=RoundState.CLOSED, ground=ground or names, by=by, at=at)
    return closing


def _must_sign_as(role: str, by: Actor, round_: Round) -> None:
    """A grid worker signs for a part of the round's area, the others for the whole of it."""
    if role not in rules.SIGNING_ROLES or not by.has_role(role) or by.account_id is None:
        raise Refusal("signature_role")
    inside = any(path.startswith(round_.area_path) for path in by.paths_for(SIGN))
    if not inside:
        by.must(SIGN, within=round_.area_path)


def _refuse_second(round_: Round) -> None:
    step = queries.steps(round_.pk).filter(state=RoundState.CLOSED).first()
    raise Refusal(
        "round_closed_by",
        number=round_.number,
        name=step.by_name if step else "",
        at=f"{step.at.astimezone(SHANGHAI):%H:%M}" if step else "",
    )
