"""A round at work with filled tubes, written straight into the tables (no phone in between)."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from tongxin.core.ids import new_id
from tongxin.people.models import Person
from tongxin.places.models import Site
from tongxin.testing.enums import RoundState, TubeState
from tongxin.testing.models import Expected, Lane, Round, Sample, Tube


def running_round(site: Site, at: datetime, *, number: int = 10) -> Round:
    """An open round with everybody of the area expected."""
    round_ = Round.objects.create(
        area_path=site.area_path,
        number=number,
        state=RoundState.OPEN,
        opens_at=at - timedelta(hours=6),
        closes_at=at + timedelta(hours=6),
        capacity=10,
        made_at=at - timedelta(hours=8),
    )
    people = Person.objects.live().filter(area_path__startswith=site.area_path)
    Expected.objects.bulk_create(
        Expected(round=round_, person=person, area_path=person.area_path, added_at=at) for person in people
    )
    round_.base_count = len(people)
    round_.save(update_fields=["base_count"])
    return round_


def lane(round_: Round, site: Site, number: int = 1) -> Lane:
    return Lane.objects.create(
        round=round_, site=site, number=number, pool=round_.pool, capacity=10, area_path=site.area_path
    )


def filled_tube(
    lane: Lane, code: str, people: Sequence[Person], at: datetime, state: str = TubeState.CLOSED
) -> Tube:
    """A tube with these people's swabs, ten seconds apart."""
    tube = Tube.objects.create(
        code=code,
        round=lane.round,
        lane=lane,
        pool=lane.pool,
        capacity=lane.capacity,
        state=state,
        area_path=lane.area_path,
        held_count=len(people),
        first_swab_at=at,
        closed_at=at + timedelta(minutes=20),
    )
    for position, person in enumerate(people, 1):
        swab(tube, person, position, at + timedelta(seconds=10 * position))
    return tube


def swab(tube: Tube, person: Person, position: int, at: datetime) -> Sample:
    return Sample.objects.create(
        id=new_id(),
        area_path=tube.area_path,
        round_id=tube.round_id,
        lane_id=tube.lane_id,
        person_id=person.pk,
        tube_code=tube.code,
        position=position,
        occurred_at=at,
        recorded_at=at,
    )
