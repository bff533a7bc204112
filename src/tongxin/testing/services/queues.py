"""How many wait at a point (排队人数): counted or estimated by its chief, never by a camera."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from tongxin.access.actors import Actor
from tongxin.access.services import journal
from tongxin.core.refusals import Refusal
from tongxin.core.verdicts import Verdict
from tongxin.testing.models import Lane, QueueCount, Round
from tongxin.testing.rules.rounds import RUNNING
from tongxin.testing.services.rounds import refuse


@transaction.atomic
def count_queue(*, round_id: UUID, site_id: UUID, waiting: int, by: Actor, at: datetime) -> QueueCount:
    """Write down how many wait at a point of a round now (MT-03). The newest count holds."""
    lane = Lane.objects.filter(round_id=round_id, site_id=site_id).select_related("site", "round").first()
    if lane is None:
        raise Refusal("not_found", what=str(Lane._meta.verbose_name))
    by.must("testing.lane.run", within=lane.area_path)
    round_: Round = lane.round
    if round_.state not in RUNNING:
        refuse(Verdict.no("round_state", number=round_.number, state=round_.state))
    made = QueueCount.objects.create(
        area_path=lane.area_path,
        round=round_,
        site=lane.site,
        waiting=waiting,
        at=at,
        by_name=by.name[:60],
    )
    journal.record(
        "testing.queue.counted", by=by, area_path=lane.area_path, on=made, at=at, facts={"waiting": waiting}
    )
    return made
