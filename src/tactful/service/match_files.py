"""What matching writes and reads beside the list: clusters, the review queue, labels."""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Collection
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from tactful.learning.pairs import PairAccuracy, by_clusters, by_pairs
from tactful.model.problems import Problem, Problems
from tactful.profile.clusters import Question, probability
from tactful.profile.columns import normal
from tactful.profile.people_columns import ID, load_people_columns
from tactful.profile.same_answers import FIRST, SAME, SECOND
from tactful.service.match import Matched
from tactful.service.match_comparisons import evidence
from tactful.service.packs import packaged
from tactful.service.printable import printable
from tactful.service.table_file import read_table

if TYPE_CHECKING:
    import polars as pl

_CLUSTERS = frozenset({"cluster", "clusterid", "person", "personid", "entity", "entityid", "label", "truth"})
_SCORES = frozenset({"clericalmatchscore", "score", "same", "match", "ismatch", "label"})
_YES = frozenset({"yes", "true", "same", "match"})
_FORMULA = ("=", "+", "-", "@", "\t")


def write_clusters(matched: Matched, path: Path) -> None:
    """A line for each record in the order of the list: id, cluster, probability; Parquet where the name ends so, else
    CSV. It stands under its name only when it is whole."""
    import polars as pl

    places = matched.people.places
    frame = pl.DataFrame(
        {
            "id": [matched.people.ids[place] for place in places],
            "cluster": [matched.of[place] for place in places],
            "probability": pl.Series([matched.probability[place] for place in places], dtype=pl.Float64),
        }
    )
    partly = path.with_name(f".{path.name}.partly")
    if path.suffix == ".parquet":
        frame.write_parquet(partly)
    else:
        frame.write_csv(partly)
    os.replace(partly, path)


def write_review(matched: Matched, path: Path) -> None:
    """The questions as CSV, both records side by side; `same?` is to be filled in with yes or no."""
    import polars as pl

    written = matched.people.written
    assert isinstance(written, pl.DataFrame)
    columns = {role: column for role, column in matched.people.columns.columns.items() if role != ID}
    text = io.StringIO()
    lines = csv.writer(text, lineterminator="\n")
    beside = [f"{column} {side}" for column in columns.values() for side in (1, 2)]
    lines.writerow([SAME, FIRST, SECOND, "weight", "probability", "evidence", *beside])
    rows = {column: written[role].to_list() for role, column in columns.items()}
    found = in_words(matched)
    for asked, words in zip(matched.questions, found, strict=True):
        sides = [_cell(rows[column][n]) for column in columns.values() for n in (asked.a, asked.b)]
        ids = (matched.people.ids[asked.a], matched.people.ids[asked.b])
        sure = f"{probability(asked.weight):.3f}"
        lines.writerow(["", *ids, f"{asked.weight / 1000:.1f}", sure, words, *sides])
    partly = path.with_name(f".{path.name}.partly")
    partly.write_text(text.getvalue(), "utf-8")
    os.replace(partly, path)


def in_words(matched: Matched) -> list[str]:
    """For each question what was found for each field."""
    import polars as pl

    pairs = matched.scored.pairs
    assert isinstance(pairs, pl.DataFrame)
    asked: list[Question] = list(matched.questions)
    keys = pl.DataFrame(
        {"a": [each.a for each in asked], "b": [each.b for each in asked], "q": list(range(len(asked)))},
        schema={"a": pl.Int64, "b": pl.Int64, "q": pl.Int64},
    )
    fields = matched.people.fields
    rows = keys.join(pairs, on=["a", "b"], how="left").sort("q").select(fields).iter_rows(named=True)
    return [evidence(row, matched.people.british) for row in rows]


class Labels(msgspec.Struct, frozen=True):
    """Who really is who: for each record its cluster, or pairs of records and whether they are the same."""

    clusters: dict[str, str] = {}
    pairs: tuple[tuple[str, str, bool], ...] = ()


def read_labels(path: Path, own: str, known: Collection[str], encoding: str = "utf-8") -> Labels:
    """Labels from a file with a column for the record (`own`, or a name known for ids) and one for its cluster, or with
    two records a line and whether they are the same. Raises Problems, also for a record that is not `known`."""
    import polars as pl

    frame = read_table(path, encoding).with_columns(pl.all().cast(pl.String, strict=False))
    names = load_people_columns(packaged("profile", "tables/people_columns.yaml"), "people_columns.yaml")[ID]
    left, right = (_column(frame, frozenset(f"{name}{end}" for name in names)) for end in ("l", "r"))
    if left and right:
        pairs = _labelled_pairs(frame, left, right)
        _refuse_unknown([(n, each) for n, (a, b, _) in enumerate(pairs, 2) for each in (a, b)], known, path)
        return Labels(pairs=tuple(pairs))
    record = own if own in frame.columns else _column(frame, names)
    label = _column(frame, _CLUSTERS)
    if record is None or label is None:
        wanted = "columns for the record (id) and its cluster, or two records a line (id_l, id_r)"
        raise Problems([Problem(str(path), 1, f"these are no labels: they need {wanted}.")])
    rows = [(n, a.strip(), b) for n, (a, b) in enumerate(frame.select(record, label).iter_rows(), 2) if a and b]
    _refuse_unknown([(n, a) for n, a, _ in rows], known, path)
    return Labels({a: b for _, a, b in rows})


def measure(matched: Matched, labels: Labels) -> tuple[PairAccuracy, str]:
    """How well a list was matched, and over which pairs that was counted, in words."""
    if labels.pairs:
        return by_pairs(matched.clusters, labels.pairs), f"over the {len(labels.pairs):,} labelled pairs"
    counted = f"over all pairs of {len(labels.clusters):,} labelled records"
    return by_clusters(matched.clusters, labels.clusters), counted


def _column(frame: pl.DataFrame, names: frozenset[str]) -> str | None:
    return next((each for each in frame.columns if normal(each) in names), None)


def _labelled_pairs(frame: pl.DataFrame, left: str, right: str) -> list[tuple[str, str, bool]]:
    score = _column(frame, _SCORES)
    scores = frame[score].to_list() if score else [None] * frame.height
    return [
        ((a or "").strip(), (b or "").strip(), score is None or _is_same(value))
        for (a, b), value in zip(frame.select(left, right).iter_rows(), scores, strict=True)
    ]


def _is_same(value: str | None) -> bool:
    try:
        return float(value or "0") >= 0.5
    except ValueError:
        return (value or "").strip().casefold() in _YES


def _refuse_unknown(named: list[tuple[int, str]], known: Collection[str], path: Path) -> None:
    unknown = [(line, record) for line, record in named if record not in known]
    if unknown:
        line, record = unknown[0]
        others = len({each for _, each in unknown}) - 1
        more = f", and so are {others:,} others" if others > 1 else ", and so is one other" if others else ""
        raise Problems([Problem(str(path), line, f"`{printable(record)}` is not in the list{more}.")])


def _cell(value: str | None) -> str:
    """A value as it is shown in a spreadsheet: nothing in it is a formula."""
    text = printable(value or "")
    return f"'{text}" if text.startswith(_FORMULA) else text
