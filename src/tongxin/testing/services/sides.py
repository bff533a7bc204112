"""A tube code that two devices opened (一码两机, MT-26): frozen until the point chief says which of them stands."""

from collections.abc import Collection
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from tongxin.access.actors import Actor
from tongxin.access.services import journal
from tongxin.core import clock
from tongxin.core.locks import lock
from tongxin.core.refusals import Refusal
from tongxin.places.queries.rules import rule
from tongxin.testing.enums import MakeUpReason
from tongxin.testing.models import Round, Sample, Tube, TubeEvent
from tongxin.testing.services import coverage
from tongxin.testing.services.rounds import over_round
from tongxin.testing.services.settled import settle_tubes

DECIDES = "testing.tube.void"


@transaction.atomic
def decide_frozen(*, code: str, keep: UUID | None, why: str, by: Actor, at: datetime) -> Tube:
    """Release a frozen tube (解冻). `keep`: the one device whose tube stands, or nobody's: it was one tube all along.

    The people of a dropped side were in another vial under the same code: they are sampled again within the hour.
    """
    found = Tube.objects.filter(code=code).first()
    if found is None or found.round_id is None:
        raise Refusal("tube_unknown", tube=code)
    round_ = Round.objects.get(pk=found.round_id)
    tube = lock(Tube, found.pk)
    by.must(DECIDES, within=tube.area_path)
    if tube.frozen_at is None:
        raise Refusal("tube_not_frozen", tube=code)
    if len(why.strip()) < 2:
        raise Refusal("reason_needed")
    devices = devices_of(code)
    if keep is not None and keep not in devices:
        raise Refusal("tube_not_of_phone", tube=code)
    dropped = sorted(set(tube.dropped_devices) | (devices - {keep} if keep else set()))
    tube.accepted_devices, tube.dropped_devices = sorted(devices - set(dropped)), dropped
    tube.save(update_fields=["accepted_devices", "dropped_devices"])
    with over_round(round_):
        people = drop_other_sides([code], at=at)
        settle_tubes([code], at=at)
        coverage.settle(round_.pk, people)
    journal.record(
        "testing.tube.unfrozen",
        by=by,
        area_path=tube.area_path,
        on=tube,
        at=at,
        why=why,
        facts={
            "tube": code,
            "kept": [str(each) for each in tube.accepted_devices],
            "dropped": [str(each) for each in dropped],
            "people": [str(each) for each in people],
        },
    )
    return Tube.objects.get(pk=tube.pk)


def devices_of(code: str) -> set[UUID]:
    """The devices that worked on this tube."""
    acts = (
        TubeEvent.objects.filter(tube_code=code).exclude(device_id=None).values_list("device_id", flat=True)
    )
    swabs = Sample.objects.filter(tube_code=code).exclude(device_id=None).values_list("device_id", flat=True)
    return {device for device in (*acts.distinct(), *swabs.distinct()) if device is not None}


# The key is made from the swab's, so that doing it again changes nothing.
_TAKE_BACK = """
    INSERT INTO testing_samplerejection (id, area_path, sequence, occurred_at, recorded_at, is_clock_off, round_id,
                                         lane_id, sample_id, reason)
    SELECT md5(s.id::text || 'other_side')::uuid, s.area_path, 0, s.occurred_at, %(at)s, false, s.round_id,
           s.lane_id, s.id, 'other_side'
    FROM testing_tube t JOIN testing_sample s ON s.tube_code = t.code AND s.device_id = ANY (t.dropped_devices)
    WHERE t.code = ANY (%(codes)s)
    ON CONFLICT (id) DO NOTHING"""

_OWE = """
    INSERT INTO testing_makeup (id, area_path, round_id, person_id, tube_code, reason, made_at, due_at)
    SELECT md5(s.round_id::text || p.id::text || t.code)::uuid, p.area_path, s.round_id, p.id, t.code, %(reason)s,
           %(at)s, %(at)s + make_interval(mins => %(minutes)s)
    FROM testing_tube t
    JOIN LATERAL (SELECT DISTINCT o.round_id, o.person_id FROM testing_sample o
                  WHERE o.tube_code = t.code AND o.device_id = ANY (t.dropped_devices)) AS s ON true
    JOIN people_person p ON p.id = s.person_id
    WHERE t.code = %(code)s
    ON CONFLICT (tube_code, person_id) DO NOTHING"""


def drop_other_sides(codes: Collection[str], *, at: datetime) -> list[UUID]:
    """Take back what dropped devices put under these codes, also what they send later. Returns whose swabs these are."""
    people: set[UUID] = set()
    for tube in Tube.objects.filter(code__in=codes).exclude(dropped_devices=[]).order_by("pk"):
        minutes = rule("testing.make_up.due_minutes", path=tube.area_path, on=clock.day_of(at)).value
        facts: dict[str, Any] = {
            "codes": [tube.code],
            "code": tube.code,
            "at": at,
            "reason": MakeUpReason.DOUBLE,
            "minutes": int(minutes),
        }
        with connection.cursor() as cursor:
            cursor.execute(_TAKE_BACK, facts)
            cursor.execute(_OWE, facts)
        lost = Sample.objects.filter(tube_code=tube.code, device_id__in=tube.dropped_devices)
        people.update(lost.values_list("person_id", flat=True))
    return sorted(people)
