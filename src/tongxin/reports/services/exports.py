"""Workbooks of lists (导出, LE-32): asked for with a purpose, allowed by a second person when long, taken until an end."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from django.db import transaction

from tongxin.access.actors import Actor
from tongxin.access.services import journal
from tongxin.core import clock
from tongxin.core.locks import lock
from tongxin.core.refusals import Refusal
from tongxin.places.queries.rules import rule
from tongxin.reports.models import Export
from tongxin.reports.queries import exports as queries

APPROVE = "reports.export.approve"
SHORTEST = 4


@transaction.atomic
def ask(*, kind: str, filters: Mapping[str, str], purpose: str, by: Actor, at: datetime) -> Export:
    """Ask for a list as a workbook (申请导出). Up to the limit of the rule it may be taken at once."""
    found = queries.kind_of(kind)
    by.must(found.capability)
    if len(purpose.strip()) < SHORTEST:
        raise Refusal("export_purpose")
    area_path, count = queries.area_of(by, filters), found.count(filters)
    allowed, hours = (
        int(rule(f"reports.export.{name}", path=area_path, on=clock.day_of(at)).value)
        for name in ("rows", "hours")
    )
    is_free = not found.names or count <= allowed
    made = Export.objects.create(
        area_path=area_path,
        kind=kind,
        filters=dict(filters),
        purpose=purpose.strip()[:200],
        row_count=count,
        asked_by_id=by.account_id or queries.NOBODY,
        asked_by_name=by.name[:60],
        asked_at=at,
        ends_at=at + timedelta(hours=hours),
        approved_at=at if is_free else None,
    )
    journal.record(
        "reports.export.asked",
        by=by,
        on=made,
        area_path=area_path,
        at=at,
        why=made.purpose,
        facts={"kind": kind, "rows": count, "free": is_free},
    )
    return made


@transaction.atomic
def approve(*, export_id: object, by: Actor, at: datetime) -> Export:
    """Allow a long list (批准导出). Never by who asked; approved twice is approved once."""
    export = lock(Export, export_id)  # type: ignore[arg-type]
    by.must(APPROVE, within=export.area_path)
    if export.asked_by_id == by.account_id:
        raise Refusal("export_own")
    if export.ends_at <= at:
        raise Refusal("export_over")
    if export.approved_at is None:
        export.approved_at, export.approved_by_id, export.approved_by_name = at, by.account_id, by.name[:60]
        export.save(update_fields=["approved_at", "approved_by_id", "approved_by_name"])
        journal.record(
            "reports.export.approved",
            by=by,
            on=export,
            area_path=export.area_path,
            at=at,
            why=export.purpose,
            facts={"kind": export.kind, "rows": export.row_count},
        )
    return export


@transaction.atomic
def take(*, export_id: object, by: Actor, at: datetime) -> tuple[Export, list[queries.Row]]:
    """Read the rows of an allowed export (取走导出), once more or many times until its end; each time is recorded."""
    export = lock(Export, export_id)  # type: ignore[arg-type]
    kind = queries.kind_of(export.kind)
    by.must(kind.capability)
    if export.asked_by_id != by.account_id:
        raise Refusal("export_foreign", name=export.asked_by_name)
    if export.ends_at <= at:
        raise Refusal("export_over")
    if export.approved_at is None:
        raise Refusal("export_waits", count=export.row_count)
    rows = list(kind.rows(export.filters, at))
    if kind.names:
        allowed = int(rule("reports.export.rows", path=export.area_path, on=clock.day_of(at)).value)
        # The list lives on: what has grown past what was allowed is a new question.
        if len(rows) > max(allowed, export.row_count):
            raise Refusal("export_over")
    export.taken_at = at
    export.save(update_fields=["taken_at"])
    journal.seen(
        by=by,
        area_path=export.area_path,
        what="export",
        people=[person for _cells, person in rows if person is not None],
        why=export.purpose,
        at=at,
    )
    return export, rows
