"""The records a restriction can rest on (LE-10): chosen from rows, never typed, never without one.

The records that exist today are positive pools and the rechecks of their members; a ground whose ledger is not kept
here yet has no evidence, and is refused.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from tongxin.containment.enums import AppealState, Ended, Ground
from tongxin.containment.models import Restriction
from tongxin.testing.enums import RecheckState
from tongxin.testing.models import Recheck

Support = tuple[UUID, str, UUID | None]


@dataclass(frozen=True, slots=True)
class Evidence:
    """One record about one person: what it grounds, since when, in words."""

    person_id: UUID
    name: str
    area_path: str
    ground: str
    record_id: UUID
    words: str
    at: datetime
    is_used: bool

    @property
    def key(self) -> str:
        """As it travels in a form: it names rows that are read again and judged again when it comes back."""
        return f"{self.person_id}:{self.ground}:{self.record_id}"

    @property
    def ground_words(self) -> str:
        return str(Ground(self.ground).label)


def supported(evidence_ids: Collection[UUID]) -> set[Support]:
    """Person, ground and record that belong together. A negative recheck grounds nothing."""
    found: set[Support] = set()
    rows = Recheck.objects.filter(Q(pool__in=evidence_ids) | Q(pk__in=evidence_ids))
    for recheck in rows.exclude(state=RecheckState.NEGATIVE):
        ground = _ground_of(recheck)
        found.add((recheck.person_id, ground, recheck.pool_id))
        found.add((recheck.person_id, ground, recheck.pk))
    return found


def struck(evidence_ids: Collection[UUID]) -> dict[Support, str]:
    """Person, ground and record that an appeal found wrong, with the appeal's number.

    A later result is a ground of its own: what is struck is this ground on this record, not the person's future.
    """
    rows = Restriction.objects.filter(evidence_id__in=kin(evidence_ids), lift_kind=Ended.APPEAL)
    upheld = rows.filter(appeals__state=AppealState.UPHELD)
    return {
        (person, ground, record): number
        for person, ground, first, number in upheld.values_list(
            "person", "ground", "evidence_id", "appeals__number"
        )
        for record in kin([first])
    }


def of_person(person_id: UUID, at: datetime) -> list[Evidence]:
    """What stands about one person, the latest first."""
    return _told(_open().filter(person=person_id), at)


def unused(at: datetime, *, limit: int = 200) -> list[Evidence]:
    """Records that ground a restriction nobody is under: the start of a new one."""
    return [each for each in _told(_open()[:limit], at) if not each.is_used]


def words_of(rows: Iterable[Restriction]) -> dict[UUID, str]:
    """What each restriction rests on, in words."""
    rows = list(rows)
    wanted = {row.evidence_id for row in rows}
    found: dict[UUID, str] = {}
    for recheck in Recheck.objects.filter(Q(pool__in=wanted) | Q(pk__in=wanted)).select_related("pool__tube"):
        tube = recheck.pool.tube.code
        found[recheck.pool_id] = _("positive pool, tube %(tube)s") % {"tube": tube}
        found[recheck.pk] = _("recheck after pool %(tube)s: %(state)s") % {
            "tube": tube,
            "state": recheck.get_state_display(),
        }
    return {row.pk: found.get(row.evidence_id, "—") for row in rows}


def recheck_of(row: Restriction) -> Recheck | None:
    """The recheck behind a restriction, if it rests on a pool or on a recheck."""
    rows = Recheck.objects.filter(Q(pool=row.evidence_id) | Q(pk=row.evidence_id), person=row.person_id)
    return rows.first()


def _ground_of(recheck: Recheck) -> str:
    return Ground.POSITIVE if recheck.state == RecheckState.POSITIVE else Ground.POOL_RECHECK


def _open() -> QuerySet[Recheck]:
    rows = Recheck.objects.exclude(state=RecheckState.NEGATIVE).select_related("person", "pool__tube")
    return rows.order_by("-pool__opened_at", "person__name", "pk")


def _told(rows: QuerySet[Recheck], at: datetime) -> list[Evidence]:
    here = Restriction.objects.in_force(at).filter(person=OuterRef("person"))
    held = here.filter(Q(evidence_id=OuterRef("pool")) | Q(evidence_id=OuterRef("pk")))
    told = []
    for recheck in rows.annotate(is_held=Exists(held)):
        positive = recheck.state == RecheckState.POSITIVE
        told.append(
            Evidence(
                person_id=recheck.person_id,
                name=recheck.person.name,
                area_path=recheck.area_path,
                ground=_ground_of(recheck),
                record_id=recheck.pk if positive else recheck.pool_id,
                words=_("recheck after pool %(tube)s: %(state)s")
                % {"tube": recheck.pool.tube.code, "state": recheck.get_state_display()},
                at=recheck.result_at or recheck.sampled_at or recheck.pool.opened_at,
                is_used=bool(recheck.is_held),
            )
        )
    return told


def kin(evidence_ids: Collection[UUID]) -> list[UUID]:
    """A pool and its rechecks are one record in two coats: what strikes one strikes the other."""
    rows = Recheck.objects.filter(Q(pool__in=evidence_ids) | Q(pk__in=evidence_ids))
    pairs = list(rows.values_list("pool", "pk"))
    return list({*evidence_ids, *(each for pair in pairs for each in pair)})
