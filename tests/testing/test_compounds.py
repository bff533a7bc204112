"""东区3栋 and 西区3栋 are two buildings: nowhere does a label make one door of them (ID-04)."""

import gzip
from typing import Any

import msgspec
import pytest

from tests import cast, factories, lane
from tongxin.access.queries import actor_of_device
from tongxin.people.models import Person
from tongxin.people.queries import codes
from tongxin.places.models import Dwelling
from tongxin.places.services import areas
from tongxin.testing.models import Expected
from tongxin.testing.queries import notyet
from tongxin.testing.services import pack

pytestmark = pytest.mark.usefixtures("db_everywhere")
EAST, WEST = "东区3栋1单元302", "西区3栋1单元302"


@pytest.fixture
def station() -> lane.Station:
    return lane.station()


@pytest.fixture
def twins(station: lane.Station) -> dict[str, Person]:
    made = areas.add_compounds(cast.SHUANGXI, ["东区", "西区"])
    people = {}
    for number, (name, compound) in enumerate(made.items()):
        door = areas.ensure_dwellings(compound.path, [("3", "1", "302", "")])["3", "1", "302"]
        people[name] = factories.person("王芳", door, f"99000119900101{number:03}X", "")
    return people


def _packed(station: lane.Station, unless: str = "") -> tuple[str, dict[str, dict[str, Any]]]:
    made = pack.pack_for(
        area_path=cast.SHUANGXI,
        post_id=station.town.point.pk,
        unless=unless,
        by=actor_of_device(station.device),
        at=cast.NOON,
    )
    people = msgspec.json.decode(gzip.decompress(made.body or gzip.compress(b'{"people":[]}')))["people"]
    return made.version, {each["id"]: each for each in people}


def test_a_phone_tells_the_two_doors_apart(station: lane.Station, twins: dict[str, Person]) -> None:
    _version, people = _packed(station)
    east, west = (people[str(twins[name].pk)] for name in ("东区", "西区"))

    assert (east["address"], west["address"]) == (EAST, WEST)
    assert (east["compound"], west["compound"]) == ("东区", "西区")
    assert people[str(station.town.chen_wei.pk)]["address"] == "3栋1单元302"
    assert "compound" not in people[str(station.town.chen_wei.pk)]


def test_a_door_that_is_said_otherwise_is_a_new_pack(station: lane.Station, twins: dict[str, Person]) -> None:
    version, _people = _packed(station)
    Dwelling.objects.filter(compound="东区").update(compound="东苑")

    again, people = _packed(station, unless=version)

    assert again != version
    assert people[str(twins["东区"].pk)]["address"] == "东苑3栋1单元302"


def test_lists_and_cards_tell_them_apart(station: lane.Station, twins: dict[str, Person]) -> None:
    lane.expect(station.round, twins.values())
    for name, person in twins.items():
        Expected.objects.filter(person=person).update(dwelling=Dwelling.objects.get(compound=name))

    rows = notyet.expected_page(station.round.pk, at=cast.NOON).rows
    doors = {row.person_id: row.door for row in rows}
    printed = [codes.card_of(station.town.actor("qin"), person.pk) for person in twins.values()]

    assert [doors[person.pk] for person in twins.values()] == [EAST, WEST]
    assert [card.door for card in printed if card] == [EAST, WEST]
