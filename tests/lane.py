"""A lane at work, for tests of the capture path: Shuangxi's round 6, a point with lanes, tubes dealt, a phone."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any
from uuid import UUID

from tests import cast
from tongxin.access.models import Device
from tongxin.core.ids import new_id
from tongxin.places.models import Site
from tongxin.testing.enums import Coverage, LaneKind, Origin, PoolKind, RoundState, TubeState
from tongxin.testing.models import Expected, Lane, Round, Tube

Event = dict[str, Any]
OPENED = cast.NOON - timedelta(hours=6)


def open_round(area_path: str = cast.SHUANGXI, number: int = 6, state: str = RoundState.OPEN) -> Round:
    return Round.objects.create(
        area_path=area_path,
        number=number,
        state=state,
        opens_at=OPENED,
        closes_at=OPENED + timedelta(hours=12),
        pool=PoolKind.POOL10,
        capacity=10,
        made_at=OPENED,
    )


def lane(round_: Round, site: Site, number: int = 1, kind: str = LaneKind.FIXED) -> Lane:
    return Lane.objects.create(
        area_path=round_.area_path,
        round=round_,
        site=site,
        number=number,
        kind=kind,
        pool=PoolKind.POOL10,
        capacity=10,
    )


def tube(at_lane: Lane, code: str, state: str = TubeState.ISSUED, result: str = "") -> Tube:
    return Tube.objects.create(
        area_path=at_lane.area_path,
        code=code,
        round=at_lane.round,
        lane=at_lane,
        pool=at_lane.pool,
        capacity=at_lane.capacity,
        state=state,
        result=result,
        issued_at=OPENED,
    )


def expect(round_: Round, people: Iterable[Any]) -> None:
    Expected.objects.bulk_create(
        Expected(
            area_path=person.area_path,
            round=round_,
            person=person,
            origin=Origin.BASE,
            klass=Coverage.UNKNOWN,
            added_at=OPENED,
        )
        for person in people
    )


def device(town: cast.Town, name: str = "A1", token: str = "", **fields: Any) -> Device:
    fields = {
        "area_path": cast.SHUANGXI,
        "post_id": town.point.pk,
        "enrolled_by": town.accounts["zhao"],
    } | fields
    token = token or f"token-of-{name}"
    return Device.objects.create(
        name=name, token_digest=sha256(token.encode()).digest(), enrolled_at=OPENED, **fields
    )


@dataclass
class Phone:
    """Writes events as the field app does: its own keys, its own sequence, its own clock."""

    round_id: UUID
    lane_id: UUID
    at: datetime = OPENED
    sequence: int = 0
    written: list[Event] = field(default_factory=list)

    def write(self, kind: str, **fields: Any) -> Event:
        self.sequence += 1
        self.at += timedelta(seconds=20)
        event = {
            "id": str(new_id()),
            "seq": self.sequence,
            "kind": kind,
            "at": self.at.isoformat(),
            "round": str(self.round_id),
            "lane": str(self.lane_id),
        } | fields
        self.written.append(event)
        return event

    def open(self, tube: str) -> Event:
        return self.write("tube_opened", tube=tube, pool="pool10", capacity=10)

    def sample(self, tube: str, position: int, person: UUID | str, how: str = "scan", **more: Any) -> Event:
        return self.write("sample", tube=tube, position=position, person=str(person), how=how, **more)

    def reject(self, sample: Event, reason: str = "nausea") -> Event:
        return self.write("sample_rejected", sample=sample["id"], reason=reason)

    def close(self, tube: str, spoken: int, reason: str = "end_of_shift") -> Event:
        return self.write("tube_closed", tube=tube, reason=reason, spoken=spoken)

    def found(self, name: str, document: str = "", person: UUID | None = None, **fields: Any) -> Event:
        blank = {"phone": "", "building": "", "unit": "", "room": "", "note": ""}
        return self.write(
            "person_found", person=str(person or new_id()), name=name, document=document, **(blank | fields)
        )

    def elsewhere(self, person: UUID | str, proof: str = "报告 8812") -> Event:
        day = cast.TODAY.isoformat()
        return self.write(
            "sampled_elsewhere", person=str(person), place="市人民医院", proof=proof, taken_on=day
        )

    def seal(self, tubes: Iterable[str], *, box: UUID | None = None, seal: str = "F-001") -> Event:
        return self.write(
            "box_sealed", box=str(box or new_id()), seal=seal, tubes=list(tubes), ice=True, temperature=4.5
        )

    def hand(self, box: UUID | str, giver: str = "赵敏", taker: str = "司机老周") -> Event:
        return self.write(
            "box_handed", box=str(box), giver=giver, taker=taker, vehicle="湘G12345", temperature=5
        )

    def bind(self, person: UUID | str, token: str) -> Event:
        return self.write("code_bound", person=str(person), token=token)


@dataclass
class Station:
    """The town with a round open, two lanes at its point, five tubes in each, and a phone at lane 1."""

    town: cast.Town
    round: Round
    lanes: list[Lane]
    device: Device
    phone: Phone

    def tube_codes(self, number: int = 1) -> list[str]:
        return [f"L{number}T{each}" for each in range(1, 6)]


def station() -> Station:
    town = cast.town()
    round_ = open_round()
    lanes = [lane(round_, town.point, 1), lane(round_, town.point, 2)]
    for number, each in enumerate(lanes, 1):
        for count in range(1, 6):
            tube(each, f"L{number}T{count}")
    expect(round_, [town.chen_wei, town.chen_fang, town.zhang_wei])
    return Station(town, round_, lanes, device(town), Phone(round_.pk, lanes[0].pk))
