"""Which value of a rule holds where and when (PO-01)."""

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from tongxin.core import areas
from tongxin.core.refusals import Refusal
from tongxin.places.models import RuleRow


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
    best: dict[str, RuleRow] = {}
    for row in rows:
        held = best.get(row.name)
        if held is None or (len(row.path), row.valid_from) > (len(held.path), held.valid_from):
            best[row.name] = row
    return {name: Rule(name, row.value, row.pk, row.document, row.is_verified) for name, row in best.items()}
