"""What must be said before somebody counts without a swab."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tongxin.testing.enums import Coverage
from tongxin.testing.rules.claims import CLAIMABLE, ClaimFacts, may_claim

C = Coverage
ON = date(2021, 8, 20)

CASES = [
    (C.ELSEWHERE, {}, "proof"),
    (C.ELSEWHERE, {"proof": "市医院 8月20日 报告 0817"}, ""),
    (C.ISOLATED, {}, "place"),
    (C.ISOLATED, {"place": "悦来酒店"}, ""),
    (C.AWAY, {}, "place"),
    (C.AWAY, {"place": "长沙"}, "until_on"),
    (C.AWAY, {"place": "长沙", "until_on": date(2021, 8, 19)}, "until_on"),
    (C.AWAY, {"place": "长沙", "until_on": date(2021, 8, 20)}, ""),
    (C.EXEMPT, {}, "doctor"),
    (C.EXEMPT, {"note": "刚做手术，王医生"}, ""),
    (C.REFUSED, {}, "visits"),
    (C.REFUSED, {"note": "林志强 8月20日 9时、14时上门"}, ""),
    (C.REFUSED, {"visits": 1}, "visits"),
    (C.REFUSED, {"visits": 2}, ""),
    (C.REFUSED, {"tries": 3}, "visits"),
    (C.EXEMPT, {"visits": 2}, "doctor"),
    (C.UNREACHABLE, {}, "tries"),
    (C.UNREACHABLE, {"visits": 2}, ""),
    (C.UNREACHABLE, {"tries": 2}, "tries"),
    (C.UNREACHABLE, {"tries": 3}, ""),
    (C.UNREACHABLE, {"tries": 3, "tries_needed": 5}, "tries"),
    (C.UNREACHABLE, {"note": "上门三次无人"}, ""),
]


@pytest.mark.parametrize(("klass", "facts", "missing"), CASES)
def test_each_class_asks_for_its_evidence(
    klass: Coverage, facts: dict[str, object], missing: str
) -> None:  # MT-40, MT-45
    verdict = may_claim(replace(ClaimFacts(klass=klass, on=ON), **facts))  # type: ignore[arg-type]

    assert (verdict.ok, verdict.facts.get("what", "")) == (missing == "", missing)


@pytest.mark.parametrize("klass", [C.HERE, C.MOBILE, C.UNKNOWN, "vip"])
def test_what_only_swabs_can_say_is_never_claimed(klass: str) -> None:  # MT-40
    assert (
        may_claim(ClaimFacts(klass=klass, on=ON, note="领导同意", proof="口头", place="家")).code
        == "claim_class"
    )


@given(klass=st.sampled_from(CLAIMABLE), blank=st.text(alphabet=" \t\n", max_size=5))
def test_no_class_is_free_of_evidence(klass: Coverage, blank: str) -> None:  # MT-40
    facts = ClaimFacts(klass=klass, on=ON, place=blank, proof=blank, note=blank)

    assert may_claim(facts).code == "claim_needs"
