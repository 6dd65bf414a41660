"""The fit: least squares under inequalities, comparisons within a study only, and accuracy that counts studies once."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tactful.learning.accuracy import accuracy, interval, summary
from tactful.learning.constrained import Inequality, solve
from tactful.learning.judgements import (
    Judgement,
    beyond_noise,
    compared,
    preference,
    read_judgements,
    read_orderings,
)
from tactful.learning.line import STEP, Pair, Prior, Rating, fit_pairs, fit_ratings, pairs_of
from tactful.learning.panel import NoDesign, design
from tactful.model.problems import Problems

FLOW = '"flows": [{"act": "select"}]'


def judgement(name: str, study: str, **values: float) -> Judgement:
    return Judgement(name, study, "", "", ({"act": "select"},), values)


def test_without_inequalities_it_is_the_solution_of_the_equations() -> None:
    assert solve([[2.0, 1.0], [1.0, 3.0]], [3.0, 5.0], ()) == pytest.approx([0.8, 1.4])


def test_an_inequality_that_binds_is_met_at_the_least_cost() -> None:
    """The nearest point to (3, 1) with x1 >= x0 is (2, 2); one that does not bind changes nothing."""
    rises = Inequality({1: 1.0, 0: -1.0}, 0.0)
    assert solve([[1.0, 0.0], [0.0, 1.0]], [3.0, 1.0], [rises]) == pytest.approx([2.0, 2.0])
    assert solve([[1.0, 0.0], [0.0, 1.0]], [1.0, 3.0], [rises]) == pytest.approx([1.0, 3.0])


@given(st.lists(st.floats(-50, 50), min_size=2, max_size=6))
def test_a_chain_of_inequalities_holds_in_the_answer(aims: list[float]) -> None:
    size = len(aims)
    matrix = [[float(i == j) for j in range(size)] for i in range(size)]
    rises = [Inequality({at + 1: 1.0, at: -1.0}, 0.0) for at in range(size - 1)]
    found = solve(matrix, aims, rises)
    assert all(found[at] <= found[at + 1] + 1e-6 for at in range(size - 1))
    assert sum(found) == pytest.approx(sum(aims), abs=1e-4), "pooling keeps the mean"


def test_nothing_is_compared_across_studies() -> None:
    rows = [judgement("a", "one", creepy_pct=10), judgement("b", "other", creepy_pct=90)]
    assert compared(rows) == ()


def test_only_a_common_measure_is_compared_and_otherwise_a_listed_ordering() -> None:
    rows = [
        judgement("a", "one", creepy_pct=60),
        judgement("b", "one", acceptable_pct=60),
        judgement("c", "one", creepy_pct=20),
    ]
    found = {(each.more, each.less): each.by for each in compared(rows)}
    assert found == {("c", "a"): 40}
    listed = {(each.more, each.less) for each in compared(rows, [("b", "a")])}
    assert listed == {("c", "a"), ("b", "a")}


def test_a_small_difference_is_no_ordering() -> None:
    rows = [judgement("a", "one", score=10), judgement("b", "one", score=0), judgement("c", "one", score=-40)]
    assert set(beyond_noise(compared(rows))) == {("a", "c"), ("b", "c")}


def test_graded_differences_come_out_as_points() -> None:
    """Two levels, ten per cent apart in many scenarios: the points differ by about ten per cent."""
    pairs = [
        Pair({0: 1.0, 1: -1.0}, 200 * preference(10, STEP)),
        Pair({0: -1.0, 1: 1.0}, 200 * (1 - preference(10, STEP))),
    ]
    found = fit_pairs(pairs, Prior([0.0, 0.0], [100.0, 100.0]), ())
    assert found[1] - found[0] == pytest.approx(10, abs=0.2)


def test_few_judgements_leave_a_point_near_its_prior() -> None:
    found = fit_pairs([Pair({0: 1.0, 1: -1.0}, 0.1)], Prior([0.0, 5.0], [1.0, 1.0]), ())
    assert found == pytest.approx([0, 5], abs=0.05)


def test_a_study_weighs_by_its_scenarios_not_by_its_pairs() -> None:
    rows = [judgement(f"s{at}", "one", creepy_pct=at) for at in range(40)]
    pairs = pairs_of(compared(rows), {each.id: {at: 1.0} for at, each in enumerate(rows)})
    assert sum(each.weight for each in pairs) == pytest.approx(20)


def test_one_who_likes_everything_counts_like_one_who_likes_nothing() -> None:
    high = [Rating("a", {0: 1.0}, 90), Rating("a", {1: 1.0}, 50)]
    low = [Rating("a", {0: 1.0}, -50), Rating("a", {1: 1.0}, -90)]
    prior = Prior([0.0, 0.0], [50.0, 50.0])
    assert fit_ratings(high, prior, ()) == pytest.approx(fit_ratings(low, prior, ()))


def test_a_tie_is_half_and_each_study_counts_once() -> None:
    rows = [judgement(f"{study}{at}", study) for study in "xy" for at in range(5)]
    pairs = [(f"x{at}", f"x{at + 1}") for at in range(4)] + [("y0", f"y{at}") for at in range(1, 5)] * 9
    found = accuracy(rows, pairs, lambda each: 0.0 if each.study == "x" else float(each.id[1]))
    assert found.studies == {"x": 0.5, "y": 1.0}
    assert found.mean == 0.75
    assert found.pairs == {"x": 4, "y": 36}
    assert (found.low, found.high) == (0.5, 1.0)


def test_studies_with_few_orderings_are_shown_and_not_averaged() -> None:
    found = summary({"x": 0.5, "y": 1.0}, {"x": 3, "y": 4})
    assert (found.mean, found.low, found.high) == (1.0, 1.0, 1.0)


def test_the_interval_is_the_same_each_time() -> None:
    assert interval([0.2, 0.8, 1.0, 0.9]) == interval([0.2, 0.8, 1.0, 0.9])


def test_a_design_that_cannot_be_is_refused() -> None:
    with pytest.raises(NoDesign):
        list(design({"act": ("select", "mention")}, [{"act": "select"}], 1, 4, "1"))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("no", "is not a JSON object"),
        ('{"study": "s", "measure": "score", "value": 1, ' + FLOW + "}", "`id` is missing"),
        ('{"id": "a", "study": "s", "measure": "scor", "value": 1, ' + FLOW + "}", "Did you mean score?"),
        ('{"id": "a", "study": "s", "measure": "score", "value": 900, ' + FLOW + "}", "from -100 to 100"),
        ('{"id": "a", "study": "s", "measure": "creepy_pct", "value": -1, ' + FLOW + "}", "from 0 to 100"),
        ('{"id": "a", "study": "s", ' + FLOW + "}", "a value is missing"),
        ('{"id": "a", "study": "s", "score": 1}', "`flows` must be a list"),
        ('{"id": "a", "study": "s", "score": 1, "flows": [{"act": "selct"}]}', "Did you mean select?"),
    ],
)
def test_what_is_wrong_in_judgements_is_said(text: str, said: str) -> None:
    with pytest.raises(Problems) as caught:
        read_judgements(text, "j.jsonl")
    assert said in str(caught.value)


def test_an_ordering_across_studies_is_refused() -> None:
    rows = [judgement("a", "one", score=1), judgement("b", "other", score=2)]
    with pytest.raises(Problems, match="never compared"):
        read_orderings("study,more_acceptable,less_acceptable\none,a,b\n", "p.csv", rows)
    with pytest.raises(Problems, match="not among"):
        read_orderings("study,more_acceptable,less_acceptable\none,a,c\n", "p.csv", rows)
