"""Who has moved away lives here no more, and nothing is deleted (LG-01)."""

from datetime import date

import pytest

from tests import cast
from tests.cast import NOON, SHUANGXI
from tongxin.access.models import Entry
from tongxin.core.refusals import Refusal
from tongxin.people.models import Code, Household, Residence
from tongxin.people.services.residency import end_residences

pytestmark = pytest.mark.usefixtures("db_everywhere")
DAY = date(2021, 8, 20)


def test_who_moves_away_has_no_open_residence_and_no_code() -> None:
    town = cast.town()
    chen = town.chen_wei

    ended = [
        end_residences(
            person_ids=[chen.pk], on=DAY, why="搬到永定区", area_path=SHUANGXI, by=town.actor("lin"), at=NOON
        )
        for _twice in range(2)
    ]

    assert ended == [1, 0]
    assert Residence.objects.get(person=chen).to_on == DAY
    assert Code.objects.filter(person=chen, revoked_at=None).count() == 0
    assert Entry.objects.get(act="people.residence.ended").why == "搬到永定区"


def test_a_household_ends_with_its_last_member() -> None:
    town = cast.town()
    household = Residence.objects.get(person=town.chen_wei).household
    members = list(Residence.objects.filter(household=household).values_list("person_id", flat=True))
    everybody = {"on": DAY, "why": "搬走", "area_path": SHUANGXI, "by": town.actor("lin"), "at": NOON}

    end_residences(person_ids=members[:1], **everybody)
    assert Household.objects.get(pk=household.pk).closed_on is None
    end_residences(person_ids=members, **everybody)

    assert Household.objects.get(pk=household.pk).closed_on == DAY


def test_the_next_community_moves_nobody_away_here() -> None:
    town = cast.town()

    with pytest.raises(Refusal) as no:
        end_residences(
            person_ids=[town.chen_wei.pk], on=DAY, why="x", area_path=SHUANGXI, by=town.actor("gao"), at=NOON
        )

    assert no.value.code == "not_allowed"
    assert Residence.objects.get(person=town.chen_wei).to_on is None
