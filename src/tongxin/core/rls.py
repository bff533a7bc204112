"""Row-level security for migrations: every table with rows of one area gets its policy when it is made."""

from typing import Any

from django.db.migrations.operations import RunSQL

_SCOPE = "(SELECT string_to_array(current_setting('tongxin.scope', true), ','))::text[]"
IN_SCOPE = f"area_path ^@ ANY ({_SCOPE})"
# Somebody who lives here, tests there and isolates elsewhere is seen by those three areas alone.
SEEN_BY = f"({IN_SCOPE} OR EXISTS (SELECT 1 FROM unnest(seen_by) AS path WHERE path ^@ ANY ({_SCOPE})))"


class SecureArea(RunSQL):
    """Row-level security on `area_path` (and `seen_by` where the table has it), for the owner too."""

    def __init__(self, table: str, *, seen_by: bool = False, using: str = "") -> None:
        self.table, self.seen_by, self.rule = table, seen_by, using
        rule = using or (SEEN_BY if seen_by else IN_SCOPE)
        super().__init__(
            [
                f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY",
                f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY",
                f"CREATE POLICY area ON {table} USING ({rule}) WITH CHECK ({rule})",
            ],
            [f"DROP POLICY area ON {table}", f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY"],
        )

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        return self.__class__.__qualname__, [self.table], {"seen_by": self.seen_by, "using": self.rule}


class AppendOnly(RunSQL):
    """A table that refuses UPDATE and DELETE, whoever asks."""

    def __init__(self, table: str) -> None:
        self.table = table
        super().__init__(
            [
                "CREATE OR REPLACE FUNCTION tongxin_append_only() RETURNS trigger LANGUAGE plpgsql AS "
                "$$ BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME; END $$",
                f"CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON {table} "
                "FOR EACH STATEMENT EXECUTE FUNCTION tongxin_append_only()",
            ],
            [f"DROP TRIGGER append_only ON {table}"],
        )

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        return self.__class__.__qualname__, [self.table], {}


class NeverTruncated(RunSQL):
    """An append-only table that cannot be emptied either, not by its owner without taking the trigger off first."""

    def __init__(self, table: str) -> None:
        self.table = table
        super().__init__(
            [
                f"CREATE TRIGGER never_truncated BEFORE TRUNCATE ON {table} "
                "FOR EACH STATEMENT EXECUTE FUNCTION tongxin_append_only()"
            ],
            [f"DROP TRIGGER never_truncated ON {table}"],
        )

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        return self.__class__.__qualname__, [self.table], {}


class Destroyable(RunSQL):
    """Append-only, but for the one act that destroys what is no longer to be kept (`tongxin.destroying`, LE-30)."""

    def __init__(self, table: str) -> None:
        self.table = table
        super().__init__(
            [
                "CREATE OR REPLACE FUNCTION tongxin_destroyable() RETURNS trigger LANGUAGE plpgsql AS "
                "$$ BEGIN IF TG_OP = 'DELETE' AND current_setting('tongxin.destroying', true) = 'on' "
                "THEN RETURN NULL; END IF; RAISE EXCEPTION '% is append-only', TG_TABLE_NAME; END $$",
                f"CREATE TRIGGER destroyable BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
                "FOR EACH STATEMENT EXECUTE FUNCTION tongxin_destroyable()",
            ],
            [f"DROP TRIGGER destroyable ON {table}"],
        )

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        return self.__class__.__qualname__, [self.table], {}
