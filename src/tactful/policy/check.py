"""Does a policy do what its cases expect, does every rule matter, and do its claims hold?"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

import msgspec

from tactful.model.flow import Value
from tactful.model.problems import Problem
from tactful.model.verdict import CEILINGS, NAMES, Verdict
from tactful.model.vocabulary import KEYS
from tactful.policy.comparisons import keys_of, leaves
from tactful.policy.evaluate import truth
from tactful.policy.load_rules import BUILT_IN
from tactful.policy.rules import Atom, Case, Claim, Policy, Rule

_WORD = re.compile(r"[a-z0-9_-]+(?:\.[a-z0-9_]+)*")

AnyFlow = Mapping[str, Value]
JudgeCase = Callable[[AnyFlow], Verdict]
"""The verdict on one flow; what is worked out upstream is added on the way."""


class Choice(msgspec.Struct, frozen=True):
    """Which variant of a message stands best, and how: `never`, `hold`, `ask` or `say`.

    `variant` counts from 0, fullest first, and is None for `never`. `ask` names the uses to ask about.
    """

    verdict: str
    variant: int | None
    until: tuple[str, ...] = ()
    ask: tuple[str, ...] = ()
    because: tuple[str, ...] = ()


Choose = Callable[[AnyFlow, Mapping[str, AnyFlow], tuple[Mapping[str, str], ...]], Choice]
"""From the flow of the interaction, the flow of each use and the forms of each variant to the choice."""


class CaseReport(msgspec.Struct, frozen=True):
    """How the cases came out: how many as expected, of how many, and what is wrong."""

    passed: int
    total: int
    problems: tuple[Problem, ...]
    undetermined: tuple[str, ...]

    @property
    def good(self) -> bool:
        """Whether every case came out and every rule determines one."""
        return not self.problems


def check_cases(policy: Policy, judge_case: JudgeCase, choose: Choose) -> CaseReport:
    """Judge every case. A rule that determines no case is a problem, since nothing would show if it were wrong.

    `because`, `also`, `missing` and `obligations` must contain what is expected; `until` and `ask` must equal it.
    A limit that only obliges determines a case when its duty is due, and a waiver when it waives.
    """
    problems: list[Problem] = []
    determined: set[str] = set()
    passed = 0
    for case in policy.cases:
        if case.uses:
            outcome: Verdict | Choice = choose(case.given, case.uses, case.variants)
            determined.update(outcome.because)
        else:
            outcome = judge_case(case.given)
            determined.update(_determining(policy, case, outcome))
        wrong = [Problem(case.file, case.line, f"{case.name}: {each}", "expect") for each in _compare(case, outcome)]
        problems += wrong
        passed += not wrong
    idle = [rule for rule in policy.rules if rule.id not in determined and rule.file != BUILT_IN]
    problems += [
        Problem(rule.file, rule.line, f"{rule.id}: no case is determined by this {rule.kind}; add one.", "cases")
        for rule in idle
    ]
    return CaseReport(passed, len(policy.cases), tuple(problems), tuple(rule.id for rule in idle))


def check_claims(policy: Policy, flows: Iterable[AnyFlow], judge_case: JudgeCase) -> tuple[Problem, ...]:
    """Every claim over all flows, and over each of them with any one key taken away. One counterexample per claim."""
    standing = list(policy.claims)
    problems: list[Problem] = []
    for flow in _thinned(flows):
        for claim in [each for each in standing if _breaks(each, flow, judge_case)]:
            standing.remove(claim)
            small = _shrunk(claim, flow, judge_case)
            shown = msgspec.json.encode(small, order="sorted").decode()
            found = judge_case(small)
            message = f"this claim does not hold: {claim.text} - the verdict is {found.name} for {shown}."
            problems.append(Problem(claim.file, claim.line, message, "claims"))
    return tuple(problems)


def check_sentences(policy: Policy) -> tuple[Problem, ...]:
    """Every rule needs a sentence for staff and one for her; hers names no rule and no key."""
    problems = [
        Problem(rule.file, rule.line, f"{rule.id}: the sentence for {reader} is missing; write `{key}`.", key)
        for rule in policy.rules
        for key, reader, text in (("staff", "staff", rule.staff), ("customer", "the customer", rule.customer))
        if not text.strip()
    ]
    inner = {rule.id for rule in policy.rules if "-" in rule.id} | {key for key in KEYS if "." in key}
    for rule in policy.rules:
        for word in sorted(inner.intersection(_WORD.findall(rule.customer))):
            message = f"{rule.id}: the sentence for the customer says {word}, which means nothing to her."
            problems.append(Problem(rule.file, rule.line, message, "customer"))
    return tuple(problems)


CARE = "customer.vulnerable"


def check_care(policy: Policy) -> tuple[Problem, ...]:
    """What somebody told us so that we take care may only make us gentler, in every rule that looks at it."""
    return tuple(
        Problem(rule.file, rule.line, f"{rule.id}: {CARE} may only hold or narrow, where it is true.", "when")
        for rule in policy.rules
        if CARE in keys_of(rule.when) and not _takes_care(rule)
    )


def _takes_care(rule: Rule) -> bool:
    """A limit with a ceiling that is never looser for somebody who is vulnerable than for others."""
    atoms = [leaf for leaf in leaves(rule.when) if isinstance(leaf, Atom) and leaf.key == CARE]
    pressing = any((True in atom.values) != (atom.op in ("==", "in")) for atom in atoms)
    return rule.kind == "limit" and rule.point != CEILINGS["say"] and not pressing


def _compare(case: Case, outcome: Verdict | Choice) -> Iterator[str]:
    name = outcome.name if isinstance(outcome, Verdict) else outcome.verdict
    expect = case.expect
    if name != expect["verdict"]:
        yield f"the verdict is {name}, not {expect['verdict']}, because of {_listed(outcome.because)}."
    for key in ("because", "also", "missing", "obligations"):
        found = getattr(outcome, key, ())
        lacking = [each for each in expect.get(key, ()) if each not in found]
        if lacking:
            yield f"`{key}` lacks {_listed(lacking)}; it has {_listed(found)}."
    for key in ("until", "ask"):
        found = getattr(outcome, key, ())
        if key in expect and set(expect[key]) != set(found):
            yield f"`{key}` is {_listed(found)}, not {_listed(expect[key])}."
    variant: Any = getattr(outcome, "variant", None)
    if "variant" in expect and variant != expect["variant"]:
        yield f"the variant is {'none' if variant is None else variant}, not {expect['variant']}."


def _listed(names: Iterable[str]) -> str:
    return ", ".join(names) or "nothing"


def _determining(policy: Policy, case: Case, verdict: Verdict) -> Iterator[str]:
    """The rules without which this case might have come out otherwise."""
    yield from verdict.because
    for rule in policy.limits:
        if rule.point == CEILINGS["say"] and rule.id in verdict.also and _obliges(rule, verdict):
            yield rule.id
    for rule in policy.waivers:
        waived = "*" in rule.waives or not set(rule.waives).isdisjoint(verdict.waived)
        if verdict.waived and waived and truth(rule.when, case.given) is True:
            yield rule.id


def _obliges(rule: Rule, verdict: Verdict) -> bool:
    return rule.id not in verdict.waived and not set(rule.oblige).isdisjoint(verdict.obligations)


def _thinned(flows: Iterable[AnyFlow]) -> Iterator[dict[str, Value]]:
    """Each flow, and each flow less one key."""
    for flow in flows:
        yield dict(flow)
        for key in flow:
            yield {name: value for name, value in flow.items() if name != key}


def _breaks(claim: Claim, flow: AnyFlow, judge_case: JudgeCase) -> bool:
    """Whether the flow is as the claim says and the verdict is not."""
    if truth(claim.when, flow) is not True:
        return False
    found, wanted = NAMES.index(judge_case(flow).name), NAMES.index(claim.verdict)
    return not {
        "==": found == wanted,
        "!=": found != wanted,
        "<": found < wanted,
        "<=": found <= wanted,
        ">": found > wanted,
        ">=": found >= wanted,
    }[claim.op]


def _shrunk(claim: Claim, flow: dict[str, Value], judge_case: JudgeCase) -> dict[str, Value]:
    """The counterexample without the keys that do not matter to it."""
    for key in sorted(flow):
        smaller = {name: value for name, value in flow.items() if name != key}
        if _breaks(claim, smaller, judge_case):
            flow = smaller
    return flow
