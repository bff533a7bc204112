"""Runs measurements by name and keeps their figures: {"metric": {"value", "unit", "limit", "ratio"}}.

A measurement is a module of this package with `run() -> dict`; it prints what it finds as it goes.
"""

import argparse
import importlib
import json
import os
import platform
import time
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
NOT_MEASUREMENTS = {"__init__", "__main__", "run", "town", "traffic"}


def names() -> list[str]:
    return sorted(path.stem for path in HERE.glob("*.py") if path.stem not in NOT_MEASUREMENTS)


def main(words: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("name", nargs="?", choices=[*names(), []], default=[], help="one measurement only")
    parser.add_argument("--only", choices=names(), help="the same")
    parser.add_argument("--out", type=Path, default=HERE.parent / "var" / "bench.json")
    args = parser.parse_args(words)
    chosen = [args.only or args.name] if (args.only or args.name) else names()
    print(f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}")
    for name in chosen:
        print(f"\n== {name}")
        began = time.monotonic()
        keep(args.out, importlib.import_module(f"bench.{name}").run())
        print(f"   ({time.monotonic() - began:.0f} s)")
    print(f"\nfigures in {args.out}")
    return 0


def keep(path: Path, figures: dict[str, dict[str, Any]]) -> None:
    """Put these figures beside those of other measurements."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    known = json.loads(path.read_text("utf-8")) if path.exists() else {}
    path.write_text(json.dumps(known | figures, indent=1, ensure_ascii=False) + "\n", "utf-8")
