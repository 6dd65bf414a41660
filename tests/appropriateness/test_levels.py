"""What a factor declares of its levels is held against its points."""

from __future__ import annotations

import pytest

from tactful.appropriateness.scorecard import Scorecard, estimate, load_scorecard
from tactful.model.problems import Problems

HEAD = "scorecard: t\nversion: 1\nevidence: opinion\nscale: 10\nstart: 1\nleeway: {base: 0, per_trust: 0}\nfactors:\n"
POINTS = "{expected: 0, related: 1, foreign: 3}"


def card(more: str, points: str = POINTS) -> Scorecard:
    return load_scorecard(f"{HEAD}  - {{key: scenario.fit, why: x, points: {points}{more}}}\n", "t.yaml")


def test_what_is_declared_is_kept() -> None:
    more = ", monotone: [[expected, related, foreign]], average: {expected: 3, foreign: 1}, spread: 4"
    factor = card(f"{more}, evidence: [expected], opinion: [related, foreign]").factors[0]
    assert factor.monotone == (("expected", "related", "foreign"),)
    assert factor.mixture == {"expected": 0.75, "foreign": 0.25}
    assert (factor.evidence, factor.spread) == (("expected",), 4)
    assert (factor.worst, factor.average, factor.best) == (3, 0.75, 0)


def test_all_begin_at_the_start() -> None:
    assert estimate(card(""), {"scenario.fit": "expected"}).discomfort == 0.1
    assert estimate(card(", average: {foreign: 1}"), {}).discomfort == pytest.approx(0.4)


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (", monotone: [[foreign, expected]]", "`expected` has 0 points, fewer than `foreign` with 3"),
        (", monotone: [[expected, relatd]]", "`relatd` has no points here. Did you mean related?"),
        (", monotone: [expected, related]", "must be a list of lists"),
        (", average: {foriegn: 1}", "Did you mean foreign?"),
        (", average: {foreign: 0}", "at least one weight above 0"),
        (", average: {foreign: -1}", "out of range"),
        (", evidence: [expected], opinion: [expected, related, foreign]", "one only"),
        (", evidence: [expected]", "`related` must stand in one of"),
        (", spread: 0", "out of range"),
        (", evidence: expected", "`evidence` must be a list of levels"),
    ],
)
def test_what_breaks_its_word_is_refused(more: str, said: str) -> None:
    with pytest.raises(Problems) as caught:
        card(more)
    assert said in str(caught.value)


def test_a_coarse_category_counts_as_itself_where_it_is_measured_and_as_its_worst_where_it_is_judged() -> None:
    points = "{location: 2, location.trace: 5, purchase: 0}"
    text = f"{HEAD}  - {{key: fact.category, why: x, points: {points}, average: {{purchase: 1}}}}\n"
    found = estimate(load_scorecard(text, "t.yaml"), {"fact.category": "location"})
    assert (found.discomfort, found.discomfort_at_most) == (pytest.approx(0.3), 0.6)
