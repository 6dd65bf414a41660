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


class Places:
    """The places that a policy tells apart; `names` are those that stand for the others."""

    def __init__(self, leaves: Iterable[Leaf]) -> None:
        slugs = {str(value) for leaf in leaves if isinstance(leaf, Atom) and leaf.key == OPEN for value in leaf.values}
        self.known = sorted({head for slug in slugs for head in _heads(slug)})
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
        """A column of places, each read as the one that stands for it."""
        return column.map_batches(self._read, return_dtype=pl.Enum(self.names), is_elementwise=True)

    def _read(self, places: pl.Series) -> pl.Series:
        met = places.unique().drop_nulls().cast(pl.String).to_list()
        valid = [place for place in met if self.standing_for(place)]
        table = pl.Series([self.standing_for(place) for place in valid], dtype=pl.Enum(self.names))
        if not valid:
            return pl.Series(places.name, [None] * len(places), dtype=pl.Enum(self.names))
        return table.gather(places.cast(pl.Enum(valid), strict=False).to_physical()).alias(places.name)


def _heads(slug: str) -> list[str]:
    """`us`, `us-wa` for `us-wa`."""
    parts = slug.split("-")
    return ["-".join(parts[:length]) for length in range(1, len(parts) + 1)]
