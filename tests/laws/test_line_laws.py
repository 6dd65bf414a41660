"""The laws of the line, for every scorecard that is shipped: permission, sharing, missing inputs, declared orders."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tactful.appropriateness.line_features import level_of, weights
from tactful.appropriateness.scorecard import Scorecard, estimate, most_points
from tactful.model.flow import Flow
from tactful.model.vocabulary import KEYS
from tactful.service.line import shipped

CARDS = [shipped("opinion"), shipped("published")]
cards = pytest.mark.parametrize("card", CARDS, ids=lambda card: card.name)


def flows() -> st.SearchStrategy[Flow]:
    keys = sorted({factor.key for card in CARDS for factor in card.factors} | {"permission.state"})
    values = {key: _values(key) for key in keys}
    return st.fixed_dictionaries({}, optional=values | {"relationship.trust": st.floats(0, 1)})


def _values(key: str) -> st.SearchStrategy[object]:
    if KEYS[key].kind == "bool":
        return st.booleans()
    return st.integers(0, 9) if KEYS[key].kind == "number" else st.sampled_from(KEYS[key].names)


def both(card: Scorecard, flow: Flow) -> tuple[float, float]:
    found = estimate(card, flow)
    return found.discomfort, found.discomfort_at_most


@cards
@given(flow=flows())
def test_giving_permission_never_raises_discomfort(card: Scorecard, flow: Flow) -> None:
    given_plainly: Flow = {**flow, "permission.state": "given", "permission.asked": "plainly"}
    assert all(now <= was for now, was in zip(both(card, given_plainly), both(card, flow), strict=True))


@cards
@given(flow=flows())
def test_sharing_onward_never_lowers_it(card: Scorecard, flow: Flow) -> None:
    """From any known circle, act and purpose: to another organisation, by sharing, by selling."""
    known: Flow = {"act": "select", "scenario.audience": "self", "scenario.purpose": "service", **flow}
    before = both(card, known)
    wider = "public" if known["scenario.audience"] == "public" else "third_party"
    for change in ({"act": "share"}, {"scenario.audience": wider}, {"scenario.purpose": "sell"}):
        after = both(card, {**known, **change})
        assert all(now >= was - 1e-12 for now, was in zip(after, before, strict=True)), change


@cards
@given(flow=flows(), data=st.data())
def test_not_knowing_never_lowers_what_rules_see(card: Scorecard, flow: Flow, data: st.DataObject) -> None:
    gone = data.draw(st.sets(st.sampled_from(sorted(flow)))) if flow else set()
    less = {key: value for key, value in flow.items() if key not in gone}
    assert estimate(card, less).discomfort_at_most >= estimate(card, flow).discomfort_at_most
    assert estimate(card, less).excess >= estimate(card, flow).excess


@cards
@given(flow=flows())
def test_what_is_measured_is_never_above_what_rules_see(card: Scorecard, flow: Flow) -> None:
    usual, most = both(card, flow)
    assert 0 <= usual <= most + 1e-12 <= 1 + 1e-12


@cards
@given(flow=flows())
def test_points_never_fall_along_a_declared_order(card: Scorecard, flow: Flow) -> None:
    for factor in card.factors:
        for chain in factor.monotone:
            values = [number_or_word(factor.key, level) for level in chain]
            found = [both(card, {**flow, factor.key: value}) for value in values]
            for less, more in pairwise(found):
                assert less[0] <= more[0] + 1e-12
                assert less[1] <= more[1] + 1e-12


def number_or_word(key: str, level: str) -> object:
    kind = KEYS[key].kind
    return float(level) if kind == "number" else level == "true" if kind == "bool" else level


@cards
@given(flow=flows())
def test_the_mixture_of_levels_adds_up_to_the_same(card: Scorecard, flow: Flow) -> None:
    points = {(each.key, level): value for each in card.factors for level, value in each.levels.items()}
    total = card.start + sum(points[level] * weight for level, weight in weights(card, flow).items())
    assert estimate(card, flow).discomfort == pytest.approx(min(max(total / card.scale, 0), 1))


@cards
def test_every_value_has_a_level_of_its_own_kind(card: Scorecard) -> None:
    """No category and no word falls through to nothing: what is not listed would be minded by nobody."""
    for factor in card.factors:
        for value in factor.points:
            assert level_of(factor, value) is not None, (factor.key, value)


@cards
def test_the_plainest_flow_is_far_from_the_line_and_the_worst_beyond_it(card: Scorecard) -> None:
    assert most_points(card.factors, {}) / card.scale > 1
    assert card.start / card.scale < card.base
