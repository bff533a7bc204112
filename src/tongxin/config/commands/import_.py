"""`tongxin import register FILE --area AREA [--date DAY] [--dry-run] [--export DIR]` and `tongxin import lab ...`."""

import argparse
import sys
from collections import Counter
from datetime import date
from pathlib import Path

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from tongxin.access.actors import SYSTEM
from tongxin.access.services import journal
from tongxin.config.console import _, complain, console, said
from tongxin.core import clock, scope
from tongxin.core.refusals import Refusal
from tongxin.exchange.exports import write_lab_export
from tongxin.exchange.models import Upload
from tongxin.exchange.reading import LARGEST_PACKED
from tongxin.exchange.services import uploads
from tongxin.exchange.services.register_export import export_register
from tongxin.places.queries.areas import find
from tongxin.places.services.rules import load_default_rules
from tongxin.testing.sheets import read_results, read_tubes

CANNOT = 2


def add_arguments(parser: argparse.ArgumentParser) -> None:
    kinds = parser.add_subparsers(dest="kind", required=True, metavar=_("KIND"))
    register = kinds.add_parser("register", help=_("a household register (.xlsx, .csv, also .xz)"))
    register.add_argument("file", type=Path, help=_("the file as it came"))
    register.add_argument("--area", required=True, help=_("12-character code, path or name of the community"))
    register.add_argument(
        "--date", type=date.fromisoformat, help=_("day of the list (default: its title's, else today)")
    )
    register.add_argument("--dry-run", action="store_true", help=_("read and count, store nothing"))
    register.add_argument(
        "--export", type=Path, metavar=_("DIR"), help=_("write what was stored into this folder")
    )
    register.set_defaults(work=_import_register)
    lab = kinds.add_parser("lab", help=_("a laboratory's results, compared with a list of tubes"))
    lab.add_argument("file", type=Path, help=_("the laboratory's file as it came"))
    lab.add_argument("--register", type=Path, required=True, help=_("the tubes with their people (CSV)"))
    lab.add_argument(
        "--date", type=date.fromisoformat, help=_("day of the list (default: its title's, else today)")
    )
    lab.add_argument(
        "--export", type=Path, required=True, metavar=_("DIR"), help=_("write what was read into this folder")
    )
    lab.set_defaults(work=_import_lab)


def run(args: argparse.Namespace) -> int:
    """0 when the file was read (rejected rows are no failure), 2 with one line when it cannot be."""
    try:
        with scope.everywhere():
            return int(args.work(args))
    except Refusal as refusal:
        complain(refusal.says)
    except OSError as problem:
        complain(f"{problem.filename or args.file}: {problem.strerror}")
    return CANNOT


def _import_register(args: argparse.Namespace) -> int:
    content = _bytes_of(args.file)
    load_default_rules()
    area = find(args.area)
    at = clock.now()
    with _bar() as bar:
        task = bar.add_task(_("Reading rows"), total=None)
        upload = uploads.take_in(
            file_name=args.file.name,
            content=content,
            area_path=area.path,
            by=SYSTEM,
            at=at,
            list_day=args.date,
            progress=lambda count: bar.advance(task, count),
        )
    said(_("%(file)s read for %(area)s") % {"file": args.file.name, "area": area.name})
    if args.dry_run:
        uploads.discard(upload_id=upload.pk, by=SYSTEM, at=at)
    else:
        with _bar() as bar:
            task = bar.add_task(_("Storing people"), total=upload.counts["persons"] - upload.counts["known"])
            upload = uploads.store(
                upload_id=upload.pk, by=SYSTEM, at=at, progress=lambda count: bar.advance(task, count)
            )
    _print_counts(upload)
    if args.export:
        stem = args.file.name.split(".")[0]
        for path in export_register(upload=upload, folder=args.export, stem=stem, by=SYSTEM, at=at):
            said(_("written: %(path)s") % {"path": path})
    return 0


def _import_lab(args: argparse.Namespace) -> int:
    """Read a laboratory's list against a list of tubes, and write what every tube amounts to."""
    tubes = read_tubes(uploads.workbook_of(_bytes_of(args.register), args.register.name))
    workbook = uploads.workbook_of(_bytes_of(args.file), args.file.name)
    reading = read_results(workbook, register=tubes, on=args.date)
    said(_("%(file)s read: %(count)s tubes") % {"file": args.file.name, "count": len(reading.tubes)})
    for status, count in sorted(Counter(str(tube.status) for tube in reading.tubes).items()):
        console.print(f"  {count:>8,}  {status}")
    console.print(f"  {len(reading.recall):>8,}  " + _("people to recall"))
    stem = args.file.name.split(".")[0]
    for path in write_lab_export(args.export, stem, reading.tubes, reading.recall, reading.rows):
        said(_("written: %(path)s") % {"path": path})
    people = [recalled for recalled in reading.recall if recalled.name]
    journal.record(
        "access.lab_export.seen", by=SYSTEM, area_path="/", why=args.file.name, facts={"count": len(people)}
    )
    return 0


def _bytes_of(path: Path) -> bytes:
    """A file's bytes; one that is larger than any list is refused before it is read."""
    size = path.stat().st_size
    if size > LARGEST_PACKED:
        raise Refusal("file_too_large", size=size, limit=LARGEST_PACKED)
    return path.read_bytes()


def _bar() -> Progress:
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=console,
        disable=not sys.stdout.isatty(),
    )


def _print_counts(upload: Upload) -> None:
    counts = upload.counts
    lines = [
        (_("persons in the file"), counts["persons"]),
        (_("of them known before"), counts["known"]),
        (_("changed"), counts["changed"]),
        (_("households"), counts["households"]),
        (_("rows accepted"), counts.get("accept", 0)),
        (_("rows merged"), counts.get("merge", 0)),
        (_("vacant dwellings"), counts.get("household_only", 0)),
        (_("rows to verify"), counts.get("reject", 0)),
    ]
    for title, count in lines:
        console.print(f"  {count:>8,}  {title}")
    for reason, count in sorted(counts["reasons"].items()):
        console.print(f"  {count:>8,}    {reason}", style="dim")
