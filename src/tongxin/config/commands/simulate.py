"""`tongxin simulate shuangxi [--fast] [--live] [--server ADDRESS] [--json FILE] [--scratch]`."""

import argparse
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from tongxin.access.services.demo import demo_accounts
from tongxin.config import serve
from tongxin.config.console import _, complain, console, said
from tongxin.config.crew import started
from tongxin.core import clock, scope
from tongxin.core.refusals import Refusal
from tongxin.people.enums import Ledger
from tongxin.simulation import evening, history, invariants, ledgers, measures, shuangxi
from tongxin.simulation.cast import ABOUT
from tongxin.simulation.client import DoorClosed
from tongxin.simulation.places import Shuangxi
from tongxin.simulation.stage import Stage
from tongxin.testing.enums import Coverage
from tongxin.testing.models import Round

BROKEN, CANNOT = 1, 2
HISTORY = timedelta(hours=4.5)  # a live round has been running for so long
LABORATORY_TAKES = timedelta(minutes=100)
WHOLE_DAY = timedelta(hours=24)  # from the first swab to the archive: none of it is to come
OPENS = timedelta(hours=8)
PAUSE = 0.5


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("story", choices=["shuangxi"], help=_("the story to play"))
    parser.add_argument(
        "--fast", action="store_true", help=_("as fast as the machine goes, to the end (default)")
    )
    parser.add_argument(
        "--live", action="store_true", help=_("play on in real time, beside a running server")
    )
    parser.add_argument(
        "--server", default="", help=_("address of a running server (default: start one for the story)")
    )
    parser.add_argument("--json", type=Path, metavar=_("FILE"), help=_("write the printed figures as JSON"))


def run(args: argparse.Namespace) -> int:
    """0 when every invariant holds at the end, 1 when one is broken, 2 when the story cannot be played."""
    try:
        with _server(args.server) as server:
            return _live(server) if args.live else _to_the_end(server, args.json)
    except Refusal as refusal:
        complain(refusal.says)
    except (DoorClosed, evening.StoryStuck) as problem:
        complain(str(problem))
    return CANNOT


@contextmanager
def _server(address: str) -> Iterator[str]:
    if address:
        yield address
        return
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    serve.collect_static()
    with started("127.0.0.1", port) as crew:
        yield crew.address


def _eight_o_clock(latest: datetime) -> datetime:
    """The last 08:00 in Shanghai that is not after this: the story keeps the hours of its day."""
    opened = clock.start_of(clock.day_of(latest)) + OPENS
    return opened if opened <= latest else opened - timedelta(days=1)


def _stage(server: str, opened_at: datetime) -> tuple[Stage, Shuangxi, Round]:
    stage = Stage(server=server, area_path="", opened_at=opened_at, tell=said)
    ground = shuangxi.set_up(stage)
    stage.area_path = ground.community.path
    history.play_before(stage, ground)
    ledgers.freeze_yesterday(stage)
    round_ = shuangxi.open_round(stage, ground)
    stage.opened_at = round_.opens_at
    return stage, ground, round_


def _to_the_end(server: str, target: Path | None) -> int:
    stage, _ground, round_ = _stage(server, _eight_o_clock(clock.now() - WHOLE_DAY))
    play = shuangxi.start(stage, round_)
    with scope.scoped([round_.area_path]):
        evening.let_go(stage, round_.pk, play.parts)
    with _bar() as bar:
        task = bar.add_task(_("sampling"), total=play.total)
        shuangxi.sample_everybody(play, lambda done, total: bar.update(task, completed=done, total=total))
    _wait_until_settled(play)
    evening.account_for_everybody(play)
    evening.close_sampling(play)
    evening.sign_and_close(play)
    positive = evening.laboratory_reports(play)
    pool = evening.clear_the_pool(play, positive)
    evening.complete(play)
    with scope.everywhere():
        round_.refresh_from_db()
        broken = invariants.broken(
            round_, shuangxi.all_acknowledged(play), bound=shuangxi.all_bound(play), at=clock.now()
        )
        rates, clocks = measures.lane_rates(round_), measures.clocks(round_)
    so_far = history.rounds_so_far(round_.area_path)
    kept = ledgers.counted(round_.area_path)
    extra = {
        "ledgers": kept,
        "lanes": rates,
        "clocks": clocks,
        "rounds": so_far,
        "growth": history.growth(so_far),
        "voided_tube": play.voided,
        "positive_pool": positive,
        "pool": pool,
        "broken": broken,
    }
    figures = evening.summary(play, extra.items())
    _print(figures)
    _print_pace(figures)
    _print_rounds(figures)
    _print_ledgers(kept)
    if target:
        shuangxi.write_json(target, figures)
    for sentence in broken:
        complain(sentence)
    return BROKEN if broken else 0


