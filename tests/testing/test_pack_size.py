"""The pack of a whole community is whole, is kept, and costs no more queries than a small one."""

import gzip
from datetime import timedelta

import msgspec
import pytest
from django.db import connection, transaction

from tests import cast, lane
from tongxin.access.models import Entry, Sight
from tongxin.access.queries import actor_of_device
from tongxin.core.ids import new_id
from tongxin.people.models import Code, Document, Person, Residence
from tongxin.testing.services import pack

pytestmark = pytest.mark.usefixtures("db_everywhere")
PEOPLE = 3_000


@pytest.fixture
def station() -> lane.Station:
    made = lane.station()
    door = made.town.door_302
    keys = [new_id() for _ in range(PEOPLE)]
    common = {"area_path": door.area_path}
    Person.objects.bulk_create(
        Person(id=key, name=f"甲{n}", name_folded=f"甲{n}", pinyin="jia", initials="j", sex="男", **common)
        for n, key in enumerate(keys)
    )
    Code.objects.bulk_create(
        Code(person_id=key, token=f"T{n}", issued_at=cast.NOON, **common) for n, key in enumerate(keys)
    )
    Document.objects.bulk_create(
        Document(person_id=key, kind="other", sealed=b"", number_index=key.bytes, tail="0016", **common)
        for key in keys
    )
    Residence.objects.bulk_create(
        Residence(person_id=key, dwelling=door, source="desk", from_on=cast.TODAY, **common) for key in keys
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE people_person, people_code, people_document, people_residence")
    return made


def test_three_thousand_people_are_packed_once_and_answered_as_unchanged(station: lane.Station) -> None:
    ask = {
        "area_path": cast.SHUANGXI,
        "post_id": station.town.point.pk,
        "by": actor_of_device(station.device),
        "at": cast.NOON,
    }

    made = pack.pack_for(unless="", **ask)

    people = msgspec.json.decode(gzip.decompress(made.body or b""))["people"]
    assert len(people) == PEOPLE + 3
    assert pack.pack_for(unless=made.version, **ask) == (made.version, None)
    assert Entry.objects.filter(act="testing.pack.taken").count() == 1


def test_a_pack_costs_as_many_queries_for_many_as_for_few(station: lane.Station, queries: list[str]) -> None:
    ask = {
        "area_path": cast.SHUANGXI,
        "post_id": None,
        "by": actor_of_device(station.device),
        "at": cast.NOON,
    }

    pack.pack_for(unless="", **ask)

    assert len([each for each in queries if each.lstrip().startswith(("SELECT", "WITH"))]) == 7


def test_who_a_phone_has_shown_is_written_down_once_a_day(station: lane.Station) -> None:  # LE-32
    ask = {
        "area_path": cast.SHUANGXI,
        "post_id": station.town.point.pk,
        "by": actor_of_device(station.device),
    }
    other = actor_of_device(lane.device(station.town, "A2"))
    wei = station.town.chen_wei.pk

    made = pack.pack_for(unless="", at=cast.NOON, **ask)
    assert Sight.objects.count() == PEOPLE + 3
    pack.pack_for(unless=made.version, at=cast.NOON, **ask)
    with transaction.atomic():  # a row is of another version in another transaction only
        Person.objects.filter(pk=wei).update(sex="")
    again = pack.pack_for(unless=made.version, at=cast.NOON, **ask)

    assert again.version != made.version
    assert Sight.objects.count() == PEOPLE + 3
    pack.pack_for(unless="", at=cast.NOON, **(ask | {"by": other}))
    pack.pack_for(unless="", at=cast.NOON + timedelta(days=1), **ask)
    assert Sight.objects.filter(person_id=wei, entry__act="testing.pack.taken").count() == 3
