"""Flows as columns: one column per key, named as the key, null where the key is absent.

Words are Enums in the vocabulary's order, numbers Float64, `true` and `false` Boolean. Jurisdictions are not listed and
stay texts. A list of words is a bit mask (bit `i` is the i-th word), or a list of words that becomes one.

A column may also hold plain texts, as from a CSV file: words and numbers as written, `true` and `false`, a list as
words with `|` between them and `[]` for the empty one. What is not allowed counts as absent and can be reported, as
by `read_flow` (SEMANTICS 19).
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence

import polars as pl

from tactful.model.flow import Value, read_value, shown
from tactful.model.problems import Problem, suggestion
from tactful.model.vocabulary import KEYS
from tactful.model.words import Key
from tactful.policy.source import OPEN

Frame = pl.DataFrame | pl.LazyFrame
LIST_MASK = pl.UInt64
_BIGGEST = int(1.7976931348623157e308)
_TEXTS = (pl.String, pl.Categorical, pl.Enum)


def dtype_of(key: Key) -> pl.DataType:
    """What a column of this key holds when it is judged."""
    if key.kind == "number":
        return pl.Float64()
    if key.kind == "bool":
        return pl.Boolean()
    if key.kind == "list":
        return LIST_MASK()
    return pl.String() if key.name == OPEN else pl.Enum(key.names)


SCHEMA: dict[str, pl.DataType] = {name: dtype_of(key) for name, key in KEYS.items()}
"""The column of every key of the vocabulary."""


def flows_frame(flows: Sequence[Mapping[str, Value]], keys: Iterable[str] = KEYS) -> pl.DataFrame:
    """Flows as `read_flow` gives them, one row each; a column for each of the keys.

    A value that a key may not have is absent.
    """
    return pl.DataFrame([_series(KEYS[name], [flow.get(name) for flow in flows]) for name in keys])


def _series(key: Key, values: list[Value | None]) -> pl.Series:
    stored: dict[tuple[type, Value | None], object] = {}

    def kept(value: Value | None) -> object:
        seen = (type(value), value)  # 1 == True == 1.0, and only one of them is true
        try:
            if seen not in stored:
                stored[seen] = _stored(key, value)
            return stored[seen]
        except TypeError:  # a list, which is not looked up
            return _stored(key, value)

    return pl.Series(key.name, [kept(value) for value in values], dtype=SCHEMA[key.name])


def _stored(key: Key, raw: object) -> object:
    value = read_value(key, raw)[0]
    if isinstance(value, tuple):
        return sum(1 << key.names.index(word) for word in value)
    if key.kind == "number" and isinstance(value, int | float):
        return float(max(-_BIGGEST, min(value, _BIGGEST)))
    return value


def ready(key: Key, dtype: pl.DataType) -> pl.Expr:
    """A column of any accepted type as it is judged; what the key may not have becomes null."""
    column = pl.col(key.name)
    if dtype == pl.Null:
        return column.cast(SCHEMA[key.name])
    if key.kind == "number":
        number = column.cast(pl.Float64, strict=False)
        low = number > -math.inf if key.low is None else number >= key.low
        high = number < math.inf if key.high is None else number <= key.high  # NaN is above all
        return pl.when(low & high).then(number).alias(key.name)
    if key.kind == "bool":
        return column if dtype == pl.Boolean else _truths(column).alias(key.name)
    if key.kind == "list":
        return _mask(key, column, dtype).alias(key.name)
    if key.name == OPEN:
        return column.cast(pl.String)
    return column if dtype == SCHEMA[key.name] else column.cast(pl.String).cast(pl.Enum(key.names), strict=False)


def _truths(column: pl.Expr) -> pl.Expr:
    return pl.when(column.cast(pl.String) == "true").then(True).when(column.cast(pl.String) == "false").then(False)


def _mask(key: Key, column: pl.Expr, dtype: pl.DataType) -> pl.Expr:
    if dtype.is_unsigned_integer():
        mask = column.cast(LIST_MASK)
        return pl.when(mask < (1 << len(key.names))).then(mask)
    if dtype == pl.String:
        empty = pl.lit([], dtype=pl.List(pl.String))
        column = pl.when(column == "[]").then(empty).otherwise(column.str.split("|"))
    bits = [1 << place for place in range(len(key.names))]
    bit = pl.element().cast(pl.String).replace_strict(list(key.names), bits, default=None, return_dtype=LIST_MASK)
    some = column.list.eval(bit)
    wrong = some.list.eval(pl.element().is_null()).list.any()
    return pl.when(~wrong).then(some.list.unique().list.sum())


def word_lists(names: Iterable[str]) -> list[pl.Expr]:
    """The bit masks among some columns as lists of words."""
    found = []
    for name in names:
        if KEYS[name].kind == "list":
            words = [
                pl.when(pl.col(name) & pl.lit(1 << place, dtype=LIST_MASK) != 0).then(pl.lit(word))
                for place, word in enumerate(KEYS[name].names)
            ]
            told = pl.concat_list(words).list.drop_nulls()
            found.append(pl.when(pl.col(name).is_not_null()).then(told).alias(name))
    return found


def accepts(key: Key, dtype: pl.DataType) -> bool:
    """Whether a column of this type can be read for the key at all."""
    if dtype in (pl.Null, pl.String):
        return True
    if key.kind == "number":
        return dtype.is_numeric()
    if key.kind == "bool":
        return dtype == pl.Boolean
    if key.kind == "list":
        return dtype.is_unsigned_integer() or (isinstance(dtype, pl.List) and isinstance(dtype.inner, _TEXTS))
    return isinstance(dtype, _TEXTS)


_WANTED = {
    "number": "numbers",
    "bool": "true and false",
    "list": "lists of words, or a bit mask",
}


def check_columns(schema: Mapping[str, pl.DataType], file: str, others: Iterable[str] = ("id",)) -> list[Problem]:
    """A problem for every column that is no key, and for every one whose type cannot hold the key's values."""
    problems = []
    for name, dtype in schema.items():
        key = KEYS.get(name)
        if key is None:
            if name not in others:
                message = f"{name}: unknown column.{suggestion(name, (*KEYS, *others))}"
                problems.append(Problem(file, 0, message, name))
        elif not accepts(key, dtype):
            problems.append(Problem(file, 0, f"{name}: this column must hold {_WANTED.get(key.kind, 'words')}.", name))
    return problems


