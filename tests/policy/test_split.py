"""How a flow may be cut into pieces, and how it may not."""

from __future__ import annotations

import pytest
from tests.policy.policies import load

from tactful.policy.compile import compile_policy
from tactful.policy.source import Split

POLICY = """
policy: small
licences: [{id: all, when: 'true'}]
limits:
  - {id: heard, tier: norm, at_most: silent, when: 'scenario.audience > fact.known_among'}
  - {id: seen, tier: norm, at_most: soften, when: 'act == "share"'}
"""


def test_a_cut_needs_a_place_for_every_key_and_a_joint_for_every_test() -> None:
    judge = compile_policy(load(POLICY))
    with pytest.raises(ValueError, match=r"in no piece: act, fact\.known_among"):
        judge.pieces(Split((("scenario.audience",),), ()))
    apart = (("scenario.audience", "act"), ("fact.known_among",))
    with pytest.raises(ValueError, match="no joint for a test of heard"):
        judge.pieces(Split(apart, ((0,),)))
    (one, other), (joint,) = judge.pieces(Split(apart, ((0, 1),)))
    for audience in ("self", "public", None):
        for known in ("self", "public", None):
            values = ((audience, "share"), (known,))
            flow = {"scenario.audience": audience, "act": "share", "fact.known_among": known}
            held = judge.held({key: value for key, value in flow.items() if value is not None})
            assert joint(one(values[0]) & other(values[1]), *values) == held


def test_a_test_that_is_false_in_one_of_several_ways_is_known() -> None:
    """A part that is settled stands among others."""
    text = POLICY.replace("scenario.audience > fact.known_among", "false || scenario.audience > fact.known_among")
    plain, odd = compile_policy(load(POLICY)), compile_policy(load(text))
    for audience in ("self", "public"):
        flow = {"scenario.audience": audience, "fact.known_among": "staff", "act": "mention"}
        assert odd.point(flow) == plain.point(flow)
