"""Sampling codes: one in force a person, opaque, reissued when a card is lost."""

import pytest

from tests import cast
from tests.cast import NOON, SHUANGXI, Town
from tongxin.access.models import Entry, EntryFacts
from tongxin.core.refusals import Refusal
from tongxin.people.models import Code
from tongxin.people.services import codes

pytestmark = pytest.mark.usefixtures("db_everywhere")


@pytest.fixture
def town(db_everywhere: None) -> Town:
    made = cast.town()
    Code.objects.all().delete()
    return made


def test_everybody_gets_one_code(town: Town) -> None:
    made = codes.issue_codes(area_path=SHUANGXI, by=town.actor("qin"), at=NOON)
    again = codes.issue_codes(area_path=SHUANGXI, by=town.actor("qin"), at=NOON)

    assert (made, again) == (3, 0)
    tokens = set(Code.objects.values_list("token", flat=True))
    assert len(tokens) == 3
    assert all(len(codes.PREFIX + token) <= 20 for token in tokens)  # what the smallest QR holds


def test_a_code_tells_nothing_about_its_person(town: Town) -> None:  # R-D12
    codes.issue_codes(area_path=SHUANGXI, by=town.actor("qin"), at=NOON)

    for code in Code.objects.select_related("person"):
        assert not set(code.token) & set(code.person.name)
        assert "990001" not in code.token


def test_codes_can_be_given_to_some(town: Town) -> None:
    codes.issue_codes(area_path=SHUANGXI, person_ids=[town.chen_wei.pk], by=town.actor("qin"), at=NOON)

    assert list(Code.objects.values_list("person__name", flat=True)) == ["陈伟"]


def test_a_lost_card_is_revoked_and_replaced(town: Town) -> None:
    codes.issue_codes(area_path=SHUANGXI, by=town.actor("qin"), at=NOON)
    lost = Code.objects.get(person=town.chen_wei)

    new = codes.reissue_code(person_id=town.chen_wei.pk, why="卡片遗失", by=town.actor("qin"), at=NOON)

    lost.refresh_from_db()
    assert lost.revoked_at == NOON
    assert new.token != lost.token
    assert Entry.objects.get(act="people.code.reissued").why == "卡片遗失"


def test_printing_cards_is_recorded_as_a_listing(town: Town) -> None:
    codes.issue_codes(area_path=SHUANGXI, by=town.actor("qin"), at=NOON)

    printed = codes.mark_printed(
        area_path=SHUANGXI, person_ids=[town.chen_wei.pk], by=town.actor("qin"), at=NOON
    )

    assert printed == 1
    assert Code.objects.get(person=town.chen_wei).printed_at == NOON
    facts = EntryFacts.objects.get(entry__act="access.codes.seen").facts
    assert facts == {"people": [str(town.chen_wei.pk)], "count": 1}


@pytest.mark.parametrize("name", ["gao", "lin", "auditor"])
def test_who_may_not_print_codes_does_not(town: Town, name: str) -> None:
    with pytest.raises(Refusal) as refused:
        codes.issue_codes(area_path=SHUANGXI, by=town.actor(name), at=NOON)

    assert refused.value.code == "not_allowed"
