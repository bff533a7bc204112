"""Boxes (转运箱): sealed at the point, signed over to the carrier, received, and what a laboratory sends back.

Each act writes a row that is never changed; states follow from the rows (`settled`), also from those that a phone
at the lane sends later.
"""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from tongxin.access.actors import Actor
from tongxin.access.services import journal
from tongxin.core import clock
from tongxin.core.ids import new_id
from tongxin.core.locks import advisory, lock
from tongxin.core.refusals import Refusal
from tongxin.core.verdicts import Verdict
from tongxin.places.queries.rules import rule
from tongxin.testing.enums import BoxKind, BoxState, LabReject, Leg, MakeUpReason, PoolKind, TubeState
from tongxin.testing.models import Box, BoxSealing, Handover, Laboratory, MakeUp, Round, Tube
from tongxin.testing.rules import boxes as rules
from tongxin.testing.services import coverage
from tongxin.testing.services.rounds import over_round
from tongxin.testing.services.settled import settle_boxes, settle_tubes, tubes_of_boxes
from tongxin.testing.services.tubes import owe_make_ups

SEAL, CARRY, RECEIVE = "testing.lane.run", "testing.box.carry", "testing.box.receive"


@transaction.atomic
def seal_box(
    *,
    round_id: UUID,
    seal: str,
    kind: BoxKind,
    codes: Sequence[str],
    has_ice: bool,
    temperature: Decimal | None,
    by: Actor,
    at: datetime,
    box_id: UUID | None = None,
) -> Box:
    """Count closed tubes into a box and seal it (装箱封箱). The same box id twice is the same box."""
    round_ = _round(round_id)
    by.must(SEAL, within=round_.area_path)
    box_id = box_id or new_id()
    advisory(f"testing.boxes:{round_id}")
    if held := Box.objects.filter(pk=box_id).first():
        return held
    listed = list(dict.fromkeys(code.strip().upper() for code in codes if code.strip()))
    holds = rule("testing.box.tubes", path=round_.area_path, on=clock.day_of(at)).value[kind]
    refuse(
        rules.may_seal(
            seal=seal,
            tubes=_listed(round_id, listed),
            holds=int(holds),
            is_seal_used=Box.objects.filter(round_id=round_id, seal=seal.strip()).exists(),
        )
    )
    BoxSealing.objects.create(
        **_fact(round_, box_id, by, at, temperature),
        seal=seal.strip()[:24],
        kind=kind,
        tube_codes=listed,
        has_ice=has_ice,
    )
    box = _settled(box_id, at)
    journal.record(
        "testing.box.sealed",
        by=by,
        area_path=box.area_path,
        on=box,
        at=at,
        facts={"seal": box.seal, "tubes": listed, "ice": has_ice, "temperature": str(temperature)},
    )
    return box


@transaction.atomic
def hand_box(
    *,
    box_id: UUID,
    giver: str,
    taker: str,
    vehicle: str,
    temperature: Decimal | None,
    by: Actor,
    at: datetime,
    laboratory_id: UUID | None = None,
) -> Box:
    """The carrier takes a sealed box over (交接给转运员): two names, the car, how warm. Twice is once."""
    box = _box(box_id)
    if not by.may(CARRY, within=box.area_path):
        by.must(SEAL, within=box.area_path)
    refuse(rules.may_hand(giver=giver, taker=taker))
    if box.state != BoxState.SEALED:
        return _again(box, Leg.POINT, taker)
    Handover.objects.create(
        **_fact(box.round, box.pk, by, at, temperature),
        leg=Leg.POINT,
        giver=giver.strip()[:60],
        taker=taker.strip()[:60],
        vehicle=vehicle.strip()[:40],
        laboratory_id=_laboratory(laboratory_id),
    )
    return _done(box, "testing.box.handed", by, at, {"giver": giver, "taker": taker, "vehicle": vehicle})


