"""What must hold when a story has been played; each broken one is a sentence."""

from collections.abc import Iterable
from uuid import UUID

from django.db import connection

from tongxin.access.services import journal
from tongxin.testing.models import Expected, FoundPerson, Round, Sample, SampleRejection, TubeEvent

CAPTURED = (Sample, SampleRejection, TubeEvent, FoundPerson)


def broken(round_: Round, acknowledged: Iterable[UUID]) -> list[str]:
    """The invariants that do not hold: classes partition the base, nothing acknowledged is lost or doubled."""
    return [
        *_partition(round_),
        *_nothing_lost(round_, set(acknowledged)),
        *_counted_once(round_),
        *(f"journal link {link} does not match its entries" for link in journal.broken_links()),
    ]


def _partition(round_: Round) -> list[str]:
    counts = list(
        Expected.objects.filter(round=round_, removed_at=None).order_by().values_list("klass", flat=True)
    )
    problems = []
    if "unknown" in counts:
        problems.append(f"{counts.count('unknown')} people are still unknown")
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT count(DISTINCT s.person_id) FROM testing_sample s
               WHERE s.round_id = %s
                 AND NOT EXISTS (SELECT 1 FROM testing_samplerejection r WHERE r.sample_id = s.id)
                 AND NOT EXISTS (SELECT 1 FROM testing_tube t WHERE t.code = s.tube_code
                                 AND (t.state IN ('voided', 'rejected') OR t.result = 'invalid'))""",
            [round_.pk],
        )
        (sampled,) = cursor.fetchone() or (0,)
    here = counts.count("here") + counts.count("mobile")
    if sampled != here:
        problems.append(f"{sampled} people have a sample that counts, but {here} are in a sampled class")
    return problems


def _nothing_lost(round_: Round, acknowledged: set[UUID]) -> list[str]:
    stored: list[UUID] = []
    for model in CAPTURED:
        stored.extend(model.objects.filter(round_id=round_.pk).values_list("pk", flat=True))
    problems = []
    if lost := acknowledged - set(stored):
        problems.append(f"{len(lost)} acknowledged events are not stored")
    if len(stored) != len(set(stored)):
        problems.append("an event is stored twice")
    return problems


def _counted_once(round_: Round) -> list[str]:
    twice = (
        Expected.objects.filter(round=round_).order_by().values("person_id").distinct().count()
        != Expected.objects.filter(round=round_).count()
    )
    return ["a person is counted twice"] if twice else []
