"""What the fit of a scorecard sees of a flow: the level of each factor, or the mixture that its absence stands for."""

from __future__ import annotations

from tests.decide.shop import fit

from tactful.appropriateness.line_features import level_of, levels_of, weights, with_fit
from tactful.appropriateness.scorecard import Scorecard, load_scorecard
from tactful.model.flow import Flow

CARD = """
scorecard: t
version: 1
evidence: opinion
scale: 10
leeway: {base: 0, per_trust: 0}
factors:
  - {key: fact.age_days, why: x, points: {30: 1, 365: 3}}
  - {key: fact.category, why: x, points: {health: 4, health.medication: 6}, average: {health: 1}}
  - {key: fact.known_to_her, why: x, points: {true: 0, false: 2}}
"""


def card() -> Scorecard:
    return load_scorecard(CARD, "t.yaml")


def test_the_level_of_a_value() -> None:
    age, category, known = card().factors
    assert [level_of(age, days) for days in (29, 30, 364, 9999)] == [None, "30", "30", "365"]
    assert level_of(age, "old") is None
    assert [level_of(category, each) for each in ("health", "health.medication", "healthy", "purchase")] == [
        "health", "health.medication", None, None,
    ]  # fmt: skip
    assert level_of(known, False) == "false"


def test_a_flow_is_a_mixture_of_levels() -> None:
    assert weights(card(), {"fact.age_days": 3, "fact.category": "health", "fact.known_to_her": True}) == {
        ("fact.category", "health"): 1.0,
        ("fact.known_to_her", "true"): 1.0,
    }
    assert weights(card(), {}) == {
        ("fact.age_days", "30"): 0.5,
        ("fact.age_days", "365"): 0.5,
        ("fact.category", "health"): 1.0,
        ("fact.known_to_her", "true"): 0.5,
        ("fact.known_to_her", "false"): 0.5,
    }
    assert levels_of(card())[:2] == (("fact.age_days", "30"), ("fact.age_days", "365"))


def test_how_ordinary_a_thing_is_comes_from_the_table_where_the_place_is_known() -> None:
    place: Flow = {"fact.category": "purchase.item", "scenario.sector": "retail", "scenario.purpose": "recommend"}
    assert with_fit(fit(), place)["scenario.fit"] == "expected"
    assert with_fit(fit(), {**place, "scenario.fit": "foreign"})["scenario.fit"] == "foreign"
    for key in place:
        less = {name: value for name, value in place.items() if name != key}
        assert with_fit(fit(), less) == less
