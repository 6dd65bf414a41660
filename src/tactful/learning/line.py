"""Points from judgements: how much each level of each factor adds to the share of people who would mind.

Two likelihoods, both with a free level, so that nothing is ever compared across studies or people:

- *pairs* (published studies): two scenarios of one study, of which the first was judged more acceptable by so many per
  cent of people. The share of comparisons that would go that way is 1 / (1 + exp(-per cent / `STEP`)); the points say
  the same of the per cent that they make of the second less the first; the loss is the cross entropy between the two.
  A small difference says that the points are nearly equal. A study weighs as many pairs as it has scenarios less one,
  and at most `MOST`: what n scenarios tell, however many pairs they make.
- *ratings* (a panel): one person's ratings of several vignettes, from -100 to 100, less that person's mean.
  rating = level of the person - 2 x per cent + noise; squared error over `NOISE`.

Rows are in per cent: the mixture of levels of a scenario, times what one point is in per cent of people.

To either is added a normal prior around points that were written down before, and the sum is made least under the
declared inequalities: Newton's method, each step a quadratic programme. Where judgements are few a point stays where
the prior has it; that is the shrinkage.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from tactful.learning.constrained import Inequality, Sparse, solve
from tactful.learning.judgements import Compared, preference

STEP = 8.0
MOST = 20
NOISE = 50.0
RATING_PER_CENT = 2.0
_MOST_STEPS = 40
_STILL = 1e-4


class Pair(NamedTuple):
    """The row of the scenario that was judged more acceptable less the row of the other, and how often it was."""

    difference: Sparse
    weight: float


class Prior(NamedTuple):
    """What is believed before: the points of every level, and how far off each may well be (standard deviation)."""

    points: Sequence[float]
    spread: Sequence[float]


class Rating(NamedTuple):
    """One vignette as one person rated it, -100 to 100."""

    person: str
    row: Sparse
    value: float


def pairs_of(found: Iterable[Compared], rows: Mapping[str, Sparse], step: float = STEP, most: int = MOST) -> list[Pair]:
    """Comparisons as pairs with weights. `rows` are the mixtures of levels, by the id of a scenario."""
    by_study: dict[str, list[Compared]] = {}
    for each in found:
        by_study.setdefault(each.study, []).append(each)
    out: dict[tuple[tuple[int, float], ...], float] = {}
    for members in by_study.values():
        scenarios = {name for each in members for name in (each.more, each.less)}
        weight = min(len(scenarios) - 1, most) / len(members)
        for each in members:
            share = preference(each.by, step)
            for sign, part in ((1.0, share), (-1.0, 1 - share)):
                key = _difference(rows[each.more], rows[each.less], sign)
                out[key] = out.get(key, 0.0) + weight * part
    return [Pair(dict(key), weight) for key, weight in sorted(out.items())]


def _difference(one: Sparse, other: Sparse, sign: float) -> tuple[tuple[int, float], ...]:
    levels = sorted(one.keys() | other.keys())
    values = ((k, sign * (one.get(k, 0.0) - other.get(k, 0.0))) for k in levels)
    return tuple((k, value) for k, value in values if abs(value) > 1e-12)


def fit_pairs(
    pairs: Sequence[Pair], prior: Prior, inequalities: Sequence[Inequality], step: float = STEP
) -> list[float]:
    """The points, not rounded."""
    x = list(prior.points)
    loss = _loss(pairs, prior, x, step)
    for _ in range(_MOST_STEPS):
        aim = solve(*_newton(pairs, prior, x, step), inequalities)
        length, tried, found = 1.0, aim, _loss(pairs, prior, aim, step)
        while found > loss and length > _STILL and _keeps(x, inequalities):
            length /= 2
            tried = [a + length * (b - a) for a, b in zip(x, aim, strict=True)]
            found = _loss(pairs, prior, tried, step)
        moved = max((abs(a - b) for a, b in zip(x, tried, strict=True)), default=0.0)
        x, loss = tried, found
        if moved < _STILL:
            break
    return x


def _keeps(x: Sequence[float], inequalities: Sequence[Inequality]) -> bool:
    """Whether x keeps every inequality: from a start that does not, the first step may well go up."""
    return all(points_of_row(each.a, x) >= each.least - _STILL for each in inequalities)


def fit_ratings(ratings: Sequence[Rating], prior: Prior, inequalities: Sequence[Inequality]) -> list[float]:
    """The points, not rounded, from one panel."""
    matrix, right = _believed(prior)
    people: dict[str, list[Rating]] = {}
    for each in ratings:
        people.setdefault(each.person, []).append(each)
    scale = (RATING_PER_CENT / NOISE) ** 2
    for members in people.values():
        level = sum(each.value for each in members) / len(members)
        mean: Sparse = {}
        for each in members:
            for k, value in each.row.items():
                mean[k] = mean.get(k, 0.0) + value / len(members)
        for each in members:
            _add(matrix, each.row, scale)
            minded = (level - each.value) / RATING_PER_CENT
            for k, value in each.row.items():
                right[k] += scale * minded * value
        _add(matrix, mean, -scale * len(members))
    return solve(matrix, right, inequalities)


def _newton(pairs: Sequence[Pair], prior: Prior, x: list[float], step: float) -> tuple[list[list[float]], list[float]]:
    """The quadratic function that the loss looks like around x: its matrix and its right side."""
    matrix, right = _believed(prior)
    for difference, weight in pairs:
        margin = points_of_row(difference, x)
        wrong = 1 / (1 + math.exp(min(-margin / step, 700.0)))
        curve = weight * max(wrong * (1 - wrong), 1e-6) / step**2
        pull = curve * margin - weight * wrong / step
        for k, value in difference.items():
            right[k] += pull * value
        _add(matrix, difference, curve)
    return matrix, right


def _believed(prior: Prior) -> tuple[list[list[float]], list[float]]:
    size = len(prior.points)
    matrix = [[0.0] * size for _ in range(size)]
    for k in range(size):
        matrix[k][k] = 1 / prior.spread[k] ** 2
    return matrix, [prior.points[k] * matrix[k][k] for k in range(size)]


def _add(matrix: list[list[float]], row: Sparse, times: float) -> None:
    """matrix + times x row row'."""
    items = tuple(row.items())
    for k, value in items:
        line, scaled = matrix[k], times * value
        for other, amount in items:
            line[other] += scaled * amount


def _loss(pairs: Sequence[Pair], prior: Prior, x: Sequence[float], step: float) -> float:
    total = sum(((a - b) / c) ** 2 / 2 for a, b, c in zip(x, prior.points, prior.spread, strict=True))
    for difference, weight in pairs:
        margin = points_of_row(difference, x) / step
        total += weight * (math.log1p(math.exp(-abs(margin))) + max(margin, 0.0))
    return total


def points_of_row(row: Sparse, points: Sequence[float]) -> float:
    """The points of one scenario, or the difference of two."""
    return sum(value * points[k] for k, value in row.items())
