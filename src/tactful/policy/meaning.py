"""What a policy says, as formulas: when a rule counts, when a point is reached, how two policies differ.

As licences open and limits narrow (SEMANTICS 4 to 7), "the point is at this level or above on this axis" means: a
licence that holds opens to that level, and no limit that counts stays below it. Whether two policies differ, or a claim
fails, is then a question for `solve`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Literal, NamedTuple

import msgspec

from tactful.model.verdict import DUTY_NEEDS, NAMES, OPENINGS
from tactful.policy.load_rules import BUILT_IN
from tactful.policy.rules import Atom, Claim, Condition, Const, Policy, Rule
from tactful.policy.solve import NO, YES, Formula, Terms, every, some

USE, MENTION, WHEN = range(3)
TOP = 2
"""The highest level of every axis."""
SHOWN: dict[int, Condition] = {
    1: Atom("act", "in", ("mention", "reach")),
    2: Atom("act", "==", ("mention",)),
}
"""The acts that a message may need this much mention for: speaking to her is never silent (SEMANTICS 16)."""
ANY_LICENCE = Rule(kind="licence", id="any-licence", when=Const(True), when_text="true", point=OPENINGS["say"])
"""What is assumed to open where a policy has no licence of its own, so that its limits can be looked at."""


def with_any_licence(policy: Policy) -> Policy:
    """The policy, with a licence for everything where it has none."""
    return policy if policy.licences else msgspec.structs.replace(policy, licences=(ANY_LICENCE,))


def conditions_of(*policies: Policy) -> list[Condition]:
    """What policies can tell apart, and what the forms of a message tell apart."""
    return [*SHOWN.values(), *(rule.when for policy in policies for rule in policy.rules)]


def without_rule(policy: Policy, rule: Rule) -> Policy:
    """The policy less one rule. A waiver keeps what it names, so that only this rule is gone."""
    return msgspec.structs.replace(
        policy,
        licences=tuple(each for each in policy.licences if each.id != rule.id),
        limits=tuple(each for each in policy.limits if each.id != rule.id),
        waivers=tuple(each for each in policy.waivers if each.id != rule.id),
    )


def law_alone(policy: Policy) -> Policy:
    """The limits of the law, and those that cannot be dropped, with a licence for everything."""
    law = tuple(each for each in policy.limits if each.tier == "law" or each.file == BUILT_IN)
    return msgspec.structs.replace(policy, licences=(ANY_LICENCE,), limits=law, waivers=())


def waivers_of(policy: Policy, limit: Rule) -> tuple[Rule, ...]:
    """The waivers that may waive a limit."""
    if limit.tier != "norm":
        return ()
    return tuple(each for each in policy.waivers if "*" in each.waives or limit.id in each.waives)


class Difference(NamedTuple):
    """A way in which two policies differ, the rule that makes it, and the formula of where."""

    way: Literal["freer", "stricter", "otherwise"]
    rule: Rule
    where: Formula


class Meaning:
    """One policy over a domain that it may share with others."""

    def __init__(self, policy: Policy, terms: Terms) -> None:
        self.policy = policy
        self.terms = terms
        self._active = {limit.id: self._counts(limit) for limit in policy.limits}
        self._quiet = {name: terms.opposite(formula) for name, formula in self._active.items()}
        self._opens = {licence.id: terms.definitely(licence.when) for licence in policy.licences}

    def counts(self, rule: Rule) -> Formula:
        """Where a rule counts: a limit possibly holds and is not waived, a licence or waiver definitely holds."""
        if rule.kind == "limit":
            return self._active[rule.id]
        return self._opens[rule.id] if rule.kind == "licence" else self.terms.definitely(rule.when)

    def reaches(self, axis: int, level: int) -> Formula:
        """The point is at this level or above on this axis."""
        return every((self.opened(axis, level), self.not_kept_below(axis, level)))

    def opened(self, axis: int, level: int) -> Formula:
        """A licence that holds opens to this level on this axis."""
        if not level:
            return YES
        return some(self._opens[each.id] for each in self.policy.licences if each.point[axis] >= level)

    def asks(self) -> Formula:
        """A licence holds that opens `ask`: then a form of a message that no licence opens may be asked about."""
        return some(self._opens[each.id] for each in self.policy.licences if each.point.use == 1)

    def not_kept_below(self, axis: int, level: int) -> Formula:
        """No limit that counts keeps this axis below the level."""
        return every(self._quiet[each.id] for each in self.policy.limits if each.point[axis] < level)

    def at_least(self, rank: int) -> Formula:
        """The verdict's name has this rank among `NAMES` or a higher one (SEMANTICS 11)."""
        if rank <= 0:
            return YES
        if rank >= len(NAMES):
            return NO
        levels = ((USE, 1), (WHEN, 1)), ((WHEN, 2),), ((USE, 2),), ((MENTION, 1),), ((MENTION, 2),)
        return every(self.reaches(axis, level) for step in levels[:rank] for axis, level in step)

    def breaks(self, claim: Claim) -> Formula:
        """The flow is as the claim says, and the verdict is not."""
        rank = NAMES.index(claim.verdict)
        here, above = self.at_least(rank), self.at_least(rank + 1)
        below = self.terms.opposite(here)
        wrong = {
            "==": some((below, above)),
            "!=": every((here, self.terms.opposite(above))),
            "<": here,
            "<=": above,
            ">": self.terms.opposite(above),
            ">=": below,
        }[claim.op]
        return every((self.terms.definitely(claim.when), wrong))

    def waits_for(self, until: str) -> Formula:
        """The verdict is `hold`, and this must happen first."""
        later = self.terms.opposite(self.reaches(WHEN, 2))
        named = some(self._active[each.id] for each in self.policy.limits if each.until == until)
        return every((named, self.at_least(1), later))

    def owes(self, duty: str) -> Formula:
        """This duty is due (SEMANTICS 18)."""
        named = some(self._active[each.id] for each in self.policy.limits if duty in each.oblige)
        return every((named, self.at_least(1), self.reaches(MENTION, DUTY_NEEDS[duty])))

    def _counts(self, limit: Rule) -> Formula:
        free = (self.terms.opposite(self.terms.definitely(each.when)) for each in waivers_of(self.policy, limit))
        return every((self.terms.possibly(limit.when), *free))


