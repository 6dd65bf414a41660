"""How well a score agrees with what people said: pairwise within studies, each study counting once.

Accuracy of a study: the share of its orderings in which the scenario that was judged more acceptable has the lower
score; a tie counts one half. The figure is the mean over studies with at least `LEAST` orderings. Its interval is a
bootstrap over studies (percentiles 2.5 and 97.5 of `DRAWS` resamples of whole studies), because studies, not pairs,
are what would differ next time.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence

import msgspec

from tactful.learning.judgements import Judgement

LEAST = 4
DRAWS = 4000
_SAME = 1e-9


class Accuracy(msgspec.Struct, frozen=True):
    """The figure, its interval, and the accuracy and the number of orderings of every study."""

    mean: float
    low: float
    high: float
    studies: dict[str, float]
    pairs: dict[str, int]


def accuracy(
    judgements: Sequence[Judgement],
    orderings: Sequence[tuple[str, str]],
    score: Callable[[Judgement], float],
    least: int = LEAST,
) -> Accuracy:
    """The macro-averaged pairwise accuracy of a score that is higher the more people mind."""
    scores = {each.id: score(each) for each in judgements}
    study = {each.id: each.study for each in judgements}
    right: dict[str, float] = {}
    pairs: dict[str, int] = {}
    for more, less in orderings:
        gap = scores[less] - scores[more]
        right[study[more]] = right.get(study[more], 0.0) + (0.5 if abs(gap) <= _SAME else float(gap > 0))
        pairs[study[more]] = pairs.get(study[more], 0) + 1
    studies = {name: right[name] / pairs[name] for name in pairs}
    return summary(studies, pairs, least)


def summary(studies: dict[str, float], pairs: dict[str, int], least: int = LEAST) -> Accuracy:
    """The mean over studies with enough orderings, and its interval."""
    values = [studies[name] for name in sorted(studies) if pairs[name] >= least]
    if not values:
        return Accuracy(0.0, 0.0, 0.0, studies, pairs)
    low, high = interval(values)
    return Accuracy(sum(values) / len(values), low, high, studies, pairs)


def interval(values: Sequence[float], draws: int = DRAWS) -> tuple[float, float]:
    """The bootstrap interval of a mean; the same values always give the same interval."""
    chosen = uniform("bootstrap", len(values))
    means = sorted(sum(values[next(chosen)] for _ in values) / len(values) for _ in range(draws))
    return means[int(draws * 0.025)], means[min(int(draws * 0.975), draws - 1)]


def uniform(seed: str, below: int) -> Iterator[int]:
    """Numbers from 0 to `below` - 1 without end, from SHA-256 of the seed and a counter."""
    counter = 0
    while True:
        digest = hashlib.sha256(f"{seed}:{counter}".encode()).digest()
        for at in range(0, 32, 8):
            yield int.from_bytes(digest[at : at + 8], "big") % below
        counter += 1
