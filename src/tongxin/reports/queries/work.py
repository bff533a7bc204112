"""My work today (今日): what waits on this person, each line a door to where it is done."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Count, Min, Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from tongxin.access.actors import Actor
from tongxin.containment.queries import appeals, ledger
from tongxin.core import clock, formats, worklists
from tongxin.people.enums import CallPurpose
from tongxin.people.models import CallTask
from tongxin.places.queries.areas import named
from tongxin.places.queries.rules import rules
from tongxin.reports.queries import briefings, exports
from tongxin.testing.enums import Coverage, RoundState, TubeState
from tongxin.testing.models import Expected, FoundPerson, MakeUp, PositivePool, Round, Signature, Tube
from tongxin.testing.queries import results, rounds

NOBODY = UUID(int=0)
APPEALS = "appeals"
PERSONS, TUBES, POOLS, CALLS, SIGNATURES, BRIEFINGS, EXPORTS, ROUNDS = (
    "persons",
    "tubes",
    "pools",
    "calls",
    "signatures",
    "briefings",
    "exports",
    "rounds",
)
# Not yet at the laboratory: their clock runs from the first swab (MT-31).
ON_THE_WAY = (TubeState.OPEN, TubeState.CLOSED, TubeState.BOXED, TubeState.IN_TRANSIT)
SIGNED_IN = (RoundState.SAMPLING_CLOSED, RoundState.RECONCILING)


@dataclass(frozen=True, slots=True)
class Duty:
    """One line of work: how many, of what, how pressing, and the address (a URL name with arguments) of its page."""

    title: str | Promise
    count: int
    unit: str
    meaning: str
    url: str
    args: tuple[Any, ...] = ()
    due_at: datetime | None = None
    query: str = ""
    area: str = ""

    @property
    def amount(self) -> str:
        """The count with its unit: 1 tube, 12 tubes."""
        count = self.count
        phrases = {
            PERSONS: ngettext("%(count)s person", "%(count)s persons", count),
            TUBES: ngettext("%(count)s tube", "%(count)s tubes", count),
            POOLS: ngettext("%(count)s pool", "%(count)s pools", count),
            CALLS: ngettext("%(count)s call", "%(count)s calls", count),
            SIGNATURES: ngettext("%(count)s signature", "%(count)s signatures", count),
            ROUNDS: ngettext("%(count)s round", "%(count)s rounds", count),
            EXPORTS: ngettext("%(count)s export", "%(count)s exports", count),
            BRIEFINGS: ngettext("%(count)s briefing", "%(count)s briefings", count),
            APPEALS: ngettext("%(count)s appeal", "%(count)s appeals", count),
            "boxes": ngettext("%(count)s box", "%(count)s boxes", count),
            "records": ngettext("%(count)s record", "%(count)s records", count),
        }
        return phrases[self.unit] % {"count": formats.number(count)}


def duties(actor: Actor, round_: Round | None, at: datetime, *, others: Sequence[Round] = ()) -> list[Duty]:
    """What waits on this person now, the most pressing first; nothing that waits on others only.

    `others` are further rounds at work in sight: their lines say which area they are of.
    """
    order = {"stop": 0, "attention": 1, "waiting": 2}
    found = [duty for find in (*_DUTIES, *_OF_A_ROUND) for duty in find(actor, round_, at) if duty.count]
    for other in others:
        name = named(other.area_path)
        found += [
            replace(duty, area=name) for find in _OF_A_ROUND for duty in find(actor, other, at) if duty.count
        ]
    return sorted(found, key=lambda duty: order[duty.meaning])


def _registered(actor: Actor, round_: Round | None, at: datetime) -> Iterator[Duty]:
    """What apps above this one, or their own pages, have put on the list."""
    for line, count in worklists.waiting(actor):
        yield Duty(line.title, count, line.unit, line.meaning, line.url_name)


def _frozen(actor: Actor, round_: Round | None, at: datetime) -> Iterator[Duty]:
    if round_ is not None and actor.may("testing.tube.void"):
        frozen = Tube.objects.filter(round=round_).exclude(frozen_at=None).exclude(state=TubeState.VOIDED)
        yield Duty(_("Frozen tubes to decide"), frozen.count(), TUBES, "stop", "testing:board", (round_.pk,))


def _pools(actor: Actor, round_: Round | None, at: datetime) -> Iterator[Duty]:
    if not actor.may("testing.pool.read"):
        return
    running = PositivePool.objects.filter(closed_at=None).order_by("results_due_at")
    first = running.first()
    if first is not None:
        late = first.results_due_at < at
        yield Duty(
            _("Positive pools at work"),
            running.count(),
            POOLS,
            "stop" if late else "attention",
            "testing:pools",
            due_at=first.results_due_at,
        )


def _results(actor: Actor, round_: Round | None, at: datetime) -> Iterator[Duty]:
    if round_ is None or not (actor.may("testing.result.release") or actor.may("testing.result.enter")):
        return
    counts = results.result_counts(round_.pk)
    here = ("testing:results", (round_.pk,))
    if actor.may("testing.result.release"):
        yield Duty(_("Results in doubt"), counts.doubtful, TUBES, "stop", *here, query="view=doubtful")
        yield Duty(
            _("Results to release"),
            counts.to_release,
            TUBES,
            "attention",
            *here,
            query="view=to_release",
        )
    if actor.may("testing.result.enter"):
        yield Duty(_("Tubes without a result"), counts.waiting, TUBES, "waiting", *here, query="view=waiting")


def _tubes(actor: Actor, round_: Round | None, at: datetime) -> Iterator[Duty]:
    if round_ is None or not (actor.may("testing.lane.run") or actor.may("testing.round.run")):
        return
    found = rules(
        ["testing.tube.alarm_minutes", "testing.tube.breach_minutes"],
        path=round_.area_path,
        on=clock.day_of(at),
    )
    if len(found) < 2:
        return
    alarm, breach = (
        timedelta(minutes=int(found[f"testing.tube.{name}_minutes"].value)) for name in ("alarm", "breach")
    )
    waiting = Tube.objects.filter(round=round_, state__in=ON_THE_WAY, first_swab_at__lte=at - alarm)
    oldest = waiting.order_by("first_swab_at").values_list("first_swab_at", flat=True).first()
    if oldest is not None:
        yield Duty(
            _("Tubes over 2 hours, not yet at the laboratory"),
            waiting.count(),
            TUBES,
            "stop" if oldest + breach <= at else "attention",
            "testing:board",
            (round_.pk,),
            due_at=oldest + breach,
        )


def _unknown(actor: Actor, round_: Round | None, at: datetime) -> Iterator[Duty]:
    if round_ is None or not actor.may("testing.coverage.claim") or round_.state not in _RUNNING:
        return
    unknown = Expected.objects.filter(round=round_, removed_at=None, klass=Coverage.UNKNOWN)
    yield Duty(
        _("Not yet tested: call, visit or give a reason"),
        _here(unknown, actor, "testing.coverage.claim").count(),
        PERSONS,
        "attention",
        "testing:not_yet",
        (round_.pk,),
        due_at=round_.closes_at,
    )


def _make_ups(actor: Actor, round_: Round | None, at: datetime) -> Iterator[Duty]:
    if round_ is None or not actor.may("testing.coverage.claim"):
        return
    owed = _here(MakeUp.objects.filter(round=round_, done_at=None), actor, "testing.coverage.claim")
    first = owed.order_by("due_at").values_list("due_at", flat=True).first()
    if first is not None:
        yield Duty(
            _("Make-up tests owed"),
            owed.count(),
            PERSONS,
            "stop" if first < at else "attention",
            "reports:rows",
            (round_.pk, "make_ups_owed"),
            due_at=first,
        )


def _found(actor: Actor, round_: Round | None, at: datetime) -> Iterator[Duty]:
    if round_ is None or not actor.may("people.person.change"):
        return
    found = FoundPerson.objects.filter(verified_at=None)
    yield Duty(
        _("Newly found, to verify"),
        _here(found, actor, "people.person.change").count(),
        PERSONS,
        "waiting",
        "reports:rows",
        (round_.pk, "base_added"),
    )


def _calls(actor: Actor, round_: Round | None, at: datetime) -> Iterator[Duty]:
    """Calls that nobody else is making now: those of pools, and those of the round's not-yet list."""
    if not actor.may("people.call.answer"):
        return
    owed = _here(CallTask.objects.filter(closed_at=None), actor, "people.call.answer")
    free = owed.filter(
        Q(leased_until=None) | Q(leased_until__lte=at) | Q(leased_by_id=actor.account_id or NOBODY)
    )
    counted = {
        row["purpose"]: (row["count"], row["due"])
        for row in free.values("purpose").annotate(count=Count("pk"), due=Min("due_at")).order_by()
    }
    doors: list[tuple[str, str | Promise, str, tuple[Any, ...]]] = []
    if actor.may("testing.pool.read"):
        doors.append((CallPurpose.POOL, _("Calls to pool members"), "testing:pools", ()))
    if round_ is not None:
        doors.append((CallPurpose.NOT_YET, _("Calls to the not yet tested"), "testing:not_yet", (round_.pk,)))
    for purpose, title, url, args in doors:
        if purpose in counted:
            count, due = counted[purpose]
            yield Duty(title, count, CALLS, "stop" if due < at else "attention", url, args, due_at=due)


