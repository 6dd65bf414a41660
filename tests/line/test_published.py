"""The published judgements: the shipped scorecard is what they give, and how well it tells of studies left out."""

from __future__ import annotations

from pathlib import Path

import pytest

from tactful.learning.judgements import read_judgements, read_orderings
from tactful.service.line import Study, evaluate, fit_line, loaded, shipped, write
from tactful.service.line_cases import broken, kept_by_cases
from tactful.service.line_verdicts import PLAINLY, agreed, rank, sanity, verdict
from tactful.service.packs import load_rules, packaged, packaged_fit


@pytest.fixture(scope="module")
def study(shared_data: Path) -> Study:
    judgements = read_judgements((shared_data / "published_judgements.jsonl").read_text("utf-8"), "judgements")
    orderings = read_orderings((shared_data / "published_pairs.csv").read_text("utf-8"), "pairs", judgements)
    return Study(judgements, orderings, packaged_fit())


def test_the_shipped_scorecard_is_what_the_fit_gives(study: Study) -> None:
    fitted = fit_line(shipped("opinion"), study, "published", kept_by_cases(load_rules("norm/retail-cases")))
    file = packaged("policy", "packs/scorecards/published.yaml")
    assert write(fitted).split("scorecard:")[1] == file.split("scorecard:")[1]


def test_studies_left_out_are_told_better_than_by_any_simple_rule(study: Study) -> None:
    rules = load_rules()
    kept = kept_by_cases(load_rules("norm/retail-cases"))
    found = evaluate(shipped("opinion"), study, kept, rank(rules)).measured
    assert sum(count >= 4 for count in found["discomfort"].pairs.values()) == 9
    assert found["discomfort"].mean >= 0.90
    best = max(each.mean for name, each in found.items() if name not in ("discomfort", "opinion before any study"))
    assert found["discomfort"].low > best
    assert found["constant"].mean == 0.5
    assert found["the verdict's rank"].mean > 0.5


def test_what_most_minded_is_not_said_and_what_most_welcomed_is_not_left_alone(study: Study) -> None:
    found = sanity(load_rules(), shipped("published"), study.judgements)
    assert found.said_though_creepy == ()
    assert found.never_though_welcome == ()
    assert sum(found.shares.values()) == pytest.approx(1)
    assert max(found.shares.values()) < 0.6, "a judge that gives one answer to everything is seen for what it is"


def test_tracked_unasked_and_tracked_having_agreed_are_one_flow_once_she_agreed(study: Study) -> None:
    """No points can part them, so a sensor that gives her nothing keeps to what is general in both."""
    rules, card, under = load_rules(), shipped("published"), agreed()
    coded = {each.id: [{**under, **flow, **PLAINLY} for flow in each.flows] for each in study.judgements}
    named = {id: [verdict(rules, card, flow, {}).name for flow in coded[id]] for id in ("ol14-auto", "ol14-optin")}
    assert coded["ol14-auto"][0] == coded["ol14-optin"][1]
    assert named == {"ol14-auto": ["soften", "soften"], "ol14-optin": ["say", "soften"]}


def test_no_case_of_the_articles_comes_out_otherwise() -> None:
    assert broken(shipped("published"), kept_by_cases(load_rules("norm/retail-cases"))) == ()


def test_a_written_scorecard_reads_back_the_same() -> None:
    for name in ("opinion", "published"):
        card = shipped(name)
        assert loaded(card) == card


def test_mention_is_opinion_and_every_level_is_marked() -> None:
    factors = {each.key: each for each in shipped("published").factors}
    assert "mention" not in factors["act"].evidence
    assert "observed" in factors["fact.provenance"].evidence
    assert all(not each.evidence for each in shipped("opinion").factors)
    assert shipped("published").sources
