"""How well records were put together, where somebody knows the truth: precision and recall over pairs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping

import msgspec


class PairAccuracy(msgspec.Struct, frozen=True):
    """Counted over pairs of two labelled records each.

    `together`: pairs we put together; `really`: pairs that the labels put together; `both`: pairs that both do.
    """

    together: int
    really: int
    both: int

    @property
    def precision(self) -> float | None:
        """The share of the pairs we put together that really are, 0..1; None where we put none together."""
        return self.both / self.together if self.together else None

    @property
    def recall(self) -> float | None:
        """The share of the pairs that really are together that we put together, 0..1; None where there are none."""
        return self.both / self.really if self.really else None


def by_clusters(ours: Mapping[str, str], labels: Mapping[str, str]) -> PairAccuracy:
    """Over all pairs of labelled records. Both arguments say for each record which cluster it is in; a labelled record
    that `ours` lacks counts as one on its own."""
    of_ours: Counter[tuple[str, str]] = Counter()
    of_both: Counter[tuple[tuple[str, str], str]] = Counter()
    for record, label in labels.items():
        where = ("", ours[record]) if record in ours else (record, "")
        of_ours[where] += 1
        of_both[where, label] += 1
    return PairAccuracy(_pairs(of_ours.values()), _pairs(Counter(labels.values()).values()), _pairs(of_both.values()))


def by_pairs(ours: Mapping[str, str], labels: Iterable[tuple[str, str, bool]]) -> PairAccuracy:
    """Over the labelled pairs only, each counted once: nothing is said of the others."""
    together = really = both = 0
    for (a, b), same in {(min(a, b), max(a, b)): same for a, b, same in labels}.items():
        joined = a in ours and ours[a] == ours.get(b)
        together += joined
        really += same
        both += joined and same
    return PairAccuracy(together, really, both)


def _pairs(sizes: Iterable[int]) -> int:
    return sum(size * (size - 1) // 2 for size in sizes)