def _signatures(actor: Actor, round_: Round | None, at: datetime) -> Iterator[Duty]:
    if round_ is None or round_.state not in SIGNED_IN or not actor.may("testing.round.sign"):
        return
    mine = Signature.objects.filter(
        round=round_, withdrawn_at=None, by_id=actor.account_id or NOBODY
    ).exists()
    yield Duty(
        _("Your signature is wanted to close the round"),
        0 if mine else 1,
        SIGNATURES,
        "attention",
        "testing:closing",
        (round_.pk,),
    )


def _briefings(actor: Actor, round_: Round | None, at: datetime) -> Iterator[Duty]:
    if not actor.may("reports.briefing.approve"):
        return
    waiting = briefings.waiting().exclude(author_id=actor.account_id or NOBODY)
    yield Duty(_("Briefings to sign"), waiting.count(), BRIEFINGS, "attention", "reports:briefings")


def _holds(actor: Actor, round_: Round | None, at: datetime) -> Iterator[Duty]:
    """Warnings before a hold ends (LE-12), for who decided it; for who may decide again where a rule did."""
    if not actor.may("containment.restriction.read"):
        return
    ending = ledger.ending_for(actor, at)
    first = ending.first()
    if first is not None:
        hours = ledger.warning_hours(actor.home, at)
        yield Duty(
            _("Holds that end within %(hours)s hours") % {"hours": f"{max(hours):g}"},
            ending.count(),
            PERSONS,
            "attention" if first.ends_at <= at + timedelta(hours=min(hours)) else "waiting",
            "containment:restrictions",
            due_at=first.ends_at,
            query="view=ending",
        )


