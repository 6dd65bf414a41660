"""Every law on random policies and flows, for the reference and for the compiled judge; and that the two agree."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.laws.judged import ENGINES

from tactful.model.vocabulary import KEYS, TRUSTED_KEYS
from tactful.policy.compile import compile_policy
from tactful.policy.language import parse_condition
from tactful.policy.rules import Policy
from tactful.testing import (
    LAWS,
    MESSAGE_LAWS,
    Law,
    MessageLaw,
    Reading,
    agrees_with_the_reference,
    check_engine,
    conditions,
    each_made_once,
    flows,
    flows_for,
    messages,
    policies,
    policies_and_flows,
    policy_of,
    put_together,
    weaker,
    written,
)
from tactful.testing.laws_of_tiers import a_wider_audience_never_loosens, reads_audience_one_way


def name_of(law: object) -> str:
    return getattr(law, "__name__", str(law))


@pytest.mark.parametrize("law", LAWS, ids=name_of)
@given(judged=policies_and_flows())
def test_law(law: Law, judged: tuple[Policy, dict]) -> None:
    for make in ENGINES.values():
        law(each_made_once(make), *judged)


@given(policies_and_flows())
def test_the_compiled_judge_says_what_the_reference_says(judged: tuple[Policy, dict]) -> None:
    agrees_with_the_reference(each_made_once(compile_policy), *judged)


@given(st.data())
def test_knowing_several_things_less_never_frees(data: st.DataObject) -> None:
    policy, flow = data.draw(policies_and_flows())
    less = data.draw(weaker(flow))
    for make in ENGINES.values():
        engine = make(policy)
        assert engine.point(less) <= engine.point(flow)


@given(st.data())
def test_a_wider_audience_never_loosens(data: st.DataObject) -> None:
    keys = ("scenario.audience", "fact.known_among", "act", "norm.excess")
    policy = data.draw(policies(keys).filter(reads_audience_one_way))
    flow = data.draw(flows_for(policy))
    for make in ENGINES.values():
        a_wider_audience_never_loosens(make, policy, flow)


@pytest.mark.parametrize("law", MESSAGE_LAWS, ids=name_of)
@given(data=st.data())
def test_law_of_messages(law: MessageLaw, data: st.DataObject) -> None:
    policy = data.draw(policies())
    message = data.draw(messages(policy))
    for make in ENGINES.values():
        law(put_together(each_made_once(make)), policy, message)


PLAIN = tuple(name for name in KEYS if name not in TRUSTED_KEYS)


@given(st.data())
def test_what_is_written_is_read_as_it_was_meant(data: st.DataObject) -> None:
    """Through the language and back, and `!` around it turns true and false, and leaves not known as it is."""
    keys = data.draw(st.lists(st.sampled_from(PLAIN), min_size=1, max_size=5, unique=True))
    condition = data.draw(conditions(keys))
    text = written(condition)
    read, turned = parse_condition(text), parse_condition(f"!({text})")
    reading = Reading(policy_of([]))
    flow = data.draw(flows((*keys, "scenario.purpose")))
    meant = reading.truth(condition, flow)
    assert reading.truth(read, flow) == meant
    assert reading.truth(turned, flow) == (None if meant is None else not meant)
    assert parse_condition(written(read)) == read


@pytest.mark.parametrize("name", ENGINES)
def test_the_kit_passes(name: str) -> None:
    check_engine(ENGINES[name], examples=50)
