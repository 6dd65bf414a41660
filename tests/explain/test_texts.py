"""Her words outside the rules."""

from __future__ import annotations

from importlib.resources import files

import pytest

from tactful.explain.phrases import MEANINGS, NEUTRAL, STAFF_DUTIES, STAFF_UNTIL
from tactful.explain.sentences import DELICATE_CATEGORIES
from tactful.explain.texts import load_texts
from tactful.model.problems import Problems

ENGLISH = files("tactful.explain").joinpath("catalogue/en.yaml").read_text("utf-8")


def test_the_english_texts_are_whole() -> None:
    texts = load_texts(ENGLISH, "en.yaml")
    assert texts.language == "en"
    assert set(texts.verdicts) == set(MEANINGS)
    assert set(texts.until) == set(STAFF_UNTIL)
    assert set(texts.duties) == set(STAFF_DUTIES)
    assert texts.verdicts["never"] == NEUTRAL["never"]


def test_nothing_delicate_and_no_guess_is_named_to_her() -> None:
    texts = load_texts(ENGLISH, "en.yaml")
    assert [category for category in DELICATE_CATEGORIES if texts.fact(category)] == []
    for category in ("label.segment", "response.open", "location.trace", "browsing.elsewhere", "communication.chat"):
        assert texts.fact(category) == ""
    assert not {"inferred", "third_party", "noted", "public"}.intersection(texts.provenance)


@pytest.mark.parametrize(
    ("category", "words"),
    [("purchase.item", "what you bought from us"), ("preference.size", "your size"), ("preference", "what you like")],
)
def test_the_nearest_words_are_taken(category: str, words: str) -> None:
    assert load_texts(ENGLISH, "en.yaml").fact(category) == words


def test_every_problem_of_a_catalogue_comes_at_once() -> None:
    broken = ENGLISH.replace("  hold:", "  hodl:").replace("{what}", "it").replace("  purchase:", "  purchases:")
    with pytest.raises(Problems) as caught:
        load_texts(broken, "xx.yaml")
    messages = "\n".join(str(problem) for problem in caught.value.problems)
    assert "`hodl` is not a word of `verdicts`. Did you mean hold?" in messages
    assert "`hold` is missing." in messages
    assert "`purchases` is not a word of `facts`. Did you mean purchase?" in messages
    assert "`mentions` must say where it goes: {what}." in messages
