"""The rows to verify as a sheet that leaves the house (LE-32): for a purpose, with who and when on it, recorded."""

import io
from datetime import datetime

import xlsxwriter
from django.db import transaction
from django.utils.translation import gettext as _

from tongxin.access.actors import Actor
from tongxin.access.services import journal
from tongxin.core import clock, formats
from tongxin.core.refusals import Refusal
from tongxin.exchange import queries
from tongxin.exchange.models import Upload, UploadRow
from tongxin.exchange.services import uploads
from tongxin.exchange.services.differences import IMPORT
from tongxin.exchange.services.mending import ALLOW
from tongxin.places.queries.rules import rule

LIMIT = "reports.export.rows"
FIRST = 3  # above the rows: the file, the mark, the headings


@transaction.atomic
def rejects_sheet(*, upload: Upload, purpose: str, by: Actor, at: datetime) -> bytes:
    """The rejected rows with a column for the reason. More rows than the rule allows are a supervisor's to take.

    Refuses `rows_too_many`.
    """
    by.must(IMPORT, within=upload.area_path)
    rows = list(queries.rows_of(upload, "reject"))
    limit = int(rule(LIMIT, path=upload.area_path, on=clock.day_of(at)).value)
    if len(rows) > limit and not by.may(ALLOW, upload.area_path):
        raise Refusal("rows_too_many", count=len(rows), limit=limit)
    journal.seen(
        by=by,
        area_path=upload.area_path,
        what="rejected_rows",
        people=None,
        why=f"{purpose} · {upload.file_name} · {len(rows)}",
        at=at,
    )
    mark = " · ".join([by.name, formats.moment(at), purpose])
    return _sheet(upload, rows, mark)


def _sheet(upload: Upload, rows: list[UploadRow], mark: str) -> bytes:
    buffer = io.BytesIO()
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(buffer, options) as book:
        sheet = book.add_worksheet(_("To verify"))
        text, bold = book.add_format({"num_format": "@"}), book.add_format({"bold": True})
        sheet.write_string(0, 0, upload.file_name, bold)
        sheet.write_string(1, 0, mark)
        for column, title in enumerate((_("Sheet"), _("Row"), _("Reason"))):
            sheet.write_string(2, column, title, bold)
        for number, row in enumerate(rows, FIRST):
            reason = str(queries.REASONS.get(row.reason, row.reason))
            for column, value in enumerate((row.sheet, str(row.row), reason, *uploads.values_of(row))):
                sheet.write_string(
                    number, column, value, text
                )  # never a formula, whatever a cell begins with
        sheet.repeat_rows(0, FIRST - 1)
        sheet.set_footer("&L" + mark.replace("&", "＆")[:200] + "&R&P / &N")
        book.set_properties({"author": upload.sent_by_name, "comments": mark})
    return buffer.getvalue()