@transaction.atomic
def receive_box(
    *,
    box_id: UUID,
    giver: str,
    taker: str,
    temperature: Decimal | None,
    counted: int,
    by: Actor,
    at: datetime,
    note: str = "",
    laboratory_id: UUID | None = None,
) -> Box:
    """The laboratory takes a box in (实验室接收) and counts it. A box whose handover is not known yet is taken too."""
    box = _box(box_id)
    by.must(RECEIVE, within=box.area_path)
    refuse(rules.may_hand(giver=giver, taker=taker))
    if box.state == BoxState.RECEIVED:
        return _again(box, Leg.LABORATORY, taker)
    refuse(rules.may_receive(listed=box.tube_count, counted=counted, note=note))
    Handover.objects.create(
        **_fact(box.round, box.pk, by, at, temperature),
        leg=Leg.LABORATORY,
        giver=giver.strip()[:60],
        taker=taker.strip()[:60],
        laboratory_id=_laboratory(laboratory_id),
        counted=counted,
        note=note.strip()[:200],
    )
    facts = {"giver": giver, "taker": taker, "counted": counted, "listed": box.tube_count}
    return _done(box, "testing.box.received", by, at, facts)


@transaction.atomic
def reject_tube(*, code: str, reason: LabReject, by: Actor, at: datetime, note: str = "") -> list[MakeUp]:
    """The laboratory sends a tube back (退样): its members are sampled again within the hour (MT-30)."""
    tube = Tube.objects.filter(code=code).first()
    if tube is None or tube.round_id is None:
        raise Refusal("tube_unknown", tube=code)
    round_ = Round.objects.get(pk=tube.round_id)
    tube = lock(Tube, tube.pk)
    by.must(RECEIVE, within=tube.area_path)
    if tube.rejected_at is not None:
        return list(MakeUp.objects.filter(tube_code=code).order_by("pk"))
    refuse(rules.may_send_back(code=code, state=tube.state))
    tube.state, tube.rejected_at, tube.reject_reason = TubeState.REJECTED, at, reason
    tube.save(update_fields=["state", "rejected_at", "reject_reason"])
    with over_round(round_):
        owe_make_ups(round_=round_, tube_codes=[code], reason=MakeUpReason.REJECTED, at=at)
        make_ups = list(MakeUp.objects.filter(tube_code=code).order_by("pk"))
        coverage.settle(round_.pk, [make_up.person_id for make_up in make_ups])
    journal.record(
        "testing.tube.rejected",
        by=by,
        area_path=tube.area_path,
        on=tube,
        at=at,
        why=note.strip() or str(LabReject(reason).value),
        facts={"tube": code, "reason": reason, "people": [str(each.person_id) for each in make_ups]},
    )
    return make_ups


@transaction.atomic
def start_testing(*, box_id: UUID, by: Actor, at: datetime) -> int:
    """Put the tubes of a received box on the plate (上机检测). Those that were rejected or voided stay. Twice is once."""
    box = _box(box_id)
    by.must(RECEIVE, within=box.area_path)
    if box.state != BoxState.RECEIVED:
        raise Refusal("box_state", box=str(box), state=BoxState(box.state).label)
    codes = _locked_codes(Tube.objects.filter(box_id=box_id, state=TubeState.RECEIVED))
    Tube.objects.filter(code__in=codes).update(state=TubeState.TESTING)
    if codes:
        journal.record(
            "testing.tubes.on_plate", by=by, area_path=box.area_path, on=box, at=at, facts={"tubes": codes}
        )
    return len(codes)


@transaction.atomic
def archive_tubes(*, round_id: UUID, by: Actor, at: datetime) -> int:
    """Put the tubes of a round that have their result into the archive (归档). Pools at work wait. Twice is once."""
    round_ = _round(round_id)
    by.must(RECEIVE, within=round_.area_path)
    resulted = Tube.objects.filter(round_id=round_id, state=TubeState.RESULTED)
    codes = _locked_codes(resulted.exclude(positive_pool__closed_at=None, positive_pool__isnull=False))
    Tube.objects.filter(code__in=codes).update(state=TubeState.ARCHIVED)
    if codes:
        journal.record(
            "testing.tubes.archived",
            by=by,
            area_path=round_.area_path,
            on=round_,
            at=at,
            facts={"count": len(codes)},
        )
    return len(codes)


