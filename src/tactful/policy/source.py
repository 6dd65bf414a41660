"""From rules to the text of one Python function `held(flow) -> int`, deterministic for one policy (SEMANTICS 4).

The result has two bits per rule. With `n` rules, bit `i` says that rule `i` counts as judged: a limit possibly holds,
a licence or waiver definitely holds. Bit `n + i` says the same when every unknown is read favourably: a limit
definitely, a licence or waiver possibly. Where both are equal the rule is known.

A rule is a conjunction of parts. A part over one key with finitely many values is worked out for every value
beforehand: one table per key gives the rules that the value allows, and the tables are and-ed. What is left (numbers,
two keys, `||` over several keys) is tested only for rules that the tables have left standing.

A value that its key may not have is never compared: the look-up of a table fails, and so does the check that comes
before every other comparison. Whoever called reads the flow anew then, without such values (SEMANTICS 19).

As tables are and-ed, a flow may come in pieces (`Split`): each piece has a function of its own, whose results are
and-ed in turn, and the tests of a rule that read several pieces are left to a joint of them. So what many flows have in
common is worked out once.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

from tactful.model.flow import Value
from tactful.model.vocabulary import KEYS
from tactful.policy.comparisons import OPPOSITE, keys_of
from tactful.policy.evaluate import truth, truth_of_atom
from tactful.policy.rules import AllOf, Atom, Condition, Const, Pair, Rule

OPEN = "customer.jurisdiction"
"""The one key with words whose values are not listed."""

_FINITE = frozenset(key.name for key in KEYS.values() if key.kind in ("enum", "ordered", "slug", "bool"))


class Split(NamedTuple):
    """How a flow is cut: the keys of each piece, and the joints, each a set of pieces by number.

    No key is in two pieces. A test that reads several pieces is left to the first joint that has them all.
    """

    pieces: tuple[tuple[str, ...], ...]
    joints: tuple[tuple[int, ...], ...]


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
        for index, part in self.tabled.get(key, ()):
            found = truth(part, flow)
            if found is False:
                mask &= ~self.both(index)
            elif found is None:
                mask &= ~self.narrow(index)
        return mask


def source_of(layout: Layout) -> str:
    """The text of the function, with its tables before it."""
    writer = _Writer(layout, lambda key: f"get({key!r})")
    body = ["get = flow.get", *writer.tests(sorted(layout.tabled), layout.rest), "return m"]
    return "\n".join([*writer.constants, "", *_function("held(flow)", body), ""])


def source_of_split(layout: Layout, split: Split) -> str:
    """The text of `piece_0(values)`, … and `joint_0(m, values_0, …)`, …: values by place, None where absent.

    A joint that tests nothing is left out.
    Raises ValueError if a key that a rule reads is in no piece, or the pieces that a test reads are in no joint.
    """
    place = {key: (number, at) for number, keys in enumerate(split.pieces) for at, key in enumerate(keys)}
    tests = _tests_by_pieces(layout, place)
    joints: list[list[tuple[int, list[Condition]]]] = [[] for _ in split.joints]
    for pieces, index, part in tests:
        if len(pieces) > 1:
            fitting = [number for number, joint in enumerate(split.joints) if pieces <= set(joint)]
            if not fitting:
                raise ValueError(f"no joint for a test of {layout.rules[index].id}")
            joints[fitting[0]].append((index, [part]))
    writer = _Writer(layout, lambda key: "values_{}[{}]".format(*place[key]))
    lines: list[str] = []
    for number, keys in enumerate(split.pieces):
        own = [(index, [part]) for pieces, index, part in tests if pieces == {number}]
        body = writer.tests([key for key in keys if key in layout.tabled], own)
        lines += _function(f"piece_{number}(values_{number})", [*body, "return m"])
    for number, (joint, rest) in enumerate(zip(split.joints, joints, strict=True)):
        given = ", ".join(f"values_{piece}" for piece in joint)
        body = [line for index, parts in rest for line in writer.rest(index, parts, ())]
        if body:
            lines += _function(f"joint_{number}(m, {given})", [*body, "return m"])
    return "\n".join([*writer.constants, "", *lines, ""])


def _tests_by_pieces(layout: Layout, place: dict[str, tuple[int, int]]) -> list[tuple[set[int], int, Condition]]:
    """Every test that no table holds, with the pieces that it reads; one that reads nothing goes with the first."""
    read = {*layout.tabled, *(key for _, parts in layout.rest for part in parts for key in keys_of(part))}
    if read - set(place):
        raise ValueError(f"in no piece: {', '.join(sorted(read - set(place)))}")
    return [
        ({place[key][0] for key in keys_of(part)} or {0}, index, part) for index, parts in layout.rest for part in parts
    ]


def _function(head: str, body: list[str]) -> list[str]:
    return [f"def {head}:", *(f"    {line}" for line in body)]


class _Writer:
    """Writes functions. Constants are collected as they come up, each once. `get` is how a key's value is got."""

    def __init__(self, layout: Layout, get: Callable[[str], str]) -> None:
        self.layout = layout
        self.get = get
        self.constants: list[str] = []
        self.names: dict[str, str] = {}

    def tests(self, tabled: list[str], rest: list[tuple[int, list[Condition]]]) -> list[str]:
        """The look-ups in the tables of these keys, then these tests."""
        fetched = {key for _, parts in rest for part in parts for key in keys_of(part)}
        factors = [self.factor(key, key in fetched) for key in tabled]
        if self.layout.start != self.layout.all or not factors:
            factors.insert(0, hex(self.layout.start))
        lines = ["m = (" + "\n        & ".join(factors) + ")"]
        for index, parts in rest:
            lines += self.rest(index, parts, tabled)
        return lines

    def factor(self, key: str, kept: bool) -> str:
        """The look-up of one key's table, keeping the value where it is needed again."""
        table = f"T_{name_in_source(key)}"
        if KEYS[key].kind == "bool":
            return self.of_two(key)
        if key != OPEN:
            rows = {value: self.layout.allowed(key, value) for value in (None, *values_of(key))}
            self.constants.append(f"{table} = {{{', '.join(f'{value!r}: {mask:#x}' for value, mask in rows.items())}}}")
        return f"{table}[({name_in_source(key)} := {self.get(key)})]" if kept else f"{table}[{self.get(key)}]"

    def of_two(self, key: str) -> str:
        """The look-up for true and false: by identity, since a table would take 1 for true."""
        name = name_in_source(key)
        absent, no, yes = (f"{self.layout.allowed(key, value):#x}" for value in (None, False, True))
        return (
            f"({no} if ({name} := {self.get(key)}) is False else {yes} if {name} is True "
            f"else {absent} if {name} is None else checked({key!r}, {name}))"
        )

    def rest(self, index: int, parts: list[Condition], fetched: Iterable[str]) -> list[str]:
        """The tests of one rule that no table holds; `fetched` are the keys whose values are at hand."""
        keys = sorted({key for part in parts for key in keys_of(part)} - set(fetched))
        wide = " and ".join(self.expression(part, True) for part in parts)
        narrow = " and ".join(self.expression(part, False) for part in parts)
        lines = [f"if m & {self.layout.wide(index):#x}:  # {self.layout.rules[index].id!a}"]
        lines += [f"    {line}" for key in keys for line in self.fetch(key)]
        lines += [f"    if not ({wide}):", f"        m &= {self.layout.all & ~self.layout.both(index):#x}"]
        if narrow != wide:
            clear = self.layout.all & ~self.layout.narrow(index)
            lines += [f"    elif not ({narrow}):", f"        m &= {clear:#x}"]
        return lines

    def fetch(self, key: str) -> list[str]:
        """The value of a key, refused if it is none that the key may have; a table has seen to that already."""
        name, kind = name_in_source(key), KEYS[key].kind
        lines = [f"{name} = {self.get(key)}"]
        if key in self.layout.tabled:
            return lines
        if key == OPEN or kind == "list":
            return [*lines, f"T_{name}[{name}]"]
        if kind == "number":
            low, high = KEYS[key].low, KEYS[key].high
            least, most = "-INF <" if low is None else f"{low} <=", "< INF" if high is None else f"<= {high}"
            number = f"({name}.__class__ is float or {name}.__class__ is int)"
            allowed = f"{number} and {least} {name} {most}"
        elif kind == "bool":
            allowed = f"{name} is True or {name} is False"
        else:
            allowed = f"{name} in {self.constant('S', f'frozenset({KEYS[key].names!r})')}"
        lines += [f"if {name} is not None and not ({allowed}):", f"    checked({key!r}, {name})"]
        return [*lines, f"{name} = {name} or 0"] if key == "relationship.trust" else lines

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
        name, key = name_in_source(atom.key), KEYS[atom.key]
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
        name, slugs = name_in_source(atom.key), [str(value) for value in atom.values]
        above = {"-".join(slug.split("-")[:length]) for slug in slugs for length in range(1, slug.count("-") + 1)}
        listed: list[str | None] = sorted({*slugs, *(above if wide else ())})
        if wide:
            listed.insert(0, None)
        members = self.constant("S", f"frozenset({tuple(listed)!r})")
        under = f"{name}.startswith({tuple(f'{slug}-' for slug in slugs)!r})"
        test = f"({name} in {members} or {under})"
        return test if wide else f"({name} is not None and {test})"

    def pair(self, pair: Pair, wide: bool) -> str:
        left, right, op = name_in_source(pair.left), name_in_source(pair.right), pair.op
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


def name_in_source(key: str) -> str:
    """The variable that holds a key's value in the generated text."""
    return re.sub(r"[^a-z0-9]", "_", key)
