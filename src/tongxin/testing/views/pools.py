"""Pages of positive and grey pools: members, calls, the team at the door, lift or confirm (screen 8)."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from tongxin.access.gate import ActorRequest, needs
from tongxin.access.services import journal
from tongxin.core import clock, formats, pages
from tongxin.people.enums import CallOutcome, CallPurpose
from tongxin.people.models import CallTask
from tongxin.people.services import calls
from tongxin.places.queries.areas import named
from tongxin.testing.enums import PoolState
from tongxin.testing.forms_results import CallForm, SingleResultForm, SwabForm
from tongxin.testing.models import PositivePool, Recheck
from tongxin.testing.queries import pools as queries
from tongxin.testing.services import pools
from tongxin.testing.views.rounds import export_of

READ, RUN = "testing.pool.read", "testing.pool.run"


@needs(READ)
@require_GET
def pool_list(request: ActorRequest) -> HttpResponse:
    found = pages.page_of(request.GET, queries.with_counts(PositivePool.objects.all()), ["-opened_at", "-id"])
    table = pages.Table(
        columns=[
            pages.Column(_("Tube")),
            pages.Column(_("State")),
            pages.Column(_("Released at")),
            pages.Column(_("Members"), "num"),
            pages.Column(_("Negative"), "num"),
            pages.Column(_("Positive"), "num"),
            pages.Column(_("Results due")),
        ],
        rows=found.rows,
        empty=pages.Empty(_("No pool has been positive or grey here.")),
        scope=named(request.actor.home),
        as_of=clock.now(),
        name="pools",
        **pages.links(request.GET, found),
    )
    return render(request, "testing/pools.html", {"table": table})


@needs(READ)
@require_GET
def pool_page(request: ActorRequest, pool_id: UUID) -> HttpResponse:
    pool = get_object_or_404(PositivePool.objects.select_related("tube", "tube__round"), pk=pool_id)
    request.actor.must(READ, within=pool.area_path)
    return _page(request, pool)


@needs(RUN)
@require_POST
def swab(request: ActorRequest, pool_id: UUID, person_id: UUID) -> HttpResponse:
    form = SwabForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Scan or type the number of the single tube."))
        return redirect("testing:pool", pool_id)
    recheck = pools.record_recheck_sample(
        pool_id=pool_id,
        person_id=person_id,
        tube_code=form.cleaned_data["tube"],
        by=request.actor,
        at=clock.now(),
    )
    messages.success(
        request,
        _("%(name)s: single tube %(tube)s.") % {"name": recheck.person.name, "tube": recheck.tube_code},
    )
    return redirect("testing:pool", pool_id)


@needs(RUN)
@require_POST
def result(request: ActorRequest, pool_id: UUID, person_id: UUID) -> HttpResponse:
    form = SingleResultForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Choose the result."))
        return redirect("testing:pool", pool_id)
    recheck = pools.record_recheck_result(
        pool_id=pool_id, person_id=person_id, word=form.cleaned_data["word"], by=request.actor, at=clock.now()
    )
    _say(request, recheck)
    return redirect("testing:pool", pool_id)


@needs("people.call.answer")
@require_POST
def call(request: ActorRequest, pool_id: UUID, person_id: UUID) -> HttpResponse:
    """Take the call or write down how it went."""
    task = get_object_or_404(CallTask, about_id=pool_id, person_id=person_id, purpose=CallPurpose.POOL)
    form = CallForm(request.POST)
    if form.is_valid():
        calls.answer(
            task_id=task.pk,
            outcome=CallOutcome(form.cleaned_data["outcome"]),
            note=form.cleaned_data["note"],
            by=request.actor,
            at=clock.now(),
        )
    else:
        calls.lease(task_id=task.pk, by=request.actor, at=clock.now())
    return redirect("testing:pool", pool_id)


def _say(request: ActorRequest, recheck: Recheck) -> None:
    state = PositivePool.objects.values_list("state", flat=True).get(pk=recheck.pool_id)
    if state == PoolState.LIFTED:
        messages.success(request, _("All members are negative. The pool is lifted and every hold ends now."))
    elif state == PoolState.CONFIRMED:
        messages.warning(
            request, _("Preliminary positive. The others stay held until their end; start the case flow.")
        )
    else:
        messages.success(
            request,
            _("%(name)s: %(state)s.") % {"name": recheck.person.name, "state": recheck.get_state_display()},
        )


def _page(request: ActorRequest, pool: PositivePool) -> HttpResponse:
    at = clock.now()
    rows = queries.members(pool, at)
    looked_at = queries.look_at(pool, at)
    journal.seen(
        by=request.actor,
        area_path=pool.area_path,
        what="pool",
        people=[row.person_id for row in rows],
        at=at,
    )
    clocks = queries.clocks(pool, rows, at)
    table = pages.Table(
        columns=[
            pages.Column(_("Member")),
            pages.Column(_("Behind the same door"), "wide-only"),
            pages.Column(_("Call")),
            pages.Column(_("Recheck")),
        ],
        rows=rows,
        empty=pages.Empty(_("No swab of this tube has arrived yet. Ask the lane to send what it holds.")),
        scope=named(pool.area_path),
        as_of=at,
        count=ngettext("%(count)s member", "%(count)s members", len(rows))
        % {"count": formats.number(len(rows))},
        export=export_of("members", request.GET, pool=pool.pk),
    )
    context = {
        "pool": pool,
        "table": table,
        "clocks": clocks,
        "looked_at": looked_at,
        "police_at": queries.police_at(pool),
        "unreached": [row for row in rows if not row.is_reached],
        "outcomes": CallOutcome.choices,
        "words": SingleResultForm().fields["word"].choices,  # type: ignore[attr-defined]
        "may_run": request.actor.may(RUN, within=pool.area_path) and pool.state != PoolState.LIFTED,
        "may_call": request.actor.may("people.call.answer", within=pool.area_path),
        "at": at,
    }
    return render(request, "testing/pool.html", context)
