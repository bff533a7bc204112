"""Sampling codes: one in force a person, opaque, reissued when a card is lost."""

import pytest
from django.db import connection

from tests import cast, factories
from tests.cast import NEXT_DOOR, NOON, SHUANGXI, Town
from tongxin.access.models import Entry, EntryFacts
from tongxin.core import scope
from tongxin.core.capture import Statements
from tongxin.core.ids import new_id
from tongxin.core.refusals import Refusal
from tongxin.people.models import Code, Person
from tongxin.people.rules.codes import PREFIX
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
    assert all(len(PREFIX + token) <= 20 for token in tokens)  # what the smallest QR holds


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


# ---- codes that somebody already carries


def bindings(*rows: tuple[Person, str]) -> list[codes.Binding]:
    return [codes.Binding(person.pk, token, NOON) for person, token in rows]


def bind_all(*rows: tuple[Person, str]) -> list[str]:
    connection.ensure_connection()
    return codes.bind_codes(Statements(connection.connection), bindings(*rows))


def test_a_carried_code_is_bound_beside_the_own_one(town: Town) -> None:
    codes.issue_codes(area_path=SHUANGXI, by=town.actor("qin"), at=NOON)

    bound = codes.bind(person_id=town.chen_wei.pk, token="CARD-OF-ELSEWHERE-1", by=town.actor("qin"), at=NOON)

    assert (bound.is_bound, bound.token) == (True, "CARD-OF-ELSEWHERE-1")
    assert Code.objects.filter(person=town.chen_wei, revoked_at=None).count() == 2
    assert Entry.objects.filter(act="people.code.bound", subject_id=town.chen_wei.pk).count() == 1


def test_binding_again_changes_nothing(town: Town) -> None:
    codes.bind(person_id=town.chen_wei.pk, token="CARD-77", by=town.actor("qin"), at=NOON)
    codes.bind(person_id=town.chen_wei.pk, token="TX1.CARD-77", by=town.actor("qin"), at=NOON)

    assert Code.objects.filter(person=town.chen_wei).count() == 1
    assert Entry.objects.filter(act="people.code.bound").count() == 1


@pytest.mark.parametrize(
    ("token", "code"),
    [
        ("990001198808080026", "code_tells_number"),
        ("13800000001", "code_tells_number"),
        ("E12345678", "code_tells_number"),
        ("ab", "code_unreadable"),
        ("x" * 81, "code_unreadable"),
        ("two words", "code_unreadable"),
        ("nul\x00inside", "code_unreadable"),
    ],
)
def test_a_code_must_be_opaque_and_readable(town: Town, token: str, code: str) -> None:
    with pytest.raises(Refusal) as refused:
        codes.bind(person_id=town.chen_wei.pk, token=token, by=town.actor("qin"), at=NOON)

    assert refused.value.code == code
    assert not Code.objects.exists()


def test_the_code_of_somebody_else_is_taken(town: Town) -> None:
    codes.bind(person_id=town.chen_wei.pk, token="CARD-77", by=town.actor("qin"), at=NOON)

    with pytest.raises(Refusal) as refused:
        codes.bind(person_id=town.chen_fang.pk, token="CARD-77", by=town.actor("qin"), at=NOON)

    assert refused.value.code == "code_taken"


def test_only_who_may_change_the_register_binds_at_a_desk(town: Town) -> None:
    with pytest.raises(Refusal) as refused:
        codes.bind(person_id=town.chen_wei.pk, token="CARD-77", by=town.actor("zhao"), at=NOON)

    assert refused.value.code == "not_allowed"


def test_a_batch_of_bindings_gets_a_word_each(town: Town) -> None:
    lost = codes.bind(person_id=town.zhang_wei.pk, token="LOST-CARD", by=town.actor("qin"), at=NOON)
    Code.objects.filter(pk=lost.pk).update(revoked_at=NOON)
    stranger = Person(id=new_id(), name="无此人")

    told = bind_all(
        (town.chen_wei, "CARD-77"),
        (town.chen_fang, "CARD-77"),
        (town.chen_wei, "CARD-77"),
        (town.zhang_wei, "LOST-CARD"),
        (stranger, "CARD-78"),
        (town.chen_fang, "990001198808080026"),
        (town.chen_fang, "CARD-79"),
    )

    assert told == [
        codes.BOUND,
        "code_taken",
        codes.BOUND,
        "code_revoked",
        "person_unknown",
        "code_tells_number",
        codes.BOUND,
    ]
    assert bind_all((town.chen_fang, "CARD-79")) == [codes.BOUND_ALREADY]


def test_a_code_of_another_area_is_taken_without_being_seen(town: Town) -> None:
    codes.bind(person_id=town.chen_wei.pk, token="CARD-77", by=town.actor("qin"), at=NOON)
    next_door = factories.building(town.next_door, "9", None)
    there = factories.person("高家人", factories.dwelling(next_door, "9", "1", "101"))

    with scope.scoped([NEXT_DOOR]):
        assert not Code.objects.filter(token="CARD-77").exists()
        assert bind_all((there, "CARD-77")) == ["code_taken"]


def test_a_bound_code_is_no_card_of_ours(town: Town) -> None:
    codes.bind(person_id=town.chen_wei.pk, token="CARD-77", by=town.actor("qin"), at=NOON)

    assert codes.issue_codes(area_path=SHUANGXI, by=town.actor("qin"), at=NOON) == 3

    codes.reissue_code(person_id=town.chen_wei.pk, why="卡片遗失", by=town.actor("qin"), at=NOON)
    assert Code.objects.get(token="CARD-77").revoked_at is None
