"""Splink itself, on lists whose truth is known because they were made here."""

from __future__ import annotations

from itertools import combinations
from pathlib import Path

import polars as pl
import pytest
from tests.identity_match.people import a_list, write

from tactful.learning.pairs import by_clusters
from tactful.model.problems import StoreProblem
from tactful.profile import people_values as values
from tactful.profile.match_settings import MatchSettings
from tactful.profile.same_answers import Answer, Answers
from tactful.service import match as module
from tactful.service import match_splink
from tactful.service.match import Matched, match
from tactful.service.match_comparisons import WORDS
from tactful.service.match_files import write_clusters, write_review
from tactful.service.table_file import read_table

SETTINGS = MatchSettings(columns={"id": "record"})
PEOPLE = 500
ROWS, TRUTH = a_list(PEOPLE, seed=1)


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write(ROWS, tmp_path_factory.mktemp("list") / "people.csv")


@pytest.fixture(scope="module")
def matched(file: Path) -> Matched:
    return match(read_table(file), SETTINGS, "people.csv")


@pytest.fixture
def scored(matched: Matched, monkeypatch: pytest.MonkeyPatch) -> None:
    """The list is the same, so are its weights."""
    monkeypatch.setattr(module, "score", lambda people, file: matched.scored)


def families(matched: Matched) -> set[frozenset[str]]:
    """Pairs of different people who are in one cluster."""
    heaps: dict[str, set[str]] = {}
    for record, cluster in matched.clusters.items():
        heaps.setdefault(cluster, set()).add(TRUTH[record])
    return {frozenset(heap) for heap in heaps.values() if len(heap) > 1}


def test_people_are_found_and_families_stay_apart(matched: Matched) -> None:
    found = by_clusters(matched.clusters, TRUTH)
    assert found.precision is not None
    assert found.recall is not None
    assert found.precision > 0.96
    assert found.recall > 0.9
    assert len(families(matched)) < 0.02 * PEOPLE


@pytest.mark.usefixtures("scored")
def test_without_the_guard_for_families_more_of_them_are_joined(file: Path, matched: Matched) -> None:
    loose = match(read_table(file), MatchSettings(columns={"id": "record"}, families=False), "people.csv")
    assert len(families(loose)) > len(families(matched))


def test_the_prior_and_the_share_of_slips_are_recovered(matched: Matched) -> None:
    records = len(ROWS)
    real = by_clusters({}, TRUTH).really / (records * (records - 1) / 2)
    assert matched.scored.prior == pytest.approx(real, rel=0.25)
    dates = {row["record"]: values.born(row["DOB"], "ymd") for row in ROWS}
    both = [
        dates[a] == dates[b]
        for a, b in combinations(dates, 2)
        if TRUTH[a] == TRUTH[b] and dates[a] is not None and dates[b] is not None
    ]
    assert matched.scored.learned["born"][-1][0] == pytest.approx(sum(both) / len(both), abs=0.07)
    assert [len(each) for each in matched.scored.learned.values()] == [
        len(WORDS[field]) for field in matched.scored.learned
    ]


def test_the_order_of_the_list_changes_nothing(matched: Matched, tmp_path: Path) -> None:
    """Splink runs again, on the list turned round: same people, same probabilities, same questions to the byte."""
    turned = match(read_table(write(ROWS[::-1], tmp_path / "turned.csv")), SETTINGS, "people.csv")
    for name, each in (("one", matched), ("two", turned)):
        write_clusters(each, tmp_path / f"{name}.csv")
        write_clusters(each, tmp_path / f"{name}.parquet")
        write_review(each, tmp_path / f"{name}-review.csv")
    assert (tmp_path / "one-review.csv").read_bytes() == (tmp_path / "two-review.csv").read_bytes()
    one, two = ((tmp_path / f"{name}.csv").read_text("utf-8").splitlines() for name in ("one", "two"))
    assert one[1:] == two[:0:-1]
    written = pl.read_csv(tmp_path / "one.csv")
    assert written["id"].to_list() == [row["record"] for row in ROWS]
    assert written.equals(pl.read_parquet(tmp_path / "one.parquet"))


@pytest.mark.usefixtures("scored")
def test_answers_hold_and_what_contradicts_is_said(file: Path, matched: Matched) -> None:
    asked = matched.questions[0]
    a, b = matched.people.ids[asked.a], matched.people.ids[asked.b]
    joined = next(
        (one, other)
        for one, where in matched.clusters.items()
        for other, there in matched.clusters.items()
        if one < other and where == there
    )
    said = Answers((Answer(2, a, b, True), Answer(3, *joined, False)))
    again = match(read_table(file), SETTINGS, "people.csv", said, "review.csv")
    assert again.clusters[a] == again.clusters[b]
    assert again.clusters[joined[0]] != again.clusters[joined[1]]
    assert not again.settled.conflicts
    torn = Answers((Answer(2, a, b, True), Answer(3, b, a, False)))
    again = match(read_table(file), SETTINGS, "people.csv", torn, "review.csv")
    assert again.clusters[a] != again.clusters[b]
    assert again.settled.conflicts[0].startswith("review.csv:3: ")


@pytest.mark.usefixtures("scored")
def test_a_yes_that_the_list_speaks_against_is_done_and_said(file: Path, matched: Matched) -> None:
    pairs = matched.scored.pairs
    assert isinstance(pairs, pl.DataFrame)
    a, b = pairs.sort("weight").select("a", "b").row(0)
    said = Answers((Answer(2, matched.people.ids[a], matched.people.ids[b], True),))
    again = match(read_table(file), SETTINGS, "people.csv", said, "review.csv")
    assert again.of[a] == again.of[b]
    assert "as you said, though what the list says of them speaks against it" in again.unlikely[0]


def test_a_placeholder_that_everybody_shares_makes_no_giant(tmp_path: Path) -> None:
    rows = [{**row, "Email": "none@shop.example", "DOB": "1900-01-01"} for row in ROWS]
    settings = MatchSettings(columns={"id": "record"}, largest=10)
    made = match(read_table(write(rows, tmp_path / "l.csv")), settings, "l.csv")
    sizes = [made.of.count(each) for each in set(made.of)]
    assert max(sizes) <= 10


def test_without_splink_one_sentence_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(match_splink, "find_spec", lambda name: None)
    with pytest.raises(StoreProblem, match=r"pip install '\.\[identity\]'"):
        match_splink.need_splink()
