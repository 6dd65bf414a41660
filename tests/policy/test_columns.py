"""Frames of flows: what a column may hold, what is reported, and how masks are read."""

from __future__ import annotations

import math

import polars as pl
import pytest
from tests.policy.policies import SHOP, flow, load

from tactful.model.problems import Problems
from tactful.model.vocabulary import KEYS
from tactful.policy.columns.conditions import among
from tactful.policy.columns.judge import compile_columns
from tactful.policy.columns.masks import joined, names_in, split, words_of
from tactful.policy.columns.names import OnColumns, verdicts
from tactful.policy.columns.places import Places
from tactful.policy.columns.schema import SCHEMA, check_columns, complaint, flows_frame, ready, word_lists, wrong_values
from tactful.policy.compile import compile_policy
from tactful.policy.language import parse_condition
from tactful.policy.rules import Policy
from tactful.testing import policy_of

JUDGE = compile_columns(load(SHOP))
FLOWS = [flow(), flow(act=None), flow(customer__jurisdiction="us"), flow(fact__purposes=()), {}]
EXPECTED = [compile_policy(load(SHOP)).verdict(each) for each in FLOWS]


def as_written(frame: pl.DataFrame) -> pl.DataFrame:
    """Every column as texts, as a CSV file has it."""
    lists = frame.with_columns(word_lists(frame.columns))
    told = pl.col("fact.purposes")
    empty = pl.when(told.list.len() == 0).then(pl.lit("[]")).otherwise(told.list.join("|"))
    return lists.with_columns(empty.alias("fact.purposes")).select(pl.all().cast(pl.String))


@pytest.mark.parametrize(
    "changed",
    [
        lambda frame: frame,
        as_written,
        lambda frame: frame.with_columns(word_lists(frame.columns)),
        lambda frame: frame.with_columns(
            pl.col("act", "scenario.purpose", "customer.jurisdiction").cast(pl.Categorical)
        ),
        lambda frame: frame.with_columns(pl.col("act").cast(pl.Enum(["x", *reversed(KEYS["act"].names)]))),
        lambda frame: frame.with_columns(pl.col("contact.last_24h").cast(pl.Int64)),
        lambda frame: frame.with_columns(pl.col("fact.purposes").cast(pl.UInt16)),
        lambda frame: frame.select(name for name in frame.columns if frame.get_column(name).null_count() < len(FLOWS)),
    ],
    ids=["plain", "texts", "lists", "categoricals", "another enum", "whole numbers", "a small mask", "fewer columns"],
)
def test_a_column_may_hold_its_values_in_several_ways(changed) -> None:  # type: ignore[no-untyped-def]
    frame = changed(flows_frame(FLOWS))
    assert list(verdicts(JUDGE, JUDGE.judge(frame))) == EXPECTED


def test_a_column_of_nothing_is_absent() -> None:
    frame = pl.DataFrame({name: [None] for name in KEYS})
    assert list(verdicts(JUDGE, JUDGE.judge(frame))) == EXPECTED[-1:]


BAD = {
    "act": "shout",
    "fact.category": "helth",
    "customer.jurisdiction": "Britain",
    "contact.last_24h": -1,
    "contact.local_hour_min": 24,
    "relationship.trust": math.inf,
    "norm.excess": math.nan,
    "customer.let_down": 1,
    "fact.purposes": ("marketing",),
}


@pytest.mark.parametrize("key", BAD)
def test_what_a_key_may_not_have_is_absent(key: str) -> None:
    bad, less = {**flow(), key: BAD[key]}, {name: value for name, value in flow().items() if name != key}
    assert OnColumns(JUDGE).verdicts([bad]) == OnColumns(JUDGE).verdicts([less])  # type: ignore[list-item]


