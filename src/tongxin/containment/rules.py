"""What a restriction must have before it exists (管控措施; DOMAIN.md LE-10 to LE-14)."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from tongxin.core.verdicts import Verdict


@dataclass(frozen=True, slots=True)
class Asked:
    """One restriction as it is asked for. `has_evidence`: the record exists and is about this very person."""

    person: UUID
    ground: str
    has_evidence: bool
    starts_at: datetime
    ends_at: datetime | None


def may_impose(
    asked: list[Asked],
    *,
    bulk_limit: int,
    second_after: timedelta,
    decider: UUID | None,
    approver: UUID | None,
) -> Verdict:
    """May these restrictions exist? Evidence first: a list without it is refused whoever signs.

    More than the bulk limit in one act is refused: the second officer it would need (a legal officer) has no
    role here yet. Longer than `second_after` needs another person's approval.
    """
    if not asked:
        return Verdict.no("nobody_named")
    without = sum(not each.has_evidence for each in asked)
    if without:
        return Verdict.no("evidence_needed", count=without)
    if any(each.ends_at is None or each.ends_at <= each.starts_at for each in asked):
        return Verdict.no("end_needed")
    if len(asked) > bulk_limit:
        return Verdict.no("too_many_at_once", count=len(asked))
    longest = max(each.ends_at - each.starts_at for each in asked if each.ends_at)
    if longest > second_after and approver is None:
        return Verdict.no("second_approver_needed")
    if approver is not None and approver == decider:
        return Verdict.no("approver_must_differ")
    return Verdict.yes()


def may_lift_one(*, when: str, recheck: str) -> bool:
    """Does one person's negative end their hold before the pool is through? By the dated rule (DOMAIN 3.6, 5a)."""
    return when == "own_negative" and recheck == "negative"
