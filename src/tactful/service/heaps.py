"""A run in a few lines that add up: everybody it could be for falls into exactly one heap, with the reason in words.

What is missing in our own set-up is a heap of its own and never stands as her refusal.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Literal

import msgspec

from tactful.explain.phrases import STAFF_UNTIL
from tactful.explain.sentences import staff_sentences, surely_holds
from tactful.model.records import Decision, Outcome
from tactful.model.verdict import Verdict
from tactful.permission.points import CollectionPoint
from tactful.policy.rules import Policy, Rule
from tactful.service.case import NOT_IN, NOT_TOLD, SKIPPED
from tactful.service.gap import Gap, gap_of

Group = Literal["said", "quiet", "asked", "waiting", "left alone", "not for them"]
Points = tuple[CollectionPoint, ...]
ORDER: tuple[Group, ...] = ("said", "quiet", "asked", "waiting", "left alone", "not for them")
_SAID: dict[str, tuple[Group, str]] = {
    "say": ("said", "naming the product"),
    "soften": ("said", "in general terms"),
    "silent": ("quiet", "a message that names nothing about her"),
    "ask": ("asked", "where she is already talking to us"),
}


class Heap(msgspec.Struct, frozen=True):
    """People with one outcome for one reason. `ours` marks what is ours to mend, not a refusal of hers."""

    group: Group
    text: str
    ours: bool
    people: int = 0


class RuleCount(msgspec.Struct, frozen=True):
    """How often a rule was among those that decided; of these, how often only because something was not known."""

    rule: str
    tier: str
    people: int
    unsure: int
    staff: str


class Summary(msgspec.Struct, frozen=True):
    """A run in numbers. `people` is everybody it could be for, and the heaps add up to it.

    `not_told` are those of whom too little is known to tell whether it is for them: ordered once, say, so no rhythm.
    """

    looked_at: int
    not_told: int
    people: int
    heaps: tuple[Heap, ...]
    rules: tuple[RuleCount, ...]
    gaps: tuple[tuple[Gap, int], ...]
    assumptions: tuple[str, ...]

    @property
    def adds_up(self) -> bool:
        """Every person is in one heap."""
        return sum(heap.people for heap in self.heaps) == self.people


def heap_of(outcome: Outcome, policy: Policy, points: Points, skipped: str) -> Heap | None:
    """The heap of one outcome; None where it was never for her. `skipped` says in words whom the campaign skips."""
    if outcome.note in (NOT_IN, NOT_TOLD):
        return None
    if outcome.note == SKIPPED:
        return Heap("not for them", skipped, False)
    if outcome.stage == "chosen":
        group, text = _SAID[outcome.verdict]
        return Heap(group, text, False)
    gap = gap_of(outcome, points)
    if gap is not None:
        return Heap("waiting" if outcome.verdict == "hold" else "left alone", gap.text, True)
    if outcome.verdict == "hold":
        return Heap("waiting", _waiting(outcome), False)
    if not outcome.because:
        return Heap("not for them", outcome.note, False)
    return Heap("left alone", _reason(outcome, policy), False)


def summarise(decisions: Iterable[Decision], policy: Policy, points: Points, skipped: str) -> Summary:
    """All decisions of a run in numbers."""
    heaps: Counter[tuple[Group, str, bool]] = Counter()
    rules: Counter[str] = Counter()
    unsure: Counter[str] = Counter()
    known = {rule.id: rule for rule in policy.rules}
    gaps: Counter[Gap] = Counter()
    assumptions: set[str] = set()
    looked_at = not_told = 0
    for decision in decisions:
        looked_at += 1
        outcome = decision.outcomes[0]
        not_told += outcome.note == NOT_TOLD
        heap = heap_of(outcome, policy, points, skipped)
        if heap is None:
            continue
        heaps[heap.group, heap.text, heap.ours] += 1
        rules.update(outcome.because)
        unsure.update(_unsure(outcome, known))
        assumptions.update(outcome.assumptions)
        gap = gap_of(outcome, points)
        if gap is not None:
            gaps[gap] += 1
    ordered = sorted(heaps.items(), key=lambda item: (ORDER.index(item[0][0]), -item[1], item[0][1]))
    return Summary(
        looked_at=looked_at,
        not_told=not_told,
        people=heaps.total(),
        heaps=tuple(Heap(group, text, ours, count) for (group, text, ours), count in ordered),
        rules=tuple(_ten(rules, unsure, known)),
        gaps=tuple(sorted(gaps.items(), key=lambda item: (-item[1], item[0].text))),
        assumptions=tuple(sorted(assumptions)),
    )


def _ten(rules: Counter[str], unsure: Counter[str], known: dict[str, Rule]) -> Iterator[RuleCount]:
    for name, count in sorted(rules.items(), key=lambda item: (-item[1], item[0]))[:10]:
        rule = known.get(name)
        if rule is None:
            yield RuleCount(name, "", count, 0, "No licence holds: nothing on file allows it.")
        else:
            yield RuleCount(name, rule.tier or rule.kind, count, unsure[name], rule.staff)


def _unsure(outcome: Outcome, known: dict[str, Rule]) -> Iterator[str]:
    """The limits among those that decided which hold only because something is not known."""
    for name in outcome.because:
        rule = known.get(name)
        if rule is None or rule.kind != "limit":
            continue
        flows = [each for each in outcome.judged if name in each.verdict.because]
        if flows and not any(surely_holds(rule, each.verdict, each.flow) for each in flows):
            yield name


def _waiting(outcome: Outcome) -> str:
    reasons = [STAFF_UNTIL[event] for event in outcome.until] or [outcome.note]
    return "until " + ", and ".join(f"{each[:1].lower()}{each[1:].rstrip('.')}" for each in reasons)


def _reason(outcome: Outcome, policy: Policy) -> str:
    decisive = next((each for each in outcome.judged if set(outcome.because) & set(each.verdict.because)), None)
    if decisive is None:
        return outcome.note
    known = {rule.id: rule for rule in policy.rules}
    rules = [known[name] for name in decisive.verdict.because if name in known]
    verdict: Verdict = decisive.verdict
    return staff_sentences(rules[:1] or rules, verdict, decisive.flow) or outcome.note
