"""Numbers that nothing tells apart: the same to every rule and to every step of a scorecard."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.decide.shop import scorecard
from tests.policy.policies import judge_of

from tactful.appropriateness.bounds import Bounds, compared_with, is_bounded, turn
from tactful.appropriateness.scorecard import load_scorecard
from tactful.policy.rules import Policy

STEPS = """
scorecard: steps
version: 1
evidence: opinion
scale: 10
leeway: {base: 0.25, per_trust: 0.15}
factors:
  - {key: fact.age_days, why: it grows old, points: {0: 0, 365: 2}}
"""


def policy() -> Policy:
    return judge_of(
        """
        policy: test/numbers
        version: 1
        licences:
          - {id: all, when: 'fact.confidence >= 0.5'}
        limits:
          - {id: old, tier: norm, at_most: never, when: 'fact.age_days > 30 || norm.excess > 0.15'}
          - {id: pressed, tier: norm, at_most: hold, until: contact.window_open,
             when: 'contact.last_24h >= contact.last_7d'}
        """
    ).policy


def age() -> Bounds:
    return Bounds("fact.age_days", policy(), load_scorecard(STEPS, "steps.yaml"))


def test_the_numbers_of_rules_and_of_steps_part_the_others() -> None:
    places = [age().place(days) for days in (0, 1, 30, 31, 365, 366)]
    assert len(set(places)) == 6
    assert age().place(1) == age().place(29.5) == age().place(29)
    assert age().place(366) == age().place(10_000)


@pytest.mark.parametrize("odd", [None, True, "old", -1, 10**400, float("inf"), float("nan"), ("a",)])
def test_what_is_no_number_that_the_key_may_have_stays_what_it_is(odd: Any) -> None:
    assert age().place(odd) is odd


def test_a_number_that_is_compared_with_another_key_has_no_bounds() -> None:
    assert is_bounded("fact.age_days", policy())
    assert not is_bounded("contact.last_24h", policy())
    assert not is_bounded("contact.last_7d", policy())
    assert not is_bounded("fact.category", policy())
    assert compared_with("norm.excess", policy()) == (0.15,)
    assert compared_with("fact.distance", policy()) == ()


@given(st.floats(0, 1), st.floats(-1, 1), st.integers(1, 300))
def test_a_turn_is_where_the_excess_comes_to_the_limit_and_where_it_goes_beyond(
    leeway: float, limit: float, scale: int
) -> None:
    shares = [points / scale for points in range(scale + 1)]
    low, high = turn(shares, leeway, limit)
    excess = [share - leeway for share in shares]
    assert low == sum(each < limit for each in excess)
    assert high == sum(each <= limit for each in excess)


@pytest.mark.parametrize(("leeway", "limit"), [(0.03, 0.26), (0.03, 0.38), (0.01, 0.02), (0.02, 0.04)])
def test_a_turn_is_exact_where_the_sum_of_limit_and_leeway_is_rounded(leeway: float, limit: float) -> None:
    shares = [points / 100 for points in range(101)]
    low, high = turn(shares, leeway, limit)
    assert low == sum(share - leeway < limit for share in shares)
    assert high == sum(share - leeway <= limit for share in shares)


def test_the_card_of_the_tests_has_no_steps() -> None:
    assert Bounds("fact.age_days", policy(), scorecard()).place(400) == (1, 1)
