"""Checking a policy: its cases, a case for every rule, its claims, its sentences."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from tests.policy.policies import SHOP, flow, load

from tactful.policy.check import CaseReport, Choice, check_care, check_cases, check_claims, check_sentences
from tactful.policy.compile import compile_policy

POLICY = """
licences:
  - {id: open, when: 'permission.state == "given"'}
limits:
  - {id: minors, tier: law, at_most: never, when: customer.minor}
  - {id: tell, tier: law, oblige: [offer_choice], when: 'scenario.purpose == "market"'}
  - {id: far, tier: norm, at_most: soften, when: 'scenario.fit == "foreign"'}
waivers:
  - {id: welcome, tier: hers, waives: [far], when: hers.welcomes}
cast:
  known: {act: mention, permission: {state: given}, customer: {minor: false}, hers: {welcomes: false},
          scenario: {purpose: order, fit: expected}}
cases:
  - {name: open, given: {}, expect: {verdict: say, because: [open]}}
  - {name: minor, given: {customer: {minor: true}}, expect: {verdict: never, because: [minors]}}
  - {name: market, given: {scenario: {purpose: market}}, expect: {verdict: say, obligations: [offer_choice]}}
  - {name: far, given: {scenario: {fit: foreign}}, expect: {verdict: soften}}
  - {name: welcome, given: {scenario: {fit: foreign}, hers: {welcomes: true}}, expect: {verdict: say}}
"""


def no_messages(*_: Any) -> Choice:
    raise AssertionError("there is no message here")


def report_of(text: str, choose: Any = no_messages) -> CaseReport:
    policy = load(text)
    return check_cases(policy, compile_policy(policy).verdict, choose)


@pytest.mark.parametrize(
    ("rule", "gentle"),
    [
        ("limits: [{id: x, tier: norm, at_most: soften, when: customer.vulnerable}]", True),
        ("limits: [{id: x, tier: norm, at_most: soften, when: 'customer.vulnerable != false'}]", True),
        ("limits: [{id: x, tier: norm, at_most: soften, when: '!customer.vulnerable'}]", False),
        ("limits: [{id: x, tier: norm, oblige: [explain_why], when: customer.vulnerable}]", False),
        ("licences: [{id: x, when: customer.vulnerable}]", False),
        ("licences: [{id: x, when: customer.minor}]", True),
    ],
)
def test_what_is_known_for_care_only_makes_us_gentler(rule: str, gentle: bool) -> None:
    found = check_care(load(f"policy: small\n{rule}\n"))
    assert [problem.key for problem in found] == ([] if gentle else ["when"])


def test_a_good_policy_passes() -> None:
    assert report_of(POLICY) == CaseReport(5, 5, (), ())
    assert report_of(POLICY).good


@pytest.mark.parametrize("name", ["minor", "market", "far", "welcome"])
def test_a_rule_without_a_case_fails(name: str) -> None:
    lines = [line for line in POLICY.splitlines() if not line.startswith(f"  - {{name: {name},")]
    report = report_of("\n".join(lines))
    assert report.passed == report.total == 4
    idle = {"minor": "minors", "market": "tell", "far": "far", "welcome": "welcome"}[name]
    assert report.undetermined == (idle,)
    assert not report.good
    assert "no case is determined" in report.problems[0].message
    assert report.problems[0].line > 0


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("verdict: soften", "verdict: say", "far: the verdict is soften, not say, because of far."),
        ("because: [open]", "because: [minors]", "open: `because` lacks minors; it has open."),
        ("obligations: [offer_choice]", "obligations: [list_on_page]", "market: `obligations` lacks list_on_page"),
        ("verdict: soften", "verdict: soften, until: [visit.over]", "far: `until` is nothing, not visit.over."),
        ("verdict: soften", "verdict: soften, also: [minors]", "far: `also` lacks minors; it has open."),
        ("verdict: soften", "verdict: soften, missing: [act]", "far: `missing` lacks act; it has nothing."),
    ],
)
def test_a_case_that_comes_out_otherwise(old: str, new: str, says: str) -> None:
    report = report_of(POLICY.replace(old, new, 1))
    assert report.passed == 4
    assert says in report.problems[0].message


MESSAGE = """
licences: [{id: open, when: true}]
cases:
  - name: hello
    given: {act: reach}
    uses: {item: {fact: {category: purchase.item}}, size: {fact: {category: family.size}}}
    variants: [{item: explicit, size: softened}, {item: silent}]
    expect: {verdict: ask, variant: 0, ask: [size]}
