"""What is left of a policy when some keys are settled beforehand: `residual(policy, known)`.

1. A comparison of a settled key becomes what it says of the value: true, false, or not known (SEMANTICS 4). Not known
   becomes true in a limit and false in a licence or waiver, as it counts when judged. A comparison of a settled key
   with another becomes one of the other with a constant.
2. Conditions are simplified, and rules that can never hold are left out.
3. Ids, sentences, sources and the order of rules stay. The built-in rule stays even where it cannot hold any more.

For every flow `rest` that has none of the settled keys, the residual judges `rest` as the policy judges
`{**known, **rest}`: the same point, `because`, `also`, `until`, `obligations` and standings. `missing` is the same less
the settled keys, if every comparison of a settled key is true or false. Where one is not known (the key is absent, or
coarser than what is asked), `missing` may name less: what only that key left in doubt is settled, too. It never names
more.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

import msgspec

from tactful.model.flow import Value, read_flow
from tactful.policy.comparisons import keys_of
from tactful.policy.digest import digest_of
from tactful.policy.evaluate import truth
from tactful.policy.language import joined
from tactful.policy.load_rules import USING_IS_NOT_SAYING
from tactful.policy.rules import AllOf, AnyOf, Atom, Condition, Const, Op, Pair, Policy, Rule

_TURNED: dict[Op, Op] = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "==": "==", "!=": "!="}
"""What stands between two keys when they change places."""


def residual(policy: Policy, known: Mapping[str, Value], absent: Collection[str] = ()) -> Policy:
    """The policy for flows in which some keys have the values in `known`, or are known to be `absent`.

    A value that its key may not have counts as absent. Cases and claims are left out, since they speak of whole flows;
    the name stays, and the digest is that of the rules that are left.
    """
    values = {key: value for key, value in read_flow(known)[0].items() if key not in absent}
    settled = frozenset((*known, *absent))
    rules = [_settled(rule, values, settled) for rule in policy.rules]
    kept = [rule for rule in rules if rule.when != Const(False) or rule.id == USING_IS_NOT_SAYING.id]
    return msgspec.structs.replace(
        policy,
        licences=tuple(rule for rule in kept if rule.kind == "licence"),
        limits=tuple(rule for rule in kept if rule.kind == "limit"),
        waivers=tuple(rule for rule in kept if rule.kind == "waiver"),
        cases=(),
        claims=(),
        digest=digest_of(kept, policy.made_of),
    )


def _settled(rule: Rule, values: Mapping[str, Value], settled: frozenset[str]) -> Rule:
    if settled.isdisjoint(keys_of(rule.when)):
        return rule
    when = _simplified(rule.when, values, settled, rule.kind == "limit")
    return msgspec.structs.replace(rule, when=when)


def _simplified(condition: Condition, values: Mapping[str, Value], settled: frozenset[str], unknown: bool) -> Condition:
    """A condition without its settled keys; what they leave not known counts as `unknown`."""
    if isinstance(condition, AllOf | AnyOf):
        parts = [_simplified(part, values, settled, unknown) for part in condition.parts]
        return _together(parts, isinstance(condition, AllOf))
    keys = settled.intersection(keys_of(condition))
    if not keys:
        return condition
    if isinstance(condition, Pair) and len(keys) == 1 and keys <= values.keys():
        return _half(condition, values)
    found = truth(condition, values)
    return Const(unknown if found is None else found)


def _together(parts: Sequence[Condition], all_hold: bool) -> Condition:
    if Const(not all_hold) in parts:
        return Const(not all_hold)
    left = [part for part in parts if part != Const(all_hold)]
    return joined(left, all_hold) if left else Const(all_hold)


def _half(pair: Pair, values: Mapping[str, Value]) -> Atom:
    """Two keys of which one is settled: the other compared with its value."""
    if pair.left in values:
        return Atom(pair.right, _TURNED.get(pair.op, pair.op), (values[pair.left],))
    value = values[pair.right]
    return Atom(pair.left, pair.op, value if isinstance(value, tuple) else (value,))
