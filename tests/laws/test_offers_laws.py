"""What the judge keeps from one decision to the next changes no answer, whatever came before and whatever is let go."""

from __future__ import annotations

from functools import cache
from unittest.mock import patch

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.decide.shop import ATTRIBUTES, EMAIL, EXPLICIT, NOON, candidate, case, fact, fit, judge, scorecard
from tests.laws.test_decide_laws import cases
from tests.policy.policies import judge_of

from tactful.appropriateness.assess import assess
from tactful.appropriateness.message import STANDINGS, use_stands
from tactful.appropriateness.offers import Offers
from tactful.decide import Case, decide, encode_decision
from tactful.model.records import DAY, Given
from tactful.policy.compile import compile_policy
from tactful.policy.judge import Judge


def with_new_judge(old: Case) -> Case:
    return msgspec.structs.replace(old, judge=compile_policy(old.judge.policy))


def judged_whole(old: Case) -> bytes:
    """The decision where every flow is judged whole, by itself, and nothing is kept of it."""
    with patch.object(Offers, "her", lambda self, person: None):
        return encode_decision(decide(old))


@given(cases())
def test_what_is_put_together_and_kept_is_what_every_flow_says_by_itself(old: Case) -> None:
    for detail in ("all", "chosen"):
        asked = msgspec.structs.replace(old, detail=detail)
        assert encode_decision(decide(asked)) == judged_whole(asked)


@cache
def judge_of_numbers() -> Judge:
    return judge_of(
        """
        policy: test/numbers
        version: 1
        licences:
          - {id: sure, when: 'fact.confidence >= 0.5'}
          - {id: speak, when: 'act == "reach"'}
        limits:
          - {id: old, tier: norm, at_most: soften, when: fact.age_days > 30}
          - {id: too-much, tier: norm, at_most: silent, when: norm.excess > 0.1 && fact.confidence < 0.9}
        """
    )


NUMBERS = st.one_of(st.floats(0, 1), st.sampled_from([0, 0.5, 0.9, 1, 1.5, -1, None]))


@given(st.lists(st.tuples(NUMBERS, st.integers(-1, 40)), min_size=1, max_size=6))
def test_numbers_that_stand_alike_are_kept_as_one_and_others_are_not(several: list[tuple[float | None, int]]) -> None:
    for confidence, days in several:
        item = fact("purchase.item", confidence=confidence, at=NOON - days * DAY)
        mail = candidate(selects=(), variants=(EXPLICIT,), facts={"purchase.item": item, EMAIL.name: EMAIL})
        asked = case(mail, judge=judge_of_numbers())
        assert encode_decision(decide(asked)) == judged_whole(asked)


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
