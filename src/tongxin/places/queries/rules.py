"""Which value of a rule holds where and when (PO-01)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from tongxin.core import areas, formats
from tongxin.core.refusals import Refusal
from tongxin.places.models import RuleRow
from tongxin.places.queries import words


@dataclass(frozen=True, slots=True)
class Rule:
    """A value and the row it stands in: decisions keep the row they were made under."""

    name: str
    value: Any
    row_id: UUID
    document: str
    is_verified: bool


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
    return {name: Rule(name, row.value, row.pk, row.document, row.is_verified) for name, row in best.items()}


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
    best: dict[str, RuleRow] = {}
    for row in rows:
        held = best.get(row.name)
        if held is None or (len(row.path), row.valid_from) > (len(held.path), held.valid_from):
            best[row.name] = row
    return best


def _in_words(row: RuleRow) -> Holding:
    return Holding(
        name=row.name,
        group=row.name.split(".")[0],
        title=str(words.TITLES.get(row.name, row.name)),
        values=_lines(row.value),
        unit=str(words.UNITS.get(row.unit, row.unit)),
        row=row,
    )


def _lines(value: Any) -> list[str]:
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
