"""From rules to the text of one Python function `held(flow) -> int`, deterministic for one policy (SEMANTICS 4).

The result has two bits per rule. With `n` rules, bit `i` says that rule `i` counts as judged: a limit possibly holds,
a licence or waiver definitely holds. Bit `n + i` says the same when every unknown is read favourably: a limit
definitely, a licence or waiver possibly. Where both are equal the rule is known.

A rule is a conjunction of parts. A part over one key with finitely many values is worked out for every value
beforehand: one table per key gives the rules that the value allows, and the tables are and-ed. What is left (numbers,
two keys, `||` over several keys) is tested only for rules that the tables have left standing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from tactful.model.flow import Value
from tactful.model.vocabulary import KEYS
from tactful.policy.comparisons import OPPOSITE, keys_of
from tactful.policy.evaluate import truth, truth_of_atom
from tactful.policy.rules import AllOf, Atom, Condition, Const, Pair, Rule

OPEN = "customer.jurisdiction"
"""The one key with words whose values are not listed."""

_FINITE = frozenset(key.name for key in KEYS.values() if key.kind in ("enum", "ordered", "slug", "bool"))


class Layout:
    """The bits of each rule, and its parts: those for the tables by key, and the rest."""

    def __init__(self, rules: tuple[Rule, ...]) -> None:
        self.rules = rules
        self.size = len(rules)
        self.all = (1 << 2 * self.size) - 1
        self.start = self.all
        self.tabled: dict[str, list[tuple[int, Condition]]] = {}
        self.rest: list[tuple[int, list[Condition]]] = []
        for index, rule in enumerate(rules):
            rest = [part for part in _parts(rule.when) if not self._table(index, part)]
            if rest:
                self.rest.append((index, rest))

    def _table(self, index: int, part: Condition) -> bool:
        if isinstance(part, Const):
            if not part.value:
                self.start &= ~self.both(index)
            return True
        keys = keys_of(part)
        if len(keys) != 1 or keys[0] not in _FINITE:
            return False
        self.tabled.setdefault(keys[0], []).append((index, part))
        return True

    def wide(self, index: int) -> int:
        """The bit that says: possibly."""
        return 1 << (index if self.rules[index].kind == "limit" else index + self.size)

    def narrow(self, index: int) -> int:
        """The bit that says: definitely."""
        return 1 << (index + self.size if self.rules[index].kind == "limit" else index)

    def both(self, index: int) -> int:
        """Both bits of a rule."""
        return self.wide(index) | self.narrow(index)

    def allowed(self, key: str, value: Value | None) -> int:
        """The bits that a value of a key leaves standing."""
        mask = self.all
        flow = {} if value is None else {key: value}
        for index, part in self.tabled[key]:
            found = truth(part, flow)
            if found is False:
                mask &= ~self.both(index)
            elif found is None:
                mask &= ~self.narrow(index)
        return mask


def source_of(layout: Layout) -> str:
    """The text of the function, with its tables before it."""
    writer = _Writer(layout)
    body = writer.body()
    return "\n".join([*writer.constants, "", "def held(flow):", *(f"    {line}" for line in body), ""])


class _Writer:
    """Writes the function. Constants are collected as they come up, each once."""

    def __init__(self, layout: Layout) -> None:
        self.layout = layout
        self.constants: list[str] = []
        self.names: dict[str, str] = {}
        self.fetched = {key for _, parts in layout.rest for part in parts for key in keys_of(part)}

    def body(self) -> list[str]:
        lines = ["get = flow.get"]
        factors = [self.factor(key) for key in sorted(self.layout.tabled)]
        if self.layout.start != self.layout.all or not factors:
            factors.insert(0, hex(self.layout.start))
        lines.append("m = (" + "\n        & ".join(factors) + ")")
        for index, parts in self.layout.rest:
            lines += self.rest(index, parts)
        lines.append("return m")
        return lines

    def factor(self, key: str) -> str:
        """The look-up of one key's table, keeping the value where it is needed again."""
        table = f"T_{_local(key)}"
        if key != OPEN:
            rows = {value: self.layout.allowed(key, value) for value in (None, *values_of(key))}
            self.constants.append(f"{table} = {{{', '.join(f'{value!r}: {mask:#x}' for value, mask in rows.items())}}}")
        if key in self.fetched:
            return f"{table}[({_local(key)} := get({key!r}))]"
        return f"{table}[get({key!r})]"

    def rest(self, index: int, parts: list[Condition]) -> list[str]:
        """The tests of one rule that no table holds."""
        keys = sorted({key for part in parts for key in keys_of(part)} - set(self.layout.tabled))
        wide = " and ".join(self.expression(part, True) for part in parts)
        narrow = " and ".join(self.expression(part, False) for part in parts)
        lines = [f"if m & {self.layout.wide(index):#x}:  # {self.layout.rules[index].id!a}"]
        lines += [f"    {_local(key)} = {_fetch(key)}" for key in keys]
        lines += [f"    if not ({wide}):", f"        m &= {self.layout.all & ~self.layout.both(index):#x}"]
        if narrow != wide:
            clear = self.layout.all & ~self.layout.narrow(index)
            lines += [f"    elif not ({narrow}):", f"        m &= {clear:#x}"]
        return lines

    def expression(self, condition: Condition, wide: bool) -> str:
        """Python for `possibly` (wide) or `definitely` (narrow)."""
        if isinstance(condition, Const):
            return repr(condition.value)
        if isinstance(condition, Atom):
            return self.atom(condition, wide)
        if isinstance(condition, Pair):
            return self.pair(condition, wide)
        word = " and " if isinstance(condition, AllOf) else " or "
        return f"({word.join(self.expression(part, wide) for part in condition.parts)})"

    def atom(self, atom: Atom, wide: bool) -> str:
        name, key = _local(atom.key), KEYS[atom.key]
        if key.kind == "number":
            constant = repr(atom.values[0])
            if atom.key == "relationship.trust":
                return f"{name} {atom.op} {constant}"
            return _known(f"{name} {atom.op} {constant}", f"{name} {OPPOSITE[atom.op]} {constant}", (name,), wide)
        if atom.key == OPEN:
            return self.place(atom, wide)
        if key.kind == "list":
            held = [f"{atom.values[0]!r} {op} {name}" for op in (atom.op, OPPOSITE[atom.op])]
            return _known(held[0], held[1], (name,), wide)
        wanted = (True, None) if wide else (True,)
        values = [value for value in (None, *values_of(atom.key)) if truth_of_atom(atom, value) in wanted]
        return f"{name} in {self.constant('S', f'frozenset({tuple(values)!r})')}"

    def place(self, atom: Atom, wide: bool) -> str:
        """A jurisdiction equal to or under one of the rule's; possibly also one that it lies under."""
        if atom.op in ("!=", "not in"):
            return f"not ({self.place(Atom(atom.key, 'in', atom.values), not wide)})"
        name, slugs = _local(atom.key), [str(value) for value in atom.values]
        above = {"-".join(slug.split("-")[:length]) for slug in slugs for length in range(1, slug.count("-") + 1)}
        listed: list[str | None] = sorted({*slugs, *(above if wide else ())})
        if wide:
            listed.insert(0, None)
        members = self.constant("S", f"frozenset({tuple(listed)!r})")
        under = f"{name}.startswith({tuple(f'{slug}-' for slug in slugs)!r})"
        test = f"({name} in {members} or {under})"
        return test if wide else f"({name} is not None and {test})"

    def pair(self, pair: Pair, wide: bool) -> str:
        left, right, op = _local(pair.left), _local(pair.right), pair.op
        a, b = left, right
        if KEYS[pair.left].kind == "ordered" and op not in ("in", "not in"):
            ranks = {value: rank for rank, value in enumerate(KEYS[pair.left].names)}
            table = self.constant("R", repr(ranks))
            a, b = f"{table}[{left}]", f"{table}[{right}]"
        return _known(f"{a} {op} {b}", f"{a} {OPPOSITE[op]} {b}", (left, right), wide)

    def constant(self, prefix: str, text: str) -> str:
        if text not in self.names:
            self.names[text] = f"{prefix}{len(self.names)}"
            self.constants.append(f"{self.names[text]} = {text}")
        return self.names[text]


def values_of(key: str) -> tuple[Any, ...]:
    """Every value of a key with finitely many."""
    return (False, True) if KEYS[key].kind == "bool" else KEYS[key].names


def _parts(condition: Condition) -> tuple[Condition, ...]:
    return condition.parts if isinstance(condition, AllOf) else (condition,)


def _known(test: str, opposite: str, names: Iterable[str], wide: bool) -> str:
    """`missing or not opposite`, or `present and test`: what cannot be compared is read strictly in a limit too."""
    if wide:
        return f"({' or '.join(f'{name} is None' for name in names)} or not {opposite})"
    return f"({' and '.join(f'{name} is not None' for name in names)} and {test})"


def _local(key: str) -> str:
    return re.sub(r"[^a-z0-9]", "_", key)


def _fetch(key: str) -> str:
    return f"get({key!r}) or 0" if key == "relationship.trust" else f"get({key!r})"
