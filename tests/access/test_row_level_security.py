"""The second wall: what the database itself shows and refuses to the application's role."""

import pytest
from django.db import connection, transaction
from django.db.utils import DatabaseError, ProgrammingError

from tests import cast
from tongxin.core import scope
from tongxin.people.models import Person

pytestmark = pytest.mark.usefixtures("db")


def test_every_table_with_an_area_has_a_policy() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT c.relname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
               WHERE c.relkind = 'r' AND a.attname = 'area_path' AND c.relnamespace = 'public'::regnamespace
               AND c.relname <> 'access_installation'
               AND NOT (c.relrowsecurity AND c.relforcerowsecurity
                        AND EXISTS (SELECT 1 FROM pg_policy p WHERE p.polrelid = c.oid))"""
        )
        assert cursor.fetchall() == []


def test_the_application_role_is_bound_by_policies() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT rolname, rolsuper, rolbypassrls FROM pg_roles WHERE rolname = current_user")
        assert cursor.fetchone() == ("tongxin_app", False, False)


def test_without_a_scope_nothing_is_seen() -> None:
    with scope.everywhere():
        cast.town()
        assert Person.objects.count() == 3

    with transaction.atomic():
        assert Person.objects.count() == 0


def test_the_next_community_sees_nobody_by_sql() -> None:
    with scope.everywhere():
        cast.town()

    with scope.scoped([cast.NEXT_DOOR]), connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM people_person")
        assert cursor.fetchone() == (0,)


def test_a_foreign_row_cannot_be_written() -> None:
    with scope.everywhere():
        cast.town()

    with pytest.raises(ProgrammingError), scope.scoped([cast.NEXT_DOOR]):
        Person.objects.create(name="甲", name_folded="甲", area_path=cast.SHUANGXI)


def test_somebody_who_isolates_elsewhere_is_seen_by_both_areas_and_no_third() -> None:
    with scope.everywhere():
        person = cast.town().chen_wei
        person.seen_by = [cast.NEXT_DOOR]
        person.save(update_fields=["seen_by"])

    with scope.scoped([cast.NEXT_DOOR]):
        assert list(Person.objects.values_list("name", flat=True)) == ["陈伟"]
    with scope.scoped(["/43/08/02/L01/003/"]):
        assert Person.objects.count() == 0


def test_the_journal_refuses_change() -> None:
    with scope.everywhere():
        town = cast.town()
        from tongxin.access.services import journal

        journal.record("access.test.done", by=town.actor("tang"), area_path=cast.SHUANGXI)

    for statement in ("UPDATE access_entry SET why = 'x'", "DELETE FROM access_entry"):
        with pytest.raises(DatabaseError), scope.everywhere(), connection.cursor() as cursor:
            cursor.execute(statement)
