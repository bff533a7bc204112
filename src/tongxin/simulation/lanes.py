"""Virtual lanes: they take people one after another, keep an outbox, and send when they have a network."""

import random
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from tongxin.core.clock import SHANGHAI
from tongxin.core.ids import uuid7
from tongxin.simulation.client import Event, Phone
from tongxin.testing.enums import TubeState
from tongxin.testing.models import Lane, Tube

Visitor = dict[str, Any]
BATCH = 100
BOX = 24  # tubes of a small box
SEALED_WITHIN = timedelta(minutes=75)
CARRIER_COMES, LATE = timedelta(minutes=10), timedelta(minutes=150)
GIVER, CARRIER, VEHICLE = "赵敏", "云转运", "湘G·A1208"


@dataclass(slots=True)
class VirtualLane:
    """A registrar with a phone at one lane of the pack. `offline` is a span of hours since the round opened."""

    phone: Phone
    round_id: str
    lane: dict[str, Any]
    tubes: deque[dict[str, Any]]
    opened_at: datetime
    rate: float = 160.0
    offline: tuple[float, float] | None = None
    rng: random.Random = field(default_factory=lambda: random.Random(20210820))
    outbox: list[Event] = field(default_factory=list)
    tube: dict[str, Any] | None = None
    members: list[Event] = field(default_factory=list)
    rejected_count: int = 0
    used: list[str] = field(default_factory=list)
    elapsed: timedelta = timedelta()
    ready: list[tuple[str, datetime]] = field(default_factory=list)
    boxes: list[dict[str, Any]] = field(default_factory=list)
    bound: list[Event] = field(default_factory=list)
    sequence: int = 0
    sent_count: int = 0

    @property
    def at(self) -> datetime:
        """The lane's own time."""
        return self.opened_at + self.elapsed

    @property
    def is_offline(self) -> bool:
        hours = self.elapsed / timedelta(hours=1)
        return self.offline is not None and self.offline[0] <= hours < self.offline[1]

    def take(self, person_id: str, *, how: str = "scan", **more: Any) -> Event:
        """One person: about 22 seconds, then a sample in the open tube; a full tube is closed."""
        self._hand_over()
        self.elapsed += timedelta(seconds=self.rng.gauss(1.0, 0.2) * 3600 / self.rate)
        if self.tube is None:
            self._open()
        sample = self._write(
            "sample", tube=self._code, position=len(self.members) + 1, person=person_id, how=how, **more
        )
        self.members.append(sample)
        if self.tube is not None and len(self.members) >= self.tube["capacity"]:
            self.close("full")
        return sample

    def take_found(self, visitor: Visitor) -> Event:
        """Somebody the register does not hold: the quick add first, then the sample."""
        found = self._write("person_found", **visitor)
        self.elapsed += timedelta(seconds=40)
        return self.take(found["person"], how="typed")

    def reject_last(self, reason: str) -> None:
        """The sampler rejects the last position; its place in the tube stays empty."""
        last = self.members[-1] if self.members else None
        if last is not None:
            self._write("sample_rejected", sample=last["id"], reason=reason)
            self.rejected_count += 1

    def close(self, reason: str) -> None:
        """Close the open tube; the sampler has counted the swabs."""
        if self.tube is None:
            return
        swabs = len(self.members) - self.rejected_count
        self._write("tube_closed", tube=self._code, reason=reason, spoken=swabs)
        self.ready.append((self._code, datetime.fromisoformat(self.members[0]["at"])))
        if len(self.ready) >= BOX or self.at - self.ready[0][1] > SEALED_WITHIN:
            self.box_up()
        self.tube, self.members, self.rejected_count = None, [], 0

    def box_up(self) -> None:
        """Seal what is closed into a box on ice; the carrier comes in ten minutes, later where no call gets out."""
        while self.ready:
            filled, self.ready = self.ready[:BOX], self.ready[BOX:]
            box = {
                "box": str(uuid7(int(self.at.timestamp() * 1000))),
                "seal": f"{self.tubes_prefix}-{len(self.boxes) + 1:02d}",
                "tubes": [code for code, _first in filled],
                "first_at": filled[0][1],
                "due": self.at + (LATE if self.is_offline else CARRIER_COMES),
                "handed_at": None,
            }
            self._write(
                "box_sealed",
                **{name: box[name] for name in ("box", "seal", "tubes")},
                ice=True,
                temperature=round(self.rng.uniform(3.0, 7.0), 1),
            )
            self.boxes.append(box)

    def _hand_over(self, *, all_left: bool = False) -> None:
        for box in self.boxes:
            if box["handed_at"] is None and (all_left or box["due"] <= self.at):
                self.elapsed = max(self.elapsed, box["due"] - self.opened_at) if all_left else self.elapsed
                box["handed_at"] = self.at
                self._write(
                    "box_handed", box=box["box"], giver=GIVER, taker=CARRIER, vehicle=VEHICLE, temperature=5.0
                )

    def end_shift(self) -> None:
        """The last tube is closed, the last box is sealed and signed over."""
        self.close("end_of_shift")
        self.box_up()
        self._hand_over(all_left=True)
        self.offline = None

    @property
    def tubes_prefix(self) -> str:
        """What the seals of this lane begin with: the round's prefix of its tubes."""
        return self.used[0][:-4] if self.used else "FX"

    def prove_elsewhere(self, person_id: str, *, place: str, proof: str) -> Event:
        """Somebody shows that they were sampled elsewhere today: recorded, no swab (MT-22)."""
        return self._write(
            "sampled_elsewhere",
            person=person_id,
            place=place,
            proof=proof,
            taken_on=self.at.astimezone(SHANGHAI).date().isoformat(),
        )

    def bind(self, person_id: str, token: str) -> Event:
        """A card that somebody already carries is bound to them after the identity check."""
        event = self._write("code_bound", person=person_id, token=token)
        self.bound.append(event)
        return event

    def flush(self, now: datetime, *, size: int = BATCH) -> int:
        """Send what waits, in order, in batches. Offline: nothing leaves, nothing is lost."""
        if self.is_offline:
            return 0
        sent = 0
        while self.outbox:
            batch, self.outbox = self.outbox[:size], self.outbox[size:]
            self.phone.send(batch, now)
            sent += len(batch)
        self.sent_count += sent
        return sent

    @property
    def _code(self) -> str:
        if self.tube is None:
            raise RuntimeError("no tube is open in this lane")
        return str(self.tube["code"])

    def _open(self) -> None:
        if not self.tubes:
            raise RuntimeError(f"lane {self.lane['number']} has no tubes left")
        self.tube, self.members = self.tubes.popleft(), []
        self.used.append(self._code)
        self._write("tube_opened", tube=self._code, pool=self.tube["pool"], capacity=self.tube["capacity"])

    def _write(self, kind: str, **fields: Any) -> Event:
        self.sequence += 1
        event = {
            "id": str(uuid7(int(self.at.timestamp() * 1000))),
            "seq": self.sequence,
            "kind": kind,
            "at": self.at.isoformat(),
            "round": self.round_id,
            "lane": self.lane["id"],
            **fields,
        }
        self.outbox.append(event)
        return event


