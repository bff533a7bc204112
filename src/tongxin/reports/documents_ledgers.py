"""A ledger on paper and as a workbook (LG-03: title, unit, date, numbers, signatures)."""

import io
from collections.abc import Sequence
from datetime import datetime

import xlsxwriter
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from tongxin.access.queries import installation
from tongxin.core import clock, documents, formats
from tongxin.places.queries.areas import named
from tongxin.reports.documents import frame
from tongxin.reports.models import LedgerDay
from tongxin.reports.queries.ledgers import Change, Definition, Row


def day_pdf(definition: Definition, kept: LedgerDay, changes: Sequence[Change], rows: Sequence[Row]) -> bytes:
    """One frozen day: its four numbers, each change with its event, everybody who stands there."""
    numbers = [
        ["", _("persons")],
        [_("Yesterday"), formats.number(kept.yesterday)],
        [_("In"), formats.number(kept.came)],
        [_("Out"), formats.number(kept.went)],
        [_("Today"), formats.number(kept.today)],
    ]
    sections = [{"title": _("Numbers of the day"), "rows": numbers}]
    if changes:
        head = [_("Who"), _("In or out"), _("Event")]
        lines = [[each.name, _("In") if each.way == "in" else _("Out"), each.event] for each in changes]
        sections.append({"title": _("Changes"), "rows": [head, *lines]})
    sections.append({"title": _("Everybody at 24:00"), "rows": [_head(), *map(_line, rows)]})
    signed = [
        _("%(role)s: %(name)s") % {"role": role, "name": name}
        for role, name in (
            (_("Filled in by"), kept.filled_by_name),
            (_("Community head"), kept.head_name),
        )
    ]
    data = frame(kept.area_path, clock.span_of(kept.day)[1]) | {
        "title": str(definition.title),
        "head": [named(kept.area_path), formats.day(kept.day)],
        "sections": sections,
        "note": str(definition.rule_words),
        "signatures": signed,
    }
    return documents.pdf("reports/templates/reports/round.typ", data)


def sheet(definition: Definition, rows: Sequence[Row], area_path: str, at: datetime) -> bytes:
    """Everybody in the ledger now, as a workbook."""
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True, "strings_to_formulas": False}) as book:
        bold = book.add_format({"bold": True})
        page = book.add_worksheet()
        page.set_column(0, 5, 18)
        demo = " · " + _("DEMO") if installation().is_demo else ""
        page.write_row(0, 0, [f"{definition.title}{demo}", named(area_path), formats.as_of(at)], bold)
        page.write_row(1, 0, _head(), bold)
        for number, row in enumerate(rows, 2):
            page.write_row(number, 0, _line(row))
    return buffer.getvalue()


def _head() -> list[str]:
    return [
        pgettext("person", "Name"),
        _("Sex, age"),
        _("Address"),
        _("On what ground"),
        _("Since"),
        _("Until"),
    ]


def _line(row: Row) -> list[str]:
    until = row.member.until
    return [
        row.name,
        f"{row.sex} {row.age if row.age is not None else ''}".strip(),
        row.address,
        row.member.event,
        formats.day(row.member.since),
        formats.day(until) if until else "",
    ]
