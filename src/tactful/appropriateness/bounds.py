"""Which numbers a policy and a scorecard tell apart: rules compare with numbers that are written down, and so do steps.

Two numbers between the same of these are the same to every rule and to every factor.
"""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from collections.abc import Hashable

from tactful.appropriateness.scorecard import Scorecard
from tactful.model.flow import Value
from tactful.model.vocabulary import KEYS
from tactful.policy.comparisons import leaves
from tactful.policy.rules import Atom, Pair, Policy

MOST = math.nextafter(math.inf, 0)


def compared_with(key: str, policy: Policy) -> tuple[float, ...]:
    """The numbers that rules compare a key with."""
    found = {
        float(each.values[0])
        for rule in policy.rules
        for each in leaves(rule.when)
        if isinstance(each, Atom) and each.key == key and isinstance(each.values[0], int | float)
    }
    return tuple(sorted(found))


def turn(shares: list[float], leeway: float, limit: float) -> tuple[int, int]:
    """The place of the first share whose excess is at least the limit, and that of the first above it.

    The sum is only where to start to look: rounded, it may be off by a share.
    """
    low = bisect_left(shares, limit + leeway)
    while low and shares[low - 1] - leeway >= limit:
        low -= 1
    while low < len(shares) and shares[low] - leeway < limit:
        low += 1
    high = low
    while high < len(shares) and shares[high] - leeway <= limit:
        high += 1
    return low, high


class Bounds:
    """The numbers that a number of a flow is compared with, by rules and by the steps of a scorecard."""

    def __init__(self, key: str, policy: Policy, card: Scorecard) -> None:
        steps = [step for factor in card.factors if factor.key == key for step, _ in factor.steps]
        self._bounds = sorted({*compared_with(key, policy), *steps})
        low, high = KEYS[key].low, KEYS[key].high
        self._low, self._high = -MOST if low is None else low, MOST if high is None else high

    def place(self, value: Value | None) -> Hashable:
        """Where a number lies among them; what is no number that the key may have stays what it is."""
        number = value if isinstance(value, int | float) and not isinstance(value, bool) else None
        if number is None or not self._low <= number <= self._high:
            return value
        return bisect_left(self._bounds, number), bisect_right(self._bounds, number)


def is_bounded(key: str, policy: Policy) -> bool:
    """Whether a key has numbers, and no rule compares it with another key."""
    pairs = [each for rule in policy.rules for each in leaves(rule.when) if isinstance(each, Pair)]
    return KEYS[key].kind == "number" and not any(key in (each.left, each.right) for each in pairs)
