"""Which of several interactions she should hear now, if any. Whole numbers only, so that every engine agrees.

1. worth = ((propensity * value // 1000) * context // 1000) * lever. Propensity is in parts per million, value in
   thousandths of a currency unit, context and lever in permille. One unit of worth is a millionth of a thousandth of
   a currency unit: an interaction that surely earns 1.000 has a worth of 1,000,000,000.
2. score = worth + to_her * 1,000,000 - price * 1,000,000. `to_her` is what it is worth to her, `price` what a moment
   of her attention costs; both are declared by the shop, in thousandths of a currency unit.
3. The highest score wins; of equal scores the candidate whose name comes first, byte by byte. Silence is always a
   candidate, with the score 0, and wins a tie.

Every factor is first brought into its range, so that a score fits into 63 bits.
"""

from __future__ import annotations

from collections.abc import Iterable

from tactful.model.records import Candidate

PPM = 1_000_000
MOST_MONEY = 1_000_000_000
MOST_PERMILLE = 10_000


def factors(candidate: Candidate, price: int) -> dict[str, int]:
    """Every number that makes the score, and the score, by name."""
    propensity = _within(candidate.propensity, PPM)
    value = _within(candidate.value, MOST_MONEY)
    context = _within(candidate.context, MOST_PERMILLE)
    lever = _within(candidate.lever, MOST_PERMILLE)
    to_her = _within(candidate.to_her, MOST_MONEY)
    price = _within(price, MOST_MONEY)
    worth = ((propensity * value // 1000) * context // 1000) * lever
    return {
        "propensity": propensity,
        "value": value,
        "context": context,
        "lever": lever,
        "worth": worth,
        "to_her": to_her,
        "price": price,
        "score": worth + (to_her - price) * PPM,
    }


def best(scores: Iterable[tuple[str, int]]) -> str:
    """The name of the candidate to choose, or the empty string for silence."""
    ranked = sorted((-score, name.encode()) for name, score in scores if score > 0)
    return ranked[0][1].decode() if ranked else ""


def _within(number: int, most: int) -> int:
    if 0 <= number <= most:
        return number
    return 0 if number < 0 else most
