"""Which database, as whom: connection settings for Django, the application role, throw-away databases.

Two roles use one database. The owner makes and changes tables (alias "owner"). The application (alias "default")
is `tongxin_app`: no superuser, no owner, so that row-level security binds it.
"""

import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

import psycopg
from psycopg import sql

from tongxin.config import embedded, home

APP_ROLE = "tongxin_app"
OLDEST = 15
EXTENSIONS = ("pg_trgm", "btree_gist")


class DatabaseProblem(Exception):
    """The database cannot be used as it is; the message says why and what helps."""


def data_dir() -> Path:
    return home.home() / "pg"


def is_embedded() -> bool:
    return not os.environ.get("TONGXIN_DATABASE_URL")


def databases() -> dict[str, dict[str, Any]]:
    """DATABASES for the settings. Nothing is started here: the socket's place follows from the data path."""
    owner = owner_params()
    app = owner | {"user": APP_ROLE, "password": home.secrets()["app_password"]}
    return {"default": _for_django(app, keep_seconds=600), "owner": _for_django(owner, keep_seconds=0)}


def owner_params() -> dict[str, str]:
    """libpq's words for the owner's connection, from TONGXIN_DATABASE_URL or the embedded server."""
    if url := os.environ.get("TONGXIN_DATABASE_URL"):
        return parse_url(url)
    return {
        "host": str(embedded.socket_dir(data_dir())),
        "user": embedded.OWNER,
        "password": home.secrets()["owner_password"],
        "dbname": embedded.DATABASE,
    }


def app_params() -> dict[str, str]:
    """libpq's words for the application's connection (the capture process and the worker use them)."""
    return owner_params() | {"user": APP_ROLE, "password": home.secrets()["app_password"]}


def parse_url(url: str) -> dict[str, str]:
    """postgresql://user:password@host:port/name?sslmode=require, or ?host=/folder for a socket."""
    parts = urlsplit(url)
    if parts.scheme not in ("postgresql", "postgres"):
        raise DatabaseProblem("TONGXIN_DATABASE_URL must begin with postgresql://")
    found = {
        "host": unquote(parts.hostname or ""),
        "port": str(parts.port or ""),
        "user": unquote(parts.username or ""),
        "password": unquote(parts.password or ""),
        "dbname": unquote(parts.path.lstrip("/")),
    } | dict(parse_qsl(parts.query))
    missing = [name for name in ("user", "dbname") if not found[name]]
    if missing:
        raise DatabaseProblem(f"TONGXIN_DATABASE_URL names no {' and no '.join(missing)}.")
    return {name: value for name, value in found.items() if value}


def _for_django(params: dict[str, str], *, keep_seconds: int) -> dict[str, Any]:
    words = {"dbname": "NAME", "user": "USER", "password": "PASSWORD", "host": "HOST", "port": "PORT"}
    django: dict[str, Any] = {name: params.get(word, "") for word, name in words.items()}
    options = {word: value for word, value in params.items() if word not in words}
    return django | {
        "ENGINE": "django.db.backends.postgresql",
        "CONN_MAX_AGE": keep_seconds,
        "CONN_HEALTH_CHECKS": True,
        # jit costs more than it gives on our short queries, and plans them for 100 ms at a time.
        "OPTIONS": {"application_name": "tongxin", "options": "-c jit=off"} | options,
    }


