"""The score in whole numbers, and the order."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from tests.decide.shop import candidate

from tactful.arbitration.best import best, factors

NUMBERS = st.integers(-(2**70), 2**70)


def test_the_score_by_hand() -> None:
    each = candidate(propensity=50_000, value=4000, context=1100, lever=900, to_her=50)
    found = factors(each, price=100)
    # 50,000 * 4,000 // 1000 = 200,000; * 1100 // 1000 = 220,000; * 900 = 198,000,000
    assert found["worth"] == 198_000_000
    assert found["score"] == 198_000_000 + (50 - 100) * 1_000_000
    assert set(found) == {"propensity", "value", "context", "lever", "worth", "to_her", "price", "score"}


def test_a_sure_sale_is_worth_its_value() -> None:
    assert factors(candidate(propensity=1_000_000, value=1000), 0)["score"] == 1_000_000_000


@given(NUMBERS, NUMBERS, NUMBERS, NUMBERS, NUMBERS, NUMBERS)
def test_a_score_fits_into_63_bits(p: int, v: int, c: int, lever: int, her: int, price: int) -> None:
    each = candidate(propensity=p, value=v, context=c, lever=lever, to_her=her)
    assert abs(factors(each, price)["score"]) < 2**63


def test_silence_wins_ties_and_names_break_the_others() -> None:
    assert best([]) == ""
    assert best([("a", 0), ("b", -5)]) == ""
    assert best([("b", 7), ("a", 7), ("c", 6)]) == "a"
    assert best([("Ä", 7), ("a", 7)]) == "a"


@given(st.dictionaries(st.text(max_size=4), st.integers(-3, 3), max_size=6))
def test_the_order_of_candidates_does_not_matter(scores: dict[str, int]) -> None:
    assert best(scores.items()) == best(reversed(scores.items()))
