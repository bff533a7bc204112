"""Fixtures every test may use: the migrated database with row-level security in force, and the cast."""

import os
from collections.abc import Iterator

import hypothesis
import psycopg
import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connection, connections

from tongxin.core import scope

os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "1")


def pytest_configure() -> None:
    # Machines are shared: how long an example takes says nothing about the code.
    hypothesis.settings.register_profile(
        "patient", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
    )
    hypothesis.settings.load_profile("patient")
    # Who must set up a second factor first is its own tests' matter.
    settings.TONGXIN_SECOND_FACTOR_ROLES = ()
    # Argon2 costs 80 ms a password by design; no test is about that.
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture(scope="session")
def django_db_setup(django_db_blocker: pytest.FixtureRequest) -> None:
    """Migrate the throw-away database over the owner's connection; tests use the application's role."""
    with django_db_blocker.unblock():  # type: ignore[attr-defined]
        call_command("migrate", database="owner", verbosity=0)
        connections["owner"].close()


@pytest.fixture
def db_everywhere(db: None) -> Iterator[None]:
    """A database whose transaction sees every area, for arranging and for asserting."""
    with scope.everywhere():
        yield


@pytest.fixture
def committed(django_db_setup: None, django_db_blocker: pytest.FixtureRequest) -> Iterator[None]:
    """Real commits, for threads and killed connections; every table is emptied by the owner afterwards."""
    with django_db_blocker.unblock():  # type: ignore[attr-defined]
        try:
            yield
        finally:
            for each in connections.all():
                each.close()
            _empty_everything()


def _empty_everything() -> None:
    params = settings.DATABASES["owner"]
    with psycopg.connect(
        host=params["HOST"],
        port=params["PORT"] or None,
        user=params["USER"],
        password=params["PASSWORD"],
        dbname=params["NAME"],
        autocommit=True,
    ) as owner:
        names = [
            row[0]
            for row in owner.execute(
                "SELECT format('%I', tablename) FROM pg_tables WHERE schemaname = 'public' "
                "AND tablename NOT IN ('django_migrations', 'django_content_type', 'auth_permission')"
            )
        ]
        guarded = [
            row[0]
            for row in owner.execute(
                "SELECT format('%I', c.relname) FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid "
                "WHERE t.tgname IN ('never_truncated', 'destroyable')"
            )
        ]
        for name in guarded:  # a journal is never emptied, but for the next test
            owner.execute(f"ALTER TABLE {name} DISABLE TRIGGER USER")
        owner.execute(f"TRUNCATE {', '.join(names)} RESTART IDENTITY CASCADE")
        for name in guarded:
            owner.execute(f"ALTER TABLE {name} ENABLE TRIGGER USER")


@pytest.fixture
def queries() -> Iterator[list[str]]:
    """The SQL a test has sent, to pin how many queries a page costs."""
    sent: list[str] = []

    def note(execute, sql, params, many, context):  # type: ignore[no-untyped-def]
        sent.append(sql)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note):
        yield sent
