"""Whole messages as the product chooses them: the laws, and agreement with the reference."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.laws.judged import assessed, card, retail
from tests.laws.test_mutants import licence, limit

from tactful.appropriateness.message import MessageVerdict, choose
from tactful.appropriateness.scorecard import excess, has_excess
from tactful.model.flow import Flow
from tactful.policy.compile import compile_policy
from tactful.policy.rules import Policy
from tactful.testing import (
    MESSAGE_LAWS,
    JudgeMessage,
    Message,
    MessageLaw,
    MessageStanding,
    Reading,
    each_made_once,
    messages,
    near,
    policies,
    policy_of,
)
from tactful.testing.reference import message_standing
from tactful.testing.strategies import words_of

MESSAGES = [Message(case.given, case.uses, case.variants) for case in retail().cases if case.variants]
EXCESS = "norm.excess"
NAMES = [law.__name__ for law in MESSAGE_LAWS]


def chooser() -> JudgeMessage:
    """Messages judged as the product does it."""
    make = each_made_once(compile_policy)

    def judge(policy: Policy, message: Message) -> MessageStanding:
        return standing_of(chosen(make(policy), message))

    return judge


def chosen(judge: object, message: Message) -> MessageVerdict:
    variants = [{use: (message.uses[use], form) for use, form in each.items()} for each in message.variants]
    return choose(judge, card(), message.reach, variants)


def standing_of(verdict: MessageVerdict) -> MessageStanding:
    return MessageStanding(verdict.standing, verdict.index, verdict.untils, verdict.asks)


def as_worked_out(message: Message) -> Message:
    """With no greater excess than the scorecard makes of what else is known, at its worst.

    A greater one counts where it is given. Without it the scorecard says less, and that is no ignorance: no fact about
    her gives so much.
    """
    uses = {name: at_its_worst(use) for name, use in message.uses.items()}
    return Message(at_its_worst(message.reach), uses, message.variants)


def at_its_worst(flow: Flow) -> Flow:
    if not has_excess(flow):
        return flow
    rest = {key: value for key, value in flow.items() if key != EXCESS}
    return {**flow, EXCESS: min(flow[EXCESS], excess(card(), rest))}  # type: ignore[type-var]


def test_an_excess_that_no_scorecard_gives_counts_where_it_is_given() -> None:
    policy = policy_of([licence("true"), limit(f"{EXCESS} >= 1", "ask")])
    given = Message({"act": "reach"}, {"first": {EXCESS: 1}}, ({"first": "silent"},))
    less = as_worked_out(given)
    assert less.uses["first"][EXCESS] < 1
    assert [chooser()(policy, each).standing for each in (given, less)] == ["ask", "now"]


def check_agrees(policy: Policy, message: Message) -> None:
    verdict = chosen(compile_policy(policy), message)
    engine = assessed(Reading)(policy)
    assert standing_of(verdict) == message_standing(engine, message.reach, message.uses, message.variants)


@pytest.mark.parametrize("law", MESSAGE_LAWS, ids=NAMES)
@given(data=st.data())
def test_law_on_random_policies(law: MessageLaw, data: st.DataObject) -> None:
    policy = data.draw(policies())
    law(chooser(), policy, as_worked_out(data.draw(messages(policy))))


@pytest.mark.parametrize("law", MESSAGE_LAWS, ids=NAMES)
@pytest.mark.parametrize("message", MESSAGES, ids=lambda message: "+".join(message.uses))
def test_law_at_every_case(law: MessageLaw, message: Message) -> None:
    """Exhaustive over everything that the reach and each use know."""
    law(chooser(), retail(), message)


@given(data=st.data())
def test_agrees_on_random_policies(data: st.DataObject) -> None:
    policy = data.draw(policies())
    check_agrees(policy, data.draw(messages(policy)))


@given(data=st.data())
def test_agrees_near_the_cases(data: st.DataObject) -> None:
    message = data.draw(st.sampled_from(MESSAGES))
    keys = tuple(words_of(retail()))
    reach = data.draw(near(message.reach, keys))
    uses = {name: data.draw(near(use, keys)) for name, use in message.uses.items()}
    check_agrees(retail(), Message(reach, uses, message.variants))
