"""What may be compared with what: the types of the language of conditions (SEMANTICS 3, 4 and 9)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Protocol

from tactful.model.flow import Value, read_value, shown
from tactful.model.words import Key
from tactful.policy.rules import AllOf, AnyOf, Atom, Condition, Const, Op, Pair

OPPOSITE: dict[str, Op] = {
    "==": "!=",
    "!=": "==",
    "<": ">=",
    ">=": "<",
    ">": "<=",
    "<=": ">",
    "in": "not in",
    "not in": "in",
}
"""What each comparison becomes under `!`."""

_OPS: dict[str, Op] = {op: op for op in OPPOSITE.values()}
_ORDERS = ("<", "<=", ">", ">=")


class Fault(Exception):
    """What is wrong in a condition; `at` is the column, from 1, or 0 for the whole."""

    def __init__(self, message: str, at: int) -> None:
        super().__init__(message)
        self.at = at


class Piece(Protocol):
    """A piece of text with its kind and column."""

    @property
    def kind(self) -> str: ...
    @property
    def text(self) -> str: ...
    @property
    def at(self) -> int: ...


def is_true(key: Key, at: int, negated: bool) -> Atom:
    """A key that stands alone: only for true or false."""
    if key.kind != "bool":
        raise Fault(f"{key.name} is not true or false; compare it with a value.", at)
    return Atom(key.name, "==", (not negated,))


def compare_values(key: Key, operator: Piece, right: Sequence[Piece], negated: bool, listed: bool) -> Atom:
    """One key compared with one value, or with a list of words."""
    op = _OPS[operator.text]
    if key.kind == "list":
        raise Fault(f"{key.name} is a list; write scenario.purpose in {key.name}.", operator.at)
    if op in _ORDERS and key.kind not in ("number", "ordered"):
        raise Fault(f"{key.name} has no order; compare it with == or in.", operator.at)
    if (op == "in") != listed:
        wanted = "`in` needs a list in brackets." if op == "in" else f"{op} compares with one value; write `in`."
        raise Fault(wanted, right[0].at)
    if listed and key.kind in ("number", "bool"):
        raise Fault(f"{key.name} cannot be looked for in a list; only words can.", operator.at)
    values = tuple(dict.fromkeys(_value(key, piece) for piece in right))
    if key.kind == "bool":
        return Atom(key.name, "==", ((values[0] is True) == ((op == "==") != negated),))
    return Atom(key.name, OPPOSITE[op] if negated else op, values)


def compare_keys(left: Key, operator: Piece, right: Key, at: int, negated: bool) -> Pair:
    """A word in a list, two numbers, or two keys with the same ordered words."""
    op = _OPS[operator.text]
    for key in (left, right):
        if key.name in ("relationship.trust", "norm.excess"):
            raise Fault(f"{key.name} is compared with a number only.", at)
    if op == "in":
        if right.kind != "list" or left.kind not in ("enum", "ordered") or left.names != right.names:
            raise Fault(f"{left.name} cannot be looked for in {right.name}.", at)
    elif not (
        left.kind == right.kind == "number" or (left.kind == right.kind == "ordered" and left.names == right.names)
    ):
        raise Fault(
            f"{left.name} cannot be compared with {right.name}: only two numbers can, "
            "or two keys with the same ordered words.",
            at,
        )
    return Pair(left.name, OPPOSITE[op] if negated else op, right.name)


def _value(key: Key, piece: Piece) -> Value:
    raw: Value
    if piece.kind == "number":
        raw = float(piece.text) if "." in piece.text else int(piece.text)
    elif piece.kind == "text":
        raw = piece.text[1:-1]
    else:
        raw = piece.text == "true"
    if raw == "unknown":
        raise Fault("`unknown` cannot be asked for: what is not known is always read strictly.", piece.at)
    value, complaint = read_value(key, raw)
    if value is None:
        raise Fault(f"{key.name}: {complaint or shown(raw)}", piece.at)
    return value


def leaves(condition: Condition) -> Iterator[Atom | Pair | Const]:
    """Every comparison of a condition, from left to right."""
    if isinstance(condition, AllOf | AnyOf):
        for part in condition.parts:
            yield from leaves(part)
    else:
        yield condition


def keys_of(condition: Condition) -> tuple[str, ...]:
    """The keys that a condition reads, sorted."""
    found: set[str] = set()
    for leaf in leaves(condition):
        if isinstance(leaf, Atom):
            found.add(leaf.key)
        elif isinstance(leaf, Pair):
            found |= {leaf.left, leaf.right}
    return tuple(sorted(found))
