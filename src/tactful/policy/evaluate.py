"""What a condition says of one flow: true, false or not known (SEMANTICS 4). Plain and slow; `compile` is the fast one.

It is read where speed does not matter: to name what is missing, and to check claims and waivers.
"""

from __future__ import annotations

from collections.abc import Mapping

from tactful.model.flow import Value
from tactful.model.vocabulary import KEYS
from tactful.policy.comparisons import leaves
from tactful.policy.rules import AnyOf, Atom, Condition, Const, Pair


def truth(condition: Condition, flow: Mapping[str, Value]) -> bool | None:
    """True, False, or None where the flow does not tell."""
    if isinstance(condition, Const):
        return condition.value
    if isinstance(condition, Atom):
        return truth_of_atom(condition, flow.get(condition.key))
    if isinstance(condition, Pair):
        return _truth_of_pair(condition, flow.get(condition.left), flow.get(condition.right))
    decisive = isinstance(condition, AnyOf)
    found = [truth(part, flow) for part in condition.parts]
    if decisive in found:
        return decisive
    return None if None in found else not decisive


def truth_of_atom(atom: Atom, value: Value | None) -> bool | None:
    """One key compared with constants; None where the value is absent, or coarser than what is asked."""
    if value is None:
        if atom.key != "relationship.trust":
            return None
        value = 0
    key = KEYS[atom.key]
    if isinstance(value, tuple):
        return (atom.values[0] in value) == (atom.op == "in")
    if atom.op in ("<", "<=", ">", ">="):
        names = key.names
        if key.kind == "ordered":
            return _ordered(names.index(str(value)), atom.op, names.index(str(atom.values[0])))
        return _ordered(value, atom.op, atom.values[0])
    found = [_same(value, wanted, key.separator) for wanted in atom.values]
    held = True if True in found else None if None in found else False
    return held if atom.op in ("==", "in") or held is None else not held


def not_known(condition: Condition, flow: Mapping[str, Value]) -> set[str]:
    """The keys, absent or coarse, of the comparisons that the flow does not decide."""
    found: set[str] = set()
    for leaf in leaves(condition):
        if isinstance(leaf, Atom) and truth(leaf, flow) is None:
            found.add(leaf.key)
        elif isinstance(leaf, Pair):
            found |= {key for key in (leaf.left, leaf.right) if flow.get(key) is None}
    return found


def _same(value: Value, wanted: Value, separator: str) -> bool | None:
    if not separator:
        return value == wanted
    here, asked = f"{value}{separator}", f"{wanted}{separator}"
    if here.startswith(asked):
        return True
    return None if asked.startswith(here) else False


def _ordered(left: Value, op: str, right: Value) -> bool:
    if not isinstance(left, int | float) or not isinstance(right, int | float):
        raise TypeError("only numbers have an order")
    if op == "<":
        return left < right
    if op == "<=":
        return left <= right
    return left > right if op == ">" else left >= right


def _truth_of_pair(pair: Pair, left: Value | None, right: Value | None) -> bool | None:
    if left is None or right is None:
        return None
    if pair.op in ("in", "not in"):
        return (isinstance(right, tuple | list) and left in right) == (pair.op == "in")
    if KEYS[pair.left].kind == "ordered":
        names = KEYS[pair.left].names
        left, right = names.index(str(left)), names.index(str(right))
    if pair.op in ("==", "!="):
        return (left == right) == (pair.op == "==")
    return _ordered(left, pair.op, right)
