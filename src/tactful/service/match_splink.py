"""Splink: how alike two records are, as the weight of a Fellegi-Sunter model that trains itself without labels.

Deterministic: records come in the order of their ids, samples have a fixed seed, and the model is trained on one
thread, so that sums are added in one order. Comparing pairs is then done on all processors.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from importlib.util import find_spec
from itertools import combinations
from math import fsum, log2
from typing import TYPE_CHECKING, Any

import msgspec

from tactful.model.problems import NotThere, Problem, Problems
from tactful.service.match_comparisons import comparison
from tactful.service.match_list import People

if TYPE_CHECKING:
    import polars as pl

MISSING = (
    "This needs Splink, which is not installed here: pip install '.[identity]' in the folder of Tactful, inside the "
    "environment that has the command."
)
SEED = 1
SAMPLED_PAIRS = 5_000_000
TRAINED_PAIRS = 500_000
MOST_FOR_A_RECORD = 60
"""A way of looking records up that would give more pairs than this for each record is not used."""
_FOUND = 0.6
"""The share of the real pairs that the strict rules of `_SURE` are taken to find."""
_LOOKED_UP = (
    ("email",),
    ("phone",),
    ("postcode",),
    ("first", "last"),
    ("last", "born"),
    ("first", "born"),
    ("born", "birth_place"),
    ("born", "town"),
    ("last", "birth_place"),
    ("last", "town"),
    ("first", "birth_place"),
    ("first", "town"),
    ("last4", "initial"),
    ("sound", "first3"),
    ("year", "last"),
    ("last", "occupation"),
    ("district", "first"),
    ("district", "last4"),
    ("year", "birth_place", "first3"),
    ("year", "town", "first3"),
    ("year", "birth_place", "occupation"),
    ("year", "town", "occupation"),
    ("street", "town"),
    ("street", "last"),
)
_SURE = (("last", "born"), ("first", "postcode"), ("first", "last", "town"), ("email",), ("first", "phone"))
_TRAINED_ON = (("first", "last"), ("born",), ("email",), ("phone",), ("postcode",), ("town",), ("birth_place",))
_SESSIONS = 2
"""The model is trained on records that share one of `_TRAINED_ON`, on two of them, so that each field is free to differ
in one. A postcode comes late: families share it, and a model trained on it takes a family for one person."""
_REFITS = 6


class Scored(msgspec.Struct, frozen=True):
    """`pairs`: a frame with `a`, `b` (places in the list), `weight` in thousandths of a bit, and for each field
    the level of the comparison: -1 not known on one side, 0 different, higher is more alike. `looked_up`: the keys
    used; `too_wide`: those left out. `prior`: how likely two random records are one person, 0..1. `learned`: for each
    field and level, from 0 upwards, how often one person's records and two people's are on it (m and u), or None."""

    pairs: object
    looked_up: tuple[tuple[str, ...], ...]
    too_wide: tuple[tuple[str, ...], ...]
    prior: float
    learned: dict[str, tuple[tuple[float | None, float | None], ...]] = {}


def need_splink() -> None:
    """Raises StoreProblem with one sentence where the optional part is not installed."""
    if find_spec("splink") is None or find_spec("duckdb") is None:
        raise NotThere(MISSING)


def score(people: People, file: str) -> Scored:
    """Every pair that some key looks up, with its weight. Raises StoreProblem where Splink is missing, and
    Problems where nothing tells records apart."""
    need_splink()
    import duckdb
    import polars as pl
    from splink import DuckDBAPI, Linker, SettingsCreator, block_on

    frame = people.frame
    assert isinstance(frame, pl.DataFrame)
    rules, too_wide = ways(frame, _LOOKED_UP)
    if not rules:
        rules, too_wide = ways(frame, tuple(combinations(people.fields, 2)))
    if not rules:
        raise Problems(
            [Problem(file, 0, "what can be compared is the same for nearly everybody: nobody can be told apart.")]
        )
    connection = duckdb.connect()
    connection.execute("set enable_progress_bar = false; set threads = 1")
    settings = SettingsCreator(
        link_type="dedupe_only",
        unique_id_column_name="n",
        comparisons=[comparison(field, people.british) for field in people.fields],
        blocking_rules_to_generate_predictions=[block_on(*rule) for rule in rules],
        retain_matching_columns=True,
    )
    logging.getLogger("splink").setLevel(logging.ERROR)
    table = DuckDBAPI(connection).register(frame.to_arrow())
    linker = Linker(table, settings, log_level=logging.ERROR, validate_settings=False)
    _train(linker, frame)
    connection.execute("reset threads")
    found = linker.inference.predict(warning_mode="never").as_duckdbpyrelation().pl()
    model = linker.misc.save_model_to_json()
    connection.close()
    pairs, prior = _refitted(
        _pairs(found, people.fields), float(model["probability_two_random_records_match"]), frame.height
    )
    return Scored(pairs, rules, too_wide, prior, _learned(model))


def ways(frame: pl.DataFrame, rules: Sequence[tuple[str, ...]]) -> tuple[tuple[tuple[str, ...], ...], ...]:
    """The rules whose columns are all there: those to look records up by, and those that would give too many pairs."""
    import polars as pl

    used, too_wide = [], []
    for rule in rules:
        if not set(rule) <= set(frame.columns):
            continue
        sizes = frame.drop_nulls(list(rule)).group_by(rule).len()["len"].cast(pl.Int64)
        pairs = int((sizes * (sizes - 1) // 2).sum())
        if pairs > MOST_FOR_A_RECORD * frame.height:
            too_wide.append(rule)
        elif pairs:
            used.append(rule)
    return tuple(used), tuple(too_wide)


def _train(linker: Any, frame: pl.DataFrame) -> None:
    from splink import block_on

    sure, _ = ways(frame, _SURE)
    training = linker.training
    if sure:
        training.estimate_probability_two_random_records_match([block_on(*rule) for rule in sure], recall=_FOUND)
    training.estimate_u_using_random_sampling(max_pairs=SAMPLED_PAIRS, seed=SEED)
    blocks, wide = ways(frame, _TRAINED_ON)
    for rule in (*blocks, *wide)[:_SESSIONS]:
        training.estimate_parameters_using_expectation_maximisation(
            block_on(*rule),
            estimate_without_term_frequencies=True,
            max_pairs=TRAINED_PAIRS,
            record_sample_proportion=1.0,
        )


def _pairs(found: pl.DataFrame, fields: Sequence[str]) -> pl.DataFrame:
    import polars as pl

    weight = (pl.col("match_weight").clip(-1_000, 1_000) * 1_000).round().cast(pl.Int64)
    levels = [pl.col(f"gamma_{field}").cast(pl.Int8).alias(field) for field in fields]
    return found.select(
        pl.col("n_l").cast(pl.Int64).alias("a"),
        pl.col("n_r").cast(pl.Int64).alias("b"),
        weight.alias("weight"),
        *levels,
    ).sort("a", "b")


def _learned(model: dict[str, Any]) -> dict[str, tuple[tuple[float | None, float | None], ...]]:
    return {
        each["output_column_name"]: tuple(
            (level.get("m_probability"), level.get("u_probability"))
            for level in reversed(each["comparison_levels"])
            if not level.get("is_null_level")
        )
        for each in model["comparisons"]
    }


def _refitted(pairs: pl.DataFrame, prior: float, records: int) -> tuple[pl.DataFrame, float]:
    """The weights under the prior that the pairs themselves speak for: the expected number of matches among them, over
    all pairs there are, repeated until it stays (the expectation step of EM for the prior alone)."""
    import polars as pl

    weights = [weight / 1_000 for weight in pairs["weight"].to_list()]
    start = moved = log2(prior / (1 - prior))
    for _ in range(_REFITS):
        expected = fsum(1 / (1 + 2.0 ** -max(-60.0, min(60.0, weight + moved - start))) for weight in weights)
        share = min(0.5, max(1e-12, expected / (records * (records - 1) / 2)))
        moved = log2(share / (1 - share))
    shift = round((moved - start) * 1_000)
    return pairs.with_columns(weight=pl.col("weight") + shift), 1 / (1 + 2.0**-moved)
