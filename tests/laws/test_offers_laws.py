"""What the judge keeps from one decision to the next changes no answer, whatever came before and whatever is let go."""

from __future__ import annotations

from unittest.mock import patch

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.decide.shop import ATTRIBUTES, candidate, case, fit, judge, scorecard
from tests.laws.test_decide_laws import cases

from tactful.appropriateness.assess import assess
from tactful.appropriateness.message import STANDINGS, use_stands
from tactful.appropriateness.offers import Offers
from tactful.decide import Case, decide, encode_decision
from tactful.model.records import Given
from tactful.policy.compile import compile_policy


def with_new_judge(old: Case) -> Case:
    return msgspec.structs.replace(old, judge=compile_policy(old.judge.policy))


@given(cases())
@settings(max_examples=20)
def test_a_judge_that_judged_nothing_before_decides_alike(old: Case) -> None:
    assert encode_decision(decide(with_new_judge(old))) == encode_decision(decide(old))


@given(st.lists(cases(), min_size=2, max_size=4))
@settings(max_examples=20)
def test_nothing_changes_when_what_is_kept_is_let_go(several: list[Case]) -> None:
    forgetful = compile_policy(judge().policy)
    with patch("tactful.appropriateness.offers._MOST_KEPT", 2):
        for each in several * 2:
            again = msgspec.structs.replace(each, judge=forgetful)
            assert encode_decision(decide(again)) == encode_decision(decide(each))


@given(st.lists(st.floats(0, 1), min_size=2, max_size=20))
@settings(max_examples=20)
def test_whoever_earned_nearly_the_same_is_still_judged_by_what_she_earned(trusts: list[float]) -> None:
    fresh = compile_policy(judge().policy)
    for trust in (*trusts, *reversed(trusts)):
        attributes = ATTRIBUTES | {"relationship.trust": Given(trust, "test")}
        hers = case(candidate(), attributes=attributes, judge=fresh)
        for item in decide(hers).outcomes[0].judged:
            assert item.verdict == assess(judge(), scorecard(), item.flow)
            if item.form:
                stood = use_stands(judge(), scorecard(), item.flow, item.form)
                assert item.standing == STANDINGS[stood.standing]


def test_the_same_judge_keeps_one_for_each_scorecard_and_table() -> None:
    one = judge().beside((scorecard(), fit()), lambda: Offers(judge(), scorecard(), fit()))
    assert judge().beside((scorecard(), fit()), lambda: Offers(judge(), scorecard(), fit())) is one
    other = msgspec.structs.replace(scorecard(), version=2)
    assert judge().beside((other, fit()), lambda: Offers(judge(), other, fit())) is not one
