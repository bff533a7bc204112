"""`tongxin`: the operator's command."""

import argparse
import errno
import getpass
import importlib
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import psycopg
from django.core.management import execute_from_command_line
from django.utils import translation

from tongxin import __version__
from tongxin.config import crew, database, doctor, embedded, home, lan, serve
from tongxin.config.console import _, complain, said
from tongxin.config.console import language as console_language

PROBLEMS = (
    database.DatabaseProblem,
    embedded.ServerProblem,
    home.SecretsMissing,
    crew.ServeProblem,
    lan.LanProblem,
    psycopg.OperationalError,
)
CANNOT = 2


def main(argv: Sequence[str] | None = None) -> int:
    words = list(sys.argv[1:] if argv is None else argv)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", crew.SETTINGS)
    try:
        if words and words[0] in COMMANDS:
            return _command(words[0], words[1:])
        args = _parser().parse_args(words)
        return int(args.run(args))
    except PROBLEMS as problem:
        complain(" ".join(str(problem).split()))
        return CANNOT
    except OSError as problem:
        if not (sentence := _plain(problem)):
            raise
        complain(sentence)
        return CANNOT
    except KeyboardInterrupt:
        return 130


def _plain(problem: OSError) -> str:
    """What a folder or a disk refuses, in one line; nothing for what is a fault of ours."""
    if problem.errno in (errno.ENOSPC, errno.EDQUOT):
        return _(
            "The disk is full (%s). Make room and start again; nothing that was acknowledged is lost."
        ) % (problem.filename or home.home())
    if problem.errno not in (errno.EACCES, errno.EPERM, errno.EROFS):
        return ""
    path = Path(problem.filename) if problem.filename else home.home()
    return _(
        "%(path)s may not be used by %(user)s: it belongs to %(owner)s. Run: sudo chown -R %(user)s %(home)s"
        " - or choose another folder with TONGXIN_HOME."
    ) % {"path": path, "user": getpass.getuser(), "owner": _owner(path), "home": home.home()}


