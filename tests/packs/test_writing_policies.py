"""The guide for those who write policies says what the code does."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from tests.packs.shelf import AnyFlow, choose_case, judge_case, pack, scorecard, text_of

from tactful.appropriateness.assess import assess
from tactful.model.problems import Problems
from tactful.model.verdict import CEILINGS, OPENINGS, Verdict
from tactful.policy.check import check_cases, check_claims, check_sentences
from tactful.policy.compile import compile_policy
from tactful.policy.load import load_policy, load_text

GUIDE = Path(__file__).resolve().parents[2].joinpath("docs", "writing-policies.md").read_text("utf-8")
BLOCKS = re.findall(r"```yaml\n(.*?)```", GUIDE, re.S)
POLICIES = {match[1]: block for block in BLOCKS if (match := re.match(r"policy: (\S+)", block))}
CASES = {case.name: case for case in pack("norm/retail-cases").cases}
RULES = {rule.id: rule for rule in pack("norm/retail").rules}


def table(heading: str) -> list[list[str]]:
    lines = GUIDE.split(heading, 1)[1].split("\n\n", 3)
    body = next(part for part in lines if part.lstrip().startswith("|")).strip().splitlines()[2:]
    return [[cell.strip() for cell in re.split(r"(?<!\\)\|", line.strip().strip("|"))] for line in body]


def fetch(name: str) -> tuple[str, str]:
    return (POLICIES[name] if name in POLICIES else text_of(name)), f"{name}.yaml"


def named(cell: str) -> dict[str, str]:
    return dict(re.findall(r"([a-z][a-z-]+) \((\w+)\)", cell))


@pytest.mark.parametrize("row", table("### A worked table"), ids=lambda row: row[0])
def test_the_worked_table_is_what_the_judge_does(row: list[str]) -> None:
    name, licences, limits, point, word = row
    verdict = judge_case(CASES[name].given)
    held = [RULES[rule] for rule in (*verdict.because, *verdict.also) if rule in RULES and rule not in verdict.waived]
    opened = {rule.id: rule.point for rule in held if rule.kind == "licence"}
    narrowed = {rule.id: rule.point for rule in held if rule.kind == "limit" and rule.point != CEILINGS["say"]}
    assert opened == {rule: OPENINGS[opening] for rule, opening in named(licences).items()}
    assert narrowed == {rule: CEILINGS[ceiling] for rule, ceiling in named(limits).items()}
    assert point == f"{verdict.use}, {verdict.mention}, {verdict.when}"
    assert word == verdict.name


def test_the_worked_table_has_every_verdict() -> None:
    assert {row[-1] for row in table("### A worked table")} == {"never", "hold", "ask", "silent", "soften", "say"}


@pytest.mark.parametrize("row", table("### How they come together"), ids=lambda row: row[0])
def test_the_ceilings(row: list[str]) -> None:
    point = CEILINGS[row[0].strip("`")]
    words = (("no", "ask", "yes")[point.use], ("none", "softened", "explicit")[point.mention])
    assert row[1:] == [*words, ("never", "later", "now")[point.when]]


def test_the_policy_of_the_guide_passes_its_own_test() -> None:
    policy = load_policy("gift-shop-cases", fetch)
    judge = compile_policy(policy)

    def judged(flow: AnyFlow) -> Verdict:
        return assess(judge, scorecard(), dict(flow))

    own = [case for case in policy.cases if case.file == "gift-shop-cases.yaml"]
    assert len(own) == 2
    assert check_cases(policy, judged, choose_case).problems == ()
    assert check_sentences(policy) == ()
    assert check_claims(policy, [case.given for case in own], judged) == ()


def test_the_rules_that_the_guide_shows_are_the_packaged_ones() -> None:
    packaged = text_of("norm/retail")
    shown = [block for block in BLOCKS if block.startswith("  - id:")]
    assert len(shown) == 2
    assert [block for block in shown if block not in packaged] == []


MISTAKES = {
    '`scenario.channel = "sms"`': "limits: [{id: a, tier: norm, at_most: never, when: 'scenario.channel = \"sms\"'}]",
    "`customer.minor and customer.objected`": (
        "limits: [{id: a, tier: norm, at_most: never, when: customer.minor and customer.objected}]"
    ),
    '`fact.provenence == "noted"`': (
        "limits: [{id: a, tier: norm, at_most: never, when: 'fact.provenence == \"noted\"'}]"
    ),
    '`fact.provenance == "publik"`': (
        "limits: [{id: a, tier: norm, at_most: never, when: 'fact.provenance == \"publik\"'}]"
    ),
    '`permission.state == "unknown"`': (
        "limits: [{id: a, tier: norm, at_most: never, when: 'permission.state == \"unknown\"'}]"
    ),
    "`has(fact.category)`": "limits: [{id: a, tier: norm, at_most: never, when: has(fact.category)}]",
    '`scenario.channel < "sms"`': "limits: [{id: a, tier: norm, at_most: never, when: 'scenario.channel < \"sms\"'}]",
    "`at_most: hold` alone": "limits: [{id: a, tier: norm, at_most: hold, when: customer.minor}]",
    "`until` beside another ceiling": (
        "limits: [{id: a, tier: norm, at_most: ask, until: hers.time, when: customer.minor}]"
    ),
    "a limit with neither ceiling nor duty": "limits: [{id: a, tier: norm, when: customer.minor}]",
    "`tier` on a licence": "licences: [{id: a, tier: norm, when: customer.minor}]",
    "`oblige` on a licence": "licences: [{id: a, oblige: [explain_why], when: customer.minor}]",
    "a licence for the loyal, `relationship.trust > 0.5`": "licences: [{id: a, when: relationship.trust > 0.5}]",
    "`opens` on a limit": "limits: [{id: a, tier: norm, at_most: never, opens: say, when: customer.minor}]",
    "a waiver of your own tier": "waivers: [{id: a, tier: norm, waives: norm, when: hers.welcomes}]",
    "a waiver that names a law": (
        "imports: [norm/retail]\nwaivers: [{id: a, tier: hers, waives: [she-objected], when: hers.welcomes}]"
    ),
    "a name twice": "imports: [norm/retail]\nlicences: [{id: she-agreed, when: customer.minor}]",
}


@pytest.mark.parametrize("row", table("## Common mistakes"), ids=lambda row: row[0])
def test_the_mistakes_give_these_sentences(row: list[str]) -> None:
    mistake, sentence = row
    with pytest.raises(Problems) as caught:
        load_text(f"policy: my-shop\n{MISTAKES[mistake]}\n", "my-shop.yaml", fetch)
    assert sentence.removesuffix(" …") in str(caught.value)
