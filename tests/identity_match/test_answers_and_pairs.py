"""Reading back a review queue, what contradicts itself, and precision and recall over pairs."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tactful.learning.pairs import PairAccuracy, by_clusters, by_pairs
from tactful.model.problems import Problems
from tactful.profile.same_answers import Answer, read_answers, settle

HEAD = "same?,id_1,id_2,weight\n"


def test_yes_no_and_open() -> None:
    read = read_answers(HEAD + "yes,a,b,1.0\nNo,a,c,0.5\n,b,c,0.1\n", "r.csv", {"a", "b", "c"})
    assert read.answers == (Answer(2, "a", "b", True), Answer(3, "a", "c", False))
    assert read.open == 1
    assert settle(read.answers, "r.csv").same == (("a", "b"),)
    assert settle(read.answers, "r.csv").different == (("a", "c"),)


def test_what_is_no_answer_is_said_with_its_line_all_at_once() -> None:
    with pytest.raises(Problems) as said:
        read_answers(HEAD + "yess,a,b,1\nno,a,zz,1\n", "r.csv", {"a", "b"})
    assert (
        str(said.value)
        == "r.csv:2: `yess` is no answer: write yes or no. Did you mean yes?\nr.csv:3: zz is not in the list."
    )
    with pytest.raises(Problems, match=r"r.csv:1: no column id_1, id_2, same\?: is this the review queue\?"):
        read_answers("a,b\n1,2\n", "r.csv")


def test_a_no_that_several_yes_contradict_joins_nothing() -> None:
    said = [Answer(2, "a", "b", True), Answer(3, "b", "c", True), Answer(4, "a", "c", False), Answer(5, "x", "y", True)]
    settled = settle(said, "r.csv")
    assert settled.same == (("x", "y"),)
    assert settled.different == (("a", "c"),)
    assert settled.conflicts == (
        "r.csv:4: a and c are said to be different people here, and one person by lines 2, 3; "
        "none of these yes is used.",
    )


IDS = st.sampled_from("abcdef")


@given(st.lists(st.tuples(IDS, IDS, st.booleans()), max_size=12))
def test_what_is_settled_never_contradicts_itself(said: list[tuple[str, str, bool]]) -> None:
    settled = settle([Answer(n, *each) for n, each in enumerate(said, 2)], "r.csv")
    groups = [set(group) for group in settled.same]
    assert not any({a, b} <= group for a, b in settled.different for group in groups)
    assert sum(map(len, groups)) == len(set().union(*groups))
    for a, b, same in said:
        if not same and a != b:
            assert (min(a, b), max(a, b)) in settled.different


def test_precision_and_recall_count_pairs() -> None:
    truth = {"a": "1", "b": "1", "c": "1", "d": "2"}
    found = by_clusters({"a": "x", "b": "x", "c": "y", "d": "y"}, truth)
    assert found == PairAccuracy(together=2, really=3, both=1)
    assert (found.precision, found.recall) == (0.5, 1 / 3)
    assert by_clusters({}, truth).precision is None
    pairs = [("a", "b", True), ("b", "a", True), ("c", "d", False), ("a", "d", True)]
    assert by_pairs({"a": "x", "b": "x", "c": "y", "d": "y"}, pairs) == PairAccuracy(2, 2, 1)


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), min_size=1, max_size=10))
def test_both_ways_of_counting_agree(given: list[tuple[int, int]]) -> None:
    ours = {str(n): str(mine) for n, (mine, _) in enumerate(given)}
    truth = {str(n): str(real) for n, (_, real) in enumerate(given)}
    every = [(a, b, truth[a] == truth[b]) for a in truth for b in truth if a < b]
    assert by_clusters(ours, truth) == by_pairs(ours, every)
