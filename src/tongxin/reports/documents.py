"""Reports and briefings as documents: what typst and the sheet writer are given."""

import io
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import xlsxwriter
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from tongxin.access.queries import installation
from tongxin.core import documents, formats
from tongxin.places.queries.areas import named
from tongxin.reports.models import Briefing, Export
from tongxin.reports.queries.briefings import BriefingSection
from tongxin.reports.queries.exports import Row, kind_of
from tongxin.reports.queries.rounds import Line, Report

SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def briefing_pdf(briefing: Briefing, sections: Sequence[BriefingSection]) -> bytes:
    """The briefing on one to three pages (CM-30)."""
    signed = (
        _("Signed: %(name)s, %(at)s")
        % {"name": briefing.approved_by_name, "at": formats.moment(briefing.approved_at)}
        if briefing.approved_at
        else _("Draft, not signed")
    )
    data = frame(briefing.area_path, briefing.as_of) | {
        "title": _("Epidemic briefing no. %(number)s") % {"number": briefing.number},
        "head": [named(briefing.area_path), formats.day(briefing.day), signed],
        "sections": [_briefing_section(section) for section in sections],
        "text": briefing.text,
        "text_title": _("In words"),
        "note": _("— means: not known here yet. Zero means: counted, and none. Figures frozen at %(at)s.")
        % {"at": formats.moment(briefing.as_of)},
        "signatures": [_("Written by: %(name)s") % {"name": briefing.author_name}, _("Signed by")],
    }
    return documents.pdf("reports/templates/reports/briefing.typ", data)


def round_pdf(report: Report) -> bytes:
    """The report of a round, with buildings."""
    number = report.round.number
    before = report.before.number if report.before else None
    data = frame(report.round.area_path, report.as_of) | {
        "title": _("Report of round %(number)s") % {"number": number},
        "head": [
            named(report.round.area_path),
            f"{formats.moment(report.round.opens_at)} – {formats.hour(report.round.closes_at)}",
            report.round.get_state_display(),
        ],
        "sections": [
            {
                "title": str(section.title),
                "rows": [
                    ["", _("Now"), _round_title(before), _("Difference")],
                    *(_line(line) for line in section.lines),
                ],
            }
            for section in report.sections
        ]
        + _extra(report),
        "note": _("— means: not known. Persons are counted once, swabs as person-times."),
        "signatures": [_("Community head"), _("Point chief")],
    }
    return documents.pdf("reports/templates/reports/round.typ", data)


def round_sheet(report: Report) -> bytes:
    """The same figures as a workbook: figures, buildings."""
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True, "strings_to_formulas": False}) as book:
        bold = book.add_format({"bold": True})
        share = book.add_format({"num_format": "0.0%"})
        sheet = book.add_worksheet(_("Figures"))
        sheet.set_column(0, 0, 36)
        head = [_("Figure"), _("Unit"), _("Now"), _("Round before"), _("As of")]
        sheet.write_row(0, 0, head, bold)
        lines = [line for section in report.sections for line in section.lines]
        for number, line in enumerate(lines, 1):
            sheet.write_row(number, 0, [str(line.title), str(line.unit)])
            for column, value in ((2, line.value), (3, line.before)):
                if isinstance(value, tuple):
                    sheet.write(number, column, value[0] / value[1] if value[1] else "—", share)
                else:
                    sheet.write(number, column, "—" if value is None else value)
            sheet.write(number, 4, formats.moment(report.as_of))
        _buildings_sheet(book, bold, report)
    return buffer.getvalue()


