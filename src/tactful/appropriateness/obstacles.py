"""What stands between a verdict and the wanted one: limits that forbid it, and licences that would open it.

1. A limit stands in the way if it holds, or may hold, is not waived, and its ceiling is below what is wanted.
2. Where no licence that holds opens what is wanted, the licences that would open it stand in the way by what they
   lack: those first that lack least.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping

from tactful.model.answers import Obstacle, Read, Whose
from tactful.model.flow import Value
from tactful.model.verdict import CEILINGS, NAMES, OPENINGS, Point, VerdictName, lower, name_of
from tactful.model.words_verdict import TIERS
from tactful.policy.comparisons import keys_of
from tactful.policy.evaluate import truth
from tactful.policy.judge import Fired
from tactful.policy.rules import AnyOf, Atom, Condition, Const, Pair, Policy, Rule

MOST_LICENCES = 3
"""So many licences are named, of those that lack least."""
_HERS = ("permission.", "hers.", "relationship.", "customer.")
_OURS_TO_MEND = frozenset({"customer.complaint_open", "customer.let_down", "agreement.owed"})
_TIER = {word.name: rank for rank, word in enumerate(TIERS)}


def is_free_enough(name: VerdictName, wanted: VerdictName) -> bool:
    """Whether a verdict is as free as the wanted one, or freer."""
    return NAMES.index(name) >= NAMES.index(wanted)


def forbids(limit: Point, wanted: VerdictName) -> bool:
    """Whether a ceiling keeps the wanted verdict from being given."""
    return not is_free_enough(name_of(lower(CEILINGS[wanted], limit)), wanted)


def opens(licence: Point, wanted: VerdictName) -> bool:
    """Whether a licence that gives this opening opens what is wanted."""
    return tuple(licence) >= tuple(OPENINGS.get(wanted, OPENINGS["ask"]))


def barring(policy: Policy, fired: Fired, wanted: VerdictName) -> tuple[Rule, ...]:
    """The limits that count and forbid what is wanted, in the policy's order."""
    counting = fired[4]
    return tuple(rule for bit, rule in enumerate(policy.limits) if counting >> bit & 1 and forbids(rule.point, wanted))


def is_opened(policy: Policy, fired: Fired, wanted: VerdictName) -> bool:
    """Whether a licence that holds opens what is wanted."""
    return any(fired[3] >> bit & 1 and opens(rule.point, wanted) for bit, rule in enumerate(policy.licences))


def obstacles(
    policy: Policy, fired: Fired, flow: Mapping[str, Value], wanted: VerdictName, ours: Collection[str]
) -> tuple[Obstacle, ...]:
    """Everything that stands in the way, limits first by tier and name. `ours` are the keys that are ours to change."""
    limits = sorted(barring(policy, fired, wanted), key=lambda rule: (_TIER[rule.tier], rule.id))
    found = [_of_limit(rule, flow, ours) for rule in limits]
    if not is_opened(policy, fired, wanted):
        short = [rule for rule in policy.licences if opens(rule.point, wanted)]
        short.sort(key=lambda rule: (len(lacking(rule.when, flow)), rule.id))
        found += [_of_licence(rule, flow, ours) for rule in short[:MOST_LICENCES]]
    return tuple(found)


def lacking(condition: Condition, flow: Mapping[str, Value]) -> tuple[Atom | Pair | Const, ...]:
    """The fewest comparisons that keep a condition from holding; of alternatives those of the nearest one."""
    if isinstance(condition, Atom | Pair | Const):
        return () if truth(condition, flow) is True else (condition,)
    parts = [lacking(part, flow) for part in condition.parts]
    if isinstance(condition, AnyOf):
        return min(parts, key=len)
    return tuple(leaf for part in parts for leaf in part)


def whose_key(key: str, ours: Collection[str]) -> Whose:
    """Whose a key is to change. What we owe her is ours to put right; what it is for is fixed."""
    if key in ours or key in _OURS_TO_MEND:
        return "ours"
    return "hers" if key.startswith(_HERS) else "fixed"


def _of_limit(rule: Rule, flow: Mapping[str, Value], ours: Collection[str]) -> Obstacle:
    whose: Whose = "law" if rule.tier == "law" else "hers" if rule.tier == "hers" else "ours"
    reads = _reads(keys_of(rule.when), flow, ours)
    sure = truth(rule.when, flow) is True
    return Obstacle(
        rule.id, "limit", rule.tier, whose, name_of(rule.point), sure, rule.staff, rule.source, tuple(reads)
    )


def _of_licence(rule: Rule, flow: Mapping[str, Value], ours: Collection[str]) -> Obstacle:
    keys = [key for leaf in lacking(rule.when, flow) for key in keys_of(leaf)]
    reads = tuple(_reads(keys, flow, ours))
    owners = {read.whose for read in reads}
    whose: Whose = "fixed" if "fixed" in owners else "hers" if "hers" in owners else "ours"
    return Obstacle(rule.id, "licence", "", whose, name_of(rule.point), True, rule.staff, rule.source, reads)


def _reads(keys: Iterable[str], flow: Mapping[str, Value], ours: Collection[str]) -> Iterator[Read]:
    for key in dict.fromkeys(keys):
        yield Read(key, flow.get(key), whose_key(key, ours))