"""


@pytest.mark.parametrize(
    ("choice", "says"),
    [
        (Choice("ask", 0, (), ("size",), ("open",)), ""),
        (Choice("say", 0, (), ("size",), ("open",)), "the verdict is say, not ask"),
        (Choice("ask", 1, (), ("size",), ("open",)), "the variant is 1, not 0"),
        (Choice("ask", None, (), ("size",), ("open",)), "the variant is none, not 0"),
        (Choice("ask", 0, (), ("size", "item"), ("open",)), "`ask` is size, item, not size"),
        (Choice("ask", 0, (), ("size",)), "no case is determined by this licence"),
    ],
)
def test_a_message(choice: Choice, says: str) -> None:
    seen = []

    def choose(reach: Mapping[str, Any], uses: Mapping[str, Any], variants: Any) -> Choice:
        seen.append((reach, uses, variants))
        return choice

    report = report_of(MESSAGE, choose)
    assert says in " ".join(str(problem) for problem in report.problems)
    assert report.good == (not says)
    ((reach, uses, variants),) = seen
    assert reach == {"act": "reach"}
    assert uses["size"] == {"fact.category": "family.size"}
    assert variants[1] == {"item": "silent"}


def claims_of(claim: str) -> tuple[str, ...]:
    policy = load(SHOP + f"claims:\n  - '{claim}'\n")
    flows = [flow(), flow(permission__state="withdrawn"), flow(act="select")]
    return tuple(str(problem) for problem in check_claims(policy, flows, compile_policy(policy).verdict))


@pytest.mark.parametrize(
    "claim",
    [
        'permission.state == "withdrawn" implies verdict == never',
        'act == "select" implies verdict <= silent',
        'act == "select" implies verdict < soften',
        'permission.state == "withdrawn" implies verdict != say',
        "true implies verdict >= never",
        "agreement.owed implies verdict == never",
    ],
)
def test_a_claim_that_holds(claim: str) -> None:
    assert claims_of(claim) == ()


@pytest.mark.parametrize(
    "claim",
    [
        'scenario.purpose == "recommend" implies verdict == never',
        'act == "mention" implies verdict <= soften',
        'permission.state == "given" implies verdict > never',  # falls only once a key is taken away
        'permission.state == "given" implies verdict >= soften',
    ],
)
def test_a_claim_that_does_not_hold_has_a_counterexample(claim: str) -> None:
    (problem,) = claims_of(claim)
    assert problem.startswith("mine.yaml:")
    assert claim in problem
    assert '"' in problem.split("the verdict is ")[1]


def test_a_counterexample_is_small() -> None:
    (problem,) = claims_of('permission.state == "given" implies verdict > never')
    assert problem.endswith('the verdict is never for {"permission.state":"given"}.')


def test_every_rule_needs_its_sentences() -> None:
    text = """
        licences:
          - {id: open, when: true, staff: Open., customer: We do.}
          - {id: half, when: true, staff: Open.}
        limits:
          - {id: bare, tier: law, at_most: never, when: true, staff: ' '}
    """
    assert [(problem.line, problem.key) for problem in check_sentences(load(text))] == [
        (4, "customer"),
        (6, "staff"),
        (6, "customer"),
    ]


def test_her_sentence_names_no_rule_and_no_key() -> None:
    text = """
        licences:
          - {id: she-agreed, when: true, staff: Say it., customer: We do it because she-agreed.}
          - {id: open, when: true, staff: Open., customer: Our own open door.}
        limits:
          - {id: bare, tier: law, at_most: never, when: true, staff: No., customer: 'Your customer.minor, it is on.'}
    """
    found = check_sentences(load(text))
    assert [(problem.line, problem.key) for problem in found] == [(3, "customer"), (6, "customer")]
    assert "says she-agreed" in found[0].message
