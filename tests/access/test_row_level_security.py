"""The second wall: what the database itself shows and refuses to the application's role."""

import psycopg
import pytest
from django.apps import apps
from django.conf import settings
from django.db import connection, transaction
from django.db.utils import DatabaseError, ProgrammingError

from tests import cast
from tests.cast import NEXT_DOOR, SHUANGXI
from tests.testing.services.test_pools import T0, night_of
from tongxin.access.actors import SYSTEM
from tongxin.access.models import Entry, EntryFacts, Sight
from tongxin.access.queries import Told, told, watchers_of
from tongxin.access.services import journal
from tongxin.containment.enums import AppealChannel
from tongxin.containment.models import Appeal, Proposal, ProposedLine, Restriction
from tongxin.containment.services import appeals, holds
from tongxin.core import scope
from tongxin.people.models import CallTask, Code, Document, FollowUp, Person, Phone, Residence

KEEPING = {"identity", "health", "calls", "journal"}


def told_of(entry_id: object) -> list[Told]:
    return told(Entry.objects.filter(pk=entry_id))


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
        journal.record("access.test.done", by=town.actor("tang"), area_path=cast.SHUANGXI)

    for statement in ("UPDATE access_entry SET why = 'x'", "DELETE FROM access_entry"):
        with pytest.raises(DatabaseError), scope.everywhere(), connection.cursor() as cursor:
            cursor.execute(statement)


def test_somebody_in_three_areas_is_seen_by_those_three_alone() -> None:  # decision 0001
    """Lives in the first, tests in the second, isolates in the third; a fourth finds nobody."""
    second, third, fourth = NEXT_DOOR, "/43/08/02/L01/003/", "/43/08/02/L01/004/"
    with scope.everywhere():
        person = cast.town().chen_wei
        for model in (Person, Document, Phone, Code, Residence):
            mine = (
                model.objects.filter(pk=person.pk) if model is Person else model.objects.filter(person=person)
            )
            mine.update(seen_by=[second, third])
    seen = {}
    for path in (person.area_path, second, third, fourth):
        with scope.scoped([path]):
            seen[path] = (
                Person.objects.filter(pk=person.pk).count(),
                Document.objects.filter(person_id=person.pk).count(),
                Phone.objects.filter(person_id=person.pk).count(),
                Code.objects.filter(person_id=person.pk).count(),
                Residence.objects.filter(person_id=person.pk).count(),
            )

    everything = (1, 1, 1, 1, 1)
    assert seen == {person.area_path: everything, second: everything, third: everything, fourth: (0,) * 5}


def test_every_table_about_a_person_names_its_keeping_class() -> None:  # DOMAIN 12.3
    about_people = [
        model
        for model in apps.get_models()
        if model.__module__.startswith("tongxin.")
        and (
            model is Person
            or any(field.related_model is Person for field in model._meta.get_fields() if field.concrete)
        )
    ]

    assert len(about_people) > 10
    assert {model._meta.label: getattr(model, "KEEPING", "") in KEEPING for model in about_people} == {
        model._meta.label: True for model in about_people
    }


def test_the_next_community_finds_no_row_of_holds_and_appeals_and_sights() -> None:
    with scope.everywhere():
        night = night_of(cast.town())
        holds.hold_members(Entry.objects.get(act="testing.pool.opened"))
        row = Restriction.objects.get(person=night.members[0])
        by, at = night.town.actor("tang"), T0
        appeals.receive(restriction_id=row.pk, channel=AppealChannel.DESK, says="有误", by=by, at=at)
        proposal = Proposal.objects.create(
            area_path=SHUANGXI, kind="hold", ends_at=at, because="", made_at=at, made_by_id=row.pk
        )
        ProposedLine.objects.create(
            proposal=proposal, person=row.person, area_path=row.area_path, ground="zone", evidence_id=row.pk
        )
        journal.seen(by=by, area_path=SHUANGXI, what="restrictions", people=[row.person_id], at=at)
        task = CallTask.objects.filter(person=row.person).first()
        assert task is not None
        FollowUp.objects.create(task=task, area_path=task.area_path, kind="visit", due_at=at, made_at=at)
        tables = [Restriction, Appeal, Proposal, ProposedLine, Sight, FollowUp, Entry, EntryFacts]
        there = [model._meta.db_table for model in tables if model.objects.count()]
    assert len(there) == len(tables)  # something is there to leak

    with scope.scoped([NEXT_DOOR]), connection.cursor() as cursor:
        for table in there:
            cursor.execute(f"SELECT count(*) FROM {table}")
            assert (table, cursor.fetchone()) == (table, (0,))


def test_the_journal_is_neither_changed_nor_emptied_by_the_owner_either() -> None:
    params = settings.DATABASES["owner"]
    with psycopg.connect(
        host=params["HOST"],
        port=params["PORT"] or None,
        user=params["USER"],
        password=params["PASSWORD"],
        dbname=params["NAME"],
        autocommit=True,
    ) as owner:
        for statement in (
            "UPDATE access_entry SET why = 'x'",
            "DELETE FROM access_entry",
            "TRUNCATE access_entry CASCADE",
            "TRUNCATE access_seal",
            "UPDATE access_entryfacts SET label = 'x'",
            "DELETE FROM access_entryfacts",
            "TRUNCATE access_sight",
        ):
            with pytest.raises(psycopg.errors.RaiseException, match="append-only"):
                owner.execute(statement)


def test_facts_are_destroyed_and_the_chain_still_checks() -> None:  # LE-30
    with scope.everywhere():
        by = cast.town().actor("tang")
        person = Person.objects.filter(name="陈伟").get()
        entry = journal.record(
            "people.person.corrected",
            by=by,
            area_path=SHUANGXI,
            on=person,
            facts={"name": "陈伟"},
            people=[person.pk],
        )
        journal.destroy_facts(entry_ids=[entry.pk], by=SYSTEM, at=cast.NOON, why="保存期满")

        assert EntryFacts.objects.filter(entry=entry).count() == 0
        assert watchers_of(person.pk).count() == 0
        assert [told.subject for told in told_of(entry.pk)] == [""]
        assert journal.broken_links() == []


def test_an_entry_that_was_changed_behind_the_trigger_is_found() -> None:
    with scope.everywhere():
        by = cast.town().actor("tang")
        entry = journal.record("places.area.added", by=by, area_path=SHUANGXI, facts={"a": 1})
        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config('tongxin.destroying', 'on', true)")
            EntryFacts.objects.filter(entry=entry).delete()
            cursor.execute(
                "INSERT INTO access_entryfacts (entry_id, area_path, facts, label) VALUES (%s, %s, %s, '')",
                [entry.pk, SHUANGXI, '{"a": 2}'],
            )

        assert journal.broken_links() == [f"{SHUANGXI} {entry.pk}"]
