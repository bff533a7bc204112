"""Virtual lanes: they take people one after another, keep an outbox, and send when they have a network."""

import random
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from tongxin.core.ids import uuid7
from tongxin.simulation.client import Event, Phone
from tongxin.testing.enums import TubeState
from tongxin.testing.models import Lane, Tube

Visitor = dict[str, Any]
BATCH = 100


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

    def take(self, person_id: str, *, how: str = "scan") -> Event:
        """One person: about 22 seconds, then a sample in the open tube; a full tube is closed."""
        self.elapsed += timedelta(seconds=self.rng.gauss(1.0, 0.2) * 3600 / self.rate)
        if self.tube is None:
            self._open()
        sample = self._write(
            "sample", tube=self._code, position=len(self.members) + 1, person=person_id, how=how
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
        self.tube, self.members, self.rejected_count = None, [], 0

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
