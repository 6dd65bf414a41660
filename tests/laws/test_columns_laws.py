"""The judge on columns says of every flow what the judges of one flow say."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.laws.agreement import agree
from tests.laws.judged import card, flows_of_cases, retail

from tactful.appropriateness.assess import assess
from tactful.appropriateness.assess_columns import assess_columns
from tactful.appropriateness.scorecard import load_scorecard
from tactful.model.flow import Flow
from tactful.model.verdict import NAMES, Verdict
from tactful.model.vocabulary import KEYS
from tactful.policy.columns.judge import compile_columns
from tactful.policy.columns.names import OnColumns
from tactful.policy.columns.schema import flows_frame
from tactful.policy.compile import compile_policy
from tactful.policy.rules import Policy, Rule
from tactful.testing import (
    Broken,
    Reading,
    batch_agrees,
    check_batch_engine,
    every_single_removal,
    flows,
    near,
    policies,
    policy_of,
)
from tactful.testing.strategies import flows_for, words_of


def on_columns(policy: Policy) -> OnColumns:
    return OnColumns(compile_columns(policy))


def flows_and_removals() -> list[Flow]:
    return [known for flow in flows_of_cases() for known in (flow, *(less for _, less in every_single_removal(flow)))]


def differing(some: list[Flow], found: list[Verdict], expected: list[Verdict]) -> list[tuple[Flow, Verdict, Verdict]]:
    assert len(some) == len(found) == len(expected)
    return [each for each in zip(some, found, expected, strict=True) if each[1] != each[2]][:1]


def test_every_case_and_every_single_removal() -> None:
    judge, some = compile_policy(retail()), flows_and_removals()
    assert len(some) > 5000
    assert not differing(some, on_columns(retail()).verdicts(some), [judge.verdict(flow) for flow in some])


def test_every_case_and_every_single_removal_behind_the_scorecard() -> None:
    judge, some = compile_policy(retail()), flows_and_removals()
    found = OnColumns(assess_columns(retail(), card())).verdicts(some)
    assert not differing(some, found, [assess(judge, card(), flow) for flow in some])


def test_the_kit_passes() -> None:
    check_batch_engine(on_columns, examples=40)


def test_the_kit_passes_near_the_cases() -> None:
    check_batch_engine(on_columns, examples=10, policy=retail())


@settings(max_examples=40)
@given(st.data())
def test_random_policies_behind_the_scorecard(data: st.DataObject) -> None:
    """Rules that read the excess beside other keys included."""
    keys = ("norm.excess", "relationship.trust", "fact.sensitivity", "act", "hers.welcomes", "fact.category")
    policy = data.draw(policies(keys))
    some = data.draw(st.lists(flows_for(policy), min_size=1, max_size=10))
    judge = compile_policy(policy)
    engine = OnColumns(assess_columns(policy, card()))
    batch_agrees(engine, policy, some, lambda flow: assess(judge, card(), flow))


@settings(max_examples=40)
@given(st.lists(flows(tuple(KEYS)), min_size=1, max_size=5))
def test_flows_over_the_whole_vocabulary(some: list[Flow]) -> None:
    batch_agrees(on_columns(retail()), retail(), some, compile_policy(retail()).verdict)


@settings(max_examples=30)
@given(st.data())
def test_flows_near_the_cases(data: st.DataObject) -> None:
    keys = tuple(words_of(retail()))
    one = st.sampled_from(list(flows_of_cases())).flatmap(lambda flow: near(flow, keys, changes=8))
    some = data.draw(st.lists(one, min_size=1, max_size=20))
    batch_agrees(on_columns(retail()), retail(), some, Reading(retail()).verdict)


def test_a_lazy_frame_is_judged_alike() -> None:
    judge = assess_columns(retail(), card())
    frame = flows_frame(list(flows_of_cases())).with_row_index("id")
    whole = judge.judge(frame, keep=("id", "act"))
    assert whole.columns[:2] == ["id", "act"]
    assert whole.get_column("act").equals(frame.get_column("act"))
    assert judge.judge(frame.lazy(), keep=("id", "act")).collect().equals(whole)
    assert judge.judge(frame.lazy(), keep=("id", "act")).collect(engine="streaming").equals(whole)


SCORED = """
scorecard: other
version: 1
evidence: opinion
scale: 30
leeway: {base: 0.1, per_trust: 0.3}
factors:
  - {key: fact.category, why: x, points: {health: 7, purchase: 1, purchase.item: -3, location.trace: 9}}
  - {key: fact.age_days, why: x, points: {0: 2, 30: 5, 365: 11}}
  - {key: customer.minor, why: x, points: {true: 13}}
