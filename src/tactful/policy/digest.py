"""The digest of a policy: what its rules mean and say, whatever their order and wherever they stand."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import Any

import msgspec

from tactful.policy.rules import AllOf, AnyOf, Atom, Condition, Const, Pair, Part, Rule


def digest_of(rules: Iterable[Rule], parts: Iterable[Part] = ()) -> str:
    """SHA-256 (hex) over the sorted rules: kind, tier, meaning, sentences and source; and, of the parts that say a
    jurisdiction or a first day, over these with name and version.

    The order of rules, of the parts of a condition and of the words in a list changes nothing; nor does how a
    condition is laid out, or in which file and line a rule stands.
    """
    encoded = sorted({_encoded(_rule(rule)) for rule in rules})
    bound = sorted(_encoded(part) for part in parts if part.jurisdiction or part.effective)
    return hashlib.sha256(_encoded([encoded, bound] if bound else encoded)).hexdigest()


def _rule(rule: Rule) -> list[Any]:
    return [
        rule.kind,
        rule.id,
        rule.tier,
        _meaning(rule.when),
        list(rule.point),
        sorted(rule.oblige),
        rule.until,
        sorted(rule.waives),
        rule.staff,
        rule.customer,
        rule.source,
    ]


def _meaning(condition: Condition) -> list[Any]:
    if isinstance(condition, Const):
        return ["const", condition.value]
    if isinstance(condition, Atom):
        return ["atom", condition.key, condition.op, sorted({_encoded(value) for value in condition.values})]
    if isinstance(condition, Pair):
        return ["pair", condition.left, condition.op, condition.right]
    name = "all" if isinstance(condition, AllOf) else "any"
    assert isinstance(condition, AllOf | AnyOf)
    return [name, sorted({_encoded(_meaning(part)) for part in condition.parts})]


def _encoded(value: Any) -> bytes:
    return msgspec.msgpack.encode(value, order="deterministic")