def list_sheet(export: Export, rows: Sequence[Row], *, by_name: str, at: datetime) -> bytes:
    """A list as a workbook; who took it, when and what for stands above the rows, on paper and behind the cells."""
    kind = kind_of(export.kind)
    mark = _("%(name)s · %(at)s · %(purpose)s · until %(until)s") % {
        "name": by_name,
        "at": formats.moment(at),
        "purpose": export.purpose,
        "until": formats.moment(export.ends_at),
    }
    if installation().is_demo:
        mark = f"{_('DEMO')} · {mark}"
    buffer = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(buffer, options) as book:
        bold, soft = (
            book.add_format({"bold": True}),
            book.add_format({"font_color": "#888888", "italic": True}),
        )
        sheet = book.add_worksheet(str(kind.title)[:31])
        sheet.set_column(0, len(kind.columns) - 1, 16)
        sheet.write(0, 0, f"{kind.title} · {named(export.area_path)} · {formats.as_of(at)}", bold)
        sheet.write(1, 0, mark, soft)
        sheet.write_row(2, 0, [str(column) for column in kind.columns], bold)
        for number, (cells, _person) in enumerate(rows, 3):
            sheet.write_row(number, 0, cells)
        sheet.freeze_panes(3, 0)
        sheet.repeat_rows(0, 2)
        # An ampersand begins a code in a header of a sheet.
        sheet.set_footer("&L" + mark.replace("&", "＆")[:200] + "&R&P / &N")
        book.set_properties({"title": str(kind.title), "author": by_name, "comments": mark})
    return buffer.getvalue()


def _buildings_sheet(book: Any, bold: Any, report: Report) -> None:
    sheet = book.add_worksheet(_("Buildings"))
    classes = [str(klass.label) for klass, _count in report.counts.items()]
    sheet.write_row(0, 0, [_("Building"), _("Grid"), _("Base"), *classes], bold)
    for number, row in enumerate(report.buildings, 1):
        counts = [count for _klass, count in row.counts.items()]
        sheet.write_row(number, 0, [row.name, row.grid, row.counts.base, *counts])


def frame(area_path: str, as_of: datetime) -> dict[str, Any]:
    """What every printed sheet carries."""
    is_demo = installation().is_demo
    return {
        "lang": "zh" if formats.is_chinese() else (get_language() or "en")[:2],
        "area": named(area_path),
        "as_of": formats.as_of(as_of),
        "footer": _("Tongxin") + (" · " + _("Demo register · all persons are invented") if is_demo else ""),
        "demo": _("DEMO") if is_demo else "",
    }


def _briefing_section(section: BriefingSection) -> dict[str, Any]:
    """A section nobody can fill yet is one line, not a table of dashes."""
    rows = [
        [_named(line), line.text, f"{line.before_text} ({line.change})" if line.before is not None else "—",
         week.before_text]
        for line, week in section.pairs
    ]  # fmt: skip
    title = str(section.section.title)
    if not section.is_known:
        names = "、" if formats.is_chinese() else ", "
        return {"title": title, "rows": [], "none": names.join(row[0] for row in rows) + ": —"}
    return {"title": title, "rows": [["", _("Now"), _("Yesterday"), _("7 days ago")], *rows], "none": ""}


def _line(line: Line) -> list[str]:
    return [_named(line), line.text, line.before_text, line.change]


def _named(line: Line) -> str:
    unit = str(line.unit)
    if not unit:
        return str(line.title)
    return f"{line.title}（{unit}）" if formats.is_chinese() else f"{line.title} ({unit})"


def _round_title(number: int | None) -> str:
    return _("Round %(number)s") % {"number": number} if number is not None else _("Round before")


def _extra(report: Report) -> list[dict[str, Any]]:
    """Why people left the base, what changed after the closing, and the buildings."""
    extra = []
    if report.removals:
        rows = [[reason, formats.number(count)] for reason, count in report.removals]
        extra.append({"title": _("Why people left the base"), "rows": [["", _("persons")], *rows]})
    if report.is_corrected:
        rows = [
            [word, formats.number(closed), formats.number(now)]
            for _code, word, closed, now in report.closed_classes
        ]
        extra.append({"title": _("After the closing"), "rows": [["", _("At closing"), _("Now")], *rows]})
    if report.buildings:
        rows = [
            [
                row.name,
                formats.number(row.counts.base),
                formats.number(row.counts.covered),
                formats.number(row.counts.unknown),
                formats.percent(row.counts.covered, row.counts.should_test),
            ]
            for row in report.buildings
        ]
        head = [_("Building"), _("Base"), _("Covered"), _("Unknown"), _("Coverage")]
        count = len(rows)
        title = ngettext("%(count)s building", "%(count)s buildings", count) % {"count": count}
        extra.append({"title": title, "rows": [head, *rows]})
    return extra
