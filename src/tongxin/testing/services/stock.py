"""Tube stock (采样管库存): batches registered with their expiry, issued to lanes, and given back unused."""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from django.db import transaction
from django.db.models import F

from tongxin.access.actors import Actor
from tongxin.access.services import journal
from tongxin.core import clock
from tongxin.core.locks import advisory, lock, lock_all
from tongxin.core.refusals import Refusal
from tongxin.places.queries.rules import rule
from tongxin.testing.enums import PoolKind, TubeState
from tongxin.testing.models import Lane, Tube, TubeBatch
from tongxin.testing.rules import boxes as rules
from tongxin.testing.services.boxes import refuse
from tongxin.testing.services.tubes import given_codes, must_be_dealt_in, running_numbers, store_new

ISSUE = "testing.tube.issue"
IN_STOCK = [TubeState.REGISTERED, TubeState.RETURNED]


@transaction.atomic
def register_batch(
    *,
    area_path: str,
    label: str,
    pool: PoolKind,
    expires_on: date,
    by: Actor,
    at: datetime,
    codes: Sequence[str] | None = None,
    count: int = 0,
    prefix: str = "",
) -> TubeBatch:
    """Take a batch of vials into stock (采样管入库): batch and expiry known, every code once in the whole register."""
    by.must(ISSUE, within=area_path)
    day = clock.day_of(at)
    if len(label.strip()) < 2:
        raise Refusal("batch_label_needed")
    if rules.is_expired(expires_on, day):
        raise Refusal("batch_expired", batch=label.strip(), day=expires_on)
    advisory(f"testing.stock:{area_path}")
    if TubeBatch.objects.filter(area_path=area_path, label=label.strip()).exists():
        raise Refusal("batch_taken", batch=label.strip())
    wanted = given_codes(codes) if codes else running_numbers(prefix.strip().upper(), count)
    if not wanted:
        raise Refusal("no_tube_codes")
    capacity = int(rule("testing.pool.capacity", path=area_path, on=day).value[pool])
    batch = TubeBatch.objects.create(
        area_path=area_path,
        label=label.strip()[:40],
        pool=pool,
        capacity=capacity,
        expires_on=expires_on,
        tube_count=len(wanted),
        received_at=at,
        by_name=by.name[:60],
    )
    store_new(
        Tube(
            area_path=area_path,
            code=code,
            pool=pool,
            capacity=capacity,
            batch=batch,
            batch_label=batch.label,
            expires_on=expires_on,
        )
        for code in wanted
    )
    journal.record(
        "testing.tubes.registered",
        by=by,
        area_path=area_path,
        on=batch,
        at=at,
        facts={"batch": batch.label, "count": len(wanted), "first": wanted[0], "last": wanted[-1]},
    )
    return batch


@transaction.atomic
def issue_tubes(
    *, lane_id: UUID, by: Actor, at: datetime, codes: Sequence[str] | None = None, count: int = 0
) -> list[Tube]:
    """Issue vials from stock to one lane (领管), by their codes or as many as are wanted, the first to expire first."""
    lane = lock(Lane, lane_id)
    by.must(ISSUE, within=lane.area_path)
    must_be_dealt_in(lane)
    advisory(f"testing.stock:{lane.area_path}")
    day = clock.day_of(at)
    chosen = _by_codes(lane, given_codes(codes), day) if codes else _first_to_expire(lane, count, day)
    if not chosen:
        raise Refusal("no_tube_codes")
    Tube.objects.filter(pk__in=[tube.pk for tube in chosen]).update(
        round_id=lane.round_id,
        lane=lane,
        capacity=lane.capacity,
        state=TubeState.ISSUED,
        issued_at=at,
    )
    journal.record(
        "testing.tubes.dealt",
        by=by,
        area_path=lane.area_path,
        on=lane,
        at=at,
        facts={"first": chosen[0].code, "last": chosen[-1].code, "count": len(chosen)},
    )
    return chosen


@transaction.atomic
def return_tubes(*, lane_id: UUID, by: Actor, at: datetime, codes: Sequence[str] | None = None) -> list[str]:
    """Take unused vials back from a lane (退管): those named, or all that nobody has opened. Twice is once.

    A phone that is still offline may have opened one: when its word comes, the tube is that lane's again.
    """
    lane = lock(Lane, lane_id)
    by.must(ISSUE, within=lane.area_path)
    unused = Tube.objects.filter(lane=lane, state=TubeState.ISSUED, opened_at=None, held_count=0)
    if codes:
        wanted = given_codes(codes)
        mine = dict(Tube.objects.filter(lane=lane, code__in=wanted).values_list("code", "state"))
        for code in wanted:
            if code not in mine:
                raise Refusal("tube_unknown", tube=code)
            if mine[code] not in (TubeState.ISSUED, TubeState.RETURNED):
                raise Refusal("tube_state", tube=code, state=TubeState(mine[code]).label)
        unused = unused.filter(code__in=wanted)
    tubes = lock_all(Tube, unused.values_list("pk", flat=True))
    Tube.objects.filter(pk__in=[tube.pk for tube in tubes]).update(state=TubeState.RETURNED)
    if tubes:
        journal.record(
            "testing.tubes.returned",
            by=by,
            area_path=lane.area_path,
            on=lane,
            at=at,
            facts={"count": len(tubes), "tubes": [tube.code for tube in tubes]},
        )
    return [tube.code for tube in tubes]


def _by_codes(lane: Lane, codes: Sequence[str], day: date) -> list[Tube]:
    keys = Tube.objects.filter(code__in=codes).values_list("pk", flat=True)
    known = {tube.code: tube for tube in lock_all(Tube, keys)}
    for code in codes:
        if code not in known:
            raise Refusal("tube_not_in_stock", tube=code)
        tube = known[code]
        refuse(
            rules.may_issue(
                rules.StockFacts(code, tube.state, tube.pool, tube.expires_on), pool=lane.pool, on=day
            )
        )
    return [known[code] for code in codes]


def _first_to_expire(lane: Lane, count: int, day: date) -> list[Tube]:
    stock = Tube.objects.filter(area_path=lane.area_path, state__in=IN_STOCK, pool=lane.pool)
    good = stock.exclude(expires_on__lt=day).order_by(F("expires_on").asc(nulls_last=True), "code")
    chosen = lock_all(Tube, good.values_list("pk", flat=True)[:count])
    if len(chosen) < count:
        raise Refusal("stock_short", count=len(chosen), wanted=count)
    return sorted(chosen, key=lambda tube: tube.code)
