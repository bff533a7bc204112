"""The rows behind a figure: every number is a door (CM-31). Each list is as long as its figure says."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Exists, Model, OuterRef, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from tongxin.containment.models import Restriction
from tongxin.core import clock, formats
from tongxin.core.refusals import Refusal
from tongxin.people.models import Person
from tongxin.reports.figures import Scope
from tongxin.testing.enums import Coverage, Origin, PoolState, RecheckState, TubeState
from tongxin.testing.models import Expected, MakeUp, PositivePool, Recheck, Sample, Tube
from tongxin.testing.queries import rounds
from tongxin.testing.queries.coverage import COVERED, NOT_DUE
from tongxin.testing.queries.rounds import standing_samples


@dataclass(frozen=True, slots=True)
class Rows:
    """The rows of one figure and how a page shows them: expected, swabs, tubes, pools, rechecks, make_ups, holds."""

    kind: str
    rows: QuerySet[Any]


def rows_of(key: str, scope: Scope) -> Rows:
    """Refused `not_found` for a figure that has no rows."""
    kind, find = _ROWS.get(key, ("", None))
    if find is None or (scope.round is None and kind != "holds"):
        raise Refusal("not_found", what=key)
    return Rows(kind, find(scope))


def has_rows(key: str) -> bool:
    return key in _ROWS


def _expected(**wanted: Any) -> Callable[[Scope], QuerySet[Model]]:
    return lambda scope: Expected.objects.filter(round=scope.round, **wanted).select_related(
        "person", "dwelling"
    )


def _standing(**wanted: Any) -> Callable[[Scope], QuerySet[Model]]:
    return _expected(removed_at=None, **wanted)


def _should_test(scope: Scope) -> QuerySet[Expected]:
    rows: QuerySet[Expected] = _standing()(scope).exclude(klass__in=NOT_DUE)  # type: ignore[assignment]
    return rows


def _removed(scope: Scope) -> QuerySet[Model]:
    return _expected()(scope).exclude(removed_at=None)


def _since(*, of_now: bool, covered: bool = False, absent: bool = True) -> Callable[[Scope], QuerySet[Model]]:
    """People of this list (or of the one before) that are not, or not covered, in the other."""

    def find(scope: Scope) -> QuerySet[Model]:
        before = rounds.before(scope.round) if scope.round else None
        here, there = (scope.round, before) if of_now else (before, scope.round)
        rows = Expected.objects.filter(round=here, removed_at=None).select_related("person", "dwelling")
        other = Expected.objects.filter(round=there, removed_at=None, person_id=OuterRef("person_id"))
        if covered:
            rows = rows.filter(klass__in=COVERED)
        if not absent:
            other = other.filter(klass__in=COVERED)
        return rows.filter(~Exists(other))

    return find


def _swabs(scope: Scope) -> QuerySet[Sample]:
    assert scope.round is not None
    return standing_samples(scope.round.pk)


def _tubes(**wanted: Any) -> Callable[[Scope], QuerySet[Model]]:
    return lambda scope: Tube.objects.filter(round=scope.round, **wanted)


def _used(scope: Scope) -> QuerySet[Model]:
    unused = [TubeState.REGISTERED, TubeState.ISSUED, TubeState.RETURNED]
    return _tubes()(scope).exclude(state__in=unused)


def _resulted(scope: Scope) -> QuerySet[Model]:
    return _tubes()(scope).exclude(result="")


def _pools(**wanted: Any) -> Callable[[Scope], QuerySet[Model]]:
    return lambda scope: PositivePool.objects.filter(tube__round=scope.round, **wanted).select_related("tube")


def _rechecked(scope: Scope) -> QuerySet[Model]:
    return _pools()(scope).exclude(closed_at=None)


def _positive(scope: Scope) -> QuerySet[Model]:
    found = Recheck.objects.filter(pool__tube__round=scope.round, state=RecheckState.POSITIVE)
    return found.select_related("person", "pool__tube")


def _make_ups(**wanted: Any) -> Callable[[Scope], QuerySet[Model]]:
    return lambda scope: MakeUp.objects.filter(round=scope.round, **wanted).select_related("person")


def _in_force(scope: Scope) -> QuerySet[Model]:
    here = Restriction.objects.filter(area_path__startswith=scope.area_path)
    return here.in_force(scope.at).select_related("person")


def _begun(scope: Scope) -> QuerySet[Model]:
    start, _end = clock.span_of(clock.day_of(scope.at))
    here = Restriction.objects.filter(area_path__startswith=scope.area_path)
    return here.begun(start, scope.at).select_related("person")


def _ended(scope: Scope) -> QuerySet[Model]:
    start, _end = clock.span_of(clock.day_of(scope.at))
    here = Restriction.objects.filter(area_path__startswith=scope.area_path).select_related("person")
    return here.released(start, scope.at)


_ROWS: dict[str, tuple[str, Callable[[Scope], QuerySet[Any]]]] = {
    "base_opening": ("expected", _expected(origin=Origin.BASE)),
    "base_added": ("expected", _expected(origin=Origin.FOUND)),
    "base_removed": ("expected", _removed),
    "base_closing": ("expected", _standing()),
    "since_came": ("expected", _since(of_now=True)),
    "since_gone": ("expected", _since(of_now=False)),
    "since_gained": ("expected", _since(of_now=True, covered=True, absent=False)),
    "since_gained_new": ("expected", _since(of_now=True, covered=True)),
    "since_lost": ("expected", _since(of_now=False, covered=True, absent=False)),
    "since_lost_gone": ("expected", _since(of_now=False, covered=True)),
    "should_test": ("expected", _should_test),
    "covered": ("expected", _standing(klass__in=COVERED)),
    **{f"class_{klass}": ("expected", _standing(klass=klass)) for klass in Coverage},
    "swabs": ("swabs", _swabs),
    "tubes_used": ("tubes", _used),
    "tubes_voided": ("tubes", _tubes(state__in=[TubeState.VOIDED, TubeState.REJECTED])),
    "tubes_resulted": ("tubes", _resulted),
    "pools_opened": ("pools", _pools()),
    "pools_rechecked": ("pools", _rechecked),
    "pools_cleared": ("pools", _pools(state=PoolState.LIFTED)),
    "pools_confirmed": ("pools", _pools(state=PoolState.CONFIRMED)),
    "rechecks_positive": ("rechecks", _positive),
    "make_ups": ("make_ups", _make_ups()),
    "make_ups_owed": ("make_ups", _make_ups(done_at=None)),
    "holds_in_force": ("holds", _in_force),
    "holds_begun": ("holds", _begun),
    "holds_ended": ("holds", _ended),
}
# Shares and spans open the rows of what they are a share or a median of.
_ROWS |= {
    "coverage_share": _ROWS["should_test"],
    "raw_share": _ROWS["base_closing"],
    "lab_minutes": _ROWS["tubes_resulted"],
}


@dataclass(frozen=True, slots=True)
class Shown:
    """One row of a list as cells of text; a person's row says whose it is."""

    id: Any
    cells: tuple[str, ...]
    person_id: UUID | None = None
    url: str = ""
    args: tuple[Any, ...] = ()

    def without_person(self, kind: str) -> "Shown":
        """For those to whom the register is closed: a surname, no door, no way on."""
        if self.person_id is None:
            return self
        name, *rest = self.cells
        if kind == "expected":
            rest[0] = "—"
        return Shown(self.id, (f"{name[:1]}**", *rest))


