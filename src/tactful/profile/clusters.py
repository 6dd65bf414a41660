"""Which records of a list are one person: pairs with a weight become clusters, and what stays open becomes questions.

A *weight* is the evidence of one pair that both records are the same person, in thousandths of a bit: log2 of the odds,
as a Fellegi-Sunter model gives them; 0 is even odds.

Chains are what makes clusters wrong: A is like B and B like C, and A and C are two people. So clusters are joined by
the average over *all* pairs between them, the ones not looked at included:

1. Every record is a cluster of its own; records that somebody said are the same are joined at once.
2. The evidence between two clusters is the mean weight over all pairs of a record of one and a record of the other. A
   weight counts for at most `Rule.most` either way; a pair without a weight counts as `Rule.unscored`.
3. The two clusters with the strongest evidence are joined, if it is at least `Rule.same_from`, nobody said that two of
   their records are different people, and together they have at most `Rule.largest` records. Repeat until none is.

This is average-linkage clustering (Sokal and Michener 1958) on log odds. Ties go to the records that come first.
"""

from __future__ import annotations

import hashlib
from base64 import b32encode
from collections.abc import Iterable, Sequence
from heapq import heapify, heappop, heappush
from itertools import pairwise

import msgspec

Link = tuple[int, int, int]
"""Two records by their place in the list of ids, and their weight in thousandths of a bit."""


class Rule(msgspec.Struct, frozen=True):
    """When clusters are joined. Weights in thousandths of a bit; `largest` in records."""

    same_from: int
    unscored: int = 0
    most: int = 15_000
    largest: int = 100


class Clusters(msgspec.Struct, frozen=True):
    """`of`: for each record the first record of its cluster. `refused`: pairs of clusters, by their first records, that
    were not joined because together they have more records than allowed."""

    of: tuple[int, ...]
    refused: tuple[tuple[int, int], ...] = ()


class Question(msgspec.Struct, frozen=True):
    """The strongest pair between two clusters that were left apart; `weight` in thousandths of a bit."""

    a: int
    b: int
    weight: int


def cluster(
    count: int,
    links: Iterable[Link],
    rule: Rule,
    same: Iterable[Sequence[int]] = (),
    different: Iterable[tuple[int, int]] = (),
) -> Clusters:
    """The clusters of records 0 to `count` - 1. `same` are groups that somebody said are one person, `different` pairs
    that are not; they must not contradict each other."""
    work = _Linkage(count, rule)
    for a, b, weight in links:
        if a != b:
            work.link(a, b, max(-rule.most, min(rule.most, weight)))
    for a, b in different:
        work.keep_apart(a, b)
    for group in same:
        for a, b in pairwise(sorted(group)):
            work.join(work.root(a), work.root(b))
    work.run()
    return Clusters(work.first_of_each(), tuple(sorted(work.refused)))


