"""What is wrong with the rules of a policy, each finding with a flow that shows it; and whether its claims hold.

Both are decided over the whole abstract domain (see `domain`), so that "never" is meant: a rule is reported when there
is no flow at all that it makes a difference to, and a claim holds when no flow breaks it. `norm.excess` counts as any
number, whatever the scorecard would say.

A rule makes a difference where the verdict's point, how the use stands in a message (SEMANTICS 16), what is waited for
or the duties change when the rule is taken away. One that never does is, by the first of these that applies:

- *unreachable*: its own condition never definitely holds; reported also where it still counts for what is not known;
- *shadowed*: one other rule of its kind holds wherever it holds, and goes at least as far;
- *contradictory*: a licence, and one limit forbids wherever the licence holds;
- *never decides*: several rules together leave it nothing.

A limit of the law that would make a difference if the law stood alone, with everything licensed, is no fault: it *binds
behind a stricter rule* of ours, and decides again in a shop that drops that rule. One that other law leaves nothing to
do is a fault.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Literal

import msgspec

from tactful.model.flow import Flow
from tactful.model.verdict import NAMES, VerdictName
from tactful.policy.compile import compile_policy
from tactful.policy.domain import Domain
from tactful.policy.evaluate import truth
from tactful.policy.judge import Judge
from tactful.policy.load_rules import BUILT_IN
from tactful.policy.meaning import (
    ANY_LICENCE,
    USE,
    Meaning,
    conditions_of,
    differences,
    law_alone,
    waivers_of,
    with_any_licence,
    without_rule,
)
from tactful.policy.rules import AllOf, Claim, Condition, Policy, Rule
from tactful.policy.solve import Formula, Terms, every, some
from tactful.policy.witness import Finder, flows_of_cases

MOST_NAMED = 4

Kind = Literal["unreachable", "shadowed", "contradictory", "never decides", "binds behind a stricter rule"]


BEHIND: Kind = "binds behind a stricter rule"


class Finding(msgspec.Struct, frozen=True):
    """One rule that never makes a difference, the rules that are in its way, and a flow that shows it.

    `witness` is a flow for which the rule counts and changes nothing; where it can never definitely hold, one for which
    everything holds but the part that cannot; where it binds behind others, one for which it would decide if the law
    stood alone. `verdict` is that of the policy.
    """

    kind: Kind
    rule: str
    message: str
    others: tuple[str, ...]
    witness: Flow
    verdict: VerdictName
    file: str
    line: int


class Refuted(msgspec.Struct, frozen=True):
    """A claim that does not hold, with the smallest counterexample found and the verdict on it."""

    claim: str
    counterexample: Flow
    verdict: VerdictName
    because: tuple[str, ...]
    file: str
    line: int


class Analysis(msgspec.Struct, frozen=True):
    """What was found. `rules` and `claims` were looked at; `assumed_licence` where the policy has none of its own.

    `findings` are faults; `behind` are limits of the law that bind behind a stricter rule, which is none.
    """

    rules: int
    claims: int
    findings: tuple[Finding, ...]
    refuted: tuple[Refuted, ...]
    assumed_licence: bool = False
    behind: tuple[Finding, ...] = ()


def analyse(policy: Policy) -> Analysis:
    """Look at every rule but the built-in one, and at every claim."""
    own = [rule for rule in policy.rules if rule.file != BUILT_IN]
    look = _Look(policy)
    found = [finding for rule in own for finding in look.at(rule)]
    behind = tuple(finding for finding in found if finding.kind == BEHIND)
    findings = tuple(finding for finding in found if finding.kind != BEHIND)
    refuted = prove_claims(policy)
    assumed = not policy.licences
    return Analysis(len(own), len(policy.claims), findings, refuted, assumed, behind)


def prove_claims(policy: Policy) -> tuple[Refuted, ...]:
    """The claims that some flow breaks. A claim that is not in the answer holds for every flow."""
    terms = Terms(Domain([*(rule.when for rule in policy.rules), *(claim.when for claim in policy.claims)]))
    meaning, judge = Meaning(policy, terms), compile_policy(policy)
    finder = Finder(terms, flows_of_cases(policy))
    found = []
    for claim in policy.claims:
        broken = meaning.breaks(claim)
        flow = finder.smallest(broken, lambda flow, claim=claim: breaks(claim, flow, judge))  # type: ignore[misc]
        if flow is not None:
            verdict = judge.verdict(flow)
            found.append(Refuted(claim.text, flow, verdict.name, verdict.because, claim.file, claim.line))
    return tuple(found)


def breaks(claim: Claim, flow: Flow, judge: Judge) -> bool:
    """Whether the flow is as the claim says and the verdict is not."""
    if truth(claim.when, flow) is not True:
        return False
    rank, wanted = NAMES.index(judge.verdict(flow).name), NAMES.index(claim.verdict)
    above, below = rank > wanted, rank < wanted
    holds = {"==": rank == wanted, "!=": above or below, "<": below, "<=": not above, ">": above, ">=": not below}
    return not holds[claim.op]


class _Look:
    """One policy, ready to look at each of its rules."""

    def __init__(self, policy: Policy) -> None:
        self.policy = with_any_licence(policy)
        self.terms = Terms(Domain(conditions_of(self.policy)))
        self.meaning = Meaning(self.policy, self.terms)
        self.judge = compile_policy(self.policy)
        self.finder = Finder(self.terms, flows_of_cases(policy))
        self.law = law_alone(policy)

    def at(self, rule: Rule) -> Iterator[Finding]:
        """What is to be said of a rule: nothing where it can hold and ever makes a difference."""
        matters = self._ever_matters(rule)
        unreachable = self._unreachable(rule, matters)
        if matters and unreachable is None:
            return
        yield (
            unreachable or self._behind(rule) or self._shadowed(rule) or self._contradictory(rule) or self._never(rule)
        )

    def _ever_matters(self, rule: Rule) -> bool:
        """Complete: cases first, since most rules decide one; then every difference is searched for to the end."""
        where = self._where_it_matters(rule, self.meaning)
        if any(next(self.finder.among_known(each), None) is not None for each in where):
            return True
        return any(self.finder.search(each) is not None for each in where)

    def _where_it_matters(self, rule: Rule, meaning: Meaning) -> list[Formula]:
        rest = Meaning(without_rule(meaning.policy, rule), self.terms)
        return [difference.where for difference in differences(meaning, rest)]

    def _behind(self, rule: Rule) -> Finding | None:
        """Whether it is a limit of the law that decides something where the law stands alone."""
        if rule.tier != "law":
            return None
        alone = some(self._where_it_matters(rule, Meaning(self.law, self.terms)))
        witness = self._freest(every((alone, self.terms.definitely(rule.when))), rule)
        if witness is None:
            return None
        shadow = self._shadowed(rule)
        if shadow is not None:
            others = shadow.others
            who = others[0]
        elif self.finder.search(every((self.terms.definitely(rule.when), self.meaning.opened(USE, 1)))) is None:
            others, who = (), "our licences, none of which opens anything where it surely holds"
        else:
            others = tuple(name for name in self.judge.verdict(witness).because if name != rule.id)
            who = ", ".join(others)
        message = f"{rule.id}: it would decide here if the law stood alone; it stands behind {who}."
        return self._finding(BEHIND, rule, message, others, witness)

    def _freest(self, formula: Formula, rule: Rule) -> Flow | None:
        """A small flow for which the formula and the rule surely hold, with the freest verdict that there is then."""
        for rank in range(len(NAMES) - 1, -1, -1):
            flow = self._surely(rule, every((formula, self.meaning.at_least(rank))))
            if flow is not None:
                return flow
        return None

    def _unreachable(self, rule: Rule, matters: bool) -> Finding | None:
        if self.finder.search(self.terms.definitely(rule.when)) is not None:
            return None
        parts = rule.when.parts if isinstance(rule.when, AllOf) else (rule.when,)
        held = next(parts[:at] for at in range(len(parts)) if self._together(parts[: at + 1]) is None)
        witness = self._together(held) or {}
        why = (
            "nothing makes its condition hold"
            if len(parts) == 1
            else f"part {len(held) + 1} of its condition contradicts the parts before it, so it never surely holds"
        )
        more = "; it counts only where something is not known" if matters else ""
        return self._finding("unreachable", rule, f"{rule.id}: {why}{more}.", (), witness)

    def _together(self, parts: Iterable[Condition]) -> Flow | None:
        return self.finder.search(every(map(self.terms.definitely, parts)))

    def _shadowed(self, rule: Rule) -> Finding | None:
        for other in self._rules_like(rule):
            if _goes_as_far(other, rule, self.policy) and self._always(rule, self.meaning.counts(other)):
                message = f"{rule.id}: wherever it holds, {other.id} holds too and goes at least as far."
                return self._finding("shadowed", rule, message, (other.id,), self._shown(rule))
        return None

    def _contradictory(self, rule: Rule) -> Finding | None:
        for limit in self.policy.limits if rule.kind == "licence" else ():
            if 0 in (limit.point.use, limit.point.when) and self._always(rule, self.meaning.counts(limit)):
                message = f"{rule.id}: wherever it would open, {limit.id} forbids."
                return self._finding("contradictory", rule, message, (limit.id,), self._shown(rule))
        return None

    def _never(self, rule: Rule) -> Finding:
        holds = every((self.terms.definitely(rule.when), self.meaning.counts(rule)))
        opened = every((holds, self.meaning.opened(USE, 1)))
        witness = self._freest(opened, rule) or self._freest(holds, rule) or self._shown(rule)
        others = tuple(name for name in self.judge.verdict(witness).because if name != rule.id)
        if self.finder.search(opened) is None:
            why = "wherever it surely holds, no licence opens anything"
        else:
            more = f" and {len(others) - MOST_NAMED} more" if others[MOST_NAMED:] else ""
            why = f"here it is for {', '.join(others[:MOST_NAMED]) or 'nothing else'}{more} to decide"
        return self._finding(
            "never decides", rule, f"{rule.id}: without it, every verdict is the same; {why}.", others, witness
        )

    def _surely(self, rule: Rule, formula: Formula) -> Flow | None:
        return self.finder.smallest(formula, lambda flow: truth(rule.when, flow) is True)

    def _rules_like(self, rule: Rule) -> list[Rule]:
        return [each for each in self.policy.rules if each.kind == rule.kind and each.id != rule.id]

    def _always(self, rule: Rule, other: Formula) -> bool:
        """Whether the formula holds wherever the rule counts."""
        return self.finder.search(every((self.meaning.counts(rule), self.terms.opposite(other)))) is None

    def _shown(self, rule: Rule) -> Flow:
        """A small flow for which the rule counts, surely if it can, with the freest verdict that there is then."""
        counts = self.meaning.counts(rule)
        surely = self._freest(every((counts, self.terms.definitely(rule.when))), rule)
        if surely is not None:
            return surely
        for rank in range(len(NAMES) - 1, -1, -1):
            flow = self.finder.smallest(
                every((counts, self.meaning.at_least(rank))), lambda flow: self._counts(rule, flow)
            )
            if flow is not None:
                return flow
        return {}

    def _counts(self, rule: Rule, flow: Flow) -> bool:
        """Whether a limit counts for a flow, read from the flow. What is no limit counts only where it surely holds."""
        possibly = truth(rule.when, flow) is not False
        return possibly and all(truth(each.when, flow) is not True for each in waivers_of(self.policy, rule))

    def _finding(self, kind: Kind, rule: Rule, message: str, others: tuple[str, ...], witness: Flow) -> Finding:
        name = self.judge.verdict(witness).name
        shown = tuple(each for each in others if each != ANY_LICENCE.id)
        return Finding(kind, rule.id, message, shown, witness, name, rule.file, rule.line)


def _goes_as_far(other: Rule, rule: Rule, policy: Policy) -> bool:
    """Whether a rule that holds leaves one of its kind nothing to do."""
    if rule.kind == "licence":
        return rule.point <= other.point
    if rule.kind == "waiver":
        named = {limit.id for limit in policy.limits if rule in waivers_of(policy, limit)}
        return named <= {limit.id for limit in policy.limits if other in waivers_of(policy, limit)}
    same_wait = not rule.until or rule.until == other.until or 0 in (other.point.use, other.point.when)
    forbids = 0 in (other.point.use, other.point.when)
    return other.point <= rule.point and (forbids or set(rule.oblige) <= set(other.oblige)) and same_wait
