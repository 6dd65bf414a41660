"""The least of a quadratic function under inequalities, by Hildreth's method (Naval Res. Log. Q. 4, 1957).

    minimise  1/2 x'Hx - g'x   subject to   a'x >= b   for every (a, b)

1. Solve without the inequalities.
2. For each inequality in turn, give its multiplier the value at which it just holds, but never less than 0.
3. Go round until nothing moves. What the multipliers pull apart is the answer, to within `TOLERANCE`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

Sparse = dict[int, float]
TOLERANCE = 1e-9
_MOST_ROUNDS = 5000


class Inequality(NamedTuple):
    """a'x >= least."""

    a: Sparse
    least: float


def solve(matrix: list[list[float]], right: Sequence[float], inequalities: Sequence[Inequality]) -> list[float]:
    """The least point. `matrix` is symmetric and positive definite; raises ZeroDivisionError where it is not."""
    back = inverse(matrix)
    x = [sum(row[k] * right[k] for k in range(len(right))) for row in back]
    steps = [_times(back, each.a) for each in inequalities]
    curves = [sum(each.a[k] * step[k] for k in each.a) for each, step in zip(inequalities, steps, strict=True)]
    multipliers = [0.0] * len(inequalities)
    for _ in range(_MOST_ROUNDS):
        moved = 0.0
        for number, each in enumerate(inequalities):
            short = each.least - sum(value * x[k] for k, value in each.a.items())
            change = max(-multipliers[number], short / curves[number])
            if abs(change) > TOLERANCE:
                multipliers[number] += change
                step = steps[number]
                for k in range(len(x)):
                    x[k] += change * step[k]
                moved = max(moved, abs(change))
        if moved <= TOLERANCE:
            break
    return x


def inverse(matrix: list[list[float]]) -> list[list[float]]:
    """The inverse of a symmetric positive definite matrix. Rows with nothing but their diagonal cost nothing."""
    size = len(matrix)
    full = [i for i in range(size) if any(matrix[i][j] for j in range(size) if j != i)]
    out = [[0.0] * size for _ in range(size)]
    for i in set(range(size)) - set(full):
        out[i][i] = 1 / matrix[i][i]
    block = _inverse_of_block([[matrix[i][j] for j in full] for i in full])
    for i, row in zip(full, block, strict=True):
        for j, value in zip(full, row, strict=True):
            out[i][j] = value
    return out


def _inverse_of_block(matrix: list[list[float]]) -> list[list[float]]:
    """Gauss-Jordan; no exchange of rows is needed where the matrix is positive definite."""
    size = len(matrix)
    work = [[*row, *(1.0 if i == j else 0.0 for j in range(size))] for i, row in enumerate(matrix)]
    for i in range(size):
        pivot = work[i][i]
        top = work[i] = [value / pivot for value in work[i]]
        for j in range(size):
            times = work[j][i]
            if j != i and times:
                work[j] = [value - times * above for value, above in zip(work[j], top, strict=True)]
    return [row[size:] for row in work]


def _times(matrix: list[list[float]], a: Sparse) -> list[float]:
    return [sum(row[k] * value for k, value in a.items()) for row in matrix]
