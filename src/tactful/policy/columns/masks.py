"""Bit masks of rules and keys: Boolean columns packed into words of 64 bits, and back into names."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce

import polars as pl

WORD = 64
_SIZES: tuple[tuple[int, type[pl.DataType]], ...] = ((8, pl.UInt8), (16, pl.UInt16), (32, pl.UInt32), (64, pl.UInt64))


def words_of(name: str, size: int) -> tuple[str, ...]:
    """The columns of a mask of `size` bits, least significant first: `limits`, `limits.1`, `limits.2`, …"""
    return tuple(name if word == 0 else f"{name}.{word}" for word in range(max(1, -(-size // WORD))))


def narrowest(name: str, size: int) -> dict[str, pl.DataType]:
    """The columns of a mask of `size` bits with the least type that holds each: an answer is as large as it must be."""
    left = {column: max(1, size - WORD * place) for place, column in enumerate(words_of(name, size))}
    return {column: next(dtype() for most, dtype in _SIZES if min(bits, WORD) <= most) for column, bits in left.items()}


def split(mask: int, words: int) -> tuple[int, ...]:
    """An integer of any size as words of 64 bits."""
    return tuple(mask >> WORD * word & (1 << WORD) - 1 for word in range(words))


def joined(words: Sequence[int]) -> int:
    """Words as one integer."""
    return sum(word << WORD * place for place, word in enumerate(words))


def names_in(mask: int, names: Sequence[str]) -> tuple[str, ...]:
    """The names whose bits are set, in their order."""
    return tuple(name for bit, name in enumerate(names) if mask >> bit & 1)


def packed(name: str, bits: Sequence[pl.Expr], null: bool = False) -> list[pl.Expr]:
    """Boolean expressions as the columns of one mask, each as `narrowest` says; `null` says how a null counts."""
    columns = words_of(name, len(bits))
    return [_word(bits[WORD * place : WORD * (place + 1)], null).alias(column) for place, column in enumerate(columns)]


def _word(bits: Sequence[pl.Expr], null: bool) -> pl.Expr:
    """Up to 64 bits: eight to a byte first, then pairs, so that most of the work is on single bytes."""
    if not bits:
        return pl.lit(0, dtype=pl.UInt8)
    size, dtype = next(each for each in _SIZES if len(bits) <= each[0])
    if size == 8:
        return reduce(lambda a, b: a | b, (_bit(each, 1 << place, null) for place, each in enumerate(bits)))
    half = size // 2
    low, high = _word(bits[:half], null).cast(dtype), _word(bits[half:], null).cast(dtype)
    return low | high * pl.lit(1 << half, dtype=dtype)


def _bit(held: pl.Expr, value: int, null: bool) -> pl.Expr:
    yes, no = pl.lit(value, dtype=pl.UInt8), pl.lit(0, dtype=pl.UInt8)
    return pl.when(held.ne_missing(False) if null else held).then(yes).otherwise(no)


def chosen(cases: Sequence[tuple[pl.Expr, int]], otherwise: int, dtype: pl.DataType) -> pl.Expr:
    """The mask of the first case that is true. A look-up in a table takes longer than a handful of cases."""
    found = pl.lit(otherwise, dtype=dtype)
    for case, mask in reversed(cases):
        found = pl.when(case).then(pl.lit(mask, dtype=dtype)).otherwise(found)
    return found