@pytest.mark.parametrize(
    ("key", "column", "sentence"),
    [
        ("act", pl.Series(["mention", "shout", "shout", None]), '"shout" is not allowed.'),
        ("fact.category", pl.Series(["health", "helth", "helth", None]), "Did you mean health?"),
        ("customer.jurisdiction", pl.Series(["uk", "Britain", "Britain", "eu-fr"]), "is not a jurisdiction"),
        ("contact.last_24h", pl.Series([1.0, -1.0, -1.0, None]), "-1.0 is below 0."),
        ("contact.last_24h", pl.Series(["1", "many", "many", None]), 'must be a number, not "many".'),
        ("fact.confidence", pl.Series([1.0, math.nan, math.nan, None]), "must be a number"),
        ("customer.minor", pl.Series(["true", "yes", "yes", "false"]), "must be true or false"),
        ("fact.purposes", pl.Series([["market"], ["marketing"], ["marketing"], []]), '"marketing" is not allowed.'),
        ("fact.purposes", pl.Series(["market|order", "x|order", "x|order", "[]"]), '"x" is not allowed.'),
        ("fact.purposes", pl.Series([1, 1 << 60, 1 << 60, 0], dtype=pl.UInt64), "is not allowed."),
    ],
)
def test_what_is_wrong_is_counted(key: str, column: pl.Series, sentence: str) -> None:
    frame = pl.DataFrame({key: column})
    found = wrong_values(frame)
    assert found.select("key", "rows", "first").rows() == [(key, 2, 1)]
    assert sentence in complaint(key, found.item(0, "value"))
    read = frame.select(ready(KEYS[key], column.dtype)).to_series()
    if key != "customer.jurisdiction":
        assert read.dtype == SCHEMA[key]
        assert read.is_null().to_list()[:3] == [False, True, True]


def test_unknown_is_absent_and_not_wrong() -> None:
    assert wrong_values(pl.DataFrame({"act": ["unknown", None, "mention"]})).height == 0


def test_columns_that_are_no_keys_are_refused() -> None:
    with pytest.raises(Problems, match=r"fact\.catgory: unknown column\. Did you mean fact\.category\?"):
        JUDGE.judge(pl.DataFrame({"fact.catgory": ["health"]}))
    wrong = {
        "act": pl.Int64(),
        "customer.minor": pl.Int64(),
        "contact.last_24h": pl.Boolean(),
        "fact.purposes": pl.List(pl.Int64),
    }
    said = [problem.message for problem in check_columns(wrong, "file")]
    assert said == [
        "act: this column must hold words.",
        "customer.minor: this column must hold true and false.",
        "contact.last_24h: this column must hold numbers.",
        "fact.purposes: this column must hold lists of words, or a bit mask.",
    ]


def test_what_is_kept_stands_before_the_answer() -> None:
    frame = flows_frame(FLOWS).with_columns(pl.Series("customer number", range(len(FLOWS))))
    found = JUDGE.judge(frame, keep=("customer number", "act"))
    assert found.columns == ["customer number", "act", *JUDGE.schema]
    assert found.get_column("customer number").to_list() == list(range(len(FLOWS)))
    assert found.schema == {"customer number": pl.Int64, "act": SCHEMA["act"], **JUDGE.schema}


def test_no_rows_and_no_keys() -> None:
    assert JUDGE.judge(flows_frame([])).height == 0
    assert JUDGE.judge(flows_frame([])).schema == JUDGE.schema
    nothing = compile_columns(policy_of([]))
    assert OnColumns(nothing).verdicts([{}, {}]) == [compile_policy(policy_of([])).verdict({})] * 2


def test_a_frame_of_no_key_but_some_is_judged() -> None:
    acts = pl.DataFrame({"act": ["mention", "select"]})
    expected = [compile_policy(load(SHOP)).verdict({"act": act}) for act in acts.get_column("act")]
    assert list(verdicts(JUDGE, JUDGE.judge(acts))) == expected


