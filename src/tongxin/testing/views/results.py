"""Pages of laboratory results: what waits, what is in doubt, and the release."""

from datetime import timedelta
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from tongxin.access.gate import ActorRequest, needs
from tongxin.core import clock, formats, pages
from tongxin.places.queries.areas import named
from tongxin.testing.forms_results import GreyForm, KeyedFormSet, LaboratoryForm, ResultForm
from tongxin.testing.models import Round
from tongxin.testing.queries import results as queries
from tongxin.testing.services import keying as services
from tongxin.testing.services import results
from tongxin.testing.services.results import Released
from tongxin.testing.views.rounds import export_of

ENTER, RELEASE, READ = "testing.result.enter", "testing.result.release", "testing.round.read"


@needs(ENTER, RELEASE, READ)
@require_GET
def latest(request: ActorRequest) -> HttpResponse:
    """The results of the newest round that has any swab to speak of."""
    round_ = Round.objects.exclude(base_count=None).order_by("-opens_at").first()
    if round_ is not None:
        return redirect("testing:results", round_.pk)
    return render(request, "testing/results_none.html")


@needs(ENTER, RELEASE, READ)
@require_GET
def round_results(request: ActorRequest, round_id: UUID) -> HttpResponse:
    return _page(request, get_object_or_404(Round, pk=round_id))


@needs(ENTER)
@require_POST
def enter(request: ActorRequest, round_id: UUID) -> HttpResponse:
    """One result by hand, keyed twice."""
    round_ = get_object_or_404(Round, pk=round_id)
    form = ResultForm(request.POST)
    if not form.is_valid():
        return _page(request, round_, form=form, status=422)
    row = results.enter_result(**form.values(), by=request.actor, at=clock.now())
    messages.success(
        request, _("Tube %(tube)s: %(word)s entered.") % {"tube": row.tube, "word": row.get_word_display()}
    )
    return redirect("testing:results", round_id)


@needs(ENTER)
def keying(request: ActorRequest, round_id: UUID) -> HttpResponse:
    """A list by hand, keyed twice: the second pass is blind, best by another person."""
    round_ = get_object_or_404(Round, pk=round_id)
    request.actor.must(ENTER, within=round_.area_path)
    first = services.waiting(round_)
    if request.method == "POST" and "forget" in request.POST:
        services.forget(round_=round_, by=request.actor)
        return redirect("testing:keying", round_id)
    forms = KeyedFormSet(request.POST or None, prefix="line")
    laboratory = LaboratoryForm(request.POST or None)
    is_good = request.method == "POST" and forms.is_valid() and (first is not None or laboratory.is_valid())
    differ: list[str] = []
    if is_good:
        lines = [
            services.Keyed(form.cleaned_data["tube"], form.cleaned_data["word"], form.cleaned_data["ct"])
            for form in forms.forms
            if form.cleaned_data.get("tube")
        ]
        if first is None:
            services.key_first(
                round_=round_,
                lines=lines,
                laboratory=laboratory.cleaned_data["laboratory"],
                by=request.actor,
                at=clock.now(),
            )
            messages.info(request, _("First pass kept. Now the same list once more, best by another person."))
            return redirect("testing:keying", round_id)
        differ = services.differences(first.lines, lines)
        if not differ:
            made = services.key_second(round_=round_, lines=lines, by=request.actor, at=clock.now())
            messages.success(
                request,
                ngettext(
                    "%(count)s result was entered. Now it waits for release.",
                    "%(count)s results were entered. Now they wait for release.",
                    len(made),
                )
                % {"count": formats.number(len(made))},
            )
            return redirect("testing:results", round_id)
    context = {"round": round_, "forms": forms, "laboratory": laboratory, "first": first, "differ": differ}
    return render(request, "testing/keying.html", context, status=422 if request.method == "POST" else 200)


@needs(RELEASE)
@require_POST
def release(request: ActorRequest, round_id: UUID) -> HttpResponse:
    done = results.release_results(tube_codes=request.POST.getlist("tube"), by=request.actor, at=clock.now())
    return _after(request, round_id, done)


@needs(RELEASE)
@require_POST
def release_negatives(request: ActorRequest, round_id: UUID) -> HttpResponse:
    codes = queries.negatives_to_release(round_id)
    return _after(
        request, round_id, results.release_results(tube_codes=codes, by=request.actor, at=clock.now())
    )