def ensure_roles(owner: dict[str, str]) -> None:
    """Make the application's role and what it may do; safe to repeat, and by two at once."""
    password = home.secrets()["app_password"]
    with psycopg.connect(**owner) as conn:  # type: ignore[arg-type]
        conn.execute("SELECT pg_advisory_xact_lock(hashtext('tongxin.ensure_roles'))")
        _refuse_old(conn)
        found = conn.execute(
            "SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = %s", [APP_ROLE]
        ).fetchone()
        if found and found[0]:
            raise DatabaseProblem(
                f"The role {APP_ROLE} may pass over row-level security."
                f" Run: ALTER ROLE {APP_ROLE} NOSUPERUSER NOBYPASSRLS"
            )
        role = sql.Identifier(APP_ROLE)
        if found is None:
            conn.execute(sql.SQL("CREATE ROLE {} LOGIN NOSUPERUSER NOBYPASSRLS").format(role))
        if found is None or not _logs_in(owner, password):
            conn.execute(sql.SQL("ALTER ROLE {} PASSWORD {}").format(role, sql.Literal(password)))
        for extension in EXTENSIONS:
            conn.execute(sql.SQL("CREATE EXTENSION IF NOT EXISTS {}").format(sql.Identifier(extension)))
        name = sql.Identifier(conn.info.dbname)
        conn.execute(sql.SQL("GRANT CONNECT ON DATABASE {} TO {}").format(name, role))
        conn.execute(sql.SQL("GRANT USAGE ON SCHEMA public TO {}").format(role))
        for rights, things in (
            ("SELECT, INSERT, UPDATE, DELETE", "TABLES"),  # no TRUNCATE: it passes by policies and triggers
            ("USAGE, SELECT", "SEQUENCES"),
            ("EXECUTE", "FUNCTIONS"),
        ):
            grant = "ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT " + rights + " ON " + things + " TO {}"
            conn.execute(sql.SQL(grant).format(role))


def _refuse_old(conn: psycopg.Connection[Any]) -> None:
    version = conn.info.server_version // 10000
    if version < OLDEST:
        raise DatabaseProblem(f"The server is PostgreSQL {version}; Tongxin needs {OLDEST} or newer.")


def _logs_in(owner: dict[str, str], password: str) -> bool:
    try:
        psycopg.connect(**owner | {"user": APP_ROLE, "password": password}).close()  # type: ignore[arg-type]
    except psycopg.OperationalError:
        return False
    return True


@contextmanager
def running() -> Iterator[embedded.Server | None]:
    """The database is up and its roles are there; an embedded server that only we used is stopped after."""
    home.make_home()
    if not is_embedded():
        ensure_roles(owner_params())
        yield None
        return
    with embedded.start(data_dir()) as server:
        ensure_roles(owner_params())
        yield server


@contextmanager
def temporary(name: str | None = None) -> Iterator[embedded.Server]:
    """A throw-away installation: own folder, own cluster (fsync off), own keys; gone afterwards.

    Enter it before Django reads its settings: they take the database from TONGXIN_HOME, which is changed here.
    Should this process be killed, the cluster dies with it and the next throw-away installation sweeps its folder.
    """
    root = Path(tempfile.gettempdir())
    _sweep(root)
    folder = Path(tempfile.mkdtemp(prefix=f"tongxin-{name or 'scratch'}-", dir=root))
    before = {key: os.environ.get(key) for key in ("TONGXIN_HOME", "TONGXIN_DATABASE_URL")}
    os.environ["TONGXIN_HOME"] = str(folder)
    os.environ.pop("TONGXIN_DATABASE_URL", None)
    try:
        (folder / "maker").write_text(str(os.getpid()))
        server = embedded.start(data_dir(), throw_away=True)
        try:
            ensure_roles(owner_params())
            yield server
        finally:
            server.stop(force=True)
    finally:
        for key, value in before.items():
            os.environ.pop(key, None)
            if value is not None:
                os.environ[key] = value
        embedded.remove(folder / "pg")
        shutil.rmtree(folder, ignore_errors=True)


def _sweep(root: Path) -> None:
    for maker in root.glob("tongxin-*/maker"):
        try:
            pid = int(maker.read_text())
            if (
                maker.stat().st_uid == os.geteuid()
                and time.time() - maker.stat().st_mtime > 60
                and not _alive(pid)
            ):
                embedded.remove(maker.parent / "pg")
                shutil.rmtree(maker.parent, ignore_errors=True)
        except (OSError, ValueError):
            continue


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
