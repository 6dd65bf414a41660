"""Jurisdictions on columns. They are not listed, but a policy tells only finitely many apart.

What the comparisons of a policy say of a place depends on how far it agrees with the slugs that the policy names, and
on whether it ends there. So every place is read as one that stands for all like it.
"""

from __future__ import annotations

from collections.abc import Iterable

import polars as pl

from tactful.model.flow import read_value
from tactful.model.vocabulary import KEYS
from tactful.policy.columns.conditions import Leaf
from tactful.policy.rules import Atom
from tactful.policy.source import OPEN

_BEYOND, _ELSEWHERE = "…", "elsewhere"
_MOST_MET = 1_000
_FEW = 12


class Places:
    """The places that a policy tells apart; `names` are those that stand for the others."""

    def __init__(self, leaves: Iterable[Leaf]) -> None:
        slugs = {str(value) for leaf in leaves if isinstance(leaf, Atom) and leaf.key == OPEN for value in leaf.values}
        self.known = sorted({head for slug in slugs for head in _heads(slug)})
        self._met: tuple[str, ...] = ()
        self.names = (*self.known, *(f"{place}-{_BEYOND}" for place in self.known), _ELSEWHERE)

    def standing_for(self, place: str) -> str | None:
        """The place that is read instead of this one; None where this is no place."""
        if read_value(KEYS[OPEN], place)[1]:
            return None
        heads = _heads(place)
        agreed = [head for head in heads if head in self.known]
        if not agreed:
            return _ELSEWHERE
        return place if agreed[-1] == place else f"{agreed[-1]}-{_BEYOND}"

    def read(self, column: pl.Expr) -> pl.Expr:
        """A column of places, each read as the one that stands for it. Those met are remembered."""
        return column.map_batches(self._read, return_dtype=pl.Enum(self.names), is_elementwise=True)

    def _read(self, places: pl.Series) -> pl.Series:
        met, dtype = self._met, pl.Enum(self.names)
        if 0 < len(met) <= _FEW:
            read = places.to_frame().select_seq(self._one_of(pl.col(places.name), met)).to_series()
            if read.null_count() == places.null_count():
                return read
        codes = places.cast(pl.Enum(met), strict=False)
        if codes.null_count() > places.null_count():
            new = places.filter(codes.is_null()).unique().drop_nulls().cast(pl.String).sort().to_list()
            met = (*met, *new)
            codes = places.cast(pl.Enum(met), strict=False)
            self._met = met[:_MOST_MET]
        table = pl.Series([*map(self.standing_for, met), None], dtype=dtype)
        return table.gather(codes.to_physical()).alias(places.name)

    def _one_of(self, column: pl.Expr, met: tuple[str, ...]) -> pl.Expr:
        """A column of few places by comparing it with each: half as long as finding each text among any number."""
        dtype = pl.Enum(self.names)
        found = pl.lit(None, dtype=dtype)
        for place in met:
            found = pl.when(column == place).then(pl.lit(self.standing_for(place), dtype=dtype)).otherwise(found)
        return found


def _heads(slug: str) -> list[str]:
    """`us`, `us-wa` for `us-wa`."""
    parts = slug.split("-")
    return ["-".join(parts[:length]) for length in range(1, len(parts) + 1)]