@transaction.atomic
def add_laboratory(*, area_path: str, name: str, phone: str, by: Actor, at: datetime) -> Laboratory:
    """Name a laboratory that boxes go to (检测机构). The same name twice is the same one."""
    if not by.may(RECEIVE, within=area_path):
        by.must("testing.round.run", within=area_path)
    made, is_new = Laboratory.objects.get_or_create(
        area_path=area_path, name=name.strip()[:80], defaults={"phone": phone.strip()[:40]}
    )
    if is_new:
        journal.record("testing.laboratory.added", by=by, area_path=area_path, on=made, at=at)
    return made


def refuse(verdict: Verdict) -> None:
    """Raise the refusal of a no, with states and pool kinds in words."""
    if verdict.ok:
        return
    facts = dict(verdict.facts)
    if facts.get("state") in TubeState.values:
        facts["state"] = TubeState(str(facts["state"])).label
    for name in ("pool", "wanted"):
        if facts.get(name) in PoolKind.values:
            facts[name] = PoolKind(str(facts[name])).label
    raise Refusal(verdict.code, **facts)


def _round(round_id: UUID) -> Round:
    found = Round.objects.filter(pk=round_id).first()
    if found is None:
        raise Refusal("round_unknown")
    return found


def _box(box_id: UUID) -> Box:
    """The box, and nobody else's act on it until this one is written. It is folded anew, so no row is held."""
    advisory(f"testing.box:{box_id}")
    found = Box.objects.select_related("round").filter(pk=box_id).first()
    if found is None:
        raise Refusal("not_found", what=str(Box._meta.verbose_name))
    return found


def _listed(round_id: UUID, codes: Sequence[str]) -> list[rules.ListedTube]:
    known = {tube.code: tube for tube in Tube.objects.filter(round_id=round_id, code__in=codes)}
    return [
        rules.ListedTube(code, known[code].state, known[code].frozen_at is not None)
        if code in known
        else rules.ListedTube(code)
        for code in codes
    ]


def _fact(
    round_: Round, box_id: UUID, by: Actor, at: datetime, temperature: Decimal | None
) -> dict[str, object]:
    return {
        "id": new_id(),
        "area_path": round_.area_path,
        "round_id": round_.pk,
        "box_id": box_id,
        "temperature": temperature,
        "by_id": by.account_id,
        "by_name": by.name[:60],
        "occurred_at": at,
        "recorded_at": clock.now(),
    }


def _laboratory(laboratory_id: UUID | None) -> UUID | None:
    if laboratory_id is None or Laboratory.objects.filter(pk=laboratory_id, closed_at=None).exists():
        return laboratory_id
    raise Refusal("not_found", what=str(Laboratory._meta.verbose_name))


def _settled(box_id: UUID, at: datetime) -> Box:
    settle_tubes(tubes_of_boxes([box_id]), at=at)
    settle_boxes([box_id])
    return Box.objects.select_related("round").get(pk=box_id)


def _done(box: Box, act: str, by: Actor, at: datetime, facts: dict[str, object]) -> Box:
    made = _settled(box.pk, at)
    journal.record(act, by=by, area_path=box.area_path, on=made, at=at, facts={"seal": made.seal, **facts})
    return made


def _again(box: Box, leg: Leg, taker: str) -> Box:
    """The same handover written twice is one; another one of the same leg is refused."""
    if Handover.objects.filter(box_id=box.pk, leg=leg, taker=taker.strip()[:60]).exists():
        return box
    raise Refusal("box_state", box=str(box), state=BoxState(box.state).label)


def _locked_codes(found: QuerySet[Tube]) -> list[str]:
    return [tube.code for tube in found.select_for_update(of=("self",)).order_by("pk")]