def lanes_of(
    pack: dict[str, Any], phones: Iterable[Phone], opened_at: datetime, *, offline_lane: int = 0
) -> list[VirtualLane]:
    """A virtual lane for each lane of the pack, each with the tubes dealt to it."""
    lanes = []
    for lane, phone in zip(pack["lanes"], phones, strict=False):
        tubes = deque(
            tube for tube in pack["tubes"] if tube["lane"] == lane["id"] and tube["state"] == "issued"
        )
        made = VirtualLane(phone, pack["round"]["id"], lane, tubes, opened_at)
        made.rng = random.Random(f"{lane['number']}")
        if lane["number"] == offline_lane:
            made.offline = (3.0, 4.0)
        lanes.append(made)
    return lanes


def lanes_in(lane: Lane, phone: Phone, opened_at: datetime) -> VirtualLane:
    """A virtual lane with the tubes that are dealt to it, without asking for a pack."""
    dealt = Tube.objects.filter(lane=lane, state=TubeState.ISSUED).order_by("code")
    tubes = deque({"code": each.code, "pool": each.pool, "capacity": each.capacity} for each in dealt)
    words = {"id": str(lane.pk), "number": lane.number}
    made = VirtualLane(phone, str(lane.round_id), words, tubes, opened_at)
    made.rng = random.Random(f"{lane.number}")
    return made


def acknowledged(lanes: Iterable[VirtualLane], verdict: str = "applied") -> set[UUID]:
    """Every event id that the server has acknowledged with this verdict."""
    return {
        event_id
        for lane in lanes
        for event_id, (word, _code) in lane.phone.acknowledged.items()
        if word == verdict
    }
