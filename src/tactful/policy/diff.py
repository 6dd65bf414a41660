"""For which flows two policies differ, with the smallest example found for each rule that makes a difference.

Complete on whether there is a difference: every way in which the two may differ is searched for over the whole abstract
domain of both (see `domain`), so an empty answer means that no flow gets another verdict, waits for something else or
owes another duty. The examples are small, not proved to be the smallest: no key can be left out of any. Where the word
for the verdict can change by a rule, the example shows that.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from operator import gt
from typing import Literal

import msgspec

from tactful.model.flow import Flow
from tactful.model.verdict import NAMES, Form, Point, Verdict, VerdictName
from tactful.policy.compile import compile_policy
from tactful.policy.domain import Domain
from tactful.policy.judge import Judge
from tactful.policy.meaning import Difference, Meaning, conditions_of, differences
from tactful.policy.rules import Policy
from tactful.policy.solve import Formula, Terms, every
from tactful.policy.witness import Finder, flows_of_cases

_FORMS: dict[str, tuple[Form, ...]] = {
    "select": ("silent",),
    "reach": ("softened",),
    "mention": ("softened", "explicit"),
}
_STANDS = ("never", "hold", "ask", "now")
Way = Literal["freer", "stricter", "otherwise"]


class Example(msgspec.Struct, frozen=True):
    """A flow that two policies judge differently, and the rule that makes the difference.

    `way` is freer where the new policy is higher on some axis (use, mention, when) by this rule, or the use stands
    higher in some form of a message; stricter where lower; otherwise where only what is waited for or owed differs.
    The points are (use, mention, when).
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
    terms = Terms(Domain(conditions_of(old, new)))
    known = [*flows_of_cases(old), *flows_of_cases(new)]
    comparison = _Comparison(Meaning(old, terms), Meaning(new, terms), Finder(terms, known))
    best: dict[tuple[Way, str], Example] = {}
    for example in comparison.examples():
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
    """Two policies side by side, with their judges."""

    def __init__(self, old: Meaning, new: Meaning, finder: Finder) -> None:
        self.old, self.new, self.finder = old, new, finder
        self.before, self.after = compile_policy(old.policy), compile_policy(new.policy)

    def ways(self, flow: Flow) -> frozenset[Way]:
        """How the new verdict differs."""
        before, after = self.before.verdict(flow), self.after.verdict(flow)
        found: set[Way] = set()
        stood, stands = stands_in(self.before, flow), stands_in(self.after, flow)
        if not after.point <= before.point or any(map(gt, stands, stood)):
            found.add("freer")
        if not before.point <= after.point or any(map(gt, stood, stands)):
            found.add("stricter")
        if not found and _said(before) != _said(after):
            found.add("otherwise")
        return frozenset(found)

    def examples(self) -> Iterator[Example]:
        """A small flow for every way in which they differ; where the word for the verdict can change, it does."""
        for difference in differences(self.old, self.new):
            way = difference.way
            changed = [self.finder.smallest(each, self._named(way)) for each in self._other_words(difference)]
            flows = [flow for flow in changed if flow is not None]
            if not flows:
                found = self.finder.smallest(difference.where, lambda flow, way=way: way in self.ways(flow))  # type: ignore[misc]
                flows = [] if found is None else [found]
            yield from (self._example(difference, flow) for flow in flows)

    def _other_words(self, difference: Difference) -> Iterator[Formula]:
        """Where a difference changes the name of the verdict: to each name or above, from below it."""
        free, strict = (self.old, self.new) if difference.way == "stricter" else (self.new, self.old)
        for rank in range(1, len(NAMES)) if difference.way != "otherwise" else ():
            yield every((difference.where, free.at_least(rank), strict.terms.opposite(strict.at_least(rank))))

    def _named(self, way: Way) -> Callable[[Flow], bool]:
        """Whether the word itself is freer, or stricter."""

        def shows(flow: Flow) -> bool:
            before, after = (NAMES.index(judge.verdict(flow).name) for judge in (self.before, self.after))
            return after > before if way == "freer" else after < before

        return shows

    def _example(self, difference: Difference, flow: Flow) -> Example:
        before, after = self.before.verdict(flow), self.after.verdict(flow)
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


def stands_in(judge: Judge, flow: Flow) -> tuple[int, ...]:
    """How the use stands in each form that its act may have in a message: 0 never, 1 hold, 2 ask, 3 now."""
    forms = _FORMS.get(str(flow.get("act")), ())
    return tuple(_STANDS.index(judge.standing(flow, form)[0]) for form in forms)


def _said(verdict: Verdict) -> tuple[tuple[str, ...], tuple[str, ...]]:
    return verdict.until, verdict.obligations


def _size(example: Example) -> tuple[bool, int, int, str, str]:
    """Fewest keys first, after those for which the word changes; of equal ones, the one that changes most."""
    jump = abs(NAMES.index(example.before) - NAMES.index(example.after))
    return not jump, len(example.flow), -jump, example.rule, repr(example.flow)
