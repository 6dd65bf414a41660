"""For which flows two policies differ, with the smallest example found for each rule that makes a difference.

Complete on whether there is a difference: every way in which the two may differ is searched for over the whole abstract
domain of both (see `domain`), so an empty answer means that no flow gets another verdict, waits for something else or
owes another duty. The examples are small, not proved to be the smallest: no key can be left out of any.
"""

from __future__ import annotations

from typing import Literal

import msgspec

from tactful.model.flow import Flow
from tactful.model.verdict import Point, Verdict, VerdictName
from tactful.policy.compile import compile_policy
from tactful.policy.domain import Domain
from tactful.policy.meaning import Difference, Meaning, differences
from tactful.policy.rules import Policy
from tactful.policy.solve import Terms
from tactful.policy.witness import Finder, flows_of_cases

Way = Literal["freer", "stricter", "otherwise"]


class Example(msgspec.Struct, frozen=True):
    """A flow that two policies judge differently, and the rule that makes the difference.

    `way` is freer where the new policy is higher on some axis (use, mention, when) by this rule, stricter where it is
    lower, otherwise where only what is waited for or what is owed differs. The points are (use, mention, when).
    """

    way: Way
    rule: str
    flow: Flow
    before: VerdictName
    after: VerdictName
    point_before: Point
    point_after: Point
    because_before: tuple[str, ...]
    because_after: tuple[str, ...]


class PolicyDiff(msgspec.Struct, frozen=True):
    """How two policies differ. Examples come fewest keys first, at most one for each rule and way.

    Of `considered` flows (the cases of both policies and the examples) `freer` get a freer verdict, `stricter` a
    stricter one (both, where one axis rises and another falls) and `otherwise` the same with other duties or another
    wait.
    """

    before: str
    after: str
    considered: int
    freer: int
    stricter: int
    otherwise: int
    examples: tuple[Example, ...]

    @property
    def same(self) -> bool:
        """No flow is judged differently."""
        return not self.examples

    def of(self, way: Way) -> tuple[Example, ...]:
        """The examples of one way."""
        return tuple(example for example in self.examples if example.way == way)


def diff_policies(old: Policy, new: Policy) -> PolicyDiff:
    """Compare the rules of two policies; their cases only serve as flows to count and to show."""
    terms = Terms(Domain(rule.when for rule in (*old.rules, *new.rules)))
    known = [*flows_of_cases(old), *flows_of_cases(new)]
    comparison = _Comparison(old, new)
    finder = Finder(terms, known)
    best: dict[tuple[Way, str], Example] = {}
    for difference in differences(Meaning(old, terms), Meaning(new, terms)):
        example = comparison.example(difference, finder)
        if example is not None:
            place = (example.way, example.rule)
            if place not in best or _size(example) < _size(best[place]):
                best[place] = example
    examples = tuple(sorted(best.values(), key=_size))
    flows = [*known, *(example.flow for example in examples)]
    counted = [comparison.ways(flow) for flow in {repr(sorted(flow.items())): flow for flow in flows}.values()]
    return PolicyDiff(
        before=f"{old.name} {old.version}",
        after=f"{new.name} {new.version}",
        considered=len(counted),
        freer=sum("freer" in ways for ways in counted),
        stricter=sum("stricter" in ways for ways in counted),
        otherwise=sum("otherwise" in ways for ways in counted),
        examples=examples,
    )


class _Comparison:
    """Two judges side by side."""

    def __init__(self, old: Policy, new: Policy) -> None:
        self.old, self.new = compile_policy(old), compile_policy(new)

    def ways(self, flow: Flow) -> frozenset[Way]:
        """How the new verdict differs."""
        before, after = self.old.verdict(flow), self.new.verdict(flow)
        found: set[Way] = set()
        if not after.point <= before.point:
            found.add("freer")
        if not before.point <= after.point:
            found.add("stricter")
        if not found and _said(before) != _said(after):
            found.add("otherwise")
        return frozenset(found)

    def example(self, difference: Difference, finder: Finder) -> Example | None:
        """The smallest flow found of one way to differ; None where there is none at all."""
        flow = finder.smallest(difference.where, lambda flow: difference.way in self.ways(flow))
        if flow is None:
            return None
        before, after = self.old.verdict(flow), self.new.verdict(flow)
        return Example(
            way=difference.way,
            rule=difference.rule.id,
            flow=flow,
            before=before.name,
            after=after.name,
            point_before=before.point,
            point_after=after.point,
            because_before=before.because,
            because_after=after.because,
        )


def _said(verdict: Verdict) -> tuple[tuple[str, ...], tuple[str, ...]]:
    return verdict.until, verdict.obligations


def _size(example: Example) -> tuple[int, str, str]:
    return len(example.flow), example.rule, repr(example.flow)