def _appeals(actor: Actor, round_: Round | None, at: datetime) -> Iterator[Duty]:
    """Appeals against the decisions of others, to answer in time (LE-13)."""
    waiting = appeals.waiting_for(actor)
    first = waiting.first()
    if first is not None:
        yield Duty(
            _("Appeals to answer"),
            waiting.count(),
            APPEALS,
            "stop" if first.due_at < at else "attention",
            "containment:appeals",
            due_at=first.due_at,
        )


def _approvals(actor: Actor, round_: Round | None, at: datetime) -> Iterator[Duty]:
    """Drafted rounds that wait for approval (MT-46)."""
    if not actor.may("testing.round.approve"):
        return
    waiting = _here(rounds.to_approve(), actor, "testing.round.approve")
    first = waiting.first()
    if first is not None:
        one = waiting.count() == 1
        yield Duty(
            _("Rounds to approve"),
            waiting.count(),
            ROUNDS,
            "attention",
            "testing:round" if one else "testing:rounds",
            (first.pk,) if one else (),
            due_at=first.opens_at,
        )


def _exports(actor: Actor, round_: Round | None, at: datetime) -> Iterator[Duty]:
    """Lists of many people that a second person must allow (LE-32)."""
    waiting = exports.waiting(actor, at)
    yield Duty(_("Exports to approve"), waiting.count(), EXPORTS, "attention", "reports:exports")


def exports_waiting(actor: Actor) -> int:
    """The count in the navigation."""
    return exports.waiting(actor, clock.now()).count()


def _here(rows: QuerySet[Any], actor: Actor, capability: str) -> QuerySet[Any]:
    """Rows of the areas where this person holds the capability."""
    paths = actor.paths_for(capability)
    inside = Q(pk=None)
    for path in paths:
        inside |= Q(area_path__startswith=path)
    return rows.filter(inside)


def todays_round(actor: Actor) -> Round | None:
    """The round at work, the next or the last one, that this person can see."""
    return rounds.current() if actor.may("testing.round.read") else None


_RUNNING = (RoundState.OPEN, RoundState.SAMPLING_CLOSED, RoundState.RECONCILING)
_DUTIES: tuple[Callable[[Actor, Round | None, datetime], Iterator[Duty]], ...] = (
    _pools,
    _approvals,
    _calls,
    _briefings,
    _exports,
    _holds,
    _appeals,
    _found,
    _frozen,
    _registered,
)
_OF_A_ROUND: tuple[Callable[[Actor, Round | None, datetime], Iterator[Duty]], ...] = (
    _results,
    _tubes,
    _unknown,
    _make_ups,
    _signatures,
)
