"""For `tongxin serve`: the national divisions and the default rules, before the first page is asked for."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from tongxin.places.services.divisions import are_loaded, load_divisions, packed
from tongxin.places.services.rules import load_default_rules


class Command(BaseCommand):
    help = "Load the packaged divisions and the default rules. Safe to repeat."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--if-missing", action="store_true", help="say nothing when all of it is there")

    def handle(self, *args: Any, if_missing: bool = False, **options: Any) -> None:
        load_default_rules()
        if if_missing and are_loaded(packed()):
            return
        counts = load_divisions()
        if options.get("verbosity", 1):
            self.stdout.write(f"{counts.areas} areas, {counts.added} added, {counts.changed} changed")
