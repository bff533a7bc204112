"""The ledger of holds as a printed document and as a sheet."""

import io
from typing import Any

import xlsxwriter
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from tongxin.access.queries import installation
from tongxin.containment.models import Restriction
from tongxin.containment.services.exports import Copy
from tongxin.core import documents, formats
from tongxin.places.queries.areas import named

SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def titles() -> list[str]:
    return [
        _("Person"),
        _("Address"),
        _("Measure"),
        _("Ground"),
        _("Since"),
        _("Ends"),
        _("Told"),
        _("Decided by"),
        _("Ended"),
    ]


def cells(row: Restriction) -> list[str]:
    told_at = row.noticed_at or row.told_at  # type: ignore[attr-defined]
    return [
        row.person.name,
        row.address or "—",  # type: ignore[attr-defined]
        row.get_kind_display(),
        row.get_ground_display(),
        formats.moment(row.held_since or row.starts_at),
        formats.moment(row.ends_at),
        formats.moment(told_at) if told_at else _("not reached yet"),
        decider(row),
        formats.moment(row.lifted_at) if row.lifted_at else "",
    ]


def decider(row: Restriction) -> str:
    """Who decided, and who signed with them."""
    first = _("by rule, from the positive pool") if row.decided_by_id is None else row.decided_by_name
    names = "、" if formats.is_chinese() else ", "
    return names.join(filter(None, [first, row.approved_by_name]))


def mark(copy: Copy) -> str:
    """What stands on every page of a copy (LE-32)."""
    return _("Taken by %(name)s, %(at)s, for: %(purpose)s. Destroy by %(until)s.") % {
        "name": copy.by,
        "at": formats.moment(copy.at),
        "purpose": copy.purpose,
        "until": formats.day(copy.valid_until),
    }


def ledger_pdf(copy: Copy) -> bytes:
    """The ledger on A4, with the mark of the copy on every page."""
    is_demo = installation().is_demo
    data: dict[str, Any] = {
        "lang": "zh" if formats.is_chinese() else (get_language() or "en")[:2],
        "title": _("Ledger of holds"),
        "area": named(copy.area_path),
        "as_of": formats.as_of(copy.at),
        "head": [named(copy.area_path), formats.day(copy.at), str(len(copy.rows)) + " " + _("persons")],
        "footer": mark(copy),
        "demo": _("DEMO") if is_demo else "",
        "rows": [titles(), *(cells(row) for row in copy.rows)],
        "empty": _("Nobody is on this list.") if not copy.rows else "",
        "signatures": [_("Health officer"), _("Community head")],
    }
    return documents.pdf("containment/templates/containment/ledger.typ", data)


def ledger_sheet(copy: Copy) -> bytes:
    """The same rows as a workbook; the mark stands in the first row and in the footer of a print."""
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(
        buffer, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    ) as book:
        bold = book.add_format({"bold": True})
        sheet = book.add_worksheet(_("Ledger of holds")[:31])
        sheet.write_string(0, 0, mark(copy))
        sheet.set_footer("&L" + mark(copy).replace("&", "&&")[:240])
        sheet.write_row(1, 0, titles(), bold)
        sheet.freeze_panes(2, 1)
        sheet.set_column(0, len(titles()) - 1, 18)
        for number, row in enumerate(copy.rows, 2):
            for column, text in enumerate(cells(row)):
                sheet.write_string(number, column, text)
    return buffer.getvalue()
