"""However a flow is cut, its pieces judged apart and put together say what the whole flow says."""

from __future__ import annotations

from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.laws.judged import flows_of_cases, retail

from tactful.model.flow import Flow
from tactful.model.verdict import FORMS
from tactful.model.vocabulary import KEYS
from tactful.policy.compile import compile_policy
from tactful.policy.judge import FAILED, FREE, Judge
from tactful.policy.rules import AnyOf, Const, Policy, Rule
from tactful.policy.source import Split
from tactful.testing import flows_for, near, policies, policy_of

NAMES = tuple(KEYS)
CASES = tuple(flows_of_cases())


@st.composite
def splits(draw: st.DrawFn) -> Split:
    """Every key in one of up to five pieces; joints that grow, the last of them over everything."""
    count = draw(st.integers(1, 5))
    places = draw(st.lists(st.integers(0, count - 1), min_size=len(NAMES), max_size=len(NAMES)))
    pieces = tuple(
        tuple(name for name, at in zip(NAMES, places, strict=True) if at == number) for number in range(count)
    )
    joints = draw(st.lists(st.integers(2, count), unique=True, max_size=2).map(sorted)) if count > 2 else []
    return Split(pieces, tuple(tuple(range(size)) for size in (*joints, count)))


def put_together(judge: Judge, split: Split, flow: Flow) -> int:
    """What the pieces say together."""
    pieces, joints = judge.pieces(split)
    values = [tuple(flow.get(key) for key in keys) for keys in split.pieces]
    held = -1
    for piece, given_values in zip(pieces, values, strict=True):
        held &= piece(given_values)
    for joint, numbers in zip(joints, split.joints, strict=True):
        held = joint(held, *(values[number] for number in numbers))
    return held


@cache
def retail_judge() -> Judge:
    return compile_policy(retail())


@given(st.data(), splits())
def test_pieces_put_together_are_the_whole(data: st.DataObject, split: Split) -> None:
    policy = data.draw(policies())
    judge = compile_policy(policy)
    for _ in range(5):
        flow = data.draw(flows_for(policy))
        assert put_together(judge, split, flow) == judge.held(flow)


@given(st.data(), splits())
def test_pieces_of_the_shipped_pack_are_the_whole(data: st.DataObject, split: Split) -> None:
    flow = data.draw(st.sampled_from(CASES).flatmap(near))
    assert put_together(retail_judge(), split, flow) == retail_judge().held(flow)


@given(st.data(), splits())
def test_a_piece_with_a_word_out_of_the_vocabulary_raises_or_says_the_same(data: st.DataObject, split: Split) -> None:
    flow = data.draw(st.sampled_from(CASES))
    odd: Flow = {**flow, data.draw(st.sampled_from(sorted(flow))): data.draw(st.sampled_from(("no such word", -3)))}
    try:
        found = put_together(retail_judge(), split, odd)
    except FAILED:
        return
    assert found == retail_judge().held(odd)


@given(st.sampled_from(CASES))
def test_what_follows_from_the_rules_that_hold_is_what_follows_from_the_flow(flow: Flow) -> None:
    judge = retail_judge()
    held = judge.held(flow)
    for form in FORMS:
        standing = judge.standing_where(held, form)
        assert standing[:2] == judge.standing(flow, form)
        assert standing.because == judge.explain_standing(flow, form)


def test_a_rule_that_reads_nothing_counts_in_pieces_too() -> None:
    never = Rule("licence", "never", AnyOf((Const(False), Const(False))), "false || false", point=FREE)
    judge = compile_policy(policy_of([never]))
    assert put_together(judge, Split((NAMES[:3], NAMES[3:]), ((0, 1),)), {}) == judge.held({})


def test_a_cut_that_leaves_something_out_is_refused() -> None:
    judge, some = retail_judge(), tuple(name for name in NAMES if name != "fact.category")
    with pytest.raises(ValueError, match="in no piece"):
        judge.pieces(Split((some,), ()))
    with pytest.raises(ValueError, match="no joint"):
        judge.pieces(Split((some, ("fact.category",)), ()))


def test_the_laws_look_at_tests_that_join_pieces() -> None:
    """Some rule of the shipped pack reads several pieces of the widest cut; if none did, joints would be untested."""
    apart = Split(tuple((name,) for name in NAMES), (tuple(range(len(NAMES))),))
    policy: Policy = retail()
    judge = compile_policy(policy)
    _, (joint,) = judge.pieces(apart)
    everything = (1 << 2 * len(policy.rules)) - 1
    assert joint(everything, *((CASES[0].get(name),) for name in NAMES)) != everything
