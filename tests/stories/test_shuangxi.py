"""Story A: the tenth round of Shuangxi is played through the real HTTP doors, and everybody is accounted for."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.story
def test_the_round_ends_with_every_person_accounted_for(tmp_path: Path) -> None:
    target = tmp_path / "figures.json"

    run = subprocess.run(
        [
            sys.executable,
            "-m",
            "tongxin.config.cli",
            "simulate",
            "shuangxi",
            "--fast",
            "--scratch",
            "--json",
            target,
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=900,
    )

    assert run.returncode == 0, run.stdout + run.stderr
    figures = json.loads(target.read_text("utf-8"))
    assert figures["broken"] == []
    assert sum(figures["classes"].values()) == figures["base_closing"]  # MT-40
    assert figures["classes"]["unknown"] == 0
    assert figures["covered"] == 2718  # A4: persons sampled in round 10
    assert (
        figures["base_closing"] == figures["base_opening"] + figures["base_added"] - figures["base_removed"]
    )  # MT-43
    assert [each["number"] for each in figures["rounds"]] == [6, 7, 8, 9, 10]
    assert {each["state"] for each in figures["rounds"][:-1]} == {"archived"}
    assert [each["base_closing"] for each in figures["rounds"]][:-1] == [
        each["base_opening"] for each in figures["rounds"]
    ][1:]
    assert figures["growth"] == {  # A4: +97 net, explained by who came and who left
        "covered_first": 2621, "covered_last": 2718, "net": 97, "added": 131, "removed": 34,
    }  # fmt: skip
    assert [round(lane["per_hour"] / 10) for lane in figures["lanes"] if lane["kind"] == "fixed"] == [
        16,
        16,
    ]  # C10
    clocks = figures["clocks"]
    assert clocks["laboratory"]["missed"] > 0, "the box of the hour without a network comes too late (MT-31)"
    assert clocks["laboratory"]["kept"] > 10 * clocks["laboratory"]["missed"]
    assert clocks["pool_resulted"] == {"kept": 10, "missed": 0}
    assert clocks["make_up"] == {"kept": 10, "missed": 0}
    kept = figures["ledgers"]  # A6: 46 + 38 + 20 + 5
    assert [kept[name] for name in ("five", "difficult", "isolated", "returned")] == [46, 38, 20, 5]
    assert (kept["entries"], kept["persons"], kept["with_end"]) == (109, 97, 5)
    assert figures["pool"] == {"members": 10, "held": 10, "held_after": 0}  # X4
    assert f"{figures['classes']['here']:,}" in run.stdout
