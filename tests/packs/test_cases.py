"""Every case of the packaged policies comes out, every rule decides one, and every claim holds."""

from __future__ import annotations

import random
from collections.abc import Iterator

import msgspec
import pytest
from tests.packs.shelf import AnyFlow, choose_case, judge_case, pack, scorecard

from tactful.appropriateness.assess import assess
from tactful.model.flow import Value
from tactful.model.verdict import Verdict
from tactful.model.vocabulary import KEYS
from tactful.policy.check import check_care, check_cases, check_claims, check_sentences
from tactful.policy.comparisons import leaves
from tactful.policy.compile import compile_policy
from tactful.policy.evaluate import truth
from tactful.policy.rules import Atom, Case, Claim, Condition, Rule
from tactful.service.packs import pack_names

ALL = pack("norm/retail-cases")
CLAIMS = pack("norm/retail").claims
KINDS = ("licences", "limits", "waivers")


def test_all_cases_come_out_and_every_rule_decides_one() -> None:
    report = check_cases(ALL, judge_case, choose_case)
    assert report.problems == ()
    assert report.total >= 175


def test_the_cases_test_the_very_rules_that_are_shipped() -> None:
    assert ALL.digest == pack("norm/retail").digest
    assert pack("norm/retail").cases == ()


def test_every_rule_has_both_sentences_and_a_source() -> None:
    assert check_sentences(ALL) == ()
    assert [rule.id for rule in ALL.rules if not rule.source] == []


def test_every_case_has_a_source_and_its_own_name() -> None:
    assert [case.name for case in ALL.cases if not case.source] == []
    names = [case.name for case in ALL.cases]
    assert len(set(names)) == len(names)


def test_law_stands_apart() -> None:
    law = {rule.id for rule in ALL.rules if rule.file.startswith("law/")}
    assert law == {rule.id for rule in ALL.limits if rule.tier == "law"}


def test_care_is_never_used_to_press() -> None:
    careful = [rule for rule in ALL.rules if "customer.vulnerable" in rule.when_text]
    assert careful
    assert check_care(ALL) == ()
    assert all(rule.kind == "limit" and (rule.point.when == 1 or rule.point.mention < 2) for rule in careful)


def test_trust_never_narrows() -> None:
    for case in ALL.cases:
        if case.uses:
            continue
        least, most = ({**case.given, "relationship.trust": trust} for trust in (0, 1))
        point = judge_case(least).point
        assert point <= judge_case(most).point, case.name


@pytest.mark.parametrize("rule", pack("norm/retail").rules, ids=lambda rule: rule.id)
def test_without_a_rule_some_case_comes_out_otherwise(rule: Rule) -> None:
    kept = {kind: tuple(each for each in getattr(ALL, kind) if each.id != rule.id) for kind in KINDS}
    judge = compile_policy(msgspec.structs.replace(ALL, **kept))  # type: ignore[arg-type]

    def judged(flow: AnyFlow) -> Verdict:
        return assess(judge, scorecard(), dict(flow))

    flat = msgspec.structs.replace(ALL, cases=tuple(case for case in ALL.cases if not case.uses))
    report = check_cases(flat, judged, choose_case)
    assert report.passed < report.total


def _with_less(flow: AnyFlow) -> Iterator[AnyFlow]:
    """The flow less one key, and with each path made coarser."""
    for key, value in flow.items():
        rest = {name: other for name, other in flow.items() if name != key}
        yield rest
        separator = KEYS[key].separator
        if separator and separator in str(value):
            yield {**rest, key: str(value).rsplit(separator, 1)[0]}


def test_to_know_less_never_frees() -> None:
    for case in ALL.cases:
        point = judge_case(case.given).point
        for less in _with_less(case.given):
            assert judge_case(less).point <= point, (case.name, set(case.given.items()) - set(less.items()))


@pytest.mark.parametrize("number", range(1, 12))
def test_the_demo_has_its_moment(number: int) -> None:
    expected = ["say", "say", "never", "say", "silent", "soften", "hold", "ask", "never", "never", "never"]
    case = next(case for case in pack("norm/demo-cases").cases if case.name == f"demo {number}")
    assert judge_case(case.given).name == expected[number - 1] == case.expect["verdict"]


def _made_true(condition: Condition, flow: AnyFlow, chance: random.Random) -> dict[str, Value]:
    """The flow with each compared key set to a value for which the comparison holds, where there is one."""
    laid = dict(flow)
    for leaf in leaves(condition):
        if not isinstance(leaf, Atom):
            continue
        key = KEYS[leaf.key]
        words: list[Value] = [False, True] if key.kind == "bool" else list(key.names)
        fitting = [value for value in words if truth(leaf, {leaf.key: value}) is True]
        if fitting:
            laid[leaf.key] = chance.choice(fitting)
    return laid


def _flows_for(claim: Claim, cases: tuple[Case, ...]) -> Iterator[AnyFlow]:
    chance = random.Random(claim.text)
    acts = KEYS["act"].names
    for case in cases:
        laid = _made_true(claim.when, case.given, chance)
        yield laid
        other = {**case.given, "act": chance.choice(acts), "permission.state": "given", "permission.asked": "plainly"}
        yield _made_true(claim.when, {**other, "hers.welcomes": True}, chance)


@pytest.mark.parametrize("claim", CLAIMS, ids=lambda claim: claim.text[:60])
def test_claims_hold(claim: Claim) -> None:
    flows = [flow for flow in _flows_for(claim, ALL.cases) if truth(claim.when, flow) is True]
    assert len(flows) >= 30, "hardly any flow is as the claim says"
    alone = msgspec.structs.replace(ALL, claims=(claim,))
    assert check_claims(alone, flows, judge_case) == ()


def test_there_are_claims() -> None:
    assert len(CLAIMS) >= 12


@pytest.mark.parametrize("name", pack_names())
def test_every_packaged_policy_loads_by_its_name(name: str) -> None:
    policy = pack(name)
    assert policy.name == name
    assert check_sentences(policy) == ()
