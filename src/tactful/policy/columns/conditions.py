"""Conditions as Boolean expressions of three values: true, false, and null where it is not known (SEMANTICS 4).

`&` and `|` over columns follow Kleene's tables, as `truth` does. Read with null as true, an expression says `possibly`;
with null as false, `definitely`: the same as compiling `missing || comparison` or `present && comparison` at every
leaf, since conditions have no `!` above their leaves.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import reduce
from types import MappingProxyType

import polars as pl

from tactful.model.vocabulary import KEYS
from tactful.policy.columns.schema import LIST_MASK
from tactful.policy.comparisons import leaves
from tactful.policy.evaluate import truth_of_atom
from tactful.policy.rules import AllOf, Atom, Condition, Const, Pair
from tactful.policy.source import OPEN, values_of

TRUST = "relationship.trust"
EXCESS = "norm.excess"
NOT_KNOWN = pl.lit(None, dtype=pl.Boolean)

Leaf = Atom | Pair


class Leaves:
    """The distinct comparisons of a policy and the names of their columns."""

    def __init__(self, conditions: Iterable[Condition]) -> None:
        self.names: dict[Leaf, str] = {}
        for condition in conditions:
            for leaf in leaves(condition):
                if not isinstance(leaf, Const):
                    self.names.setdefault(leaf, f"a{len(self.names)}")

    def columns(self, places: Sequence[str]) -> list[pl.Expr]:
        """Every comparison; `places` are the jurisdictions of the frame, as its Enum lists them."""
        return [expression_of(leaf, places).alias(name) for leaf, name in self.names.items()]

    def whole(self, condition: Condition, instead: Mapping[Atom, str] = MappingProxyType({})) -> pl.Expr:
        """A condition over the columns of its comparisons; `instead` names other columns for some of them."""
        if isinstance(condition, Const):
            return pl.lit(condition.value)
        if isinstance(condition, Pair):
            return pl.col(self.names[condition])
        if isinstance(condition, Atom):
            return pl.col(instead.get(condition) or self.names[condition])
        parts = [self.whole(part, instead) for part in condition.parts]
        return every(parts) if isinstance(condition, AllOf) else some(parts)


def every(parts: Iterable[pl.Expr]) -> pl.Expr:
    """All hold; true of nothing."""
    found = list(parts)
    return reduce(lambda a, b: a & b, found) if found else pl.lit(True)


def some(parts: Iterable[pl.Expr]) -> pl.Expr:
    """At least one holds; false of nothing."""
    found = list(parts)
    return reduce(lambda a, b: a | b, found) if found else pl.lit(False)


def expression_of(leaf: Leaf, places: Sequence[str] = (), column: str = "") -> pl.Expr:
    """One comparison, on columns as they are judged; of a number, in another `column` if one is named."""
    if isinstance(leaf, Pair):
        return _pair(leaf)
    kind = KEYS[leaf.key].kind
    if kind == "list":
        held = pl.col(leaf.key) & pl.lit(1 << KEYS[leaf.key].names.index(str(leaf.values[0])), dtype=LIST_MASK)
        return held != 0 if leaf.op == "in" else held == 0
    if kind == "number":
        number = pl.col(column or leaf.key)
        left = number.fill_null(0.0) if leaf.key == TRUST else number
        return compared(left, leaf.op, pl.lit(float(str(leaf.values[0]))))
    values = tuple(places) if leaf.key == OPEN else values_of(leaf.key)
    found = {value: truth_of_atom(leaf, value) for value in values}
    held = among(leaf.key, [value for value, known in found.items() if known is True], len(values))
    coarse = [value for value, known in found.items() if known is None]
    if not coarse:
        return held
    return held | pl.when(pl.col(leaf.key).is_in(coarse)).then(NOT_KNOWN).otherwise(False)


def among(key: str, values: Sequence[str | bool], size: int) -> pl.Expr:
    """Whether a column of words, or of true and false, holds one of the values; null where it is null."""
    column = pl.col(key)
    if len(values) in (0, size):
        return pl.when(column.is_not_null()).then(bool(values))
    if KEYS[key].kind == "bool":
        return column if values[0] else ~column
    return column == values[0] if len(values) == 1 else column.is_in(values)


def _pair(pair: Pair) -> pl.Expr:
    if pair.op in ("in", "not in"):
        names = KEYS[pair.left].names
        bits = pl.lit(pl.Series([1 << place for place in range(len(names))], dtype=LIST_MASK))
        told = pl.col(pair.right) & bits.gather(pl.col(pair.left).to_physical())
        return told != 0 if pair.op == "in" else told == 0
    left, right = pl.col(pair.left), pl.col(pair.right)
    if KEYS[pair.left].kind == "ordered":
        left, right = left.to_physical(), right.to_physical()
    return compared(left, pair.op, right)


def compared(left: pl.Expr, op: str, right: pl.Expr) -> pl.Expr:
    """Two expressions compared by one of the language's operators."""
    if op == "==":
        return left == right
    if op == "!=":
        return left != right
    if op == "<":
        return left < right
    if op == "<=":
        return left <= right
    return left > right if op == ">" else left >= right