def _owner(path: Path) -> str:
    while not os.access(path, os.F_OK) and path != path.parent:
        path = path.parent
    try:
        return path.owner()
    except (KeyError, OSError):
        return "?"


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="tongxin",
        description=_(
            "Tongxin: from the household register to the briefing. Each command explains itself with --help."
        ),
        epilog=_(
            "TONGXIN_HOME is the folder for data and keys (default: var/). TONGXIN_DATABASE_URL is the owner's"
            " address of a PostgreSQL server of your own; without it a private one starts by itself."
        ),
    )
    parser.add_argument("--version", action="version", version=f"tongxin {__version__}")
    verbs = parser.add_subparsers(required=True, metavar=_("COMMAND"))

    verb = verbs.add_parser(
        "serve",
        help=_("start everything and serve pages until Ctrl-C"),
        description=_(
            "Starts the database, the office and the worker, and starts again what dies. An empty register asks for"
            " its area and its first accounts: here on a terminal, else on a page that needs a one-time code."
        ),
        epilog=_(
            "Examples:\n"
            "  tongxin serve                          on this machine only, http://127.0.0.1:8000\n"
            "  tongxin serve --lan                    for phones in this network, with TLS of its own\n"
            "  tongxin serve --lan --dns tongxin.lan  the same by a name that your router knows\n"
            "  tongxin serve --area 430802001 --account wei --person 韦运维 < password.txt\n"
            "                                         set up an empty register without questions\n"
            "  tongxin serve --area 430802L01001 --area-names 阳湖坪街道,双溪社区 --account wei < password.txt\n"
            "                                         the same for a community that no list has"
        ),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    verb.add_argument("--host", default="", help=_("address to listen on (default: this machine only)"))
    verb.add_argument("--port", type=int, default=8000, help=_("port to listen on (default: 8000)"))
    verb.add_argument(
        "--workers", type=int, default=2, help=_("office processes, four threads each (default: 2)")
    )
    verb.add_argument(
        "--lan",
        action="store_true",
        help=_("serve phones in this network over https, with a certificate of our own"),
    )
    verb.add_argument(
        "--dns",
        metavar=_("NAME"),
        action="append",
        default=[],
        help=_("with --lan: a further name of this machine"),
    )
    verb.add_argument(
        "--trust-port", metavar=_("PORT"), type=int, default=0,
        help=_("with --lan: where phones fetch the certificate over http (default: the next port)"),
    )  # fmt: skip
    verb.add_argument(
        "--area", metavar=_("AREA"), default="", help=_("set up an empty register: code or name of its area")
    )
    verb.add_argument(
        "--area-names", metavar=_("NAMES"), default="",
        help=_("names of the missing levels of a local code, with commas between"),
    )  # fmt: skip
    verb.add_argument(
        "--account", metavar=_("USER"), default="",
        help=_("set up an empty register: user name of the operator; the password is the first line of standard input"),
    )  # fmt: skip
    verb.add_argument("--person", metavar=_("NAME"), default="", help=_("name of that operator"))
    verb.add_argument(
        "--story", metavar=_("NAME"), default="", help=_("play a story beside it (a demo register only)")
    )
    verb.set_defaults(run=_serve)

    verb = verbs.add_parser(
        "doctor",
        help=_("say in plain words what is wrong with this installation"),
        epilog=_(
            "Exit code 1 when something is wrong (✗), so that cron or a monitor may ask: tongxin doctor || tell-me"
        ),
    )
    verb.add_argument(
        "--port", type=int, default=8000, help=_("the port that serve would use (default: 8000)")
    )
    verb.set_defaults(run=lambda args: doctor.examine(args.port))

    verb = verbs.add_parser(
        "backup",
        help=_("write the register and its keys into two encrypted files, and read them back"),
        description=_(
            "Writes the tables and uploads of one moment into FILE and the keys into FILE.keys, each under the"
            " passphrase, while everybody goes on working; reads both back; keeps nothing that is not whole."
        ),
        epilog=_(
            "Examples:\n"
            "  tongxin backup /media/stick/tongxin-$(date +%F).backup\n"
            "  tongxin backup b.backup --keys /media/other/b.keys --passphrase-file ~/words\n"
            "Keep the two files in two places: whoever has both and the passphrase reads everything; whoever loses the"
            " keys or the passphrase reads nothing."
        ),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    verb.add_argument("file", type=Path, help=_("the file to write"))
    _add_vault_words(verb)
    verb.add_argument("--overwrite", action="store_true", help=_("replace the file if it is there"))
    verb.set_defaults(run=lambda args: _backup_command().back_up(args))

    verb = verbs.add_parser(
        "restore",
        help=_("bring a register back from a backup: the whole of it, or nothing"),
        description=_(
            "Brings back FILE with its keys, onto an empty machine or the server of TONGXIN_DATABASE_URL. When"
            " anything is wrong with it, nothing is changed. Afterwards the journal's chain is checked."
        ),
        epilog=_(
            "Examples:\n"
            "  tongxin restore /media/stick/tongxin-2022-03-01.backup\n"
            "  TONGXIN_HOME=/srv/tongxin tongxin restore b.backup --keys /media/other/b.keys\n"
            "  tongxin restore b.backup --replace     in place of the register that is here now\n"
            "  tongxin restore old.backup --upgrade   from an older release"
        ),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    verb.add_argument("file", type=Path, help=_("the file to read"))
    _add_vault_words(verb)
    verb.add_argument("--replace", action="store_true", help=_("although there is a register here already"))
    verb.add_argument("--upgrade", action="store_true", help=_("although the backup is of an older release"))
    verb.set_defaults(run=lambda args: _backup_command().restore(args))

    verb = verbs.add_parser(
        "worker",
        help=_("work on jobs only (serve starts one by itself)"),
        epilog=_(
            "A second one on another machine with the same TONGXIN_DATABASE_URL and secrets.json shares the jobs."
        ),
    )
    verb.set_defaults(run=_worker)

    verb = verbs.add_parser(
        "manage",
        help=_("a Django management command, with the database up"),
        epilog=_(
            "Examples:\n"
            "  tongxin manage changepassword wei      when the last operator's password is lost\n"
            "  tongxin manage --scratch makemigrations --check"
        ),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    verb.add_argument("--scratch", action="store_true", help=_("on a throw-away database"))
    verb.add_argument("rest", nargs=argparse.REMAINDER, metavar=_("ARGUMENT"))
    verb.set_defaults(run=_manage)

    for name, explained in COMMANDS.items():
        verbs.add_parser(name, help=explained, add_help=False)
    return parser


def _add_vault_words(verb: argparse.ArgumentParser) -> None:
    verb.add_argument(
        "--keys",
        type=Path,
        metavar=_("FILE"),
        help=_("the file of the keys (default: FILE with .keys after it)"),
    )
    verb.add_argument(
        "--passphrase-file", type=Path, metavar=_("FILE"),
        help=_("read the passphrase from the first line of this file (default: ask, or standard input)"),
    )  # fmt: skip


def _backup_command() -> Any:
    return importlib.import_module("tongxin.config.commands.backup")


# Each lives in tongxin.config.commands and has `add_arguments(parser)` and `run(args) -> int`. They use models
# at import, so they are imported when Django is up.
COMMANDS = {
    "rotate-keys": _("seal every number and file with a new key, while the office is open"),
    "load": _("load the packaged areas and the rules that hold by default"),
    "import": _("take in a household register or a laboratory's results"),
    "simulate": _("play a story through the real doors, on a register marked demo"),
}


def _serve(args: argparse.Namespace) -> int:
    names = tuple(filter(None, args.area_names.replace("，", ",").split(",")))
    return serve.serve(
        serve.Wishes(
            host=args.host, port=args.port, workers=args.workers, story=args.story, lan=args.lan,
            names=tuple(args.dns), trust_port=args.trust_port, area=args.area, area_names=names,
            account=args.account, person=args.person,
        )
    )  # fmt: skip


EXAMPLES = {
    "load": _("Example:\n  tongxin load areas     after an upgrade, or to bring rules back that are missing"),
    "import": _(
        "Examples:\n"
        "  tongxin import register 底册.xlsx --area 双溪社区 --dry-run     read and count, store nothing\n"
        "  tongxin import register 底册.xlsx --area 430802L01001          store it; the page Uploads takes it back\n"
        "  tongxin import lab 结果.xlsx --register tubes.csv --export out  compare a laboratory's list with tubes"
    ),
    "simulate": _(
        "Examples:\n"
        "  tongxin simulate shuangxi --fast --scratch           the whole story, on a throw-away database\n"
        "  tongxin simulate shuangxi --fast --json figures.json the same on this demo register, figures as JSON\n"
        "It ends with 1 when an invariant broke: a class too many, a lost event, a person in two tubes."
    ),
    "rotate-keys": _(
        "Examples:\n"
        "  tongxin rotate-keys             make a new key and seal everything with it, batch by batch\n"
        "  tongxin rotate-keys --resume    go on after a stop\n"
        "  tongxin rotate-keys --retire    at last, forget the keys that nothing needs any more\n"
        "Make a backup before and after; each backup keeps its own keys."
    ),
}


def _command(name: str, words: list[str]) -> int:
    scratch = "--scratch" in words
    asks_for_help = bool({"-h", "--help"} & set(words))
    if asks_for_help:
        crew.setup_django()
        return _run_command(name, words)
    with _database(scratch=scratch):
        serve.prepare()
        with translation.override(console_language()):
            return _run_command(name, words)


def _run_command(name: str, words: list[str]) -> int:
    # `import` is a word of the language, so its module is `import_`.
    path = f"tongxin.config.commands.{name.replace('-', '_')}"
    module = importlib.import_module(path if find_spec(path) else path + "_")
    parser = argparse.ArgumentParser(
        prog=f"tongxin {name}",
        description=COMMANDS[name],
        epilog=EXAMPLES[name]
        + "\n\n"
        + _("With --scratch the command runs on a throw-away database and leaves no other trace."),
        formatter_class=argparse.RawDescriptionHelpFormatter,
        conflict_handler="resolve",
    )
    parser.add_argument("--scratch", action="store_true", help=_("on a throw-away database"))
    module.add_arguments(parser)
    args = parser.parse_args([word for word in words if word != "--scratch"])
    args.scratch = "--scratch" in words
    return int(module.run(args))


@contextmanager
def _database(*, scratch: bool) -> Iterator[None]:
    if not scratch:
        with database.running():
            yield
        return
    with database.temporary():
        said(_("a throw-away database is ready"))
        yield


def _manage(args: argparse.Namespace) -> int:
    with _database(scratch=args.scratch):
        execute_from_command_line(["tongxin manage", *args.rest])
    return 0


def _worker(args: argparse.Namespace) -> int:
    with database.running():
        crew.setup_django()
        return int(importlib.import_module("tongxin.config.commands.worker").run(args))


if __name__ == "__main__":
    sys.exit(main())