@needs(RELEASE)
@require_POST
def release_grey(request: ActorRequest, round_id: UUID) -> HttpResponse:
    round_ = get_object_or_404(Round, pk=round_id)
    form = GreyForm(request.POST)
    if not form.is_valid():
        return _page(request, round_, grey=form, status=422)
    done = results.release_as_grey(**form.cleaned_data, by=request.actor, at=clock.now())
    return _after(request, round_id, done)


def _after(request: ActorRequest, round_id: UUID, done: Released) -> HttpResponse:
    """Say what happened; a pool that opened is the next thing to look at."""
    if done.negative:
        count = len(done.negative)
        messages.success(
            request,
            ngettext("%(count)s tube released as negative.", "%(count)s tubes released as negative.", count)
            % {"count": formats.number(count)},
        )
    if done.invalid:
        messages.warning(
            request,
            _("Invalid: %(tubes)s. Their people are on the make-up list.")
            % {"tubes": ", ".join(done.invalid)},
        )
    if not done.pools:
        return redirect("testing:results", round_id)
    messages.warning(request, _("A pool is open. Its clocks run from now."))
    return redirect("testing:pool", done.pools[0]) if len(done.pools) == 1 else redirect("testing:pools")


def _page(
    request: ActorRequest,
    round_: Round,
    *,
    form: ResultForm | None = None,
    grey: GreyForm | None = None,
    status: int = 200,
) -> HttpResponse:
    counts = queries.result_counts(round_.pk)
    view = request.GET.get("view") or _first_view(counts)
    size = pages.WHOLE if pages.is_whole(request.GET) else queries.PAGE
    hours = queries.hours_allowed(round_)
    rows = queries.result_rows(
        round_.pk, view=view, after=request.GET.get("after", ""), size=size + 1, hours=hours
    )
    oldest = queries.oldest_waiting(round_.pk) if counts.waiting else None
    has_more = len(rows) > size
    table = pages.Table(
        columns=[
            pages.Column(_("Tube")),
            pages.Column(_("Lane"), "num wide-only"),
            pages.Column(_("Persons"), "num"),
            pages.Column(_("Reported")),
            pages.Column(_("Ct"), "num wide-only"),
            pages.Column(_("Laboratory"), "wide-only"),
            pages.Column(_("Released")),
            pages.Column(""),
        ],
        rows=rows[:size],
        empty=pages.Empty(EMPTY[view]() if view in EMPTY else _("No tube has been used in this round yet.")),
        scope=named(round_.area_path),
        as_of=clock.now(),
        older=pages.address(request.GET, after=rows[size - 1].code) if has_more else "",
        newer=pages.address(request.GET, after="") if request.GET.get("after") else "",
        whole=pages.whole(request.GET, is_part=has_more or bool(request.GET.get("after"))),
        is_cut=pages.is_whole(request.GET) and has_more,
        name="results",
        export=export_of("results", request.GET, round=round_.pk),
    )
    context = {
        "round": round_,
        "counts": counts,
        "oldest": oldest,
        "now": clock.now(),
        "oldest_due": oldest[1] + timedelta(hours=hours) if oldest and hours else None,
        "first_pass": services.waiting(round_),
        "view": view,
        "views": _views(counts),
        "table": table,
        "form": form or ResultForm(),
        "grey": grey or GreyForm(),
        "may_enter": request.actor.may(ENTER, within=round_.area_path),
        "may_release": request.actor.may(RELEASE, within=round_.area_path),
    }
    return render(request, "testing/results.html", context, status=status)


EMPTY = {
    "to_release": lambda: _(
        "Nothing waits for release. New results come from the laboratory's sheet or by hand."
    ),
    "doubtful": lambda: _("No result is in doubt."),
    "waiting": lambda: _("Every tube of this round has a result."),
    "released": lambda: _("Nothing has been released yet."),
}


def _first_view(counts: queries.ResultCounts) -> str:
    """What needs somebody first: doubt, then release, then waiting."""
    if counts.doubtful:
        return "doubtful"
    return "to_release" if counts.to_release else "all"


def _views(counts: queries.ResultCounts) -> list[tuple[str, str, int, str]]:
    """Code, word, count and meaning of each view, in the order of work."""
    return [
        ("doubtful", _("In doubt"), counts.doubtful, "stop" if counts.doubtful else ""),
        ("to_release", _("To release"), counts.to_release, "attention" if counts.to_release else ""),
        ("waiting", _("Without result"), counts.waiting, ""),
        ("released", _("Released"), counts.released, ""),
        ("all", _("All tubes"), counts.all, ""),
    ]
