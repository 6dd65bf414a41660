"""The vignette survey: balanced, worded from the vocabulary, and a panel with known points is recovered."""

from __future__ import annotations

import csv
import io
import math
from collections import Counter

import msgspec
import pytest

from tactful.appropriateness.line_features import levels_of
from tactful.appropriateness.scorecard import Scorecard, estimate
from tactful.appropriateness.vignettes import load_vignettes
from tactful.learning.accuracy import uniform
from tactful.model.flow import Flow
from tactful.model.problems import Problems
from tactful.service.line import loaded, shipped
from tactful.service.line_survey import (
    Answer,
    as_csv,
    as_page,
    covered,
    fit_answers,
    packaged_vignettes,
    questionnaire,
    read_answers,
)

ASKED = packaged_vignettes()


def test_every_level_is_asked_equally_often() -> None:
    sheets = questionnaire(ASKED, 60, 12, "1")
    for factor in ASKED.factors:
        counts = Counter(flow[factor.key] for sheet in sheets for flow in sheet)
        assert len(counts) == len(factor.levels)
        assert max(counts.values()) - min(counts.values()) <= 1
        for sheet in sheets:
            own = Counter(flow[factor.key] for flow in sheet)
            assert max(own.values()) - min(own.values()) <= 1


def test_what_makes_no_sense_together_is_not_asked() -> None:
    for sheet in questionnaire(ASKED, 60, 12, "2"):
        for flow in sheet:
            assert not any(all(flow[key] == value for key, value in pair.items()) for pair in ASKED.not_together)


def test_the_same_seed_gives_the_same_questionnaire() -> None:
    assert questionnaire(ASKED, 5, 12, "1") == questionnaire(ASKED, 5, 12, "1")
    assert questionnaire(ASKED, 5, 12, "1") != questionnaire(ASKED, 5, 12, "2")


def test_it_covers_what_no_study_measured() -> None:
    asked = {(each.key, level) for each in ASKED.factors for level in each.levels}
    assert {("act", "select"), ("act", "mention"), ("scenario.audience", "household")} <= asked
    assert {("contact.last_7d", 4), ("fact.category", "label.segment")} <= asked


def test_the_file_and_the_page_say_the_same_in_the_words_of_the_vocabulary() -> None:
    sheets = questionnaire(ASKED, 2, 12, "1")
    rows = list(csv.DictReader(io.StringIO(as_csv(ASKED, sheets))))
    page = as_page(ASKED, sheets)
    assert len(rows) == 24
    assert page.count('class="vignette"') == 24
    assert "A group that we put her into." in page
    assert all("Who can notice: " in row["text"] and row["rating"] == "" for row in rows)
    assert "http" not in page
    assert "<script" not in page


def truth() -> Scorecard:
    """The shipped scorecard, with other points on everything that is asked."""
    card = shipped("published")
    chance = uniform("truth", 25)
    asked = set(covered(card, ASKED))
    factors = []
    for factor in card.factors:
        levels = dict(factor.levels)
        mine = sorted((level for level in levels if (factor.key, level) in asked), key=lambda each: levels[each])
        for level, points in zip(mine, sorted(next(chance) for _ in mine), strict=True):
            levels[level] = points
        factors.append(msgspec.structs.replace(factor, levels=levels, monotone=()))
    return loaded(msgspec.structs.replace(card, factors=tuple(factors), sources=()))


def simulated(card: Scorecard, sheets: list[tuple[Flow, ...]], noise: float) -> str:
    """The questionnaire filled in by people who mind what the scorecard says, each with a level of her own."""
    rows = as_csv(ASKED, sheets).splitlines()
    flows = [(person, flow) for person, sheet in enumerate(sheets) for flow in sheet]
    chance = uniform("noise", 2001)
    own = [next(chance) / 50 - 20 for _ in sheets]
    out = [rows[0]]
    for row, (person, flow) in zip(rows[1:], flows, strict=True):
        minded = 100 * estimate(card, flow).discomfort
        said = 90 - 2 * minded + own[person] + noise * sum(next(chance) / 1000 - 1 for _ in range(3))
        out.append(row + str(round(min(100.0, max(-100.0, said)))))
    return "\n".join(out)


