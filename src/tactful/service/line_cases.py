"""What the cases of a policy ask of a scorecard: how far over or under the line each of them must come out.

A case names a verdict. Between the thresholds of the rules that read `norm.excess` the verdict is the same, so each
case leaves a range of excess that gives what it names, or all of it where other rules decide.
"""

from __future__ import annotations

from typing import NamedTuple

from tactful.appropriateness.line_features import levels_of, weights
from tactful.appropriateness.scorecard import TRUST, Scorecard, estimate, leeway
from tactful.learning.constrained import Inequality
from tactful.model.flow import Flow
from tactful.policy.comparisons import leaves
from tactful.policy.judge import Judge
from tactful.policy.rules import Atom, Case, Policy
from tactful.service.packs import Rules

EXCESS = "norm.excess"
ROOM = 2.0
"""Per cent by which a bound is kept, so that rounding the points to whole ones does not break it."""


class Kept(NamedTuple):
    """A flow and the excess that it may have: above `low`, at most `high`; None where nothing bounds it."""

    name: str
    flow: Flow
    low: float | None
    high: float | None


def kept_by_cases(rules: Rules) -> tuple[Kept, ...]:
    """The bounds of every case of one flow that the line can decide."""
    steps = thresholds(rules.policy)
    found = []
    for case in rules.policy.cases:
        if case.variants or EXCESS in case.given or not case.expect:
            continue
        good = [number for number, excess in enumerate(_between(steps)) if _as_named(rules.judge, case, excess)]
        if good and len(good) <= len(steps):
            low = steps[good[0] - 1] if good[0] else None
            high = steps[good[-1]] if good[-1] < len(steps) else None
            found.append(Kept(case.name, case.given, low, high))
    return tuple(found)


def thresholds(policy: Policy) -> tuple[float, ...]:
    """The values that rules compare `norm.excess` with."""
    found = {
        value
        for rule in policy.rules
        for leaf in leaves(rule.when)
        if isinstance(leaf, Atom) and leaf.key == EXCESS
        for value in leaf.values
        if isinstance(value, int | float)
    }
    return tuple(sorted(found))


def bounds(card: Scorecard, kept: tuple[Kept, ...]) -> list[Inequality]:
    """The bounds as inequalities between points, for cases that say everything the scorecard reads."""
    number = {level: at for at, level in enumerate(levels_of(card))}
    out = []
    for each in kept:
        if any(key != TRUST for key in estimate(card, each.flow).assumed):
            continue
        row = {number[level]: weight for level, weight in weights(card, each.flow).items()}
        line = leeway(card, each.flow.get(TRUST))
        if each.high is not None:
            most = (line + each.high - ROOM / 100) * card.scale - card.start
            out.append(Inequality({at: -weight for at, weight in row.items()}, -most))
        if each.low is not None:
            out.append(Inequality(row, (line + each.low + ROOM / 100) * card.scale - card.start))
    return out


def broken(card: Scorecard, kept: tuple[Kept, ...]) -> tuple[str, ...]:
    """The names of the cases that do not come out with this scorecard."""
    out = []
    for each in kept:
        excess = estimate(card, each.flow).excess
        if (each.high is not None and excess > each.high) or (each.low is not None and excess <= each.low):
            out.append(each.name)
    return tuple(out)


def _between(steps: tuple[float, ...]) -> list[float]:
    """An excess at or under the least threshold, at each further one, and above the greatest."""
    return [*steps, steps[-1] + 1] if steps else []


def _as_named(judge: Judge, case: Case, excess: float) -> bool:
    verdict = judge.verdict({**case.given, EXCESS: excess})
    wanted = case.expect
    return (
        verdict.name == wanted.get("verdict", verdict.name)
        and set(wanted.get("because", ())) <= set(verdict.because)
        and set(wanted.get("obligations", ())) <= set(verdict.obligations)
    )
