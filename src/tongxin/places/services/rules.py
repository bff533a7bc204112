"""Rules: the rows a new installation starts with, and how a new one is written by one person and published by another.

A published row is never changed (PO-03): a number that was wrong is followed by a row with the right one.
"""

import json
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from django.db import transaction

from tongxin.access.actors import Actor
from tongxin.access.services import journal
from tongxin.core import areas, clock
from tongxin.core.locks import advisory, lock
from tongxin.core.refusals import Refusal
from tongxin.places.enums import DraftState
from tongxin.places.models import Area, RuleDraft, RuleRow
from tongxin.places.queries import rules as queries
from tongxin.places.rules import rulebook

DEFAULTS = Path(__file__).resolve().parent.parent / "data" / "default_rules.json"
TEXT = (
    "name", "path", "value", "unit", "valid_from", "valid_to", "document", "issuer", "number", "edition",
    "is_verified", "is_withdrawal", "note", "is_stricter", "reason", "review_on", "author_id", "author_name",
)  # fmt: skip
SHORTEST_TITLE = 4


@transaction.atomic
def load_default_rules() -> int:
    """Add the country-wide default rows that are not there yet. Returns how many were added; safe to repeat."""
    rows = json.loads(DEFAULTS.read_text(encoding="utf-8"))
    wanted = [
        RuleRow(
            name=row["name"],
            path=areas.EVERYWHERE,
            value=row["value"],
            unit=row.get("unit", ""),
            valid_from=date.fromisoformat(row["from"]),
            document=row["document"],
            issuer=row.get("issuer", ""),
            number=row.get("number", ""),
            edition=row.get("edition", ""),
            is_verified=row.get("verified", False),
        )
        for row in rows
    ]
    before = RuleRow.objects.count()
    RuleRow.objects.bulk_create(wanted, ignore_conflicts=True)
    return RuleRow.objects.count() - before


@dataclass(frozen=True, slots=True)
class Source:
    """The document a rule stands in, and whether somebody has read it there."""

    document: str
    issuer: str = ""
    number: str = ""
    edition: str = ""
    is_verified: bool = False


@transaction.atomic
def write_rule(
    *,
    name: str,
    path: str,
    value: Any,
    valid_from: date,
    source: Source,
    by: Actor,
    at: datetime,
    valid_to: date | None = None,
    note: str = "",
    reason: str = "",
    review_on: date | None = None,
    is_withdrawal: bool = False,
) -> RuleDraft:
    """Write a new row for a rule in an area (规则草案); it holds nothing until a second person publishes it."""
    by.must("places.rule.write", within=path)
    present = _present(name, path, valid_from)
    if is_withdrawal:
        value = _taken_back(name, path, present)
    else:
        rulebook.may_hold(name, value, present.value).or_refuse()
    rulebook.may_begin(valid_from, valid_to, clock.day_of(at)).or_refuse()
    if len(source.document.strip()) < SHORTEST_TITLE:
        raise Refusal("rule_document")
    draft = RuleDraft(
        name=name,
        path=path,
        value=value,
        unit=present.unit,
        valid_from=valid_from,
        valid_to=valid_to,
        document=source.document.strip(),
        issuer=source.issuer.strip(),
        number=source.number.strip(),
        edition=source.edition.strip(),
        is_verified=source.is_verified,
        is_withdrawal=is_withdrawal,
        note=note.strip(),
        reason=reason.strip(),
        review_on=review_on,
        author_id=by.account_id,
        author_name=by.name[:60],
        written_at=at,
    )
    _weigh(draft)
    draft.save(force_insert=True)
    journal.record("places.rule.written", by=by, area_path=path, on=draft, at=at, facts=_facts(draft))
    return draft