"""


def test_a_scorecard_of_numbers_slugs_and_truths() -> None:
    other = load_scorecard(SCORED, "other.yaml")
    base = {"act": "mention", "permission.state": "given", "permission.asked": "plainly"}
    some: list[Flow] = [
        {**base, **({} if value is None else {key: value})}
        for key, values in {
            "fact.category": (
                None,
                "health.condition",
                "purchase",
                "purchase.item",
                "purchase.value",
                "location",
                "label",
            ),
            "fact.age_days": (0, 29.5, 30, 364, 365, 4000),
            "customer.minor": (True, False),
            "relationship.trust": (0, 0.3, 1),
        }.items()
        for value in values
    ]
    judge = compile_policy(retail())
    found = OnColumns(assess_columns(retail(), other)).verdicts(some)
    assert found == [assess(judge, other, flow) for flow in some]


class Careless:
    """A judge on columns that reads what is not known as most people would write it."""

    def __init__(self, policy: Policy) -> None:
        self.judge = compile_policy(policy)

    def verdicts(self, some: list[Flow]) -> list:  # type: ignore[type-arg]
        return [self.judge.verdict({"customer.objected": False, "act": "mention", **flow}) for flow in some]


class Mixed(OnColumns):
    """Verdicts in another order than the flows."""

    def verdicts(self, flows: list[Flow]) -> list:  # type: ignore[type-arg,override]
        return sorted(super().verdicts(flows), key=lambda verdict: verdict.name)


class Short(OnColumns):
    """The last flow is forgotten."""

    def verdicts(self, flows: list[Flow]) -> list:  # type: ignore[type-arg,override]
        return super().verdicts(flows)[:-1]


class Tired:
    """The first batch is judged well, and every later one as if nothing were known."""

    def __init__(self, policy: Policy) -> None:
        self.reading = Reading(policy)
        self.fresh = True

    def verdicts(self, some: list[Flow]) -> list:  # type: ignore[type-arg]
        fresh, self.fresh = self.fresh, self.fresh and not some
        return [self.reading.verdict(flow if fresh else {}) for flow in some]


@pytest.mark.parametrize(
    "wrong",
    [
        Careless,
        lambda policy: Mixed(compile_columns(policy)),
        lambda policy: Short(compile_columns(policy)),
        Tired,
        lambda policy: type("Full", (), {"verdicts": lambda self, some: [None]})(),
    ],
)
def test_the_kit_notices(wrong: object) -> None:
    with pytest.raises(Broken):
        check_batch_engine(wrong, examples=5, policy=retail())  # type: ignore[arg-type]


def test_a_policy_of_more_rules_than_a_word_has_bits() -> None:
    """Masks go on in further columns."""
    made = [
        Rule(kind=rule.kind, id=f"{rule.id}-{number}", when=rule.when, when_text="", tier=rule.tier, point=rule.point)
        for number in range(3)
        for rule in retail().limits
    ]
    policy = policy_of(retail().licences, made, retail().waivers)
    judge = compile_columns(policy)
    assert len(judge.effects.limits) == -(-len(policy.limits) // 64) > 2
    some = list(flows_of_cases())[:60]
    assert OnColumns(judge).verdicts(some) == [compile_policy(policy).verdict(flow) for flow in some]
    assert judge.judge(flows_frame(some)).schema["limits.2"] == pl.UInt64


def test_the_engines_agree_on_flows_made_by_chance() -> None:
    """A small part of what `make fuzz` compares."""
    agreement = agree(4_000, seconds=60)
    assert agreement.flows == 4_000
    assert agreement.by_reference >= 40
    assert set(agreement.names) == set(NAMES)
