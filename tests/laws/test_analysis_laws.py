"""What analysis and comparison of policies say is true: each witness is judged again, each "never" is fuzzed."""

from __future__ import annotations

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from tactful.model.flow import Flow
from tactful.model.verdict import NAMES
from tactful.policy.analyse import analyse, breaks
from tactful.policy.compile import compile_policy
from tactful.policy.diff import diff_policies, stands_in
from tactful.policy.evaluate import truth
from tactful.policy.meaning import law_alone, with_any_licence, without_rule
from tactful.policy.rules import Claim, Policy
from tactful.testing import Reading, conditions, flows_for, policies, policy_of
from tactful.testing.strategies import words_of

OPS = ("==", "!=", "<", "<=", ">", ">=")


def whole(flow: Flow) -> Flow:
    """The excess is always worked out."""
    return {"norm.excess": 0.15, **flow}


def judged(policy: Policy, flow: Flow) -> tuple[object, ...]:
    judge = compile_policy(policy)
    verdict = judge.verdict(flow)
    return verdict.point, verdict.until, verdict.obligations, stands_in(judge, flow)


def higher(one: Policy, other: Policy, flow: Flow) -> bool:
    """Whether the use stands higher under the other policy in some form of a message."""
    stood, stands = (stands_in(compile_policy(each), flow) for each in (one, other))
    return any(after > before for before, after in zip(stood, stands, strict=True))


@given(st.data())
def test_a_rule_that_never_matters_never_does(data: st.DataObject) -> None:
    policy = data.draw(policies())
    analysis = analyse(policy)
    found = {finding.rule: finding for finding in (*analysis.findings, *analysis.behind)}
    looked_at = with_any_licence(policy)
    flows = [whole(data.draw(flows_for(policy))) for _ in range(20)]
    for rule in policy.rules:
        rest = without_rule(looked_at, rule)
        if rule.id not in found:
            continue
        finding = found[rule.id]
        for flow in [*flows, whole(finding.witness)]:
            if finding.kind == "unreachable" and truth(rule.when, flow) is None:
                continue
            assert judged(looked_at, flow) == judged(rest, flow), finding
        assert compile_policy(looked_at).verdict(finding.witness).name == finding.verdict
        holds = truth(rule.when, finding.witness)
        alone = law_alone(policy)
        if finding in analysis.behind:
            assert rule.tier == "law"
            assert judged(alone, whole(finding.witness)) != judged(without_rule(alone, rule), whole(finding.witness))
        elif rule.tier == "law":
            assert all(judged(alone, flow) == judged(without_rule(alone, rule), flow) or truth(rule.when, flow) is None
                       for flow in flows)  # fmt: skip
        if finding.kind == "unreachable":
            assert all(truth(rule.when, flow) is not True for flow in flows)
            assert holds is not True
        elif rule.kind == "limit":
            assert holds is not False
        else:
            assert holds is True


@given(st.data())
def test_every_other_rule_matters_somewhere(data: st.DataObject) -> None:
    """A rule that some flow needs is never reported: what changes a verdict is seen, however rare."""
    policy = with_any_licence(data.draw(policies()))
    flow = whole(data.draw(flows_for(policy)))
    analysis = analyse(policy)
    found = {each.rule for each in (*analysis.findings, *analysis.behind) if each.kind != "unreachable"}
    for rule in policy.rules:
        if judged(policy, flow) != judged(without_rule(policy, rule), flow):
            assert rule.id not in found


@given(st.data())
def test_a_claim_that_holds_has_no_counterexample_and_one_that_fails_has(data: st.DataObject) -> None:
    policy = data.draw(policies())
    keys = sorted(set(words_of(policy)) | {"act"})
    claims = tuple(
        Claim(f"claim {number}", data.draw(conditions(keys)), data.draw(st.sampled_from(OPS)), name)
        for number, name in enumerate(data.draw(st.lists(st.sampled_from(NAMES), min_size=1, max_size=3)))
    )
    policy = msgspec.structs.replace(policy, claims=claims)
    refuted = {each.claim: each for each in analyse(policy).refuted}
    judge = compile_policy(policy)
    for claim in claims:
        if claim.text in refuted:
            assert breaks(claim, refuted[claim.text].counterexample, judge)
        else:
            for _ in range(20):
                assert not breaks(claim, whole(data.draw(flows_for(policy))), judge)


@given(st.data())
def test_a_comparison_says_whether_two_policies_differ(data: st.DataObject) -> None:
    keys = ("act", "scenario.audience", "fact.known_among", "permission.state", "contact.last_7d", "norm.excess")
    old = data.draw(policies(keys))
    own = [rule for rule in old.rules if rule.id != "using-is-not-saying"]
    new = data.draw(st.one_of(policies(keys), st.sampled_from(own).map(lambda rule: without_rule(old, rule))))
    found = diff_policies(old, new)
    for example in found.examples:
        before, after = judged(old, example.flow), judged(new, example.flow)
        assert before != after
        assert Reading(old).point(example.flow) == example.point_before
        assert Reading(new).point(example.flow) == example.point_after
        if example.way == "freer":
            assert not example.point_after <= example.point_before or higher(old, new, example.flow)
        if example.way == "stricter":
            assert not example.point_before <= example.point_after or higher(new, old, example.flow)
    if found.same:
        for _ in range(20):
            flow = whole(data.draw(flows_for(policy_of([*old.licences, *new.licences], [*old.limits, *new.limits]))))
            assert judged(old, flow) == judged(new, flow)


@given(st.data())
def test_a_comparison_is_symmetric(data: st.DataObject) -> None:
    keys = ("act", "scenario.purpose", "fact.purposes", "customer.jurisdiction", "norm.excess")
    old, new = data.draw(policies(keys)), data.draw(policies(keys))
    there, back = diff_policies(old, new), diff_policies(new, old)
    assert {each.rule for each in there.of("freer")} == {each.rule for each in back.of("stricter")}
    assert {each.rule for each in there.of("stricter")} == {each.rule for each in back.of("freer")}
    assert bool(there.of("otherwise")) == bool(back.of("otherwise"))
    assert (there.freer, there.stricter, there.otherwise) == (back.stricter, back.freer, back.otherwise)


@given(policies(), st.randoms(use_true_random=False))
def test_equal_meaning_is_no_difference(policy: Policy, chance: object) -> None:
    shuffled = [list(rules) for rules in (policy.licences, policy.limits, policy.waivers)]
    for rules in shuffled:
        chance.shuffle(rules)  # type: ignore[attr-defined]
    other = msgspec.structs.replace(
        policy,
        licences=tuple(shuffled[0]) + tuple(shuffled[0]),
        limits=tuple(shuffled[1]),
        waivers=tuple(shuffled[2]),
    )
    assert diff_policies(policy, other).same
