"""The rules a new installation starts with; every number of DOMAIN.md 3 is a dated row, never a constant."""

import json
from datetime import date
from pathlib import Path

from django.db import transaction

from tongxin.places.models import RuleRow

DEFAULTS = Path(__file__).resolve().parent.parent / "data" / "default_rules.json"


@transaction.atomic
def load_default_rules() -> int:
    """Add the country-wide default rows that are not there yet. Returns how many were added; safe to repeat."""
    rows = json.loads(DEFAULTS.read_text(encoding="utf-8"))
    wanted = [
        RuleRow(
            name=row["name"],
            path="/",
            value=row["value"],
            unit=row.get("unit", ""),
            valid_from=date.fromisoformat(row["from"]),
            document=row["document"],
            is_verified=row.get("verified", False),
        )
        for row in rows
    ]
    before = RuleRow.objects.count()
    RuleRow.objects.bulk_create(wanted, ignore_conflicts=True)
    return RuleRow.objects.count() - before
