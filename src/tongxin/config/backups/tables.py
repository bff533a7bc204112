"""The tables as COPY text: the same for every version of PostgreSQL, and for an owner who is no superuser.

pg_dump is not used: it refuses tables whose row-level security binds their owner, and its newer versions write
settings that an older server does not know.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg import sql

# Made anew on the other machine: sessions end, the cache is empty, workers are other processes.
LEFT_OUT = ("django_migrations", "django_session", "access_cache", "procrastinate_workers")
PIECE = 256 * 1024


@dataclass(frozen=True, slots=True)
class Table:
    name: str
    columns: tuple[str, ...]
    size: int

    @property
    def quoted(self) -> sql.Identifier:
        return sql.Identifier(self.name)

    @property
    def quoted_columns(self) -> sql.Composed:
        return sql.SQL(", ").join(map(sql.Identifier, self.columns))


def tables(conn: psycopg.Connection[Any]) -> list[Table]:
    """Every table of ours, in an order that its undeferred references allow."""
    rows = conn.execute(
        """SELECT c.relname, pg_table_size(c.oid), array_agg(a.attname::text ORDER BY a.attnum)
           FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
           WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' AND c.relname <> ALL(%s)
             AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
           GROUP BY c.oid ORDER BY c.relname""",
        [list(LEFT_OUT)],
    ).fetchall()
    found = {name: Table(name, tuple(columns), size) for name, size, columns in rows}
    return [found[name] for name in _ordered(list(found), _undeferred(conn))]


def _undeferred(conn: psycopg.Connection[Any]) -> set[tuple[str, str]]:
    return set(
        conn.execute(
            """SELECT f.relname, t.relname FROM pg_constraint k
               JOIN pg_class f ON f.oid = k.conrelid JOIN pg_class t ON t.oid = k.confrelid
               WHERE k.contype = 'f' AND NOT k.condeferrable AND k.conrelid <> k.confrelid"""
        ).fetchall()
    )


def _ordered(names: list[str], references: set[tuple[str, str]]) -> list[str]:
    done: list[str] = []
    while waiting := [name for name in names if name not in done]:
        ready = [name for name in waiting if not any(to in waiting for frm, to in references if frm == name)]
        done += ready or waiting
    return done


def migrations(conn: psycopg.Connection[Any]) -> list[list[str]]:
    """The changes of tables that this database has seen; nothing in an empty one."""
    row = conn.execute("SELECT to_regclass('public.django_migrations') IS NOT NULL").fetchone()
    if not (row and row[0]):
        return []
    return [
        list(pair) for pair in conn.execute("SELECT app, name FROM django_migrations ORDER BY id").fetchall()
    ]


def sequences(conn: psycopg.Connection[Any]) -> dict[str, int]:
    """The last number of each sequence that has given one."""
    rows = conn.execute(
        "SELECT sequencename, last_value FROM pg_sequences WHERE schemaname = 'public' AND last_value IS NOT NULL"
    ).fetchall()
    return {str(name): int(last) for name, last in rows}


def copied(conn: psycopg.Connection[Any], table: Table) -> Iterator[bytes]:
    question = sql.SQL("COPY (SELECT {} FROM {}) TO STDOUT").format(table.quoted_columns, table.quoted)
    waiting = bytearray()
    with conn.cursor() as cursor, cursor.copy(question) as copy:
        for row in copy:
            waiting += row
            if len(waiting) >= PIECE:
                yield bytes(waiting)
                waiting.clear()
    if waiting:
        yield bytes(waiting)


def open_for_loading(conn: psycopg.Connection[Any], loaded: Iterable[Table]) -> list[str]:
    """Empty the tables and lay off what would refuse or add rows; all of it inside the transaction.

    Returns which tables forced their policies on the owner. COPY into those is refused even to an owner.
    """
    forced = [
        row[0]
        for row in conn.execute(
            "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relforcerowsecurity"
        ).fetchall()
    ]
    names = sql.SQL(", ").join(table.quoted for table in loaded)
    for table in loaded:
        conn.execute(sql.SQL("ALTER TABLE {} DISABLE TRIGGER USER").format(table.quoted))
    for name in forced:
        conn.execute(sql.SQL("ALTER TABLE {} NO FORCE ROW LEVEL SECURITY").format(sql.Identifier(name)))
    left = [sql.Identifier(name) for name in LEFT_OUT if name != "django_migrations"]
    conn.execute(sql.SQL("TRUNCATE {}, {}").format(names, sql.SQL(", ").join(left)))
    return forced


def close_after_loading(
    conn: psycopg.Connection[Any], loaded: Iterable[Table], forced: Iterable[str]
) -> None:
    conn.execute(
        "SET CONSTRAINTS ALL IMMEDIATE"
    )  # every reference is looked at now, not when it is too late to say
    for name in forced:
        conn.execute(sql.SQL("ALTER TABLE {} FORCE ROW LEVEL SECURITY").format(sql.Identifier(name)))
    for table in loaded:
        conn.execute(sql.SQL("ALTER TABLE {} ENABLE TRIGGER USER").format(table.quoted))


def load(conn: psycopg.Connection[Any], name: str, columns: Iterable[str], pieces: Iterable[bytes]) -> int:
    """Rows of one table; returns how many."""
    target = sql.SQL("COPY {} ({}) FROM STDIN").format(
        sql.Identifier(name), sql.SQL(", ").join(map(sql.Identifier, columns))
    )
    with conn.cursor() as cursor:
        with cursor.copy(target) as copy:
            for piece in pieces:
                copy.write(piece)
        return cursor.rowcount


def settle(conn: psycopg.Connection[Any], last: dict[str, int]) -> None:
    """What belongs to the machine, not to the register: numbers of transactions, running jobs, sequences.

    Links of the journal's chain are bounded by numbers of transactions (Seal). A new server counts from its own
    beginning, so the numbers that come along are moved below zero, all by the same distance: the order stays,
    and whatever is written from now on comes after them.
    """
    conn.execute(
        """WITH top AS (SELECT greatest((SELECT max(transaction) FROM access_entry),
                                        (SELECT max(below_transaction) FROM access_seal)) AS number),
                entries AS (UPDATE access_entry SET transaction = transaction - top.number - 1 FROM top
                            WHERE top.number IS NOT NULL)
           UPDATE access_seal SET below_transaction = below_transaction - top.number - 1 FROM top
           WHERE top.number IS NOT NULL"""
    )
    conn.execute("UPDATE procrastinate_jobs SET worker_id = NULL WHERE worker_id IS NOT NULL")
    conn.execute("UPDATE procrastinate_jobs SET status = 'todo' WHERE status = 'doing'")
    known = {
        row[0] for row in conn.execute("SELECT sequencename FROM pg_sequences WHERE schemaname = 'public'")
    }
    for name, number in last.items():
        if name in known:
            conn.execute("SELECT setval(%s::regclass, %s)", [f'public."{name}"', number])