def correlation(one: list[float], other: list[float]) -> float:
    a, b = sum(one) / len(one), sum(other) / len(other)
    top = sum((x - a) * (y - b) for x, y in zip(one, other, strict=True))
    return top / math.sqrt(sum((x - a) ** 2 for x in one) * sum((y - b) ** 2 for y in other))


def test_a_panel_with_known_points_is_recovered() -> None:
    card = truth()
    answers = read_answers(simulated(card, questionnaire(ASKED, 300, 12, "1"), 30.0), "answers.csv")
    assert len(answers) == 3600
    prior = msgspec.structs.replace(
        shipped("published"),
        factors=tuple(msgspec.structs.replace(each, monotone=()) for each in shipped("published").factors),
    )
    found = fit_answers(prior, answers, "panel")
    levels = covered(card, ASKED)
    true, fitted = centred(card), centred(found)
    assert correlation([true[level] for level in levels], [fitted[level] for level in levels]) >= 0.95
    assert found.sources[-1].judgements == 3600
    act = next(each for each in found.factors if each.key == "act")
    assert "mention" in act.evidence, "a panel makes evidence of what no study measured"


def centred(card: Scorecard) -> dict[tuple[str, str], float]:
    """Points less the mean of the levels of the factor that are asked: what a survey can tell."""
    points = {(each.key, level): float(value) for each in card.factors for level, value in each.levels.items()}
    asked = covered(card, ASKED)
    out = {}
    for key in {level[0] for level in asked}:
        own = [level for level in asked if level[0] == key]
        mean = sum(points[level] for level in own) / len(own)
        out.update({level: points[level] - mean for level in own})
    return out


def test_levels_that_nobody_was_asked_about_stay_where_they_were() -> None:
    prior = shipped("published")
    answers = [Answer("1", {"act": "mention"}, -50.0), Answer("1", {"act": "select"}, 50.0)] * 10
    found = fit_answers(prior, answers, "panel")
    was = {(each.key, level): points for each in prior.factors for level, points in each.levels.items()}
    now = {(each.key, level): points for each in found.factors for level, points in each.levels.items()}
    assert levels_of(prior) == levels_of(found)
    assert now["scenario.fit", "foreign"] == was["scenario.fit", "foreign"]
    assert now["act", "mention"] > was["act", "mention"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a,b\n1,2\n", "the column `respondent` is missing"),
        ("respondent,act,rating\n1,mention,200\n", "must be a number from -100 to 100"),
        ("respondent,act,rating\n1,mention,rather\n", "must be a number from -100 to 100"),
        ("respondent,act,rating\n1,mentoin,20\n", "Did you mean mention?"),
        ("respondent,act,rating\n1,mention,\n", "holds no rating at all"),
        ("", "the column `respondent` is missing"),
    ],
)
def test_what_is_wrong_in_the_answers_is_said(text: str, said: str) -> None:
    with pytest.raises(Problems) as caught:
        read_answers(text, "answers.csv")
    assert said in str(caught.value)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("vignettes: 1\nfactors:\n  - {key: akt, levels: [a, b]}\n", "is not a key of a flow"),
        ("vignettes: 1\nfactors:\n  - {key: act, levels: [mention]}\n", "at least two"),
        ("vignettes: 1\nfactors:\n  - {key: act, levels: [mention, sing]}\n", "is not allowed"),
        ("vignettes: 1\nfactors: []\n", "nothing to ask"),
    ],
)
def test_what_is_wrong_in_a_table_of_vignettes_is_said(text: str, said: str) -> None:
    with pytest.raises(Problems) as caught:
        load_vignettes(text, "vignettes.yaml")
    assert said in str(caught.value)


def test_rules_that_leave_nothing_to_ask_are_refused() -> None:
    asked = msgspec.structs.replace(ASKED, not_together=({"act": "mention"}, {"act": "select"}))
    with pytest.raises(Problems, match="leaves no vignettes"):
        questionnaire(asked, 1, 12, "1")
