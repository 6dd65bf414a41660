"""One rule of a policy in words: what it says, when it holds, what it does, and the cases that it decides."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from tactful.appropriateness.assess import assess
from tactful.explain.conditions import condition_lines
from tactful.explain.phrases import MEANINGS, PHRASES, STAFF_DUTIES, STAFF_UNTIL
from tactful.model.flow import Flow
from tactful.model.problems import Problem, Problems, suggestion
from tactful.model.verdict import CEILINGS, name_of
from tactful.model.words_verdict import TIERS
from tactful.policy.comparisons import keys_of
from tactful.policy.evaluate import truth
from tactful.policy.rules import Case, Policy, Rule
from tactful.service.packs import Rules

_MOST_CASES = 12
_TIERS = {word.name: word.sentence for word in TIERS}
_STRICTLY = {
    "licence": "What is not known counts as not so: then it does not open.",
    "limit": "What is not known counts as so: then it narrows.",
    "waiver": "What is not known counts as not so: then it waives nothing.",
}


class ExplainedRule(msgspec.Struct, frozen=True):
    """A rule in words. `does` and `when` are lines; `cases` are the names of the cases that it decides."""

    rule: str
    kind: str
    tier: str
    does: tuple[str, ...]
    when: tuple[str, ...]
    condition: str
    strictly: str
    staff: str
    customer: str
    source: str
    place: str
    reads: tuple[str, ...]
    waived_by: tuple[str, ...]
    cases: tuple[str, ...]
    more_cases: int = 0


def explain_rule(rules: Rules, name: str) -> ExplainedRule:
    """The rule of this name. Raises Problems with the nearest name where there is none."""
    policy = rules.policy
    rule = next((each for each in policy.rules if each.id == name), None)
    if rule is None:
        hint = suggestion(name, [each.id for each in policy.rules])
        raise Problems([Problem(policy.name, 0, f"there is no rule {name[:80]}.{hint}")])
    cases = _decided(rules, rule)
    return ExplainedRule(
        rule=rule.id,
        kind=rule.kind,
        tier=f"{rule.tier}: {_TIERS[rule.tier]}" if rule.tier else "",
        does=tuple(_does(rule)),
        when=tuple(condition_lines(rule.when)),
        condition=" ".join(rule.when_text.split()),
        strictly=_STRICTLY[rule.kind],
        staff=rule.staff,
        customer=rule.customer,
        source=rule.source,
        place=f"{rule.file}:{rule.line}" if rule.line else rule.file,
        reads=tuple(dict.fromkeys(keys_of(rule.when))),
        waived_by=_waived_by(policy, rule),
        cases=cases[:_MOST_CASES],
        more_cases=max(0, len(cases) - _MOST_CASES),
    )


def _does(rule: Rule) -> list[str]:
    if rule.kind == "waiver":
        named = "every norm limit" if "*" in rule.waives else ", ".join(rule.waives)
        return [f"Waives {named}, because she asked for it. It removes no law, promise or setting of hers."]
    name = name_of(rule.point)
    if rule.kind == "licence":
        return [f"Opens {PHRASES[name]} ({name}): {MEANINGS[name]}"]
    lines = []
    if rule.point != CEILINGS["say"]:
        lines.append(f"At most {PHRASES[name]} ({name}): {MEANINGS[name]}")
    lines += [f"Until: {STAFF_UNTIL[rule.until]}"] if rule.until else []
    return [*lines, *(f"Must: {STAFF_DUTIES[duty]}" for duty in rule.oblige)]


def _waived_by(policy: Policy, rule: Rule) -> tuple[str, ...]:
    if rule.tier != "norm" or rule.kind != "limit":
        return ()
    return tuple(each.id for each in policy.waivers if "*" in each.waives or rule.id in each.waives)


def _decided(rules: Rules, rule: Rule) -> tuple[str, ...]:
    """The cases for which this rule is among those that decide; of a waiver, those in which it waives."""
    found = []
    for case in rules.policy.cases:
        if any(_decides(rules, rule, flow) for flow in _flows(case)):
            found.append(case.name)
    return tuple(found)


def _flows(case: Case) -> Iterator[Flow]:
    """The flows of a case; of a message also each use in each form."""
    yield case.given
    for variant in case.variants:
        for use, form in variant.items():
            yield {**case.uses[use], "act": "select" if form == "silent" else "mention"}


def _decides(rules: Rules, rule: Rule, flow: Flow) -> bool:
    verdict = assess(rules.judge, rules.scorecard, flow)
    if rule.kind == "waiver":
        waived = bool(verdict.waived) if "*" in rule.waives else not set(rule.waives).isdisjoint(verdict.waived)
        return waived and truth(rule.when, flow) is True
    due = rule.id in verdict.also and not set(rule.oblige).isdisjoint(verdict.obligations)
    return rule.id in verdict.because or (due and rule.id not in verdict.waived)
