"""Many rows at once: what goes in is what was given, and a row of another area does not."""

from datetime import date

import pytest
from django.db import DatabaseError, transaction

from tests import cast
from tests.cast import NEXT_DOOR, SHUANGXI
from tongxin.core import scope
from tongxin.core.bulk import insert_rows
from tongxin.core.ids import new_id
from tongxin.people.models import Tag

COLUMNS = ("id", "area_path", "seen_by", "person_id", "name", "is_sensitive", "source", "since", "until")


@pytest.mark.django_db
def test_rows_come_back_as_they_were_given() -> None:
    with scope.everywhere():
        town = cast.town()
        odd = "a\tb\\c\n'\"{},"
        row = (
            new_id(),
            SHUANGXI,
            ["/43/", 'a"b'],
            town.chen_wei.pk,
            odd,
            True,
            "desk",
            date(2021, 8, 1),
            None,
        )

        count = insert_rows("people_tag", COLUMNS, [row])

        made = Tag.objects.get(pk=row[0])
        assert count == 1
        assert (made.name, made.seen_by, made.since, made.until) == (
            odd,
            ["/43/", 'a"b'],
            date(2021, 8, 1),
            None,
        )


@pytest.mark.django_db
def test_two_calls_in_one_transaction_insert_each_row_once() -> None:
    with scope.everywhere():
        town = cast.town()
        for name in ("低保", "党员"):
            row = (new_id(), SHUANGXI, [], town.chen_wei.pk, name, False, "desk", date(2021, 8, 1), None)
            assert insert_rows("people_tag", COLUMNS, [row]) == 1

        assert set(Tag.objects.values_list("name", flat=True)) == {"低保", "党员"}


@pytest.mark.django_db
def test_a_row_of_another_area_is_refused_by_the_database() -> None:
    with scope.everywhere():
        town = cast.town()
    row = (new_id(), NEXT_DOOR, [], town.chen_wei.pk, "低保", False, "desk", date(2021, 8, 1), None)

    with scope.scoped([SHUANGXI]), pytest.raises(DatabaseError), transaction.atomic():
        insert_rows("people_tag", COLUMNS, [row])

    with scope.everywhere():
        assert not Tag.objects.exists()