def _live(server: str) -> int:
    """Prepare the community, play the morning at once, then go on at the pace of the real lanes."""
    stage, _ground, round_ = _stage(server, clock.now() - HISTORY)
    play = shuangxi.start(stage, round_)
    with scope.scoped([round_.area_path]):
        evening.let_go(stage, round_.pk, play.parts)
    shuangxi.sample_everybody(play, lambda done, total: None, until=clock.now())
    said(_("round %(number)s is in progress: %(done)s of %(total)s sampled") % {
        "number": round_.number, "done": play.taken, "total": play.total,
    })  # fmt: skip
    _wait_until_settled(play)
    evening.report_early_tubes(play, before=clock.now() - LABORATORY_TAKES)
    _print_accounts()
    while play.queue:
        time.sleep(PAUSE)
        shuangxi.sample_everybody(play, lambda done, total: None, until=clock.now())
    return 0


def _wait_until_settled(play: shuangxi.Play) -> None:
    """The projectors have settled every batch."""

    evening.wait_for(lambda: not shuangxi.unsettled(), "the settling of all batches", seconds=60)


def _print(figures: dict[str, Any]) -> None:
    table = Table(title=_("Round %s: coverage by class") % figures["round"], show_footer=True)
    table.add_column(_("class"), footer=_("base"))
    table.add_column(_("persons"), justify="right", footer=f"{figures['base_closing']:,}")
    for klass in Coverage:
        table.add_row(str(klass.label), f"{figures['classes'][klass.value]:,}")
    console.print(table)
    console.print(
        _("base %(opening)s at opening, +%(added)s, −%(removed)s; should test %(should)s, covered %(covered)s = %(share)s") % {
            "opening": figures["base_opening"], "added": figures["base_added"], "removed": figures["base_removed"],
            "should": figures["should_test"], "covered": figures["covered"],
            "share": f"{figures['coverage'] * 100:.2f} %",
        }
    )  # fmt: skip


def _print_pace(figures: dict[str, Any]) -> None:
    for lane in figures["lanes"]:
        console.print(
            _("lane %(number)s: %(persons)s swabs, %(rate)s an hour")
            % {"number": lane["lane"], "persons": f"{lane['persons']:,}", "rate": lane["per_hour"]}
        )
    table = Table(title=_("Clocks"))
    table.add_column(_("clock"))
    table.add_column(_("kept"), justify="right")
    table.add_column(_("missed"), justify="right")
    for name, counts in figures["clocks"].items():
        table.add_row(str(measures.TITLES[name]), f"{counts['kept']:,}", f"{counts['missed']:,}")
    console.print(table)


def _print_rounds(figures: dict[str, Any]) -> None:
    table = Table(title=_("Round after round"))
    for heading in (
        _("round"),
        _("base at opening"),
        "+",
        "−",
        _("base at closing"),
        _("covered"),
        _("of about %s") % f"{ABOUT:,}",
    ):
        table.add_column(heading, justify="right")
    for each in figures["rounds"]:
        counts = (each[key] for key in ("base_opening", "added", "removed", "base_closing", "covered"))
        table.add_row(
            str(each["number"]), *(f"{count:,}" for count in counts), f"{each['covered'] / ABOUT * 100:.1f} %"
        )
    console.print(table)
    growth = figures["growth"]
    console.print(
        _("covered %(first)s -> %(last)s: %(net)s net, by +%(added)s and −%(removed)s") % {
            "first": f"{growth['covered_first']:,}", "last": f"{growth['covered_last']:,}",
            "net": f"{growth['net']:+,}", "added": growth["added"], "removed": growth["removed"],
        }
    )  # fmt: skip


def _print_ledgers(kept: dict[str, int]) -> None:
    table = Table(title=_("Ledgers"), show_footer=True)
    table.add_column(_("ledger"), footer=_("entries"))
    table.add_column(_("persons"), justify="right", footer=f"{kept['entries']:,}")
    for ledger in Ledger:
        table.add_row(str(ledger.label), f"{kept[ledger.value]:,}")
    console.print(table)
    console.print(_("%(persons)s different persons; %(ends)s of those back home have their last day") % {
        "persons": kept["persons"], "ends": kept["with_end"],
    })  # fmt: skip


def _print_accounts() -> None:
    table = Table(title=_("Demo accounts"))
    for heading in (_("user name"), _("password"), _("role"), _("name")):
        table.add_column(heading)
    for account in demo_accounts():
        table.add_row(account.username, account.password, account.role, account.name)
    console.print(table)


def _bar() -> Progress:
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=console,
    )
