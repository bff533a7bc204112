"""My work today, the report of a round, the briefing, and the rows behind every figure."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from tongxin.access.actors import Actor
from tongxin.access.gate import ActorRequest, needs
from tongxin.access.services import journal
from tongxin.core import clock, formats, navigation, pages
from tongxin.places.queries.areas import named
from tongxin.places.queries.names import names_of
from tongxin.reports import documents, figures
from tongxin.reports.forms import BriefingForm
from tongxin.reports.models import Briefing
from tongxin.reports.queries import briefings as briefing_queries
from tongxin.reports.queries import rounds as round_queries
from tongxin.reports.queries import rows as row_queries
from tongxin.reports.queries import work
from tongxin.reports.services import briefings as services
from tongxin.testing.enums import Coverage
from tongxin.testing.models import Round
from tongxin.testing.queries import coverage, rounds

READ, WRITE, APPROVE = "reports.report.read", "reports.briefing.write", "reports.briefing.approve"
REGISTER = "people.register.read"


@needs()
@require_GET
def home(request: ActorRequest) -> HttpResponse:
    """What waits on me, then how the round of the day stands."""
    at = clock.now()
    round_ = work.todays_round(request.actor)
    counts = coverage.by_class(round_.pk) if round_ is not None and round_.base_count is not None else None
    running = rounds.at_work() if request.actor.may("testing.round.read") else []
    others = [each for each in running if round_ is None or each.pk != round_.pk]
    duties = [(duty, _address(duty)) for duty in work.duties(request.actor, round_, at, others=others)]
    context = {
        "at": at,
        "duties": duties,
        "waiting": _waiting(request, {href.partition("?")[0] for _duty, href in duties}),
        "running": _running(running) if others else [],
        "round": round_,
        "counts": counts,
        "classes": _classes(request.actor, counts, round_.pk) if counts and round_ else [],
        "area_name": named(round_.area_path) if round_ else named(request.actor.home),
        "may_plan": request.actor.may("testing.round.plan"),
        "may_read": request.actor.may(READ),
        "may_see_people": request.actor.may(REGISTER),
        "may_import": request.actor.may("people.register.import"),
    }
    return render(request, "reports/home.html", context)


@needs(READ)
@require_GET
def round_report(request: ActorRequest, round_id: UUID) -> HttpResponse:
    report = round_queries.report(rounds.one(round_id), clock.now(), whole=False)
    context = {
        "report": report,
        "area_name": named(report.round.area_path),
        "classes": _classes(request.actor, report.counts, round_id),
        "roles": [_("Community head"), _("Point chief")],
    }
    return render(request, "reports/round.html", context)


@needs(READ)
@require_GET
def round_since(request: ActorRequest, round_id: UUID) -> HttpResponse:
    """What came, went and changed between the round before and this one, person by person."""
    round_, at = rounds.one(round_id), clock.now()
    context = {
        "round": round_,
        "before": rounds.before(round_),
        "section": round_queries.since(round_, at),
        "area_name": named(round_.area_path),
        "at": at,
    }
    return render(request, "reports/since.html", context)


@needs(READ)
@require_GET
def round_buildings(request: ActorRequest, round_id: UUID) -> HttpResponse:
    """Every building of a round with its coverage, in order."""
    round_, at = rounds.one(round_id), clock.now()
    after, size = request.GET.get("after", ""), pages.SIZE
    found = coverage.by_building(round_id, at, after=after, size=size + 1)
    shown = found[:size]
    table = pages.Table(
        columns=[
            pages.Column(_("Building")),
            pages.Column(_("Grid"), "wide-only"),
            pages.Column(_("Base"), "num"),
            pages.Column(_("Covered"), "num"),
            pages.Column(_("Unknown"), "num"),
            pages.Column(_("Coverage"), "num"),
        ],
        rows=shown,
        empty=pages.Empty(_("This round has not been opened: there is no base and nothing to report.")),
        scope=named(round_.area_path),
        as_of=at,
        older=pages.address(request.GET, after=shown[-1].path) if len(found) > size else "",
        newer=pages.without(request.GET) if after else "",
    )
    may_open = request.actor.may(REGISTER)
    context = {"round": round_, "table": table, "may_open": may_open}
    return render(request, "reports/buildings.html", context)


@needs(READ)
@require_GET
def round_pdf(request: ActorRequest, round_id: UUID) -> HttpResponse:
    round_ = rounds.one(round_id)
    body = documents.round_pdf(round_queries.report(round_, clock.now()))
    return _file(body, "application/pdf", f"round-{round_.number}.pdf")


@needs(READ)
@require_GET
def round_sheet(request: ActorRequest, round_id: UUID) -> HttpResponse:
    round_ = rounds.one(round_id)
    body = documents.round_sheet(round_queries.report(round_, clock.now()))
    return _file(body, documents.SHEET, f"round-{round_.number}.xlsx")


@needs(READ)
@require_GET
def rows(request: ActorRequest, round_id: UUID, key: str) -> HttpResponse:
    """The rows of one figure of a round, as they are now."""
    round_ = rounds.one(round_id)
    scope = figures.Scope(round_.area_path, clock.now(), round_)
    back = (
        reverse("reports:round", args=[round_id]),
        _("Report of round %(number)s") % {"number": round_.number},
    )
    return _rows_page(request, key, scope, back)


@needs(READ)
@require_GET
def briefings(request: ActorRequest) -> HttpResponse:
    found = pages.page_of(request.GET, briefing_queries.latest_first(), ["-day", "-number", "-id"])
    may_write = request.actor.may(WRITE)
    table = pages.Table(
        columns=[
            pages.Column(_("Issue"), "num"),
            pages.Column(_("Day")),
            pages.Column(_("State")),
            pages.Column(_("Written by"), "wide-only"),
            pages.Column(_("Figures as of")),
        ],
        rows=found.rows,
        empty=pages.Empty(
            _("No briefing has been written yet."),
            _("Write today's briefing") if may_write else "",
            reverse("reports:briefing_new") if may_write else "",
        ),
        scope=named(request.actor.home),
        as_of=clock.now(),
        **pages.links(request.GET, found),
    )
    return render(request, "reports/briefings.html", {"table": table, "may_write": may_write})


@needs(WRITE)
@require_http_methods(["GET", "POST"])
def briefing_new(request: ActorRequest) -> HttpResponse:
    area = request.actor.paths_for(WRITE)[0]
    form = BriefingForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        made = services.write(
            area_path=area, text=form.cleaned_data["text"], by=request.actor, at=clock.now()
        )
        messages.success(request, _("The figures are frozen. A second person signs the briefing."))
        return redirect("reports:briefing", made.pk)
    at = clock.now()
    preview = Briefing(
        area_path=area,
        day=clock.day_of(at),
        as_of=at,
        figures=services.plain(
            figures.values(services.FROZEN, figures.Scope(area, at, rounds.current(area)))
        ),
    )
    context = {
        "form": form,
        "sections": briefing_queries.sections(preview),
        "area_name": named(area),
        "at": at,
    }
    return render(request, "reports/briefing_new.html", context, status=422 if form.is_bound else 200)


@needs(READ, APPROVE)
@require_GET
def briefing(request: ActorRequest, briefing_id: UUID) -> HttpResponse:
    found = briefing_queries.one(briefing_id)
    may_sign = (
        request.actor.may(APPROVE, within=found.area_path) and found.author_id != request.actor.account_id
    )
    context = {
        "briefing": found,
        "sections": briefing_queries.sections(found),
        "area_name": named(found.area_path),
        "may_approve": may_sign and found.approved_at is None,
        "may_write": request.actor.may(WRITE, within=found.area_path),
        "roles": [_("Written by: %(name)s") % {"name": found.author_name}, _("Signed by")],
    }
    return render(request, "reports/briefing.html", context)


@needs(READ, APPROVE)
@require_GET
def briefing_pdf(request: ActorRequest, briefing_id: UUID) -> HttpResponse:
    found = briefing_queries.one(briefing_id)
    body = documents.briefing_pdf(found, briefing_queries.sections(found))
    return _file(body, "application/pdf", f"briefing-{found.number}.pdf")


@needs(APPROVE)
@require_POST
def briefing_approve(request: ActorRequest, briefing_id: UUID) -> HttpResponse:
    found = services.approve(briefing_id=briefing_id, by=request.actor, at=clock.now())
    messages.success(request, _("Briefing no. %(number)s is signed.") % {"number": found.number})
    return redirect("reports:briefing", briefing_id)


@needs(READ, APPROVE)
@require_GET
def briefing_rows(request: ActorRequest, briefing_id: UUID, key: str) -> HttpResponse:
    """The rows of a frozen figure. Rows live on: what the page counts now may differ, and says so."""
    found = briefing_queries.one(briefing_id)
    round_ = rounds.one(found.round_id) if found.round_id else None
    scope = figures.Scope(found.area_path, found.as_of, round_)
    back = (
        reverse("reports:briefing", args=[briefing_id]),
        _("Briefing no. %(number)s") % {"number": found.number},
    )
    return _rows_page(request, key, scope, back, frozen=briefing_queries.values_of(found).get(key))


def _rows_page(
    request: ActorRequest,
    key: str,
    scope: figures.Scope,
    back: tuple[str, str],
    *,
    frozen: figures.Value = None,
) -> HttpResponse:
    found = row_queries.rows_of(key, scope)
    page = pages.page_of(request.GET, found.rows, ["id"])
    shown = row_queries.shown(found.kind, page.rows)
    if not request.actor.may(REGISTER):
        shown = [row.without_person(found.kind) for row in shown]
    if people := [row.person_id for row in shown if row.person_id]:
        journal.seen(
            by=request.actor,
            area_path=scope.area_path,
            what="figure",
            people=people,
            why=str(figures.FIGURES[key].title),
        )
    figure, count = figures.FIGURES[key], found.rows.count()
    table = pages.Table(
        columns=[pages.Column(title) for title in row_queries.COLUMNS[found.kind]],
        rows=shown,
        empty=pages.Empty(_("The figure is zero: there is no row behind it.")),
        scope=named(scope.area_path),
        as_of=scope.at,
        count=ngettext("%(count)s row", "%(count)s rows", count) % {"count": formats.number(count)},
        name=f"figure{found.kind.replace('_', '')}",
        **pages.links(request.GET, page),
    )
    context = {
        "table": table,
        "figure": figure,
        "back": back,
        "frozen": figure.text(frozen) if frozen is not None else "",
        "differs": isinstance(frozen, int) and frozen != count,
    }
    return render(request, "reports/rows.html", context)


def _waiting(request: ActorRequest, said: set[str]) -> list[navigation.Entry]:
    """What else waits, as the navigation counts it, where no line above leads there already."""
    entries = navigation.entries_of(request)
    return [each for each in entries if each.waiting and not any(href.startswith(each.href) for href in said)]


def _running(found: list[Round]) -> list[tuple[Round, str, coverage.ClassCounts]]:
    """The rounds at work with their areas and classes; one query for all of them."""
    counts = coverage.by_class_of([each.pk for each in found])
    names = names_of([each.area_path for each in found])
    return [(each, names.get(each.area_path, each.area_path), counts[each.pk]) for each in found]


def _classes(actor: Actor, counts: coverage.ClassCounts, round_id: UUID) -> list[tuple[str, Any, int, str]]:
    may_open = actor.may(READ)
    return [
        (
            klass.value,
            Coverage(klass).label,
            count,
            reverse("reports:rows", args=[round_id, f"class_{klass}"]) if may_open else "",
        )
        for klass, count in counts.items()
    ]


def _address(duty: work.Duty) -> str:
    return reverse(duty.url, args=duty.args) + (f"?{duty.query}" if duty.query else "")


def _file(body: bytes, kind: str, name: str) -> HttpResponse:
    response = HttpResponse(body, content_type=kind)
    response["Content-Disposition"] = f'inline; filename="{name}"'
    return response
