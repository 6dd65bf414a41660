"""What she would think if she read this: the sentences of the packs, and what is made of them for every case."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from tests.packs.shelf import AnyFlow, judge_case, pack

from tactful.explain.phrases import KEPT_GENERAL, LEFT_ALONE, NEUTRAL, NO_LICENCE, UNSAID, UNSURE
from tactful.explain.sentences import is_delicate, verdict_sentences
from tactful.policy.rules import Case, Rule

RETAIL = pack("norm/retail")
CASES = [case for case in pack("norm/retail-cases").cases if not case.uses]
BANNED = re.compile(
    r"\b(?:pregnan|baby|babies|birth|child|famil|health|medic|pharmac|sick|disease|relig|belief|faith|"
    r"politic|ethnic|race|racial|sexual|gender|credit|debt|income|financ|money|salary|bereave|death|"
    r"mood|emotion|label|segment|propensity|score|lapsed|inactive|churn|winback|target|profile|"
    r"algorithm|model|infer|third|partner|sensitive|special|minor|vulnerable|jurisdiction|licence|"
    r"limit|rule|policy|tier|norm)",
    re.I,
)


def sentences() -> Iterator[tuple[str, str]]:
    yield from ((rule.id, rule.customer) for rule in (*RETAIL.rules, NO_LICENCE))
    yield from ((f"unsure {name}", text) for name, text in UNSURE.items())
    yield from ((f"unsaid {name}", text) for name, text in UNSAID.items())


@pytest.mark.parametrize(("name", "sentence"), list(sentences()))
def test_a_sentence_for_her_gives_nothing_away(name: str, sentence: str) -> None:
    assert not BANNED.search(sentence), BANNED.search(sentence)
    assert not re.search(r"\d|%|[a-z]+-[a-z]+-[a-z]+|[a-z]\.[a-z]|_", sentence)
    assert not any(rule.id in sentence for rule in RETAIL.rules if "-" in rule.id)


@pytest.mark.parametrize(("name", "sentence"), list(sentences()))
def test_a_sentence_for_her_is_spoken_to_her(name: str, sentence: str) -> None:
    assert re.search(r"\b(?:we|us|you|your)\b", sentence, re.I)
    assert not re.search(r"\b(?:she|her|customer|consumer|I)\b", sentence)
    assert sentence[0].isupper()
    assert sentence.endswith(".")
    assert len(sentence) <= 110


@pytest.mark.parametrize("rule", [rule for rule in RETAIL.limits if is_delicate(rule)], ids=lambda rule: rule.id)
def test_what_is_delicate_shares_the_neutral_sentence(rule: Rule) -> None:
    if rule.point.use == 0:
        assert rule.customer == LEFT_ALONE
    elif rule.point.mention < 2:
        assert rule.customer == KEPT_GENERAL


@pytest.mark.parametrize("neutral", [LEFT_ALONE, KEPT_GENERAL])
def test_the_neutral_sentences_stand_for_ordinary_reasons_too(neutral: str) -> None:
    """Were they kept for what is delicate, they would tell."""
    ordinary = {
        "nothing-for-her",
        "not-from-other-sites",
        "labels-we-could-read-out",
        "the-line-silent",
        "not-to-the-point",
    }
    assert sum(rule.customer == neutral and rule.id in ordinary for rule in RETAIL.limits) >= 2


def whole_and_with_less(flow: AnyFlow) -> Iterator[AnyFlow]:
    yield flow
    for key in flow:
        yield {name: value for name, value in flow.items() if name != key}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_every_case_has_both_reasons_and_shows_nothing(case: Case) -> None:
    for flow in whole_and_with_less(case.given):
        verdict = judge_case(flow)
        for reasons in (verdict_sentences(RETAIL, verdict), verdict_sentences(RETAIL, verdict, flow)):
            assert reasons.staff
            assert reasons.customer
            assert not BANNED.search(reasons.customer), reasons


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_refusal_of_what_is_delicate_reads_like_any_other(case: Case) -> None:
    given = case.given
    verdict = judge_case({**given, "fact.sensitivity": "special", "fact.provenance": "inferred"})
    if given.get("scenario.purpose") != "access":
        assert verdict.name == "never"
        assert verdict_sentences(RETAIL, verdict, given).customer == NEUTRAL["never"]


@pytest.mark.parametrize(
    "sentence", ["We saw you are pregnant.", "Your segment said so.", "You are a lapsed customer."]
)
def test_a_give_away_is_seen(sentence: str) -> None:
    assert BANNED.search(sentence)
