"""Rounds as pages and decisions need them: which there are, and what stands when one is moved."""

from uuid import UUID

from django.db import connection
from django.db.models import Q, QuerySet

from tongxin.core import areas
from tongxin.core.refusals import Refusal
from tongxin.people.enums import ResidenceKind
from tongxin.testing.enums import ResultStatus, RoundState, TubeState
from tongxin.testing.models import Lane, Round, RoundStep, Sample, SampleRejection, Signature, Tube
from tongxin.testing.queries.coverage import removed_sampled, unknown_count
from tongxin.testing.rules import rounds as rules

# Who belongs to the base of an area: two parameters, its path and the kinds of residence that count.
LIVES_HERE = "p.voided_at IS NULL AND p.area_path ^@ %s AND r.kind = ANY(%s)"
MOST_AT_WORK = 40
# Registered here but living elsewhere (人户分离) would be another kind: in the register, not in the base.
LIVING_HERE = [ResidenceKind.USUAL, ResidenceKind.FLOATING, ResidenceKind.FOUND]


def one(round_id: UUID | str) -> Round:
    """The round, or the refusal `not_found` for those who may not see it."""
    found = Round.objects.filter(pk=round_id).first()
    if found is None:
        raise Refusal("not_found", what=str(Round._meta.verbose_name))
    return found


def latest_first() -> QuerySet[Round]:
    return Round.objects.order_by("-opens_at", "-number", "pk")


def current(area_path: str = "/") -> Round | None:
    """The round at work in an area, else the one that comes next, else the last."""
    here = Round.objects.filter(area_path__startswith=area_path)
    return (
        here.filter(state__in=rules.RUNNING).order_by("-opens_at").first()
        or here.filter(state__in=rules.BEFORE_OPEN).order_by("opens_at").first()
        or here.exclude(state=RoundState.CANCELLED).order_by("-opens_at").first()
    )


def before(round_: Round) -> Round | None:
    """The round of this area that was counted before this one."""
    earlier = Round.objects.filter(area_path=round_.area_path, number__lt=round_.number)
    return earlier.exclude(base_count=None).order_by("-number").first()


def at_work() -> list[Round]:
    """Every round at work in sight, by area: a commander sees several communities at once."""
    return list(
        Round.objects.filter(state__in=rules.RUNNING).order_by("area_path", "-opens_at")[:MOST_AT_WORK]
    )


def to_approve() -> QuerySet[Round]:
    """Drafts that wait for the commander."""
    return Round.objects.filter(state=RoundState.DRAFT).order_by("opens_at", "pk")


def steps(round_id: UUID) -> QuerySet[RoundStep]:
    """Every change of state, the latest first."""
    return RoundStep.objects.filter(round_id=round_id).order_by("-at", "-pk")


def signatures(round_id: UUID) -> QuerySet[Signature]:
    """The signatures that stand."""
    return Signature.objects.filter(round_id=round_id, withdrawn_at=None).order_by("at", "pk")


def standing_samples(round_id: UUID) -> QuerySet[Sample]:
    """Swabs that were not taken back at the lane: person-times, voided tubes included (MT-42)."""
    taken_back = SampleRejection.objects.filter(round_id=round_id).values("sample_id")
    return Sample.objects.filter(round_id=round_id).exclude(pk__in=taken_back)


def facts(round_: Round, to: RoundState, *, ground: str = "") -> rules.RoundFacts:
    """What the rule of a move needs to know, and no more than this move needs."""
    opening, closing = to == RoundState.OPEN, to == RoundState.CLOSED
    return rules.RoundFacts(
        number=round_.number,
        ground=ground,
        lane_count=Lane.objects.filter(round=round_, closed_at=None).count() if opening else 0,
        person_count=person_count(round_.area_path) if opening else 0,
        running=_running_beside(round_) if opening else None,
        unknown_count=unknown_count(round_.pk) if closing else 0,
        removed_sampled=removed_sampled(round_.pk) if closing else 0,
        signed_roles=signed_roles(round_.pk) if closing else frozenset(),
        sample_count=Sample.objects.filter(round_id=round_.pk).count() if to == RoundState.CANCELLED else 0,
        unresulted_count=unresulted(round_.pk).count() if to == RoundState.RESULTS_COMPLETE else 0,
    )


def signed_roles(round_id: UUID) -> frozenset[str]:
    return frozenset(signatures(round_id).values_list("role", flat=True))


def unresulted(round_id: UUID) -> QuerySet[Tube]:
    """Tubes with swabs whose result is not final."""
    return (
        Tube.objects.filter(round_id=round_id, held_count__gt=0)
        .exclude(state__in=[TubeState.VOIDED, TubeState.REJECTED, TubeState.RETURNED])
        .exclude(result_status=ResultStatus.FINAL)
    )


def person_count(area_path: str) -> int:
    """How many persons the base of this area would hold now."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"""SELECT count(*) FROM people_person p
                JOIN people_residence r ON r.person_id = p.id AND r.is_current AND r.to_on IS NULL
                WHERE {LIVES_HERE}""",
            [area_path, LIVING_HERE],
        )
        (count,) = cursor.fetchone()
    return int(count)


def _running_beside(round_: Round) -> int | None:
    """The number of another round at work in this area, above it or inside it."""
    overlaps = Q(area_path__in=areas.chain(round_.area_path)) | Q(area_path__startswith=round_.area_path)
    beside = Round.objects.filter(overlaps, state__in=rules.RUNNING).exclude(pk=round_.pk)
    return beside.values_list("number", flat=True).first()
