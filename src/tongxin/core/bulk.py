"""Many rows at once: COPY into a table of this transaction, then one INSERT, so that row-level security binds."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.db import connection
from psycopg import sql


def insert_rows(table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> int:
    """Insert rows by the thousand; returns how many. A list of texts is given as a list, nothing as None.

    COPY itself refuses a table with row-level security, so the rows land in a temporary table first. Building an
    INSERT of that many parameters costs Django and psycopg four times what the server needs to store them.
    """
    names = sql.SQL(", ").join(map(sql.Identifier, columns))
    target, landing = sql.Identifier(table), sql.Identifier(f"landing_{table}")
    with connection.cursor() as wrapped:  # opens the connection, and tells Django of a broken transaction
        wrapped.execute("SELECT 1")
        with connection.wrap_database_errors, connection.connection.cursor() as cursor:
            cursor.execute(
                sql.SQL(
                    "CREATE TEMPORARY TABLE IF NOT EXISTS {} ON COMMIT DROP AS SELECT {} FROM {} WITH NO DATA"
                ).format(landing, names, target)
            )
            with cursor.copy(sql.SQL("COPY {} ({}) FROM STDIN").format(landing, names)) as copy:
                for row in rows:
                    copy.write_row(row)
            cursor.execute(
                sql.SQL("INSERT INTO {} ({}) SELECT {} FROM {}").format(target, names, names, landing)
            )
            count = cursor.rowcount
            cursor.execute(sql.SQL("TRUNCATE {}").format(landing))
    return int(count)
