"""Ledgers: all of them, one as it stands now, one day as it was frozen; on paper and as a sheet."""

from datetime import date
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from tongxin.access.gate import ActorRequest, needs
from tongxin.access.services import journal
from tongxin.core import clock
from tongxin.places.queries.areas import named
from tongxin.reports import documents, documents_ledgers
from tongxin.reports.queries import ledgers as queries
from tongxin.reports.services import ledgers as services

SHOWN = 500


@needs(queries.READ)
@require_GET
def ledgers(request: ActorRequest) -> HttpResponse:
    """Every ledger: yesterday, in, out, today, and now."""
    at, area = clock.now(), _area(request)
    lines, entries, persons = queries.overview(area, at) if area else ([], 0, 0)
    context = {
        "lines": lines,
        "entries": entries,
        "persons": persons,
        "area": area,
        "area_name": named(area or request.actor.home),
        "areas": [(path, named(path)) for path in queries.communities(request.actor)],
        "at": at,
    }
    return render(request, "reports/ledgers.html", context)


@needs(queries.READ)
@require_GET
def ledger(request: ActorRequest, code: str) -> HttpResponse:
    """Who stands in a ledger now, and its days."""
    definition, at, area = queries.one(code), clock.now(), _area(request)
    found = queries.members(definition, area, at) if area else {}
    may_name = queries.may_name(request.actor, definition)
    rows = queries.rows_of(list(found.values()), clock.day_of(at)) if may_name else []
    _note_seen(request, area, definition, rows[:SHOWN])
    context = {
        "definition": definition,
        "count": len(found),
        "rows": rows[:SHOWN],
        "is_cut": len(rows) > SHOWN,
        "may_name": may_name,
        "may_write": definition.has_entries and request.actor.may(services.FILL) and may_name,
        "days": queries.days(area, code),
        "area": area,
        "area_name": named(area or request.actor.home),
        "at": at,
        "signers": [_("Filled in by"), _("Community head")],
    }
    return render(request, "reports/ledger.html", context)


@needs(queries.READ)
@require_GET
def ledger_sheet(request: ActorRequest, code: str) -> HttpResponse:
    definition, at, area = queries.one(code), clock.now(), _area(request)
    _must_name(request, definition)
    rows = queries.rows_of(
        list(queries.members(definition, area, at).values()) if area else [], clock.day_of(at)
    )
    _note_seen(request, area, definition, rows)
    return _file(documents_ledgers.sheet(definition, rows, area, at), documents.SHEET, f"ledger-{code}.xlsx")


@needs(queries.READ)
@require_GET
def ledger_day(request: ActorRequest, code: str, day: date) -> HttpResponse:
    """One frozen day: the numbers, each change with its event, the signatures."""
    definition = queries.one(code)
    kept = queries.day_of(_area(request), code, day)
    may_name = queries.may_name(request.actor, definition)
    changes = queries.changes_of(kept) if may_name else []
    _note_seen(request, kept.area_path, definition, changes)
    mine = request.actor.account_id
    context = {
        "definition": definition,
        "kept": kept,
        "changes": changes,
        "may_name": may_name,
        "may_fill": kept.filled_by_id is None
        and kept.head_id != mine
        and request.actor.may(services.FILL, within=kept.area_path)
        and (not definition.is_sensitive or request.actor.may(queries.SENSITIVE, within=kept.area_path)),
        "may_sign": kept.head_id is None
        and kept.filled_by_id != mine
        and request.actor.may(services.SIGN, within=kept.area_path),
        "area_name": named(kept.area_path),
        "area": kept.area_path,
        "signers": [_("Filled in by"), _("Community head")],
    }
    return render(request, "reports/ledger_day.html", context)


@needs(queries.READ)
@require_GET
def ledger_day_pdf(request: ActorRequest, code: str, day: date) -> HttpResponse:
    definition = queries.one(code)
    _must_name(request, definition)
    kept = queries.day_of(_area(request), code, day)
    rows = queries.rows_then(kept)
    _note_seen(request, kept.area_path, definition, rows)
    body = documents_ledgers.day_pdf(definition, kept, queries.changes_of(kept), rows)
    return _file(body, "application/pdf", f"ledger-{code}-{day.isoformat()}.pdf")


@needs(services.FILL, services.SIGN)
@require_POST
def ledger_day_sign(request: ActorRequest, day_id: UUID) -> HttpResponse:
    kept = services.sign(
        day_id=day_id, as_head=request.POST.get("as") == "head", by=request.actor, at=clock.now()
    )
    messages.success(request, _("Signed."))
    return redirect("reports:ledger_day", kept.ledger, kept.day)


def _area(request: ActorRequest) -> str:
    """The community whose ledgers are shown: the one that is asked for, or the first of this actor's."""
    held = queries.communities(request.actor)
    asked = request.GET.get("area", "")
    return asked if asked in held else held[0] if held else ""


def _must_name(request: ActorRequest, definition: queries.Definition) -> None:
    if not queries.may_name(request.actor, definition):
        request.actor.must(queries.SENSITIVE if definition.is_sensitive else queries.REGISTER)


def _note_seen(request: ActorRequest, area: str, definition: queries.Definition, rows: list[Any]) -> None:
    if rows:
        people = [getattr(row, "person_id", None) or row.id for row in rows]
        journal.seen(
            by=request.actor, area_path=area, what="ledger", people=people, why=str(definition.title)
        )


def _file(body: bytes, kind: str, name: str) -> HttpResponse:
    response = HttpResponse(body, content_type=kind)
    response["Content-Disposition"] = f'inline; filename="{name}"'
    return response
