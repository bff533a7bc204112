"""Whole numbers: with a reason, in the journal, by those who may (DOMAIN 12.3)."""

import pytest

from tests import cast
from tongxin.access.models import Entry
from tongxin.access.queries import told, watchers_of
from tongxin.access.services import journal
from tongxin.core.refusals import Refusal
from tongxin.people.services.reveal import reveal_document, reveal_phone

pytestmark = pytest.mark.usefixtures("db_everywhere")


def test_who_saw_whom_and_why_is_written_down() -> None:
    town = cast.town()
    lin = town.actor("lin")

    number = reveal_document(person_id=town.chen_wei.pk, by=lin, at=cast.NOON, why="核对身份证")
    phone = reveal_phone(phone_id=town.chen_wei.phones.get().pk, by=lin, at=cast.NOON, why="上门前打电话")

    assert number == "990001198808080026"
    assert phone == "13800000001"
    assert [(row.who, row.act, row.why) for row in told(watchers_of(town.chen_wei.pk))] == [
        ("林志强", "people.phone.revealed", "上门前打电话"),
        ("林志强", "people.document.revealed", "核对身份证"),
    ]
    assert not watchers_of(town.chen_fang.pk).exists()


@pytest.mark.parametrize("why", ["", "   ", "看看 "])
def test_without_a_reason_nothing_is_shown_or_written(why: str) -> None:
    town = cast.town()

    with pytest.raises(Refusal, match="reason_needed"):
        reveal_document(person_id=town.chen_wei.pk, by=town.actor("lin"), at=cast.NOON, why=why)

    assert not Entry.objects.exists()


@pytest.mark.parametrize("who", ["gao", "zhao", "lab"])
def test_who_may_not_sees_no_number(who: str) -> None:
    town = cast.town()

    with pytest.raises(Refusal, match="not_allowed"):
        reveal_document(person_id=town.chen_wei.pk, by=town.actor(who), at=cast.NOON, why="想看看")
    with pytest.raises(Refusal, match="not_allowed"):
        reveal_phone(phone_id=town.chen_wei.phones.get().pk, by=town.actor(who), at=cast.NOON, why="想看看的")


def test_a_person_without_a_document_has_nothing_to_show() -> None:
    town = cast.town()
    town.chen_wei.documents.all().delete()

    with pytest.raises(Refusal, match="not_found"):
        reveal_document(person_id=town.chen_wei.pk, by=town.actor("lin"), at=cast.NOON, why="核对身份证")


def test_a_list_that_held_somebody_counts_as_seen() -> None:
    town = cast.town()
    journal.seen(
        by=town.actor("qin"), area_path=cast.SHUANGXI, what="codes", people=[town.chen_fang.pk], at=cast.NOON
    )

    assert [row.who for row in told(watchers_of(town.chen_fang.pk))] == ["秦红"]
    assert not watchers_of(town.chen_wei.pk).exists()
