"""Judge a table of flows, a Parquet or CSV file of any length, piece by piece: one row for each flow.

What a key may not have counts as absent, which never makes a verdict freer, and is counted.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from threading import Lock
from typing import IO, Any, NamedTuple

import polars as pl

from tactful.appropriateness.assess_columns import assess_columns
from tactful.explain.sentences import rules_named, verdict_sentences
from tactful.model.flow import read_flow
from tactful.model.problems import Problem, Problems
from tactful.model.verdict import NAMES, Verdict
from tactful.model.vocabulary import KEYS
from tactful.policy.columns.judge import ColumnJudge
from tactful.policy.columns.names import verdict_of
from tactful.policy.columns.schema import check_columns, complaint, ready, word_lists, wrong_values
from tactful.policy.comparisons import keys_of
from tactful.service.packs import Rules, packaged_fit

_LIST = pl.List(pl.String)
_FIELDS: dict[str, pl.DataType] = {
    "verdict": pl.String(),
    "use": pl.String(),
    "mention": pl.String(),
    "when": pl.String(),
    **dict.fromkeys(("until", "because", "also", "missing", "obligations"), _LIST),
    **dict.fromkeys(("discomfort", "discomfort_at_most"), pl.Float64()),
    **dict.fromkeys(("reason_staff", "reason_customer"), pl.String()),
}
"""The fields of a line of `tactful judge`, behind its id."""
_NOT_A_TABLE = "cannot be read as a table; a table of flows is a Parquet file, or a CSV file with a column for each key"
_ROW = "row of the file"
_PLACE = "customer.jurisdiction"
_AT_A_TIME, _MOST_KEPT = 5_000, 20_000


class Wrong(NamedTuple):
    """A value that its key may not have: in how many rows, and first in which, counted from 1."""

    key: str
    value: str | None
    rows: int
    first: int


class Tally:
    """What a run has judged so far. Pieces are judged side by side, so that it is kept under a lock."""

    def __init__(self, moved: Callable[[int], None]) -> None:
        self.moved = moved
        self.rows = 0
        self.verdicts = dict.fromkeys(NAMES, 0)
        self.wrong: dict[tuple[str, str | None], Wrong] = {}
        self._lock = Lock()

    def add(self, found: pl.DataFrame, wrong: pl.DataFrame, start: int) -> None:
        """Count a piece that starts at a row of the file."""
        counts = found.get_column("verdict").cast(pl.String).value_counts()
        with self._lock:
            self.rows += found.height
            for name, count in counts.iter_rows():
                self.verdicts[name] += count
            for key, value, rows, first in wrong.iter_rows():
                before = self.wrong.get((key, value), Wrong(key, value, 0, start + first + 1))
                first_row = min(before.first, start + first + 1)
                self.wrong[key, value] = Wrong(key, value, before.rows + rows, first_row)
            self.moved(found.height)

    def problems(self, file: str) -> list[Problem]:
        """A sentence for each value that was read as absent, with its row; of CSV its line, below that of the names."""
        above = 0 if is_parquet(Path(file)) else 1
        return [
            Problem(
                file,
                each.first + above,
                f"{each.key}: {complaint(each.key, each.value)} "
                f"({each.rows} {'row' if each.rows == 1 else 'rows'}; read as absent)",
            )
            for each in sorted(self.wrong.values(), key=lambda each: (each.first, each.key))
        ]


def is_parquet(path: Path) -> bool:
    """Whether a file is Parquet, by its name or by how it begins."""
    with path.open("rb") as file:
        return file.read(4) == b"PAR1" or path.suffix == ".parquet"


def scan(path: Path) -> pl.LazyFrame:
    """The table in a file, not yet read. Raises Problems where it is none, or where a column is no key."""
    try:
        table = pl.scan_parquet(path) if is_parquet(path) else pl.scan_csv(path, infer_schema=False)
        schema = table.collect_schema()
    except OSError as error:
        raise Problems([Problem(str(path), 0, f"cannot be opened: {(error.strerror or 'error').lower()}.")]) from None
    except pl.exceptions.PolarsError:
        raise Problems([Problem(str(path), 0, f"{_NOT_A_TABLE}.")]) from None
    if problems := check_columns(schema, str(path)):
        raise Problems(problems)
    return table


def judge_table(rules: Rules, path: Path, out: Path | IO[bytes], masks: bool, moved: Callable[[int], None]) -> Tally:
    """Judge a file into another: `.parquet`, `.csv`, or JSON lines.

    With `masks`, rules, waits, duties and keys stay bit masks. The output stands under its name only when it is whole.
    Raises Problems.
    """
    table = scan(path)
    judge, tally = assess_columns(rules.policy, rules.scorecard, packaged_fit()), Tally(moved)
    names = Named(rules, judge)
    schema = dict(table.collect_schema())
    fields = judge.schema if masks else _FIELDS
    nowhere = [] if _PLACE in schema else [pl.repeat(None, pl.len(), dtype=pl.String).alias(_PLACE)]

    failed: list[Exception] = []

    def judged(piece: pl.DataFrame) -> pl.DataFrame:
        try:
            return judged_piece(piece)
        except Exception as error:  # Polars would tell it as its own
            failed.append(error)
            raise

    def judged_piece(piece: pl.DataFrame) -> pl.DataFrame:
        start = int(piece.item(0, _ROW)) if piece.height else 0
        flows = piece.select(*(name for name in schema if name != "id"), *nowhere)
        found = judge.judge(flows)
        tally.add(found, wrong_values(flows), start)
        ids = piece.select(_id(schema))
        return pl.concat([ids, found if masks else names.frame(flows, found)], how="horizontal")

    made = {"id": pl.String(), **fields}
    answer = table.with_row_index(_ROW).map_batches(judged, schema=made, streamable=True)
    try:
        _write(answer, out)
    except pl.exceptions.PolarsError:
        if failed:
            raise failed[0] from None
        raise Problems([Problem(str(path), 0, f"{_NOT_A_TABLE}.")]) from None
    return tally


def _id(schema: Mapping[str, pl.DataType]) -> pl.Expr:
    number = (pl.col(_ROW) + 1).cast(pl.String)
    return (pl.coalesce(pl.col("id").cast(pl.String), number) if "id" in schema else number).alias("id")


def _write(answer: pl.LazyFrame, out: Path | IO[bytes]) -> None:
    if not isinstance(out, Path):
        answer.sink_ndjson(out)
        return
    partly = out.with_name(f"{out.name}.part")
    try:
        partly.touch()
        if out.suffix == ".parquet":
            answer.sink_parquet(partly)
        elif out.suffix == ".csv":
            _as_text(answer).sink_csv(partly)
        else:
            answer.sink_ndjson(partly)
        os.replace(partly, out)
    except OSError as error:
        raise Problems([Problem(str(out), 0, f"cannot be written: {(error.strerror or 'error').lower()}.")]) from None
    finally:
        partly.unlink(missing_ok=True)


def _as_text(answer: pl.LazyFrame) -> pl.LazyFrame:
    """Lists of words with `|` between them."""
    lists = [name for name, dtype in answer.collect_schema().items() if isinstance(dtype, pl.List)]
    return answer.with_columns(pl.col(lists).list.join("|")) if lists else answer


class Named:
    """Answers with names instead of masks, and with both reasons. What was worked out is kept for the next piece."""

    def __init__(self, rules: Rules, judge: ColumnJudge) -> None:
        self.rules = rules
        self.judge = judge
        self._verdicts: dict[tuple[Any, ...], Verdict] = {}
        self._reasons: dict[tuple[Any, ...], tuple[str, str]] = {}

    def frame(self, flows: pl.DataFrame, found: pl.DataFrame) -> pl.DataFrame:
        """The fields of a line for each row; a few thousand at a time, since these are values of Python."""
        parts = zip(flows.iter_slices(_AT_A_TIME), found.iter_slices(_AT_A_TIME), strict=True)
        return pl.concat([pl.DataFrame(schema=_FIELDS), *(self._frame(*part) for part in parts)])

    def _frame(self, flows: pl.DataFrame, found: pl.DataFrame) -> pl.DataFrame:
        flows = flows.select(ready(KEYS[name], flows.schema[name]) for name in flows.columns)
        flows = flows.with_columns(word_lists(flows.columns))
        decided = [name for name in found.columns if not name.startswith("discomfort")]
        verdicts = [self._verdict(decided, row) for row in found.select(decided).iter_rows()]
        reasons = list(self._all_reasons(flows, verdicts))
        return pl.DataFrame(
            {
                **{name: found.get_column(name).cast(pl.String) for name in ("verdict", "use", "mention", "when")},
                **{name: [getattr(each, name) for each in verdicts] for name, of in _FIELDS.items() if of == _LIST},
                **{name: found.get_column(name).round(4) for name in ("discomfort", "discomfort_at_most")},
                "reason_staff": [staff for staff, _ in reasons],
                "reason_customer": [hers for _, hers in reasons],
            },
            schema=_FIELDS,
        )

    def _verdict(self, columns: Sequence[str], row: tuple[Any, ...]) -> Verdict:
        verdict = self._verdicts.get(row)
        if verdict is None:
            verdict = verdict_of(self.judge, dict(zip(columns, row, strict=True)))
            _keep(self._verdicts, row, verdict)
        return verdict

    def _all_reasons(self, flows: pl.DataFrame, verdicts: Sequence[Verdict]) -> Iterable[tuple[str, str]]:
        """Reasons depend on the verdict and on what the deciding rules read."""
        columns = {name: flows.get_column(name).to_list() for name in flows.columns}
        read: dict[tuple[str, ...], list[str]] = {}
        for row, verdict in enumerate(verdicts):
            if verdict.because not in read:
                keys = {key for rule in rules_named(self.rules.policy, verdict.because) for key in keys_of(rule.when)}
                read[verdict.because] = sorted(keys.intersection(columns))
            known = [(key, columns[key][row]) for key in read[verdict.because]]
            yield self._reason(verdict, tuple((key, _hashable(value)) for key, value in known if value is not None))

    def _reason(self, verdict: Verdict, known: tuple[tuple[str, Any], ...]) -> tuple[str, str]:
        said = (verdict.because, verdict.point, known)
        reason = self._reasons.get(said)
        if reason is None:
            sentences = verdict_sentences(self.rules.policy, verdict, read_flow(dict(known))[0])
            reason = sentences.staff, sentences.customer
            _keep(self._reasons, said, reason)
        return reason


def _hashable(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


def _keep(store: dict[Any, Any], key: Any, value: Any) -> None:
    if len(store) >= _MOST_KEPT:
        store.clear()
    store[key] = value
