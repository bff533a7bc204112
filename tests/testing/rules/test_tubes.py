"""The lane's rules give the verdicts of contracts/tube_cases.json, as the phone does."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tongxin.core.verdicts import Verdict
from tongxin.testing.rules import tubes
from tongxin.testing.rules.tubes import (
    OpenTubeFacts,
    PersonFacts,
    RoundFacts,
    SampledFacts,
    SwabFacts,
    TubeFacts,
)

CONTRACT = json.loads((Path(__file__).parents[3] / "contracts" / "tube_cases.json").read_text("utf-8"))


def laid_over_defaults(given: dict[str, Any]) -> dict[str, Any]:
    facts = CONTRACT["defaults"] | given
    for name, default in CONTRACT["defaults"].items():
        if isinstance(default, dict) and isinstance(given.get(name), dict):
            facts[name] = default | given[name]
    return facts


def a_tube(facts: dict[str, Any] | None) -> TubeFacts | None:
    if facts is None:
        return None
    swabs = tuple(SwabFacts(**swab | {"at": datetime.fromisoformat(swab["at"])}) for swab in facts["swabs"])
    return TubeFacts(**facts | {"swabs": swabs})


def a_round(facts: dict[str, Any] | None) -> RoundFacts | None:
    return None if facts is None else RoundFacts(**facts)


def open_(facts: dict[str, Any]) -> Verdict:
    others = [OpenTubeFacts(**other) for other in facts["open_tubes"]]
    return tubes.may_open(
        lane=facts["lane"], round_=a_round(facts["round"]), tube=a_tube(facts["tube"]), open_tubes=others
    )


def take(facts: dict[str, Any]) -> Verdict:
    return tubes.may_take(
        round_=a_round(facts["round"]),
        tube=a_tube(facts["tube"]),
        person=PersonFacts(**facts["person"]),
        sampled=SampledFacts(**facts["sampled"]) if facts["sampled"] else None,
    )


def reject(facts: dict[str, Any]) -> Verdict:
    return tubes.may_reject(tube=a_tube(facts["tube"]), position=facts["position"], reason=facts["reason"])


def close(facts: dict[str, Any]) -> Verdict:
    return tubes.may_close(tube=a_tube(facts["tube"]), spoken=facts["spoken"], reason=facts["reason"])


def stay_open(facts: dict[str, Any]) -> Verdict:
    tube = a_tube(facts["tube"])
    assert tube is not None
    return tubes.may_stay_open(tube=tube, at=datetime.fromisoformat(facts["at"]), minutes=facts["minutes"])


RULES: dict[str, Callable[[dict[str, Any]], Verdict]] = {
    "may_open": open_,
    "may_take": take,
    "may_reject": reject,
    "may_close": close,
    "may_stay_open": stay_open,
}


@pytest.mark.parametrize("case", CONTRACT["cases"], ids=lambda case: case["name"].replace(" ", "-"))
def test_lane_verdict_is_the_one_of_the_contract(case: dict[str, Any]) -> None:  # MT-06, MT-22, MT-24, MT-25
    facts = laid_over_defaults(case["given"])

    verdict = RULES[case["rule"]](facts)

    expected = (case.get("ok", False), case.get("code", ""), case.get("facts", {}))
    assert (verdict.ok, verdict.code, dict(verdict.facts)) == expected


def test_contract_has_cases_for_every_rule() -> None:
    assert {case["rule"] for case in CONTRACT["cases"]} == set(RULES)


@given(st.integers(1, 40), st.lists(st.one_of(st.none(), st.integers(1, 40)), max_size=120))
def test_tube_never_holds_more_than_its_size_nor_two_at_a_position(
    capacity: int, acts: list[int | None]
) -> None:
    round_ = RoundFacts("r", 1, "open")
    start = datetime(2026, 11, 22, 1, tzinfo=UTC)
    tube = TubeFacts("t", "l", "r", "pool10", capacity, "open")

    for number, act in enumerate(acts):
        swabs = tube.swabs
        if act is None:
            person = PersonFacts(f"p{number}", "", "", single=False)
            verdict = tubes.may_take(round_=round_, tube=tube, person=person, sampled=None)
            if verdict.ok:
                at = start + timedelta(minutes=number)
                swabs = (*swabs, SwabFacts(verdict.facts["position"], person.id, "", "", at))
        elif tubes.may_reject(tube=tube, position=act, reason="nausea").ok:
            swabs = tuple(swab for swab in swabs if swab.position != act)
        tube = TubeFacts("t", "l", "r", "pool10", capacity, "open", swabs)
        positions = sorted(swab.position for swab in tube.swabs)

        assert len(positions) <= capacity
        assert positions == sorted(set(positions))
        assert all(1 <= position <= capacity for position in positions)
