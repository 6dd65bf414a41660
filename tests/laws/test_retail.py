"""The shipped retail pack: every law at every case, exhaustively over what each case knows."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.laws.judged import assessed, card, flows_of_cases, retail, with_excess

from tactful.model.flow import Flow
from tactful.model.vocabulary import KEYS
from tactful.policy.compile import compile_policy
from tactful.policy.rules import Case
from tactful.testing import (
    LAWS,
    SANE_LAWS,
    Law,
    MakeEngine,
    Reading,
    agrees_with_the_reference,
    check_engine,
    each_made_once,
    every_single_removal,
    near,
)
from tactful.testing.laws_of_tiers import reads_audience_one_way, trust_only_widens_norms
from tactful.testing.reference import message_standing
from tactful.testing.strategies import words_of

CASES = [case for case in retail().cases if case.expect]
EVERY_LAW = (*LAWS, *SANE_LAWS)
COMPILED = each_made_once(compile_policy)
BEHIND_THE_SCORECARD = each_made_once(assessed(COMPILED))


def test_there_are_cases() -> None:
    assert len(CASES) > 100
    assert sum(len(list(every_single_removal(flow))) for flow in flows_of_cases()) > 5000


@pytest.mark.parametrize("law", EVERY_LAW, ids=lambda law: law.__name__)
def test_every_law_at_every_case(law: Law) -> None:
    """Each law that speaks of knowing less looks at every single removal by itself."""
    for flow in flows_of_cases():
        law(engine_for(law), retail(), with_excess(card(), flow) if law is trust_only_widens_norms else flow)


def engine_for(law: Law) -> MakeEngine:
    """The judge behind the scorecard; without it for the law that takes the excess away, which it would fill in."""
    return COMPILED if law is trust_only_widens_norms else BEHIND_THE_SCORECARD


def test_trust_never_narrows_behind_the_scorecard() -> None:
    engine = BEHIND_THE_SCORECARD(retail())
    for flow in flows_of_cases():
        points = [engine.point({**flow, "relationship.trust": tenth / 10}) for tenth in range(11)]
        assert all(less <= more for less, more in pairwise(points)), flow


def test_the_compiled_judge_agrees_at_every_case() -> None:
    for flow in flows_of_cases():
        agrees_with_the_reference(COMPILED, retail(), with_excess(card(), flow))


def test_the_compiled_judge_agrees_at_every_single_removal() -> None:
    compiled, reference = BEHIND_THE_SCORECARD(retail()), assessed(Reading)(retail())
    for flow in flows_of_cases():
        for _, less in every_single_removal(flow):
            assert compiled.point(less) == reference.point(less), less


@given(st.data())
def test_the_compiled_judge_agrees_near_the_cases(data: st.DataObject) -> None:
    flow = data.draw(st.sampled_from(list(flows_of_cases())).flatmap(_near))
    agrees_with_the_reference(COMPILED, retail(), with_excess(card(), flow))


def _near(flow: Flow) -> st.SearchStrategy[Flow]:
    """Not the excess, which is worked out: without it, it is not unknown."""
    return near(flow, tuple(key for key in words_of(retail()) if key != "norm.excess"), changes=8)


@pytest.mark.parametrize("law", EVERY_LAW, ids=lambda law: law.__name__)
@given(data=st.data())
def test_every_law_near_the_cases(law: Law, data: st.DataObject) -> None:
    flow = data.draw(st.sampled_from(list(flows_of_cases())).flatmap(_near))
    law(engine_for(law), retail(), flow)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_the_reference_judges_every_case_as_expected(case: Case) -> None:
    if case.variants:
        engine = assessed(Reading)(retail())
        judged = message_standing(engine, case.given, case.uses, case.variants)
        name = {"now": "say"}.get(judged.standing, judged.standing)
        found = {"verdict": name, "variant": judged.variant, "until": judged.until, "ask": judged.ask}
        assert {key: _plain(found[key]) for key in case.expect} == {k: _plain(v) for k, v in case.expect.items()}
        return
    verdict = assessed(Reading)(retail()).verdict(case.given)
    assert verdict.name == case.expect["verdict"]
    assert set(case.expect.get("because", ())) <= set(verdict.because)
    assert set(case.expect.get("obligations", ())) <= set(verdict.obligations)
    assert set(case.expect.get("until", verdict.until)) == set(verdict.until)


def _plain(value: object) -> object:
    return sorted(value) if isinstance(value, list | tuple) else value


def test_the_kit_passes_near_the_cases() -> None:
    check_engine(compile_policy, examples=30, policy=retail())


def test_the_pack_reads_the_audience_one_way() -> None:
    assert reads_audience_one_way(retail())


@pytest.mark.parametrize("name", ["fact.provenance", "permission.state", "customer.jurisdiction", "scenario.fit"])
def test_what_is_not_known_is_no_freer_than_any_value(name: str) -> None:
    """Not only than the value that a case has: than every value the key could have."""
    engine = assessed(COMPILED)(retail())
    for flow in flows_of_cases():
        unknown = engine.point({key: value for key, value in flow.items() if key != name})
        for value in KEYS[name].names:
            assert unknown <= engine.point({**flow, name: value}), (name, value, flow)
