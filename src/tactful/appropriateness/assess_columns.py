"""Frames of flows judged with the scorecard: what `assess` says of one flow, in the same order of arithmetic."""

from __future__ import annotations

from functools import reduce
from itertools import product
from operator import add

import polars as pl

from tactful.appropriateness.context import FitTable, fit_for
from tactful.appropriateness.scorecard import TRUST, Factor, Scorecard, points_of
from tactful.model.vocabulary import KEYS
from tactful.policy.columns.judge import ColumnJudge, Upstream, compile_columns
from tactful.policy.rules import Policy
from tactful.policy.source import values_of

FIT = "scenario.fit"
PLACE = ("fact.category", "scenario.sector", "scenario.purpose")


def assess_columns(policy: Policy, card: Scorecard, fits: FitTable | None = None) -> ColumnJudge:
    """The judge on columns behind a scorecard. Its answers also have `discomfort` and `discomfort_at_most`.

    With `fits`, `discomfort` takes how ordinary the knowledge is from the table where a row does not say; rules do not.
    """
    return compile_columns(policy, upstream_of(card, fits))


def upstream_of(card: Scorecard, fits: FitTable | None = None) -> Upstream:
    """The scorecard as expressions: points, sums, shares, and what exceeds the leeway."""
    names = [f"points {place}" for place in range(len(card.factors))]
    points = [_points(factor).alias(name) for factor, name in zip(card.factors, names, strict=True)]
    zero = pl.lit(0, dtype=pl.Int64)

    def total(missing: str) -> pl.Expr:
        found = [pl.col(n).fill_null(getattr(factor, missing)) for factor, n in zip(card.factors, names, strict=True)]
        return reduce(add, found, zero)

    looked_up = {factor.key: _looked_up(factor, fits) for factor in card.factors if factor.key == FIT and fits}
    known = [
        pl.coalesce(pl.col(name), looked_up[factor.key]) if factor.key in looked_up else pl.col(name)
        for factor, name in zip(card.factors, names, strict=True)
    ]
    sure = reduce(add, (each.fill_null(0) for each in known), zero)
    average = reduce(
        add,
        (
            pl.when(each.is_null()).then(factor.average).otherwise(_taken_back(factor))
            for factor, each in zip(card.factors, known, strict=True)
        ),
        pl.lit(0.0),
    )
    shares = (
        _share(card, sure.cast(pl.Float64) + average).alias("discomfort"),
        _share(card, total("worst").cast(pl.Float64)).alias("discomfort_at_most"),
        _share(card, total("best").cast(pl.Float64)).alias("discomfort at best"),
    )
    excess = (
        (pl.col("discomfort_at_most") - _leeway(card, 0.0)).alias("worst"),
        (pl.col("discomfort at best") - _leeway(card, 1.0)).alias("best"),
    )
    read = PLACE if looked_up else ()
    keys = dict.fromkeys((*(factor.key for factor in card.factors), *read, TRUST))
    return Upstream(tuple(keys), (tuple(points), shares, excess), ("discomfort", "discomfort_at_most"))


def _points(factor: Factor) -> pl.Expr:
    """The points of each row's level, null where it is missing."""
    column = pl.col(factor.key)
    if KEYS[factor.key].kind == "number":
        found = pl.lit(0, dtype=pl.Int64)
        for start, points in factor.steps:
            found = pl.when(column >= start).then(pl.lit(points, dtype=pl.Int64)).otherwise(found)
        return pl.when(column.is_not_null()).then(found)
    levels = pl.lit(pl.Series([points_of(factor, value) for value in values_of(factor.key)], dtype=pl.Int64))
    return levels.gather(column.cast(pl.UInt8) if KEYS[factor.key].kind == "bool" else column.to_physical())


def _looked_up(factor: Factor, fits: FitTable | None) -> pl.Expr:
    """The points of the fit that the table gives for a row's category, sector and purpose; null where none."""
    every = [values_of(key) for key in PLACE]
    found = [fit_for(fits, *map(str, place)) if fits else None for place in product(*every)]
    points = pl.lit(pl.Series([None if fit is None else points_of(factor, fit) for fit in found], dtype=pl.Int64))
    at = pl.lit(0, dtype=pl.UInt32)
    for key, values in zip(PLACE, every, strict=True):
        at = at * len(values) + pl.col(key).to_physical().cast(pl.UInt32)
    return points.gather(at)


def _taken_back(factor: Factor) -> pl.Expr:
    """What `discomfort` takes back of the points of a coarse category; nothing elsewhere."""
    if not factor.usual:
        return pl.lit(0.0)
    names = values_of(factor.key)
    back = [float(factor.usual.get(value, factor.points[value]) - factor.points[value]) for value in names]
    return pl.lit(pl.Series(back, dtype=pl.Float64)).gather(pl.col(factor.key).to_physical())


def _share(card: Scorecard, points: pl.Expr) -> pl.Expr:
    """Divided by a column: over a number, Polars multiplies by the reciprocal, which may give another float."""
    scale = points * 0.0 + float(card.scale)
    return ((points + float(card.start)) / scale).clip(0.0, 1.0)


def _leeway(card: Scorecard, missing: float) -> pl.Expr:
    return card.base + card.per_trust * pl.col(TRUST).fill_null(missing)
