"""A flow as the mixture of levels that a scorecard reads in it: what `discomfort` adds up, before any points.

discomfort = (start + the sum, over factors and levels, of weight x points) / scale. A known value has weight 1 at its
level; a missing one has the declared mixture, or that of all its values alike. A level that a factor does not list has
no points and is left out.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Mapping

from tactful.appropriateness.context import FitTable, fit_for
from tactful.appropriateness.scorecard import Factor, Scorecard
from tactful.model.flow import Flow, Value
from tactful.model.vocabulary import KEYS

Level = tuple[str, str]
"""A key and one of its levels."""


def levels_of(card: Scorecard) -> tuple[Level, ...]:
    """Every level that the scorecard gives points to, in the order of its file."""
    return tuple((factor.key, level) for factor in card.factors for level in factor.levels)


def weights(card: Scorecard, flow: Mapping[str, Value]) -> dict[Level, float]:
    """The mixture of levels of one flow."""
    out: dict[Level, float] = {}
    for factor in card.factors:
        value = flow.get(factor.key)
        if value is None:
            for level, weight in _missing(factor).items():
                out[factor.key, level] = weight
        elif (found := level_of(factor, value)) is not None:
            out[factor.key, found] = 1.0
    return out


def level_of(factor: Factor, value: Value) -> str | None:
    """The level of a value: of a number the one it has reached, of a category the longest it is or is under."""
    if factor.steps:
        if not isinstance(value, int | float):
            return None
        found = bisect_right(factor.steps, value, key=lambda step: step[0])
        start = factor.steps[found - 1][0] if found else None
        return next((level for level in factor.levels if float(level) == start), None)
    word = str(value).lower() if isinstance(value, bool) else str(value)
    separator = KEYS[factor.key].separator
    above = [level for level in factor.levels if word == level or (separator and word.startswith(level + separator))]
    return max(above, key=len, default=None)


def with_fit(table: FitTable, flow: Flow) -> Flow:
    """The flow with `scenario.fit` from the table, where it has none and the table knows it.

    For `discomfort` only: where a flow does not say how ordinary something is, rules take the least favourable.
    """
    if "scenario.fit" in flow:
        return flow
    category, sector, purpose = (flow.get(key) for key in ("fact.category", "scenario.sector", "scenario.purpose"))
    if not (isinstance(category, str) and isinstance(sector, str) and isinstance(purpose, str)):
        return flow
    fit = fit_for(table, category, sector, purpose)
    return flow if fit is None else {**flow, "scenario.fit": fit}


def _missing(factor: Factor) -> dict[str, float]:
    if factor.mixture:
        return factor.mixture
    if factor.steps:
        return {level: 1 / len(factor.levels) for level in factor.levels}
    found = Counter(level_of(factor, value) for value in factor.points)
    return {level: count / len(factor.points) for level, count in found.items() if level is not None}
