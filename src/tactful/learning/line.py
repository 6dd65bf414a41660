"""Points from judgements: how much each level of each factor adds to the share of people who would mind.

Two likelihoods, both with a free level, so that nothing is ever compared across studies:

- *pairs* (published studies): one scenario was judged more acceptable than another of the same study.
  P(seen so) = 1 / (1 + exp(-(points of the other - points of the one) / `STEP`)).
- *ratings* (a panel): one person's ratings of several vignettes, less that person's mean.
  rating = level of the person - slope x points + noise, squared error.

Both are added to a normal prior around the points of a scorecard that was written down before (`prior`, `spread`), and
minimised under the declared inequalities: Newton's method, each step a quadratic programme. Small data leave a point
where the prior has it; that is the shrinkage.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from tactful.learning.constrained import Inequality, Sparse, solve

STEP = 5.0
"""Points by which two scenarios differ where three people in four... would see it so (odds of e to 1)."""
_MOST_STEPS = 40


class Pair(NamedTuple):
    """`more` is the row of the scenario that was judged more acceptable, less the row of the other."""

    difference: Sparse
    weight: float


class Prior(NamedTuple):
    """What is believed before: the points of every level, and how far off each may well be (standard deviation)."""

    points: Sequence[float]
    spread: Sequence[float]


def fit_pairs(
    pairs: Iterable[Pair], prior: Prior, inequalities: Sequence[Inequality], step: float = STEP
) -> list[float]:
    """The points, not rounded. The order of the pairs does not matter."""
    pairs = list(pairs)
    x = list(prior.points)
    loss = _loss(pairs, prior, x, step)
    for _ in range(_MOST_STEPS):
        matrix, right = _newton(pairs, prior, x, step)
        aim = solve(matrix, right, inequalities)
        length = 1.0
        while length > 1e-4:
            tried = [a + length * (b - a) for a, b in zip(x, aim, strict=True)]
            found = _loss(pairs, prior, tried, step)
            if found <= loss or length == 1.0 and loss == math.inf:
                break
            length /= 2
        moved = max((abs(a - b) for a, b in zip(x, tried, strict=True)), default=0.0)
        x, loss = tried, found
        if moved < 1e-4:
            break
    return x


def _newton(pairs: list[Pair], prior: Prior, x: list[float], step: float) -> tuple[list[list[float]], list[float]]:
    """The quadratic function that the loss looks like around x: its matrix and its right side."""
    size = len(x)
    matrix = [[0.0] * size for _ in range(size)]
    right = [0.0] * size
    for k in range(size):
        matrix[k][k] = 1 / prior.spread[k] ** 2
        right[k] = prior.points[k] * matrix[k][k]
    for difference, weight in pairs:
        items = tuple(difference.items())
        margin = sum(value * x[k] for k, value in items)
        wrong = 1 / (1 + math.exp(-margin / step)) if margin > -700 * step else 0.0
        curve = weight * max(wrong * (1 - wrong), 1e-6) / step**2
        pull = curve * margin - weight * wrong / step
        for k, value in items:
            right[k] += pull * value
            row, scaled = matrix[k], curve * value
            for other, amount in items:
                row[other] += scaled * amount
    return matrix, right


def _loss(pairs: list[Pair], prior: Prior, x: Sequence[float], step: float) -> float:
    total = sum(((a - b) / c) ** 2 / 2 for a, b, c in zip(x, prior.points, prior.spread, strict=True))
    for difference, weight in pairs:
        margin = sum(value * x[k] for k, value in difference.items()) / step
        total += weight * (math.log1p(math.exp(-abs(margin))) + max(margin, 0.0))
    return total


def points_of_row(row: Sparse, points: Sequence[float]) -> float:
    """The points of one scenario."""
    return sum(value * points[k] for k, value in row.items())
