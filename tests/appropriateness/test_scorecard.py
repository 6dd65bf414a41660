"""The scorecard: two figures, the leeway, and what is wrong in a file."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.decide.shop import SCORECARD, packaged, scorecard

from tactful.appropriateness.scorecard import (
    Scorecard,
    estimate,
    excess,
    leeway,
    load_scorecard,
    most_points,
    points_of,
    with_excess,
)
from tactful.model.flow import Flow
from tactful.model.problems import Problems
from tactful.model.vocabulary import KEYS

KNOWN: Flow = {
    "act": "mention",
    "fact.provenance": "observed",
    "fact.sensitivity": "personal",
    "scenario.fit": "expected",
    "scenario.initiator": "retailer",
    "scenario.audience": "self",
    "scenario.benefit": "saving",
    "relationship.trust": 0.5,
}


def test_both_figures_by_hand() -> None:
    found = estimate(scorecard(), KNOWN)
    assert found.discomfort == found.discomfort_at_most == 5 / 24
    assert found.excess == found.hopeful == pytest.approx(5 / 24 - (0.25 + 0.15 * 0.5))
    assert found.assumed == ()


def test_a_missing_input_counts_at_its_average_and_at_its_worst() -> None:
    flow = {key: value for key, value in KNOWN.items() if key not in ("fact.sensitivity", "relationship.trust")}
    found = estimate(scorecard(), flow)
    assert found.discomfort == pytest.approx((4 + 9 / 4) / 24)
    assert found.discomfort_at_most == 9 / 24
    assert found.excess == pytest.approx(9 / 24 - 0.25)
    assert found.hopeful == pytest.approx(4 / 24 - 0.40)
    assert found.assumed == ("fact.sensitivity", "relationship.trust")


def flows() -> st.SearchStrategy[Flow]:
    keys = {factor.key: KEYS[factor.key].names for factor in scorecard().factors}
    known = {key: st.sampled_from(names) for key, names in keys.items()}
    return st.fixed_dictionaries({}, optional=known | {"relationship.trust": st.floats(0, 1)})


@given(flows(), st.data())
def test_not_knowing_never_lowers_what_rules_use(flow: Flow, data: st.DataObject) -> None:
    gone = data.draw(st.sets(st.sampled_from(sorted(flow)))) if flow else set()
    less = {key: value for key, value in flow.items() if key not in gone}
    assert excess(scorecard(), less) >= excess(scorecard(), flow)
    was, now = estimate(scorecard(), flow), estimate(scorecard(), less)
    assert now.hopeful <= was.hopeful
    assert was.excess == excess(scorecard(), flow)
    assert was.hopeful <= was.excess
    assert was.discomfort <= was.discomfort_at_most


@given(flows())
def test_points_of_parts_are_the_points_of_the_whole(flow: Flow) -> None:
    card = scorecard()
    assert most_points(card.factors[:3], flow) + most_points(card.factors[3:], flow) == most_points(card.factors, flow)


def test_trust_that_is_not_known_is_none_at_all() -> None:
    assert leeway(scorecard(), None) == leeway(scorecard(), 0.0) == 0.25


def card(points: str, key: str) -> Scorecard:
    head = "scorecard: t\nversion: 1\nevidence: opinion\nscale: 10\nleeway: {base: 0, per_trust: 0}\nfactors:\n"
    return load_scorecard(f"{head}  - {{key: {key}, why: x, points: {points}}}\n", "t.yaml")


def test_a_category_takes_the_points_of_the_longest_listed_one() -> None:
    factor = card("{health: 4, health.medication: 6, location.trace: 5}", "fact.category").factors[0]
    assert points_of(factor, "health.condition") == 4
    assert points_of(factor, "health.medication") == 6
    assert points_of(factor, "health") == 6, "a coarse one may turn out to be the worst"
    assert points_of(factor, "location") == 5
    assert points_of(factor, "purchase.item") == 0


def test_a_number_takes_the_level_that_it_has_reached() -> None:
    factor = card("{0: 0, 30: 1, 365: 3}", "fact.age_days").factors[0]
    assert [points_of(factor, days) for days in (0, 29, 30, 364, 365, 9999)] == [0, 0, 1, 1, 3, 3]
    assert factor.worst == 3


def test_a_yes_or_no() -> None:
    factor = card("{true: 0, false: 2}", "fact.known_to_her").factors[0]
    assert (points_of(factor, True), points_of(factor, False), factor.worst) == (0, 2, 2)


def test_a_level_of_a_number_is_a_number() -> None:
    with pytest.raises(Problems, match="`old` is not a number"):
        card("{0: 0, old: 1}", "fact.age_days")


@pytest.mark.parametrize(
    ("key", "points", "odd"),
    [
        ("fact.age_days", "{0: 0, 30: 7}", (float("nan"), -1, True, "40", [])),
        ("fact.known_to_her", "{true: 0, false: 7}", (1, "true", [])),
        ("fact.category", "{health: 7, purchase: 0}", ("nowhere", 3, ["health"])),
    ],
)
def test_what_a_key_may_not_have_is_as_if_it_were_missing(key: str, points: str, odd: tuple[Any, ...]) -> None:
    scored = card(points, key)
    for value in odd:
        assert points_of(scored.factors[0], value) is None
        assert most_points(scored.factors, {key: value}) == 7
        assert estimate(scored, {key: value}) == estimate(scored, {})
        assert key in estimate(scored, {key: value}).assumed


@pytest.mark.parametrize("trust", [float("nan"), -0.1, 1.1, True, "1", None, []])
def test_trust_that_is_none_gives_no_leeway(trust: Any) -> None:
    assert estimate(scorecard(), {"relationship.trust": trust}) == estimate(scorecard(), {})
    assert leeway(scorecard(), trust) == leeway(scorecard(), None)


@pytest.mark.parametrize("given", [None, 1.5, float("nan"), True])
def test_an_excess_that_is_none_is_worked_out(given: Any) -> None:
    assert with_excess(scorecard(), {"norm.excess": given}) == with_excess(scorecard(), {})
    assert with_excess(scorecard(), {"norm.excess": 0.9}) == {"norm.excess": 0.9}


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("key: act", "key: akt", "cannot be scored"),
        ("key: act", "key: relationship.trust", "cannot be scored"),
        ("{mention: 2", "{mentoin: 2", "Did you mean mention?"),
        ("mention: 2", "mention: two", "must be a number"),
        ("scale: 24", "scale: 0", "out of range"),
        ("base: 0.25", "base: 0.95", "more than everybody"),
        ("key: act", "key: scenario.fit", "scored twice"),
        ("{key: act, ", "{", "`key` is missing"),
        ("leeway: {base: 0.25, per_trust: 0.15}", "", "`leeway` is missing"),
        (", points: {mention: 2, share: 5, infer: 1, collect: 1}", "", "`points` is missing"),
        ("{mention: 2, share: 5, infer: 1, collect: 1}", "{}", "`act` has no points"),
    ],
)
def test_what_is_wrong_is_refused(old: str, new: str, words: str) -> None:
    with pytest.raises(Problems, match=words.replace("?", r"\?")):
        load_scorecard(SCORECARD.replace(old, new), "t.yaml")


def test_the_packaged_scorecard_loads() -> None:
    assert load_scorecard(packaged("policy", "packs/scorecards/opinion.yaml"), "opinion.yaml").factors
