"""What a restriction must have before it exists (管控措施; DOMAIN.md LE-10 to LE-14)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from tongxin.core.verdicts import Verdict

SHORTEST_ANSWER = 8


@dataclass(frozen=True, slots=True)
class Asked:
    """One restriction as it is asked for. `has_evidence`: the record exists and is about this very person.

    `held_since` is where a chain of renewals began: a day is a day, however often it is renewed.
    """

    person: UUID
    ground: str
    has_evidence: bool
    starts_at: datetime
    ends_at: datetime | None
    held_since: datetime | None = None


@dataclass(frozen=True, slots=True)
class Hand:
    """Who signs: the account, and whether it signs for health and for law where all these people live."""

    account: UUID | None
    for_health: bool = False
    for_law: bool = False


def may_impose(
    asked: Sequence[Asked],
    *,
    bulk_limit: int,
    second_after: timedelta,
    decider: Hand,
    approver: Hand | None,
) -> Verdict:
    """May these restrictions exist? Evidence first: a list without it is refused whoever signs.

    More than the bulk limit in one act needs two people, one who signs for health and one who signs for law
    (LE-14). Longer than `second_after`, counted from the first day, needs another person's approval.
    """
    if not asked:
        return Verdict.no("nobody_named")
    without = sum(not each.has_evidence for each in asked)
    if without:
        return Verdict.no("evidence_needed", count=without)
    if any(each.ends_at is None or each.ends_at <= each.starts_at for each in asked):
        return Verdict.no("end_needed")
    if approver is not None and approver.account == decider.account:
        return Verdict.no("approver_must_differ")
    if len(asked) > bulk_limit and not _both_sign(decider, approver):
        return Verdict.no("too_many_at_once", count=len(asked))
    longest = max(each.ends_at - (each.held_since or each.starts_at) for each in asked if each.ends_at)
    if longest > second_after and approver is None:
        return Verdict.no("second_approver_needed")
    return Verdict.yes()


def _both_sign(one: Hand, other: Hand | None) -> bool:
    if other is None:
        return False
    return (one.for_health and other.for_law) or (one.for_law and other.for_health)


def may_lift_one(*, when: str, recheck: str) -> bool:
    """Does one person's negative end their hold before the pool is through? By the dated rule (DOMAIN 3.6, 5a)."""
    return when == "own_negative" and recheck == "negative"


def may_wait_for_result(*, is_over: bool, grace_given: bool, is_sampled: bool, name: str) -> Verdict:
    """May the end wait for the final test? Once, and only while a sample is at the laboratory (LE-12)."""
    if is_over:
        return Verdict.no("restriction_over")
    if grace_given:
        return Verdict.no("grace_given")
    if not is_sampled:
        return Verdict.no("no_final_test_pending", name=name)
    return Verdict.yes()


def warning_of(*, ends_at: datetime, at: datetime, hours: Sequence[float]) -> float | None:
    """Which warning before the end stands now: the smallest of the hours that is not yet used up (LE-12)."""
    left = ends_at - at
    if left <= timedelta():
        return None
    return min((hour for hour in hours if left <= timedelta(hours=hour)), default=None)


def may_review(*, reviewer: UUID | None, names: Sequence[tuple[UUID | None, str]]) -> Verdict:
    """A reviewer is nobody who decided or approved (LE-13). `names`: account and name of those who did."""
    for account, name in names:
        if account is not None and account == reviewer:
            return Verdict.no("reviewer_must_differ", name=name)
    return Verdict.yes()
