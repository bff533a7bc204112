"""Every figure once (指标): its key, what it is called, its unit, and the facts it is counted from (CM-31).

A page, a report and a briefing that show the same key show the same number. Zero is a number; what nobody knows
is None and printed as a dash.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db import connection
from django.db.models import Count, Q
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from tongxin.containment.models import Restriction
from tongxin.core import clock, formats
from tongxin.testing.enums import Coverage, PoolState, RecheckState
from tongxin.testing.models import MakeUp, PositivePool, Recheck, Round
from tongxin.testing.queries import coverage, rounds
from tongxin.testing.queries.rounds import standing_samples

# A share is kept as its two counts, so that 2,870 of 2,871 is never written 100 %.
Value = int | float | tuple[int, int] | None
Values = dict[str, Value]

PERSONS, TIMES, TUBES, POOLS = _("persons"), _("person-times"), _("tubes"), _("pools")
SHARE, SPAN, NOTHING = "", "", ""


@dataclass(frozen=True, slots=True)
class Scope:
    """Of what, where, and as of when."""

    area_path: str
    at: datetime
    round: Round | None = None


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure; without a measure nobody counts it yet."""

    key: str
    title: str | Promise
    unit: str | Promise
    measure: str = ""
    is_span: bool = False

    def text(self, value: Value) -> str:
        """The figure as it is printed: thousands, shares, spans, a dash for what is not known."""
        if value is None:
            return "—"
        if isinstance(value, tuple):
            return formats.percent(*value)
        return formats.duration(value * 60) if self.is_span else formats.number(value)

    def change(self, value: Value, before: Value) -> str:
        """What has changed since: +97, −3, ±0; shares in points."""
        if value is None or before is None:
            return "—"
        if isinstance(value, tuple) or isinstance(before, tuple):
            if not isinstance(value, tuple) or not isinstance(before, tuple) or not value[1] or not before[1]:
                return "—"
            points = round(100 * (value[0] / value[1] - before[0] / before[1]), 1)
            return _("%(points)s points") % {"points": _signed(points)} if points else "±0"
        if self.is_span and value != before:
            return f"{_sign(value - before)}{formats.duration(abs(value - before) * 60)}"
        return _signed(value - before)


def values(keys: Iterable[str], scope: Scope) -> Values:
    """These figures, each measured once, all as of one instant."""
    wanted = list(keys)
    measures = {FIGURES[key].measure for key in wanted} - {""}
    found: Values = {}
    for name in sorted(measures):
        found |= MEASURES[name](scope)
    return {key: found.get(key) for key in wanted}


def _base(scope: Scope) -> Values:
    if scope.round is None or scope.round.base_count is None:
        return {}
    read = coverage.tally(scope.round.pk)
    counts, change = read.counts, read.change
    return {
        "base_opening": change.opening,
        "base_added": change.added,
        "base_removed": change.removed,
        "base_closing": change.closing,
        "should_test": counts.should_test,
        "covered": counts.covered,
        "coverage_share": (counts.covered, counts.should_test),
        "raw_share": (counts.covered, counts.base),
        **{f"class_{klass}": count for klass, count in counts.items()},
    }


def _since(scope: Scope) -> Values:
    """This round's list beside that of the round before, one reading of each."""
    before = rounds.before(scope.round) if scope.round else None
    if scope.round is None or before is None:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(
            """WITH now AS (SELECT person_id, klass = ANY(%(covered)s) AS is_covered FROM testing_expected
                            WHERE round_id = %(now)s AND removed_at IS NULL),
                    old AS (SELECT person_id, klass = ANY(%(covered)s) AS is_covered FROM testing_expected
                            WHERE round_id = %(old)s AND removed_at IS NULL)
               SELECT count(*) FILTER (WHERE old.person_id IS NULL),
                      count(*) FILTER (WHERE now.person_id IS NULL),
                      count(*) FILTER (WHERE now.is_covered AND old.is_covered IS NOT TRUE),
                      count(*) FILTER (WHERE now.is_covered AND old.person_id IS NULL),
                      count(*) FILTER (WHERE old.is_covered AND now.is_covered IS NOT TRUE),
                      count(*) FILTER (WHERE old.is_covered AND now.person_id IS NULL)
               FROM now FULL JOIN old USING (person_id)""",
            {"now": scope.round.pk, "old": before.pk, "covered": [str(klass) for klass in coverage.COVERED]},
        )
        return dict(zip(SINCE_KEYS, cursor.fetchone(), strict=True))


def _swabs(scope: Scope) -> Values:
    return {"swabs": standing_samples(scope.round.pk).count()} if scope.round else {}


