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
_MOST_RUNS = 2


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
    held = among(leaf.key, [value for value, known in found.items() if known is True], values)
    coarse = [values.index(value) for value, known in found.items() if known is None]
    if not coarse:
        return held
    return held | pl.when(_of_codes(pl.col(leaf.key).to_physical(), coarse)).then(NOT_KNOWN).otherwise(False)


def among(key: str, values: Sequence[str | bool], all_values: Sequence[str | bool]) -> pl.Expr:
    """Whether a column of words, or of true and false, holds one of the values; null where it is null."""
    column = pl.col(key)
    if len(values) in (0, len(all_values)):
        return pl.when(column.is_not_null()).then(bool(values))
    if KEYS[key].kind == "bool":
        return column if values[0] else ~column
    codes = [all_values.index(value) for value in values]
    others = [code for code in range(len(all_values)) if code not in codes]
    place = column.to_physical()
    return ~_of_codes(place, others) if len(_runs(others)) < len(_runs(codes)) else _of_codes(place, codes)


def _runs(codes: Sequence[int]) -> list[tuple[int, int]]:
    """Codes as runs without a gap: the first of each, and how many they are."""
    found: list[tuple[int, int]] = []
    for code in sorted(codes):
        if found and code == sum(found[-1]):
            found[-1] = (found[-1][0], found[-1][1] + 1)
        else:
            found.append((code, 1))
    return found


def _of_codes(place: pl.Expr, codes: Sequence[int]) -> pl.Expr:
    """Whether a code is one of some: a run of them is one comparison, since what is below its first wraps round."""
    runs = _runs(codes)
    if len(runs) > _MOST_RUNS:
        return place.is_in(codes)
    return some(place == first if size == 1 else place - first < size for first, size in runs)


def _pair(pair: Pair) -> pl.Expr:
    if pair.op in ("in", "not in"):
        names = KEYS[pair.left].names
        bits = pl.lit(pl.Series([1 << place for place in range(len(names))], dtype=LIST_MASK))
        one = pl.col(pair.left)
        told = pl.col(pair.right) & bits.gather(one.to_physical().cast(pl.UInt32).fill_null(0))
        return pl.when(one.is_not_null()).then(told != 0 if pair.op == "in" else told == 0)
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