class _Linkage:
    def __init__(self, count: int, rule: Rule) -> None:
        self.rule = rule
        self.near: list[dict[int, tuple[int, int]] | None] = [{} for _ in range(count)]
        self.members: list[list[int]] = [[each] for each in range(count)]
        self.where = list(range(count))
        self.apart: dict[int, set[int]] = {}
        self.refused: set[tuple[int, int]] = set()

    def link(self, a: int, b: int, weight: int) -> None:
        self._near(a)[b] = self._near(b)[a] = (weight, 1)

    def keep_apart(self, a: int, b: int) -> None:
        self.apart.setdefault(a, set()).add(b)
        self.apart.setdefault(b, set()).add(a)

    def root(self, record: int) -> int:
        return self.where[record]

    def evidence(self, a: int, b: int) -> float:
        total, scored = self._near(a)[b]
        pairs = len(self.members[a]) * len(self.members[b])
        return (total + self.rule.unscored * (pairs - scored)) / pairs

    def join(self, a: int, b: int) -> int:
        """Join two clusters into the one with more neighbours; which one that is shows nowhere."""
        if a == b:
            return a
        if len(self._near(a)) < len(self._near(b)):
            a, b = b, a
        near, gone = self._near(a), self._near(b)
        near.pop(b, None)
        self.near[b] = None
        for other, (weight, scored) in gone.items():
            if other == a:
                continue
            before = near.get(other, (0, 0))
            theirs = self._near(other)
            del theirs[b]
            near[other] = theirs[a] = (before[0] + weight, before[1] + scored)
        for record in self.members[b]:
            self.where[record] = a
        self.members[a] += self.members[b]
        self.members[b] = []
        for other in self.apart.pop(b, ()):
            self.apart[other].discard(b)
            self.keep_apart(a, other)
        return a

    def run(self) -> None:
        heap = [
            (-self.evidence(a, b), a, b)
            for a, near in enumerate(self.near)
            for b in near or ()
            if a < b and self.evidence(a, b) >= self.rule.same_from
        ]
        heapify(heap)
        while heap:
            negative, a, b = heappop(heap)
            near = self.near[a]
            if near is None or b not in near or self.evidence(a, b) != -negative or not self._allowed(a, b):
                continue
            kept = self.join(a, b)
            for other in self._near(kept):
                found = self.evidence(kept, other)
                if found >= self.rule.same_from:
                    heappush(heap, (-found, min(kept, other), max(kept, other)))

    def first_of_each(self) -> tuple[int, ...]:
        return tuple(min(self.members[root]) if len(self.members[root]) > 1 else root for root in self.where)

    def _allowed(self, a: int, b: int) -> bool:
        if b in self.apart.get(a, ()):
            return False
        if len(self.members[a]) + len(self.members[b]) <= self.rule.largest:
            return True
        first, second = sorted((min(self.members[a]), min(self.members[b])))
        self.refused.add((first, second))
        return False

    def _near(self, root: int) -> dict[int, tuple[int, int]]:
        near = self.near[root]
        assert near is not None
        return near


def belonging(clusters: Clusters, links: Iterable[Link], rule: Rule) -> list[float | None]:
    """How sure it is that each record belongs to the others of its cluster, 0..1: the mean weight to all of them, pairs
    without a weight counted as in `cluster`, as a probability. None for a record on its own."""
    sizes: dict[int, int] = {}
    for first in clusters.of:
        sizes[first] = sizes.get(first, 0) + 1
    totals, scored = [0] * len(clusters.of), [0] * len(clusters.of)
    for a, b, weight in links:
        if clusters.of[a] == clusters.of[b]:
            bounded = max(-rule.most, min(rule.most, weight))
            for record in (a, b):
                totals[record] += bounded
                scored[record] += 1
    found: list[float | None] = []
    for record, first in enumerate(clusters.of):
        others = sizes[first] - 1
        mean = (totals[record] + rule.unscored * (others - scored[record])) / others if others else 0
        found.append(round(probability(mean), 6) if others else None)
    return found


def questions(
    clusters: Clusters, links: Iterable[Link], review_from: int, different: Iterable[tuple[int, int]] = ()
) -> list[Question]:
    """One question for each two clusters that are left apart though a pair between them weighs at least `review_from`
    and nobody has answered: their strongest pair. The strongest questions come first."""
    answered = {_key(clusters, a, b) for a, b in different}
    strongest: dict[tuple[int, int], Question] = {}
    for a, b, weight in links:
        if weight < review_from or clusters.of[a] == clusters.of[b]:
            continue
        key = _key(clusters, a, b)
        question = Question(min(a, b), max(a, b), weight)
        best = strongest.get(key)
        if key not in answered and (best is None or _order(question) < _order(best)):
            strongest[key] = question
    return sorted(strongest.values(), key=_order)


def _key(clusters: Clusters, a: int, b: int) -> tuple[int, int]:
    first, second = sorted((clusters.of[a], clusters.of[b]))
    return first, second


def _order(question: Question) -> tuple[int, int, int]:
    return -question.weight, question.a, question.b


def cluster_name(first_id: str) -> str:
    """The id of a cluster, made of the first (in the order of text) of its records' own ids: neither the order of the
    list nor what else is in it changes it."""
    return "p_" + b32encode(hashlib.sha256(first_id.encode()).digest()).decode().lower()[:16]


def probability(weight: float) -> float:
    """The probability, 0..1, that a weight in thousandths of a bit stands for."""
    bits = max(-60_000.0, min(60_000.0, weight)) / 1000
    return float(1 / (1 + 2**-bits))