def differences(old: Meaning, new: Meaning) -> Iterator[Difference]:
    """Every way in which two policies may differ; together the formulas hold wherever they do, and nowhere else.

    What differs is the point of the verdict, how a use stands in a message, what is waited for, or the duties due. Only
    rules that one of the two does not have in the same meaning can make a difference.
    """
    yield from (Difference("freer", rule, where) for rule, where in _loosened(old, new))
    yield from (Difference("stricter", rule, where) for rule, where in _loosened(new, old))
    for here, there in ((old, new), (new, old)):
        for limit in _changed(here.policy.limits, here.policy, there.policy):
            for name in (limit.until,) if limit.until else ():
                yield from _either(limit, here, here.waits_for(name), there.waits_for(name))
            for name in limit.oblige:
                yield from _either(limit, here, here.owes(name), there.owes(name))


def _loosened(strict: Meaning, free: Meaning) -> Iterator[tuple[Rule, Formula]]:
    """Where the second policy is freer on some axis: by a limit that it lacks, or by a licence that the first lacks."""
    for limit in _changed(strict.policy.limits, strict.policy, free.policy):
        wider = [free.reaches(axis, level + 1) for axis, level in enumerate(limit.point) if level < TOP]
        wider += [_asked_about(free, level) for level in range(limit.point.mention + 1, TOP + 1)]
        yield limit, every((strict.counts(limit), some(wider)))
    for licence in _changed(free.policy.licences, free.policy, strict.policy):
        steps = ((axis, level) for axis, top in enumerate(licence.point) for level in range(1, top + 1))
        wider = [
            every((free.not_kept_below(axis, level), strict.terms.opposite(strict.opened(axis, level))))
            for axis, level in steps
        ]
        if licence.point.use == 1:
            shut = strict.terms.opposite(strict.asks())
            closed = [strict.terms.opposite(strict.opened(MENTION, level)) for level in range(TOP + 1)]
            wider += [every((_asked_about(free, level), shut, closed[level])) for level in range(1, TOP + 1)]
        yield licence, every((free.counts(licence), some(wider)))


def _asked_about(free: Meaning, level: int) -> Formula:
    """A form of a message that needs this much mention is at least asked about, by a licence that opens `ask`."""
    return every((free.terms.definitely(SHOWN[level]), free.not_kept_below(MENTION, level), free.asks()))


def _changed(rules: Iterable[Rule], mine: Policy, other: Policy) -> Iterator[Rule]:
    """The rules that the other policy does not have in this meaning, whatever they are called there."""
    theirs = {_means(rule, other) for rule in other.rules}
    return (rule for rule in rules if _means(rule, mine) not in theirs)


def _means(rule: Rule, policy: Policy) -> tuple[object, ...]:
    waived = frozenset(each.when for each in waivers_of(policy, rule)) if rule.kind == "limit" else frozenset()
    return rule.kind, rule.when, rule.point, rule.until, frozenset(rule.oblige), waived


def _either(rule: Rule, here: Meaning, one: Formula, other: Formula) -> Iterator[Difference]:
    """Where exactly one of two formulas holds."""
    yield Difference("otherwise", rule, every((one, here.terms.opposite(other))))
    yield Difference("otherwise", rule, every((other, here.terms.opposite(one))))
