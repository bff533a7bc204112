"""The drawing, the contracts and the code are one."""

import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def _drawn() -> list[str]:
    text = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    block = re.search(r"<!-- tower -->\n```\n(.*?)```\n<!-- /tower -->", text, re.DOTALL)
    assert block, "docs/architecture.md has lost its drawing of the tower"
    return [line.strip() for line in block[1].splitlines()]


def _contracted() -> list[str]:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    tower = settings["tool"]["importlinter"]["contracts"][0]
    return [layer.replace("  ", " ") for layer in tower["layers"]]


def test_the_drawing_is_the_contract() -> None:
    assert _drawn() == _contracted()


def test_every_floor_without_brackets_has_a_package_and_no_other_package_is_there() -> None:
    floors = {name for line in _drawn() for name in re.findall(r"(?<!\()\b[a-z]+\b(?!\))", line)}
    packages = {path.parent.name for path in (ROOT / "src" / "tongxin").glob("*/__init__.py")}

    assert packages == floors


def test_a_planted_import_from_a_floor_above_is_caught(tmp_path: Path) -> None:
    shutil.copytree(
        ROOT / "src" / "tongxin", tmp_path / "tongxin", ignore=shutil.ignore_patterns("static", "data")
    )
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    with (tmp_path / "tongxin" / "core" / "clock.py").open("a", encoding="utf-8") as clock:
        clock.write("\nfrom tongxin.people import enums as planted  # noqa\n")

    run = subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-cache"],
        cwd=tmp_path,
        env={
            "PYTHONPATH": str(tmp_path),
            "PATH": "/usr/bin:/bin",
            "LANG": "C.UTF-8",
            "PYTHONIOENCODING": "utf-8",
        },
        capture_output=True,
        text=True,
        check=False,
    )

    assert run.returncode == 1, run.stdout + run.stderr
    assert "tongxin.core.clock -> tongxin.people.enums" in run.stdout
