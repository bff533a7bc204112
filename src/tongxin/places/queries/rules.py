"""Which value of a rule holds where and when (PO-01)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet

from tongxin.core import areas, formats
from tongxin.core.refusals import Refusal
from tongxin.places.enums import DraftState
from tongxin.places.models import RuleDraft, RuleRow
from tongxin.places.queries import words


@dataclass(frozen=True, slots=True)
class Rule:
    """A value and the row it stands in: decisions keep the row they were made under."""

    name: str
    value: Any
    row_id: UUID
    document: str
    is_verified: bool
    path: str = areas.EVERYWHERE
    unit: str = ""


def rule(name: str, *, path: str, on: date) -> Rule:
    """The most local row that holds on the day. Refuses `rule_missing`."""
    found = rules([name], path=path, on=on)
    if name not in found:
        raise Refusal("rule_missing", rule=name, day=on)
    return found[name]


def rules(names: list[str], *, path: str, on: date) -> dict[str, Rule]:
    """Several rules at once, each by its most local row."""
    rows = RuleRow.objects.valid_on(on).filter(name__in=names, path__in=areas.chain(path))
    best = _most_local(rows)
    return {
        name: Rule(name, row.value, row.pk, row.document, row.is_verified, row.path, row.unit)
        for name, row in best.items()
    }


@dataclass(frozen=True, slots=True)
class Holding:
    """A rule as it holds in one place on one day, in words."""

    name: str
    group: str
    title: str
    values: list[str]
    unit: str
    row: RuleRow


def holding(*, path: str, on: date) -> list[Holding]:
    """Every rule that holds here on the day, each by its most local row, grouped by what it is for."""
    rows = RuleRow.objects.valid_on(on).filter(path__in=areas.chain(path))
    found = [_in_words(row) for row in _most_local(rows).values()]
    order = list(words.GROUPS)
    return sorted(
        found,
        key=lambda rule: (order.index(rule.group) if rule.group in order else len(order), rule.name),
    )


def _most_local(rows: Iterable[RuleRow]) -> dict[str, RuleRow]:
    """By name, the row that wins: in each area the latest; of the areas the most local that has not withdrawn it."""
    latest: dict[tuple[str, str], RuleRow] = {}
    for row in rows:
        held = latest.get((row.name, row.path))
        if held is None or (row.valid_from, row.version) > (held.valid_from, held.version):
            latest[row.name, row.path] = row
    best: dict[str, RuleRow] = {}
    for (name, path), row in latest.items():
        if not row.is_withdrawal and (name not in best or len(path) > len(best[name].path)):
            best[name] = row
    return best


@dataclass(frozen=True, slots=True)
class Step:
    """One row of a rule's history: where it holds, in words, and whether it is the one that holds."""

    row: RuleRow
    values: list[str]
    is_holding: bool
    is_over: bool
    is_review_due: bool


def history(name: str, *, path: str, on: date) -> list[Step]:
    """Every row of the rule here and above, the latest first; nothing that was published ever disappears."""
    rows = list(RuleRow.objects.filter(name=name, path__in=areas.chain(path)))
    best = _most_local(row for row in rows if _holds(row, on)).get(name)
    rows.sort(key=lambda row: (row.valid_from, len(row.path), row.version), reverse=True)
    return [
        Step(
            row=row,
            values=said(row.value),
            is_holding=row is best,
            is_over=row.valid_to is not None and row.valid_to <= on,
            is_review_due=is_review_due(row, on),
        )
        for row in rows
    ]


def _holds(row: RuleRow, on: date) -> bool:
    return row.valid_from <= on and (row.valid_to is None or row.valid_to > on)


def is_review_due(row: RuleRow, on: date) -> bool:
    """Whether somebody had to look again at a stricter row by today (LE-20)."""
    return row.is_stricter and row.review_on is not None and row.review_on <= on


def overlays_below(name: str, *, path: str, on: date) -> list[RuleRow]:
    """Rows of areas below that hold on the day: they stay as they are when a row is published above them."""
    rows = RuleRow.objects.valid_on(on).filter(name=name, path__startswith=path).exclude(path=path)
    by_path: dict[str, list[RuleRow]] = {}
    for row in rows:
        by_path.setdefault(row.path, []).append(row)
    best = (_most_local(each).get(name) for each in by_path.values())
    return sorted((row for row in best if row is not None), key=lambda row: row.path)


@dataclass(frozen=True, slots=True)
class Proposal:
    """A draft beside what holds now."""

    draft: RuleDraft
    title: str
    values: list[str]
    unit: str
    now: list[str]
    below: list[RuleRow]


def waiting(paths: Iterable[str]) -> QuerySet[RuleDraft]:
    """Drafts that wait for a second person in these areas or below, the earliest first day first."""
    inside = Q(pk=None)
    for path in paths:
        inside |= Q(path__startswith=path)
    return RuleDraft.objects.filter(inside, state=DraftState.WAITING).order_by("valid_from", "written_at")


def draft(draft_id: UUID) -> RuleDraft:
    """One draft. Refuses `not_found`."""
    found = RuleDraft.objects.select_related("row").filter(pk=draft_id).first()
    if found is None:
        raise Refusal("not_found", what=str(RuleDraft._meta.verbose_name))
    return found


def proposal(draft: RuleDraft) -> Proposal:
    """What publishing the draft changes, in words."""
    held = rules([draft.name], path=draft.path, on=draft.valid_from).get(draft.name)
    return Proposal(
        draft=draft,
        title=title_of(draft.name),
        values=said(draft.value),
        unit=unit_of(draft.unit),
        now=said(held.value) if held else [],
        below=overlays_below(draft.name, path=draft.path, on=draft.valid_from),
    )


def title_of(name: str) -> str:
    return str(words.TITLES.get(name, name))


def unit_of(unit: str) -> str:
    return str(words.UNITS.get(unit, unit))


def _in_words(row: RuleRow) -> Holding:
    return Holding(
        name=row.name,
        group=row.name.split(".")[0],
        title=title_of(row.name),
        values=said(row.value),
        unit=unit_of(row.unit),
        row=row,
    )


def said(value: Any) -> list[str]:
    """A value in words; several of them one a line, in the order of `words.VALUES` (JSON in the database has none)."""
    if isinstance(value, dict):
        order = list(words.VALUES)
        keys = sorted(value, key=lambda key: order.index(key) if key in order else len(order))
        return [f"{words.VALUES.get(key, key)}: {_said(value[key])}" for key in keys]
    return [_said(inner) for inner in value] if isinstance(value, list) else [_said(value)]


def _said(value: Any) -> str:
    if isinstance(value, int | float) and not isinstance(value, bool):
        return formats.number(value)
    return str(words.VALUES.get(value, value)) if isinstance(value, str) else str(value)
