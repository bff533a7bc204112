"""`tongxin load areas`: the packaged national divisions and the default rules, as often as one likes."""

import argparse

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from tongxin.config.console import _, console, said
from tongxin.places.services.divisions import Counts, load_divisions
from tongxin.places.services.rules import load_default_rules


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "what",
        choices=["areas"],
        help=_("areas: provinces down to sub-districts, and the rules that hold by default"),
    )


def run(args: argparse.Namespace) -> int:
    counts = _areas()
    facts = {"areas": counts.areas, "added": counts.added, "changed": counts.changed}
    said(_("%(areas)d areas: %(added)d added, %(changed)d changed") % facts)
    said(_("%d rules added") % load_default_rules())
    return 0


def _areas() -> Counts:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task(_("Loading areas"), total=None)
        return load_divisions(lambda done, of: bar.update(task, completed=done, total=of))
