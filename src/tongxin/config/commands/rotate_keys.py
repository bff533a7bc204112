"""`tongxin rotate-keys`: seal every number and file with a new key, a batch at a time, while the office is open.

Each sealed value names its key, so that old and new ones are read beside each other: whatever stops this command, the
next one goes on where it was. The key of the blind index is another one and stays: what is found by it is found as before.
"""

import argparse
import base64
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from allauth.mfa.models import Authenticator
from django.db import connection, transaction
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from tongxin.access.actors import SYSTEM
from tongxin.access.services import journal, second_factor
from tongxin.config import home
from tongxin.config.console import _, console, said
from tongxin.core import ciphers, clock, scope
from tongxin.exchange.models import Difference
from tongxin.exchange.services import capture, differences, uploads
from tongxin.people.models import Document, Phone

BATCH = 500


@dataclass(frozen=True, slots=True)
class Column:
    """A column of sealed values and the purpose that is bound into them."""

    table: str
    column: str
    purpose: str


COLUMNS = (
    Column("people_document", "sealed", Document.PURPOSE),
    Column("people_phone", "sealed", Phone.PURPOSE),
    Column("exchange_upload", "sealed", uploads.BYTES),
    Column("exchange_upload", "effects", differences.EFFECTS),
    Column("exchange_uploadrow", "sealed", uploads.ROW),
    Column("exchange_difference", "sealed", Difference.PURPOSE),
    Column("exchange_batch", "sealed", capture.BATCH_PURPOSE),
    Column("exchange_setaside", "sealed", capture.EVENT_PURPOSE),
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--resume",
        action="store_true",
        help=_("only go on with a rotation that was stopped; make no new key"),
    )
    parser.add_argument(
        "--retire",
        action="store_true",
        help=_("forget the keys that no value names any more (older backups cannot be read then)"),
    )


def run(args: argparse.Namespace) -> int:
    if args.retire:
        return _retire()
    if args.resume or stale():
        said(_("going on with key %s") % ciphers.current_key())
    else:
        said(_("new key %s; a running office reads it at once") % home.add_field_key())
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task(_("Sealing anew"), total=stale())
        done = reseal(lambda count: bar.advance(task, count))
    said(_("%(count)d values are sealed with key %(key)s") % {"count": done, "key": ciphers.current_key()})
    return 0


def reseal(progress: Callable[[int], None] = lambda count: None) -> int:
    """Seal everything that names another key with the present one. Each batch is committed by itself."""
    done = 0
    for count in _batches():
        done += count
        progress(count)
    if done:
        with scope.everywhere():
            facts = {"count": done, "key": ciphers.current_key()}
            journal.record("access.keys.rotated", by=SYSTEM, area_path="/", at=clock.now(), facts=facts)
    return done


def stale() -> int:
    """How many values name another key than the present one."""
    with scope.everywhere(), connection.cursor() as cursor:
        count = 0
        for each in COLUMNS:
            cursor.execute(f"SELECT count(*) FROM {each.table} WHERE {_names_another(each)}", _prefix())
            count += int(cursor.fetchone()[0])
    return count + len(_stale_factors())


def _batches() -> Iterator[int]:
    for each in COLUMNS:
        while count := _batch(each):
            yield count
    if count := _factors():
        yield count


@transaction.atomic
def _batch(each: Column) -> int:
    with scope.everywhere(), connection.cursor() as cursor:
        cursor.execute(
            f"SELECT id, {each.column} FROM {each.table} WHERE {_names_another(each)}"
            f" ORDER BY id LIMIT {BATCH} FOR UPDATE",
            _prefix(),
        )
        rows = cursor.fetchall()
        fresh = [
            ciphers.encrypt_bytes(ciphers.decrypt_bytes(value, purpose=each.purpose), purpose=each.purpose)
            for _id, value in rows
        ]
        if rows:
            cursor.execute(
                f"UPDATE {each.table} AS t SET {each.column} = v.value"
                " FROM (SELECT unnest(%s::text[]) AS id, unnest(%s::bytea[]) AS value) AS v"
                " WHERE t.id::text = v.id AND t.id = ANY(%s)",
                [[str(key) for key, _value in rows], fresh, [key for key, _value in rows]],
            )
    return len(rows)


@transaction.atomic
def _factors() -> int:
    """Second factors keep their secret in JSON, sealed as text."""
    rows = _stale_factors()
    for row in rows:
        row.data = {
            name: _sealed_text(value) if name in ("secret", "seed") else value
            for name, value in row.data.items()
        }
        row.save(update_fields=["data"])
    return len(rows)


def _stale_factors() -> list[Any]:
    prefix = ciphers.prefix()
    return [
        row
        for row in Authenticator.objects.order_by("pk")
        if any(
            not base64.b64decode(row.data[name]).startswith(prefix)
            for name in ("secret", "seed")
            if row.data.get(name)
        )
    ]


def _sealed_text(value: str) -> str:
    plain = ciphers.decrypt(base64.b64decode(value), purpose=second_factor.PURPOSE)
    return base64.b64encode(ciphers.encrypt(plain, purpose=second_factor.PURPOSE)).decode("ascii")


def _names_another(each: Column) -> str:
    return f"length({each.column}) > 0 AND substring({each.column} FROM 1 FOR %s) <> %s"


def _prefix() -> list[Any]:
    prefix = ciphers.prefix()
    return [len(prefix), prefix]


def _retire() -> int:
    if count := stale():
        said(_("%d values still name an older key. Run tongxin rotate-keys --resume first.") % count)
        return 1
    gone = home.forget_old_field_keys()
    said(_("forgotten: %s") % (", ".join(gone) or "—"))
    return 0