@transaction.atomic
def publish_rule(*, draft_id: UUID, by: Actor, at: datetime) -> RuleRow:
    """The second person's yes (发布规则): the row stands from now on and is never changed. Twice is once.

    Weighed again: the national row may have changed since the draft was written, and its first day may have passed.
    """
    draft = lock(RuleDraft, draft_id)
    by.must("places.rule.approve", within=draft.path)
    if draft.state == DraftState.PUBLISHED and draft.row is not None:
        return draft.row
    _must_wait(draft)
    if by.account_id is not None and by.account_id == draft.author_id:
        raise Refusal("rule_own_draft")
    rulebook.may_begin(draft.valid_from, draft.valid_to, clock.day_of(at)).or_refuse()
    _weigh(draft)
    advisory(f"places.rule:{draft.name}:{draft.path}")
    same_day = RuleRow.objects.filter(name=draft.name, path=draft.path, valid_from=draft.valid_from)
    row = RuleRow.objects.create(
        **{name: getattr(draft, name) for name in TEXT},
        version=max(same_day.values_list("version", flat=True), default=0) + 1,
        approver_id=by.account_id,
        approver_name=by.name[:60],
        published_at=at,
    )
    draft.row = row
    _decide(draft, DraftState.PUBLISHED, by, at)
    journal.record(
        "places.rule.published",
        by=by,
        area_path=draft.path,
        on=row,
        at=at,
        why=draft.reason,
        facts=_facts(draft),
    )
    return row


@transaction.atomic
def decline_rule(*, draft_id: UUID, why: str, by: Actor, at: datetime) -> RuleDraft:
    """The second person's no, or the author's own second thought, with the reason."""
    draft = lock(RuleDraft, draft_id)
    if by.account_id is None or by.account_id != draft.author_id:
        by.must("places.rule.approve", within=draft.path)
    if draft.state == DraftState.DECLINED:
        return draft
    _must_wait(draft)
    if len(why.strip()) < rulebook.SHORTEST_REASON:
        raise Refusal("rule_decline_reason")
    draft.why = why.strip()[:200]
    _decide(draft, DraftState.DECLINED, by, at)
    journal.record("places.rule.declined", by=by, area_path=draft.path, on=draft, at=at, why=why.strip())
    return draft


def _present(name: str, path: str, on: date) -> queries.Rule:
    """The row that would hold there without the new one; a rule must have a national row to be changed."""
    if not Area.objects.filter(path=path).exists():
        raise Refusal("area_unknown", area=path)
    return queries.rule(name, path=path, on=on)


def _taken_back(name: str, path: str, present: queries.Rule) -> Any:
    if path == areas.EVERYWHERE or present.path != path:
        raise Refusal("rule_nothing_local", rule=name)
    return present.value


def _weigh(draft: RuleDraft) -> None:
    """Mark a local row that is stricter than the national one; refuse it without reason and review day (LE-20)."""
    if draft.path == areas.EVERYWHERE or draft.is_withdrawal:
        draft.is_stricter = False
        return
    national = queries.rule(draft.name, path=areas.EVERYWHERE, on=draft.valid_from)
    days = int(queries.rule("places.overlay.review_days", path=draft.path, on=draft.valid_from).value)
    draft.is_stricter = rulebook.is_stricter(draft.name, draft.value, national.value)
    rulebook.may_overlay(
        stricter=draft.is_stricter,
        reason=draft.reason,
        review_on=draft.review_on,
        begins=draft.valid_from,
        days=days,
    ).or_refuse()


def _must_wait(draft: RuleDraft) -> None:
    if draft.state != DraftState.WAITING:
        raise Refusal("rule_decided", state=draft.get_state_display())


def _decide(draft: RuleDraft, state: DraftState, by: Actor, at: datetime) -> None:
    draft.state, draft.decided_by_id, draft.decided_name, draft.decided_at = (
        state,
        by.account_id,
        by.name[:60],
        at,
    )
    draft.save(
        update_fields=["state", "decided_by", "decided_name", "decided_at", "why", "row", "is_stricter"]
    )


def _facts(draft: RuleDraft) -> dict[str, Any]:
    return {
        "rule": draft.name,
        "value": draft.value,
        "from": draft.valid_from.isoformat(),
        "until": draft.valid_to.isoformat() if draft.valid_to else "",
        "document": draft.document,
        "stricter": draft.is_stricter,
        "withdrawal": draft.is_withdrawal,
    }