def _tubes(scope: Scope) -> Values:
    if scope.round is None:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT count(*) FILTER (WHERE state NOT IN ('registered', 'issued', 'returned')),
                      count(*) FILTER (WHERE state IN ('voided', 'rejected')),
                      count(*) FILTER (WHERE result <> ''),
                      percentile_cont(0.5) WITHIN GROUP (
                          ORDER BY extract(epoch FROM result_at - coalesce(closed_at, first_swab_at)) / 60)
                          FILTER (WHERE result_at > coalesce(closed_at, first_swab_at))
               FROM testing_tube WHERE round_id = %s""",
            [scope.round.pk],
        )
        used, voided, resulted, minutes = cursor.fetchone()
    return {
        "tubes_used": used,
        "tubes_voided": voided,
        "tubes_resulted": resulted,
        "lab_minutes": round(minutes) if minutes is not None else None,
    }


def _pools(scope: Scope) -> Values:
    if scope.round is None:
        return {}
    counted = PositivePool.objects.filter(tube__round=scope.round).aggregate(
        opened=Count("pk"),
        rechecked=Count("pk", filter=~Q(closed_at=None)),
        cleared=Count("pk", filter=Q(state=PoolState.LIFTED)),
        confirmed=Count("pk", filter=Q(state=PoolState.CONFIRMED)),
    )
    positive = Recheck.objects.filter(pool__tube__round=scope.round, state=RecheckState.POSITIVE)
    return {f"pools_{name}": count for name, count in counted.items()} | {
        "rechecks_positive": positive.count()
    }


def _make_ups(scope: Scope) -> Values:
    if scope.round is None:
        return {}
    counted = MakeUp.objects.filter(round=scope.round).aggregate(
        all=Count("pk"), owed=Count("pk", filter=Q(done_at=None))
    )
    return {"make_ups": counted["all"], "make_ups_owed": counted["owed"]}


def _holds(scope: Scope) -> Values:
    start, _end = clock.span_of(clock.day_of(scope.at))
    here = Restriction.objects.filter(area_path__startswith=scope.area_path)
    return {
        "holds_in_force": here.in_force(scope.at).count(),
        "holds_begun": here.begun(start, scope.at).count(),
        "holds_ended": here.released(start, scope.at).count(),
    }


SINCE_KEYS = (
    "since_came",
    "since_gone",
    "since_gained",
    "since_gained_new",
    "since_lost",
    "since_lost_gone",
)
MEASURES: Mapping[str, Callable[[Scope], Values]] = {
    "base": _base,
    "since": _since,
    "swabs": _swabs,
    "tubes": _tubes,
    "pools": _pools,
    "make_ups": _make_ups,
    "holds": _holds,
}

_ALL = (
    Figure("base_opening", _("Base at opening"), PERSONS, "base"),
    Figure("base_added", _("Newly found"), PERSONS, "base"),
    Figure("base_removed", _("Removed from the base"), PERSONS, "base"),
    Figure("base_closing", _("Base now"), PERSONS, "base"),
    Figure("should_test", _("Should be tested"), PERSONS, "base"),
    Figure("covered", _("Covered"), PERSONS, "base"),
    Figure("coverage_share", _("Covered of those who should"), SHARE, "base"),
    Figure("raw_share", _("Covered of the whole base"), SHARE, "base"),
    Figure("since_came", _("In this base, not in that of the round before"), PERSONS, "since"),
    Figure("since_gone", _("In the base of the round before, not in this"), PERSONS, "since"),
    Figure("since_gained", _("Covered now, not in the round before"), PERSONS, "since"),
    Figure("since_gained_new", _("of them new in the base"), PERSONS, "since"),
    Figure("since_lost", _("Covered in the round before, not now"), PERSONS, "since"),
    Figure("since_lost_gone", _("of them no longer in the base"), PERSONS, "since"),
    *(Figure(f"class_{klass}", klass.label, PERSONS, "base") for klass in Coverage),
    Figure("swabs", _("Swabs taken"), TIMES, "swabs"),
    Figure("tubes_used", _("Tubes used"), TUBES, "tubes"),
    Figure("tubes_voided", _("Tubes voided or rejected"), TUBES, "tubes"),
    Figure("tubes_resulted", _("Tubes with a released result"), TUBES, "tubes"),
    Figure("lab_minutes", _("From closing to result, median"), SPAN, "tubes", is_span=True),
    Figure("pools_opened", _("Positive or grey pools"), POOLS, "pools"),
    Figure("pools_rechecked", _("of them rechecked to the end"), POOLS, "pools"),
    Figure("pools_cleared", _("of them all negative, lifted"), POOLS, "pools"),
    Figure("pools_confirmed", _("of them confirmed"), POOLS, "pools"),
    Figure("rechecks_positive", _("Preliminary positive persons"), PERSONS, "pools"),
    Figure("make_ups", _("Make-up tests ordered"), PERSONS, "make_ups"),
    Figure("make_ups_owed", _("of them still owed"), PERSONS, "make_ups"),
    Figure("holds_in_force", _("Holds in force"), NOTHING, "holds"),
    Figure("holds_begun", _("Holds begun today"), NOTHING, "holds"),
    Figure("holds_ended", _("Holds ended today"), NOTHING, "holds"),
    # CM-30: printed from the first day, known once their ledgers are kept here.
    Figure("new_confirmed", _("New confirmed"), PERSONS),
    Figure("new_converted", _("of them converted from asymptomatic"), PERSONS),
    Figure("new_asymptomatic", _("New asymptomatic"), PERSONS),
    Figure("in_treatment", _("In treatment"), PERSONS),
    Figure("cumulative", _("Cumulative confirmed"), PERSONS),
    Figure("zones", _("Zones"), NOTHING),
    Figure("zone_people", _("People in zones"), PERSONS),
    Figure("checkpoints", _("Checkpoints"), NOTHING),
    Figure("contacts_named", _("Contacts named"), PERSONS),
    Figure("contacts_managed", _("Contacts managed in time"), PERSONS),
    Figure("letters_open", _("Letters open"), NOTHING),
    Figure("rooms_free", _("Rooms free"), NOTHING),
    Figure("isolated_sites", _("Isolated at sites"), PERSONS),
    Figure("isolated_home", _("Isolated at home"), PERSONS),
    Figure("on_duty", _("On duty"), PERSONS),
    Figure("stock_days", _("Days of stock"), NOTHING),
    Figure("requests_new", _("New requests"), NOTHING),
    Figure("requests_done", _("Requests done"), NOTHING),
    Figure("problems_open", _("Problems open"), NOTHING),
    Figure("problems_overdue", _("Problems overdue"), NOTHING),
    Figure("planned_rounds", _("Rounds planned"), NOTHING),
)
FIGURES: dict[str, Figure] = {figure.key: figure for figure in _ALL}

ROUND_KEYS = (
    ("base", ("base_opening", "base_added", "base_removed", "base_closing")),
    ("coverage", ("should_test", "covered", "coverage_share", "raw_share")),
    ("classes", tuple(f"class_{klass}" for klass in Coverage)),
    ("tubes", ("swabs", "tubes_used", "tubes_voided", "tubes_resulted", "lab_minutes")),
    ("pools", ("pools_opened", "pools_rechecked", "pools_cleared", "pools_confirmed", "rechecks_positive")),
    ("make_ups", ("make_ups", "make_ups_owed")),
)
ROUND_TITLES: dict[str, str | Promise] = {
    "base": _("The base and why it changed"),
    "since": _("From the round before to this one"),
    "coverage": _("Coverage"),
    "classes": _("The nine classes"),
    "tubes": _("Swabs, tubes, laboratory"),
    "pools": _("Positive pools"),
    "make_ups": _("Make-up tests"),
}
BRIEFING: tuple[tuple[str | Promise, tuple[str, ...]], ...] = (
    (
        _("1 Situation"),
        (
            "new_confirmed",
            "new_converted",
            "new_asymptomatic",
            "rechecks_positive",
            "in_treatment",
            "cumulative",
        ),
    ),
    (
        _("2 Control"),
        ("zones", "zone_people", "checkpoints", "holds_in_force", "holds_begun", "holds_ended"),
    ),
    (
        _("3 Testing"),
        (
            "base_closing",
            "should_test",
            "covered",
            "coverage_share",
            "raw_share",
            "class_unknown",
            "swabs",
            "tubes_used",
            "tubes_resulted",
            "make_ups",
            "pools_opened",
            "pools_rechecked",
            "pools_cleared",
            "lab_minutes",
        ),
    ),
    (_("4 Tracing"), ("contacts_named", "contacts_managed", "letters_open")),
    (_("5 Isolation"), ("isolated_sites", "isolated_home", "rooms_free")),
    (_("6 People at work"), ("on_duty",)),
    (_("7 Supplies"), ("stock_days",)),
    (_("8 Services"), ("requests_new", "requests_done")),
    (_("9 Problems"), ("problems_open", "problems_overdue")),
    (_("10 Next day"), ("planned_rounds",)),
)
BRIEFING_KEYS = tuple(key for _title, keys in BRIEFING for key in keys)
ALL_ROUND_KEYS = tuple(key for _group, keys in ROUND_KEYS for key in keys)


def _sign(value: float) -> str:
    return "+" if value > 0 else "−" if value < 0 else "±"


def _signed(value: float) -> str:
    return f"{_sign(value)}{formats.number(abs(value))}"