COLUMNS: dict[str, tuple[str | Promise, ...]] = {
    "expected": (pgettext_lazy("person", "Name"), _("Address"), _("Class"), _("Since")),
    "swabs": (pgettext_lazy("person", "Name"), _("Tube"), _("Position"), _("Taken")),
    "tubes": (_("Tube"), _("State"), _("Persons"), _("Result")),
    "pools": (_("Tube"), _("State"), _("Released"), _("Ended")),
    "rechecks": (pgettext_lazy("person", "Name"), _("Tube of the pool"), _("Single tube"), _("Result at")),
    "make_ups": (pgettext_lazy("person", "Name"), _("Tube"), _("Why"), _("Due")),
    "holds": (pgettext_lazy("person", "Name"), _("Ground"), _("Since"), _("Ends")),
}


def shown(kind: str, rows: Sequence[Any]) -> list[Shown]:
    """A page of rows as cells; a fixed number of queries."""
    if kind == "swabs":
        people = Person.objects.in_bulk([row.person_id for row in rows])
        return [_swab(row, people.get(row.person_id)) for row in rows]
    return [_SHOW[kind](row) for row in rows]


def _swab(row: Sample, person: Person | None) -> Shown:
    name = person.name if person else "—"
    cells = (name, row.tube_code, str(row.position), formats.moment(row.occurred_at))
    return Shown(row.pk, cells, row.person_id, "testing:tube", (row.tube_code,))


def _expected_row(row: Expected) -> Shown:
    door = row.dwelling.label if row.dwelling else "—"
    if row.removed_at is not None:
        word = f"{row.get_klass_display()} · {row.removal_words}"
    else:
        word = str(row.get_klass_display())
    since = formats.moment(row.settled_at or row.added_at)
    return Shown(
        row.pk,
        (row.person.name, door, word, since),
        row.person_id,
        "testing:standing",
        (row.round_id, row.person_id),
    )


def _tube(row: Tube) -> Shown:
    cells = (
        row.code,
        str(row.get_state_display()),
        str(row.held_count),
        str(row.get_result_display() or "—"),
    )
    return Shown(row.pk, cells, None, "testing:tube", (row.code,))


def _pool(row: PositivePool) -> Shown:
    ended = formats.moment(row.closed_at) if row.closed_at else "—"
    cells = (row.tube.code, str(row.get_state_display()), formats.moment(row.opened_at), ended)
    return Shown(row.pk, cells, None, "testing:pool", (row.pk,))


def _recheck(row: Recheck) -> Shown:
    at = formats.moment(row.result_at) if row.result_at else "—"
    cells = (row.person.name, row.pool.tube.code, row.tube_code or "—", at)
    return Shown(row.pk, cells, row.person_id, "testing:pool", (row.pool_id,))


def _make_up(row: MakeUp) -> Shown:
    cells = (row.person.name, row.tube_code, str(row.get_reason_display()), formats.moment(row.due_at))
    return Shown(row.pk, cells, row.person_id, "testing:standing", (row.round_id, row.person_id))


def _hold(row: Restriction) -> Shown:
    cells = (
        row.person.name,
        str(row.get_ground_display()),
        formats.moment(row.starts_at),
        formats.moment(row.lifted_at or row.ends_at),
    )
    return Shown(row.pk, cells, row.person_id, "containment:restrictions")


_SHOW: dict[str, Callable[[Any], Shown]] = {
    "expected": _expected_row,
    "tubes": _tube,
    "pools": _pool,
    "rechecks": _recheck,
    "make_ups": _make_up,
    "holds": _hold,
}