def wrong_values(frame: pl.DataFrame, names: Iterable[str] | None = None) -> pl.DataFrame:
    """What a frame holds that its keys may not have: `key`, `value` (as text), `rows`, and `first`, counted from 0."""
    found = [_wrong(frame, KEYS[name]) for name in names or frame.columns if name in KEYS]
    empty = pl.DataFrame(schema={"key": pl.String, "value": pl.String, "rows": pl.UInt32, "first": pl.UInt32})
    return pl.concat([empty, *(each for each in found if each.height)])


def _wrong(frame: pl.DataFrame, key: Key) -> pl.DataFrame:
    dtype = frame.schema[key.name]
    raw = frame.get_column(key.name)
    read = frame.select(ready(key, dtype)).to_series()
    lost = raw.is_not_null() & read.is_null()
    if key.name == OPEN:
        places = raw.unique().drop_nulls().cast(pl.String).to_list()
        lost = raw.cast(pl.String).is_in([place for place in places if read_value(key, place)[1]]).fill_null(False)
    if not lost.any():
        return pl.DataFrame()
    text = pl.col(key.name).list.join("|") if isinstance(dtype, pl.List) else pl.col(key.name).cast(pl.String)
    bad = frame.lazy().select(value=text).with_row_index("first").filter(lost)
    grouped = bad.group_by("value", maintain_order=True).agg(pl.len().alias("rows"), pl.col("first").min())
    named = grouped.filter(pl.col("value").ne_missing("unknown")).select(
        pl.lit(key.name).alias("key"), "value", pl.col("rows").cast(pl.UInt32), pl.col("first").cast(pl.UInt32)
    )
    return named.collect()


def complaint(name: str, value: str | None) -> str:
    """Why a value, as text, is not allowed; in the words of `read_flow`."""
    key = KEYS[name]
    raw: object = value
    if key.kind == "list":
        raw = [] if value in (None, "[]") else str(value).split("|")
    elif key.kind == "number":
        try:
            raw = float(str(value))
        except ValueError:
            raw = value
    return read_value(key, raw)[1] or f"{shown(value)} is not allowed."
