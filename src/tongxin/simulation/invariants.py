"""What must hold when a story has been played; each broken one is a sentence."""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime
from uuid import UUID

from django.db import connection
from django.utils.translation import gettext as _

from tongxin.access.services import journal
from tongxin.containment.models import Restriction
from tongxin.people.models import Code
from tongxin.testing.enums import Coverage, TubeState
from tongxin.testing.models import (
    BoxSealing,
    Claim,
    Closing,
    Expected,
    FoundPerson,
    Handover,
    PositivePool,
    Round,
    Sample,
    SampleRejection,
    Tube,
    TubeEvent,
)
from tongxin.testing.queries.rounds import standing_samples

CAPTURED = (Sample, SampleRejection, TubeEvent, FoundPerson, Claim, BoxSealing, Handover)
SAMPLED = (Coverage.HERE, Coverage.MOBILE)
ENDED = (TubeState.ARCHIVED, TubeState.RETURNED, TubeState.VOIDED, TubeState.REJECTED)


def broken(
    round_: Round, acknowledged: Iterable[UUID], *, bound: Mapping[str, UUID], at: datetime
) -> list[str]:
    """The invariants that do not hold at the end of a played round."""
    return [
        *_partition(round_),
        *_nothing_lost(round_, set(acknowledged), bound),
        *_counted_once(round_),
        *_closed_is_recounted(round_),
        *_tubes_ended(round_),
        *_holds_have_ground_and_end(round_, at),
        *_journal_holds(),
    ]


def _partition(round_: Round) -> list[str]:
    """The nine classes sum to the base, nobody is unknown, and who is counted as sampled has a swab that counts."""
    live = Expected.objects.filter(round=round_, removed_at=None)
    classes = Counter(live.order_by().values_list("klass", flat=True))
    problems = []
    if sum(classes[klass] for klass in Coverage) != live.count():
        problems.append(_("the nine classes do not sum to the base"))
    if classes[Coverage.UNKNOWN]:
        problems.append(_("%s people are still unknown") % classes[Coverage.UNKNOWN])
    sampled = len(_swabs_that_count(round_))
    here = sum(classes[klass] for klass in SAMPLED)
    if sampled != here:
        problems.append(
            _("%(sampled)s people have a swab that counts, but %(here)s are in a sampled class")
            % {"sampled": sampled, "here": here}
        )
    return problems


def _swabs_that_count(round_: Round) -> dict[UUID, int]:
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT s.person_id, count(*) FROM testing_sample s
               WHERE s.round_id = %s
                 AND NOT EXISTS (SELECT 1 FROM testing_samplerejection r WHERE r.sample_id = s.id)
                 AND NOT EXISTS (SELECT 1 FROM testing_tube t WHERE t.code = s.tube_code
                                 AND (t.state IN ('voided', 'rejected') OR t.result = 'invalid'))
               GROUP BY s.person_id""",
            [round_.pk],
        )
        return dict(cursor.fetchall())


def _nothing_lost(round_: Round, acknowledged: set[UUID], bound: Mapping[str, UUID]) -> list[str]:
    stored: list[UUID] = []
    for model in CAPTURED:
        stored.extend(model.objects.filter(round_id=round_.pk).values_list("pk", flat=True))
    problems = []
    if lost := acknowledged - set(stored):
        problems.append(_("%s acknowledged events are not stored") % len(lost))
    if len(stored) != len(set(stored)):
        problems.append(_("an event is stored twice"))
    held = dict(Code.objects.filter(token__in=list(bound)).values_list("token", "person_id"))
    if held != dict(bound):
        problems.append(_("a card that was bound at the lane is not the person's"))
    return problems


def _counted_once(round_: Round) -> list[str]:
    """Who is in two tubes stands in the base once, and is covered there."""
    rows = dict(Expected.objects.filter(round=round_).values_list("person_id", "klass"))
    if len(rows) != Expected.objects.filter(round=round_).count():
        return [_("a person is counted twice")]
    doubled = [person for person, count in _swabs_that_count(round_).items() if count > 1]
    if any(rows.get(person) not in SAMPLED for person in doubled):
        return [_("a person in two tubes is not counted")]
    return []


def _closed_is_recounted(round_: Round) -> list[str]:
    """Nothing came after the closing in a story, so the rows counted anew are the closed figures (MT-46)."""
    closing = Closing.objects.get(round=round_)
    live = Expected.objects.filter(round=round_, removed_at=None)
    classes = Counter(live.order_by().values_list("klass", flat=True))
    again = {klass.value: classes[klass] for klass in Coverage}
    swabs = standing_samples(round_.pk).count()
    if (closing.classes, closing.base_closing, closing.sample_count) != (again, live.count(), swabs):
        return [_("the closed figures are not what the rows give")]
    return []


def _tubes_ended(round_: Round) -> list[str]:
    open_still = Tube.objects.filter(round=round_).exclude(state__in=ENDED)
    states = Counter(open_still.values_list("state", flat=True))
    return [_("%(count)s tubes are left %(state)s") % {"count": n, "state": s} for s, n in states.items()]


def _holds_have_ground_and_end(round_: Round, at: datetime) -> list[str]:
    """Each hold of the round's pools names its ground and its pool, ends, and is lifted with it (LE-10, LE-12)."""
    pools = dict(PositivePool.objects.filter(tube__round=round_).values_list("pk", "closed_at"))
    holds = Restriction.objects.filter(evidence_id__in=list(pools))
    problems = []
    if holds.filter(ground="").exists() or any(hold.ends_at <= hold.starts_at for hold in holds):
        problems.append(_("a hold has no ground or no end"))
    if pools and not holds.exists():
        problems.append(_("a positive pool held nobody"))
    if all(pools.values()) and holds.in_force(at).exists():
        problems.append(_("a hold outlives its pool"))
    return problems


def _journal_holds() -> list[str]:
    journal.seal_all()
    return [_("journal link %s does not match its entries") % link for link in journal.broken_links()]
