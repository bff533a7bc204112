"""A PostgreSQL server as a distribution ships it, with an owner who is no superuser: what TONGXIN_DATABASE_URL names."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

from tongxin.config import database, embedded, home

BINARIES = Path("/usr/lib/postgresql/15/bin")
REASON = "no PostgreSQL 15 of Debian on this machine (apt-get install postgresql-15)"
needed = pytest.mark.skipif(not (BINARIES / "initdb").exists(), reason=REASON)


@contextmanager
def server(folder: Path) -> Iterator[str]:
    """Starts it in this folder and yields the owner's address of an empty database."""
    before = {
        name: os.environ.get(name) for name in ("TONGXIN_HOME", "TONGXIN_PG_BIN", "TONGXIN_DATABASE_URL")
    }
    os.environ |= {"TONGXIN_HOME": str(folder), "TONGXIN_PG_BIN": str(BINARIES)}
    os.environ.pop("TONGXIN_DATABASE_URL", None)
    try:
        running = embedded.start(folder / "pg", throw_away=True)
        params = database.owner_params()
    finally:
        for name, value in before.items():
            os.environ.pop(name, None)
            if value is not None:
                os.environ[name] = value
        home._secrets_of.cache_clear()
    try:
        with psycopg.connect(**params, autocommit=True) as conn:
            conn.execute("CREATE ROLE amt LOGIN CREATEROLE NOSUPERUSER PASSWORD 'p'")
            conn.execute("CREATE DATABASE town OWNER amt")
        yield f"postgresql://amt:p@/town?host={running.socket_dir}"
    finally:
        running.stop(force=True)
