"""The judge on columns: a policy as Polars expressions (SEMANTICS 4 to 8, 11, 17, 18 and 20).

1. Every distinct comparison is a Boolean column of three values; so is every rule over them.
2. Rules with the same effect are joined by `or` before anything is decided, and limits that can be waived stand with
   `and not` their waivers. The six questions of a point ("is use at least ask?", …) are then one expression each.
3. A question that is null is answered against her: that is the verdict. Answered in favour it is the hopeful reading;
   so something is missing exactly where one of the six is null.
4. Which rules held, what decided, what must happen first and what is due are bit masks.

What is worked out upstream is known at its worst and at its best. A comparison of `norm.excess` that the two answer
differently is null, which comes to the same, since such a comparison stands in limits only and only narrows.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple, TypeVar

import polars as pl

from tactful.model.problems import Problems
from tactful.model.verdict import NAMES
from tactful.model.vocabulary import KEYS
from tactful.policy.columns.conditions import EXCESS, NOT_KNOWN, TRUST, Leaf, Leaves, expression_of, some
from tactful.policy.columns.effects import AXES, Effects
from tactful.policy.columns.masks import narrowest, packed, words_of
from tactful.policy.columns.places import Places
from tactful.policy.columns.schema import SCHEMA, check_columns, ready
from tactful.policy.comparisons import keys_of, leaves
from tactful.policy.rules import Atom, Const, Policy, Rule
from tactful.policy.source import OPEN

Frame = TypeVar("Frame", pl.DataFrame, pl.LazyFrame)

_AT_ONCE, _LEAST = 2_000_000, 250_000
_AS_WRITTEN = pl.QueryOptFlags.none()
"""Every shared part is a column already: looking for more takes a tenth of the time of judging a million rows."""
_GIVEN, _HOPEFUL = "given excess", "hopeful excess"


class Upstream(NamedTuple):
    """What is worked out before judging, as stages of expressions over the columns of `keys`.

    They must make `worst` and `best` (the excess of a flow that has none, at its worst and at its best); `shown` are
    columns of theirs that pass into the answer. Where a flow has no excess, the `keys` that it lacks are missing.
    """

    keys: tuple[str, ...]
    stages: tuple[tuple[pl.Expr, ...], ...]
    shown: tuple[str, ...] = ()


class ColumnJudge:
    """Judges frames of flows under one policy; what a frame holds says `tactful.policy.columns.schema`.

    `keys` are those that can be missing, in the order of the bits of `missing`.
    """

    def __init__(self, policy: Policy, upstream: Upstream | None = None) -> None:
        self.policy = policy
        self.upstream = upstream
        self.leaves = Leaves(rule.when for rule in policy.rules)
        self.rules = {rule.id: f"r{number}" for number, rule in enumerate(policy.rules)}
        read = {key for rule in policy.rules for key in keys_of(rule.when)}
        self.keys = tuple(key for key in KEYS if key in read.union(upstream.keys if upstream else ()))
        self.effects = Effects(policy, self.rules)
        self.missing = words_of("missing", len(self.keys))
        self._instead = self._of_excess() if upstream else {}
        self._places = Places(self.leaves.names)
        self._stages = [
            *self._worked_out(),
            self.leaves.columns(self._places.names),
            [_unsure(leaf, self.leaves.names[leaf]).alias(name) for leaf, name in self._instead.items()],
            [self.leaves.whole(rule.when, self._instead).alias(self.rules[rule.id]) for rule in policy.rules],
            *self.effects.stages(),
            *self._missing(),
        ]

    @property
    def schema(self) -> dict[str, pl.DataType]:
        """The columns that `judge` makes."""
        axes: dict[str, pl.DataType] = {name: pl.Enum(words) for name, words in AXES.items()}
        masks = {**self.effects.masks, **narrowest("missing", len(self.keys))}
        shown = self.upstream.shown if self.upstream else ()
        return {
            **axes,
            "verdict": pl.Enum(NAMES),
            **masks,
            **{name: pl.Float64() for name in shown},
        }

    def judge(self, frame: Frame, keep: Iterable[str] = ()) -> Frame:
        """A frame of verdicts, row for row, behind the columns to keep.

        `use`, `mention`, `when` and `verdict` are Enums. `licences`, `limits`, `waived` and `waivers` are masks of the
        rules that held (limits: those not waived), `because_licences` and `because_limits` of those that decided, in
        the policy's order; `until` and `obligations` are masks over `UNTILS` and `DUTIES`, `missing` over `keys`. A
        mask of more than 64 bits goes on in columns named like `limits.1`, and each has the least type that holds it. A
        lazy frame stays lazy.

        Raises Problems for columns that are no keys, or that cannot hold their key's values.
        """
        kept: tuple[str, ...] = tuple(keep)
        schema: dict[str, pl.DataType] = dict(frame.collect_schema())
        if problems := check_columns(schema, "frame", (*kept, "id")):
            raise Problems(problems)
        if isinstance(frame, pl.LazyFrame):
            return self._plan(frame, schema, kept)
        return self._in_pieces(frame, schema, kept)

    def _in_pieces(self, frame: pl.DataFrame, schema: Mapping[str, pl.DataType], kept: Sequence[str]) -> pl.DataFrame:
        """Judged so many rows at once that each step is worth its start and what they leave is soon used again, a
        piece for each thread; the pieces of the answer stay apart."""
        made = {name: schema[name] for name in kept} | self.schema
        threads = pl.thread_pool_size()
        size = max(_LEAST, -(-min(frame.height, _AT_ONCE) // threads))
        plans = [self._plan(piece.lazy(), schema, kept) for piece in frame.iter_slices(size)]
        pieces = [pl.DataFrame(schema=made)]
        for start in range(0, len(plans), threads):
            some = plans[start : start + threads]
            pieces += pl.collect_all(some, engine="in-memory", optimizations=_AS_WRITTEN)
        return pl.concat(pieces)

    def _plan(self, frame: pl.LazyFrame, schema: Mapping[str, pl.DataType], kept: Sequence[str]) -> pl.LazyFrame:
        found = self._ready(frame, schema, kept)
        for stage in self._stages:
            found = found.with_columns(stage)
        return found.select(*(pl.col(f"kept {name}").alias(name) for name in kept), *self.schema)

    def _ready(self, frame: pl.LazyFrame, schema: Mapping[str, pl.DataType], kept: Sequence[str]) -> pl.LazyFrame:
        """The columns of all keys, absent ones null, besides those to keep; the first gives their length."""
        present = [ready(KEYS[key], schema[key]) for key in self.keys if key in schema]
        absent = [pl.lit(None, dtype=SCHEMA[key]).alias(key) for key in self.keys if key not in schema and key != OPEN]
        found = frame.select(
            pl.first().alias("first"), *(pl.col(name).alias(f"kept {name}") for name in kept), *present
        )
        if OPEN in self.keys:
            absent.append(
                self._places.read(pl.col(OPEN) if OPEN in schema else pl.lit(None, dtype=pl.String)).alias(OPEN)
            )
        return found.with_columns(absent)

    def _worked_out(self) -> list[list[pl.Expr]]:
        """The stages that work out the excess, where a flow has none, at its worst and at its best."""
        if not self.upstream:
            return []
        given = pl.col(EXCESS) if EXCESS in self.keys else pl.lit(None, dtype=pl.Float64)
        worst, best = pl.coalesce(given, "worst").alias(EXCESS), pl.coalesce(given, "best").alias(_HOPEFUL)
        return [*map(list, self.upstream.stages), [given.alias(_GIVEN), worst, best]]

    def _of_excess(self) -> dict[Atom, str]:
        """The comparisons of the excess, which are also made at its best."""
        found = [leaf for leaf in self.leaves.names if isinstance(leaf, Atom) and leaf.key == EXCESS]
        return {leaf: f"both {self.leaves.names[leaf]}" for leaf in found}

    def _missing(self) -> list[list[pl.Expr]]:
        """Whether each rule is in doubt; whether each key is absent or too coarse for one; and those keys where a gap
        is (20). Each is a stage of its own: as one expression they take twice as long."""
        doubts = []
        for rule in self.policy.rules:
            mixed = EXCESS in keys_of(rule.when) and self._instead
            known = self.leaves.whole(rule.when) if mixed else pl.col(self.rules[rule.id])
            doubts.append(known.is_null().alias(f"doubt {self.rules[rule.id]}"))
        lacking = [self._lacking(key).alias(f"lacking {key}") for key in self.keys]
        words = packed("missing", [pl.col(f"lacking {key}") for key in self.keys])
        named = zip(words, narrowest("missing", len(self.keys)).items(), strict=True)
        return [
            doubts,
            lacking,
            [pl.when("gap").then(word).otherwise(pl.lit(0, dtype=dtype)).alias(name) for word, (name, dtype) in named],
        ]

    def _lacking(self, key: str) -> pl.Expr:
        """Whether a key is absent, or too coarse, for a rule in doubt; or was assumed upstream."""
        absent = pl.col(key).is_null()
        found = []
        if self.upstream and key in self.upstream.keys:
            found.append(absent & pl.col(_GIVEN).is_null())
        readers = [(rule, leaf) for rule in self.policy.rules for leaf in _reading(rule, key)]
        if KEYS[key].separator:
            for rule, leaf in readers:
                found.append(pl.col(f"doubt {self.rules[rule.id]}") & pl.col(self.leaves.names[leaf]).is_null())
        elif key != TRUST:
            names = dict.fromkeys(f"doubt {self.rules[rule.id]}" for rule, _ in readers)
            found.append(absent & some(map(pl.col, names)))
        return some(found)


def _reading(rule: Rule, key: str) -> list[Leaf]:
    """The comparisons of a rule that read a key."""
    return [leaf for leaf in leaves(rule.when) if not isinstance(leaf, Const) and key in keys_of(leaf)]


def _unsure(leaf: Atom, worst: str) -> pl.Expr:
    """A comparison of the excess, null where its worst and its best differ."""
    best = expression_of(leaf, column=_HOPEFUL)
    return pl.when(pl.col(worst) == best).then(pl.col(worst)).otherwise(NOT_KNOWN)


def compile_columns(policy: Policy, upstream: Upstream | None = None) -> ColumnJudge:
    """The judge on columns of a policy; `upstream` works out `norm.excess` where a flow has none."""
    return ColumnJudge(policy, upstream)
