"""Everybody else of a round, at a lane of their own: a virtual phone takes them over HTTP while a test looks on."""

from collections import deque
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from tongxin.core import clock
from tongxin.simulation.client import Phone
from tongxin.simulation.lanes import VirtualLane

PACE = 6_000.0  # persons an hour: the whole community within the hour that the round is open
Person = dict[str, Any]


@dataclass
class Crowd:
    """The people of a pack: a few for the test, by names that only one of them has, and all the others."""

    phone: Phone
    pack: dict[str, Any]
    chosen: list[Person] = field(default_factory=list)

    @classmethod
    def at(cls, server: str, link: str, count: int) -> "Crowd":
        """Enrol by the code in a link of the board, and choose `count` people who are found by their names."""
        phone = Phone.enrol(server, link.split("enrol=")[1], "2 通道 许登记")
        made = cls(phone, phone.pack())
        names = [person["name"] for person in made.pack["people"]]
        made.chosen = [person for person in made.pack["people"] if is_easy(person, names)][:count]
        return made

    def sample_the_others(self, lane_number: int, opened_at: datetime) -> list[str]:
        """Swab everybody who is not chosen at this lane; returns the tubes that were used."""
        (words,) = [lane for lane in self.pack["lanes"] if lane["number"] == lane_number]
        tubes = deque(tube for tube in self.pack["tubes"] if tube["lane"] == words["id"])
        lane = VirtualLane(self.phone, self.pack["round"]["id"], words, tubes, opened_at, rate=PACE)
        chosen = {person["id"] for person in self.chosen}
        for person in self.pack["people"]:
            if person["id"] not in chosen:
                lane.take(person["id"])
        lane.close("end_of_shift")
        assert lane.at < clock.now() + timedelta(minutes=1)
        lane.flush(clock.now(), size=300)
        return lane.used


def is_easy(person: Person, names: list[str]) -> bool:
    """Found by typing the name, without a doubt: nobody else's name holds it."""
    name = person["name"]
    plain = 2 <= len(name) <= 3 and all("\u4e00" <= letter <= "\u9fa5" for letter in name)
    return (
        plain and sum(name in other for other in names) == 1 and not person["flags"] and bool(person["room"])
    )