def test_more_rows_than_a_piece(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tactful.policy.columns.judge._AT_ONCE", 2)
    monkeypatch.setattr("tactful.policy.columns.judge._LEAST", 1)
    assert OnColumns(JUDGE).verdicts(FLOWS) == EXPECTED


def test_masks() -> None:
    assert words_of("limits", 0) == ("limits",)
    assert words_of("limits", 64) == ("limits",)
    assert words_of("limits", 65) == ("limits", "limits.1")
    assert joined(split(1 << 70 | 5, 2)) == 1 << 70 | 5
    assert names_in(0b101, ("a", "b", "c")) == ("a", "c")


def places_of(*texts: str) -> Places:
    return Places(parse_condition(text) for text in texts)  # type: ignore[arg-type, misc]


@pytest.mark.parametrize(
    ("place", "read"),
    [
        ("us", "us"),
        ("us-wa", "us-wa"),
        ("us-ca", "us-…"),
        ("us-wa-sea", "us-wa-…"),
        ("eu-fr", "eu-…"),
        ("uk", "elsewhere"),
        ("Britain", None),
    ],
)
def test_a_place_is_read_as_one_that_stands_for_it(place: str, read: str | None) -> None:
    places = places_of('customer.jurisdiction == "us-wa"', 'customer.jurisdiction == "eu"', "act == 'mention'")
    assert places.standing_for(place) == read
    once = places._read(pl.Series("p", [place, None], dtype=pl.String))
    assert once.to_list() == [read, None]
    assert places._read(pl.Series("p", [place, "us", None])).to_list() == [read, "us", None]


def test_few_places_are_told_apart_as_many_are() -> None:
    """Few are compared with each one met, which must not lose a new one, nor take one that is none for a place."""
    few = ["us", "us-wa", "uk", "eu-fr", None]
    many = ["us-wa", *(f"eu-{first}{second}" for first in "abc" for second in "defgh"), None]
    places = places_of('customer.jurisdiction == "us-wa"', 'customer.jurisdiction == "eu"')
    for column in (few, few[::-1], [None], ["us-ca", "us", "Britain"], ["us-ca", "us"], many, few, [], many[::-1]):
        expected = [place and places.standing_for(place) for place in column]
        read = places._read(pl.Series("p", column, dtype=pl.String))
        assert read.to_list() == expected
        assert read.dtype == pl.Enum(places.names)


def test_words_among_some_are_found_by_their_codes() -> None:
    """Every set of seven words, in one run of codes or in several, and with those that are none of them."""
    words = KEYS["fact.provenance"].names
    assert len(words) == 7
    frame = pl.DataFrame({"fact.provenance": pl.Series([*words, None], dtype=SCHEMA["fact.provenance"])})
    for mask in range(1 << len(words)):
        some = [word for place, word in enumerate(words) if mask >> place & 1]
        found = frame.select(among("fact.provenance", some, words)).to_series().to_list()
        assert found == [*(word in some for word in words), None]


def test_waivers_of_other_limits_each() -> None:
    policy: Policy = load(
        """
        policy: mine
        licences: [{id: all, when: 'act in ["mention", "select"]'}]
        limits:
          - {id: gently, tier: norm, at_most: soften, when: 'act == "mention"'}
          - {id: once, tier: norm, at_most: silent, when: 'act == "mention"'}
          - {id: kept, tier: norm, at_most: ask, when: 'customer.minor'}
        waivers:
          - {id: asked, tier: hers, waives: [gently], when: 'hers.welcomes'}
          - {id: both, tier: hers, waives: [gently, once], when: 'customer.vulnerable'}
        """
    )
    some = [
        {"act": "mention", "customer.minor": minor, **hers}
        for minor in (True, False)
        for hers in ({}, {"hers.welcomes": True}, {"customer.vulnerable": True, "hers.welcomes": False})
    ]
    assert OnColumns(compile_columns(policy)).verdicts(some) == [compile_policy(policy).verdict(each) for each in some]


def test_a_word_among_all_or_none() -> None:
    """Comparisons that hold for every value, or for none, still are not known where the key is absent."""
    every = ", ".join(f'"{name}"' for name in KEYS["act"].names)
    policy: Policy = load(
        f"""
        policy: mine
        licences:
          - {{id: all, when: 'act in [{every}]'}}
          - {{id: none, opens: ask, when: '!(act in [{every}])'}}
          - id: later
            opens: silent
            when: 'fact.distance == 1 || fact.age_days != 2 || fact.age_days <= fact.distance'
        limits:
          - {{id: not-fit, tier: norm, at_most: soften, when: 'scenario.audience == fact.known_among'}}
          - id: not-same
            tier: norm
            at_most: hold
            until: visit.over
            when: 'scenario.audience != fact.known_among'
        """
    )
    some = [
        {},
        {"act": "mention"},
        {"fact.distance": 1},
        {"fact.distance": 2, "fact.age_days": 1},
        {"act": "select", "scenario.audience": "self", "fact.known_among": "self"},
        {"act": "mention", "scenario.audience": "self", "fact.known_among": "staff"},
    ]
    assert OnColumns(compile_columns(policy)).verdicts(some) == [compile_policy(policy).verdict(each) for each in some]


def test_nothing_is_wrong_with_good_flows() -> None:
    assert wrong_values(flows_frame(FLOWS)).height == 0
    assert wrong_values(as_written(flows_frame(FLOWS)), ["act", "fact.purposes"]).height == 0
