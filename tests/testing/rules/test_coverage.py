"""Who is covered, as a rule on plain values."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tongxin.testing.enums import Coverage
from tongxin.testing.rules.coverage import ClaimedFacts, Classified, SampleFacts, classify

CASES = json.loads(Path("contracts/coverage_cases.json").read_text("utf-8"))["cases"]


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_the_rule_answers_as_the_contract_says(case: dict) -> None:  # MT-40
    samples = [
        SampleFacts(
            each["id"],
            f"{each['at']:04}",
            each.get("lane", "fixed"),
            each.get("tube", "open"),
            each.get("result", ""),
            each.get("rejected", False),
        )
        for each in case["samples"]
    ]
    claims = [
        ClaimedFacts(each["id"], f"{each['at']:04}", each["klass"], each.get("withdrawn", False))
        for each in case["claims"]
    ]

    assert classify(samples, claims) == Classified(Coverage(case["klass"]), case["evidence"])


samples = st.builds(
    SampleFacts,
    id=st.sampled_from("abcdef"),
    at=st.sampled_from(["1", "2", "3"]),
    lane_kind=st.sampled_from(["fixed", "priority", "mobile"]),
    tube_state=st.sampled_from(["open", "closed", "resulted", "voided", "rejected"]),
    tube_result=st.sampled_from(["", "neg", "pos", "invalid"]),
    is_rejected=st.booleans(),
)
claims = st.builds(
    ClaimedFacts,
    id=st.sampled_from("klmn"),
    at=st.sampled_from(["1", "2", "3"]),
    klass=st.sampled_from(list(Coverage.values)),
    is_withdrawn=st.booleans(),
)


@given(
    st.lists(samples, max_size=6, unique_by=lambda each: each.id),
    st.lists(claims, max_size=4, unique_by=lambda each: each.id),
    st.randoms(),
)
def test_the_class_does_not_depend_on_the_order_of_the_rows(taken, said, random) -> None:  # MT-26
    expected = classify(taken, said)

    random.shuffle(taken)
    random.shuffle(said)

    assert classify(taken, said) == expected


@given(st.lists(samples, max_size=6), st.lists(claims, max_size=4))
def test_a_person_is_covered_by_a_swab_exactly_when_one_counts(taken, said) -> None:  # MT-42
    swabbed = classify(taken, said).klass in {Coverage.HERE, Coverage.MOBILE}

    assert swabbed == any(sample.is_valid for sample in taken)
