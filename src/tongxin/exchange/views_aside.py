"""The page of records set aside: what phones sent that does not count, and what becomes of it."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext
from django.views.decorators.http import require_GET, require_POST

from tongxin.access.gate import ActorRequest, needs
from tongxin.access.services import journal
from tongxin.core import clock, pages
from tongxin.core.formats import number
from tongxin.core.pages import Column, Empty, Table
from tongxin.core.refusals import Refusal
from tongxin.exchange import queries_aside as queries
from tongxin.exchange.services import aside
from tongxin.places.queries.areas import named

REGISTER = "people.register.read"


@needs(aside.DECIDES)
@require_GET
def aside_list(request: ActorRequest) -> HttpResponse:
    """Records set aside, the newest first; those that wait, or those that were decided."""
    settled = request.GET.get("view") == "decided"
    code = request.GET.get("why", "")
    found = queries.listed(code=code, settled=settled)
    page = pages.keyset(
        found,
        ("-recorded_at", "-id"),
        after=request.GET.get("after", ""),
        before=request.GET.get("before", ""),
    )
    rows = queries.rows_of(page.rows, with_names=request.actor.may(REGISTER))
    if people := [row.person_id for row in rows if row.person_id]:
        journal.seen(
            by=request.actor, area_path=request.actor.home, what="aside", people=people, at=clock.now()
        )
    total = found.count()
    columns = [
        Column(_("Record")),
        Column(_("Why it does not count")),
        Column(pgettext("device", "Phone"), "wide-only"),
        Column(_("At")),
    ]
    table = Table(
        columns=[*columns, Column(_("Decided"))] if settled else columns,
        rows=rows,
        empty=Empty(_("Nothing was decided yet.") if settled else _("Nothing is set aside.")),
        scope=named(request.actor.home),
        as_of=clock.now(),
        count=ngettext("%(n)s record", "%(n)s records", total) % {"n": number(total)},
        name="aside",
        select="" if settled else "id",
        **pages.links(request.GET, page),  # type: ignore[arg-type]
    )
    context = {
        "table": table,
        "settled": settled,
        "code": code,
        "codes": [(each, queries.WHY.get(each, each)) for each in queries.codes_open()],
    }
    return render(request, "exchange/aside.html", context)


@needs(aside.DECIDES)
@require_POST
def counted(request: ActorRequest) -> HttpResponse:
    """Let the chosen records count."""
    told = aside.count(ids=_chosen(request), by=request.actor, at=clock.now())
    if told.counted:
        messages.success(
            request,
            ngettext("%(n)s record counts now.", "%(n)s records count now.", told.counted)
            % {"n": number(told.counted)},
        )
    for code in sorted(set(told.left.values())):
        left = sum(each == code for each in told.left.values())
        messages.warning(
            request,
            ngettext(
                "%(n)s record still does not count: %(why)s",
                "%(n)s records still do not count: %(why)s",
                left,
            )
            % {"n": number(left), "why": queries.WHY.get(code, code)},
        )
    return redirect("exchange:aside")


@needs(aside.DECIDES)
@require_POST
def dismissed(request: ActorRequest) -> HttpResponse:
    """Say why the chosen records will never count."""
    try:
        done = aside.dismiss(
            ids=_chosen(request), why=request.POST.get("reason", ""), by=request.actor, at=clock.now()
        )
    except Refusal as refusal:
        if refusal.code != "reason_needed":
            raise
        messages.error(request, refusal.says)
    else:
        messages.success(
            request,
            ngettext("%(n)s record dismissed.", "%(n)s records dismissed.", done) % {"n": number(done)},
        )
    return redirect("exchange:aside")


def _chosen(request: ActorRequest) -> list[UUID]:
    found = []
    for text in request.POST.getlist("id")[:500]:
        try:
            found.append(UUID(text))
        except ValueError:
            continue
    return found
